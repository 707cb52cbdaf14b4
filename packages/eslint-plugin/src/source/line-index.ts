// Maps offsets to lines and columns, and tells how a line is indented. Line ends are those of ECMAScript and Python that
// editors agree on: LF, CRLF and a lone CR.
import type { Location, Position, Span } from './span.ts';

export class LineIndex {
  readonly #text: string;
  readonly #starts: number[] = [0];

  constructor(text: string) {
    this.#text = text;
    for (let i = 0; i < text.length; i += 1) {
      const c = text.charCodeAt(i);
      if (c === 13 && text.charCodeAt(i + 1) === 10) continue;
      if (c === 10 || c === 13) this.#starts.push(i + 1);
    }
  }

  get lineCount(): number {
    return this.#starts.length;
  }

  /** The position of `offset`; offsets beyond the text are clamped to its end. */
  positionAt(offset: number): Position {
    const at = Math.max(0, Math.min(offset, this.#text.length));
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#starts[middle]! <= at) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: at - this.#starts[low]! };
  }

  locationOf(span: Span): Location {
    return { start: this.positionAt(span.start), end: this.positionAt(span.end) };
  }

  lineOf(offset: number): number {
    return this.positionAt(offset).line;
  }

  /** Offset of the first character of the line that holds `offset`. */
  lineStart(offset: number): number {
    return this.#starts[this.lineOf(offset) - 1]!;
  }

  /** The blanks that the line of `offset` begins with. */
  indentationAt(offset: number): string {
    const start = this.lineStart(offset);
    let end = start;
    while (end < this.#text.length && (this.#text[end] === ' ' || this.#text[end] === '\t')) end += 1;
    return this.#text.slice(start, end);
  }
}
