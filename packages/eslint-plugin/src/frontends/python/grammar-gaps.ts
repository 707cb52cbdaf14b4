// What the grammar cannot read although Python can, replaced in the text so that it can.
//
// What it guarantees: the result is as long as the text, so that offsets stay right and whoever slices the original text sees
// the original. It differs from it in blanks and line breaks, and in a sign where the original has a star
// (`convertExpression` looks there).
//
// The gaps (tree-sitter-python 0.25):
// - defaults of type parameters (`def f[T = int]()`): they are evaluated when somebody asks for them, which is never here;
// - a format that begins with `=` (`f"{x:=10}"`), which the grammar takes for `x := 10`;
// - a star in front of anything but a name, where no brackets are around (`return a, *[b]`): it becomes a plus;
// - a carriage return by itself as a line break;
// - a line break after the dot of an attribute inside brackets, if the next line is indented less than the block.
import type { Span } from '../../source/span.ts';

interface Code {
  readonly kind: 'code';
  /** The bracket that ends it; empty for the file. */
  readonly close: string;
  /** Holds for the replacement field of an f-string. */
  readonly isField: boolean;
  readonly isTypeParameters: boolean;
}
interface Text {
  readonly kind: 'text';
  readonly quote: string;
  readonly isFormat: boolean;
  readonly isRaw: boolean;
}
/** What stands after the colon of a replacement field. */
interface Format {
  readonly kind: 'format';
  readonly quote: string;
}

const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };
const BEFORE_TYPE_PARAMETERS = /\b(?:def|class|type)[ \t]+[\p{L}\p{N}_]+[ \t]*$/u;
const STRING_PREFIX = /(?<![\p{L}\p{N}_])[rbuft]{1,2}$/iu;
const STARRED = /\*[ \t]*(?:[([{"'~+-]|await\b|[rbuf]{1,2}["'])/iuy;
const BEFORE_STAR = /(?:[,=([{]|\b(?:return|yield|in))[ \t]*$/u;
const LINE_BREAK = /[\r\n]/gu;
const LINE_BREAK_AFTER_DOT = /[ \t]*(?:\r\n|\r|\n)/uy;

/** `text` without the gaps; `text` itself if it has none. */
export function withoutGaps(text: string): string {
  return new Scanner(text).scan();
}

/** Where the comments of `text` are, in source order: what looks like one in a string is none. */
export function commentsIn(text: string): readonly Span[] {
  const scanner = new Scanner(text);
  scanner.scan();
  return scanner.comments;
}

/** Follows strings, brackets and comments; nesting is a stack, not a recursion. */
class Scanner {
  readonly #text: string;
  readonly #stack: (Code | Text | Format)[] = [{ kind: 'code', close: '', isField: false, isTypeParameters: false }];
  readonly #parts: string[] = [];
  readonly comments: Span[] = [];
  #copied = 0;
  #at = 0;
  /** The default of a type parameter that is being read: how deep its list stands and where it starts. */
  #default: { readonly depth: number; readonly start: number } | null = null;

  constructor(text: string) {
    this.#text = text;
  }

  scan(): string {
    while (this.#at < this.#text.length) {
      if (this.#text[this.#at] === '\r' && this.#text[this.#at + 1] !== '\n') this.#replace(this.#at, this.#at + 1, '\n');
      const frame = this.#stack[this.#stack.length - 1]!;
      if (frame.kind === 'code') this.#inCode(frame);
      else if (frame.kind === 'text') this.#inText(frame);
      else this.#inFormat(frame);
    }
    return this.#parts.length === 0 ? this.#text : this.#parts.join('') + this.#text.slice(this.#copied);
  }

  #replace(start: number, end: number, sign: ' ' | '+' | '\n'): void {
    // Inside a default everything becomes blank when it ends.
    if (this.#default !== null) return;
    this.#parts.push(this.#text.slice(this.#copied, start), sign.repeat(end - start));
    this.#copied = end;
  }

  #inCode(frame: Code): void {
    const text = this.#text;
    const at = this.#at;
    const character = text[at]!;
    this.#at += 1;
    switch (character) {
      case '#':
        LINE_BREAK.lastIndex = at;
        this.#at = LINE_BREAK.exec(text)?.index ?? text.length;
        this.comments.push({ start: at, end: this.#at });
        return;
      case '"':
      case "'": {
        const quote = text.startsWith(character.repeat(3), at) ? character.repeat(3) : character;
        const prefix = STRING_PREFIX.exec(text.slice(Math.max(0, at - 4), at))?.[0].toLowerCase() ?? '';
        this.#stack.push({ kind: 'text', quote, isFormat: /[ft]/u.test(prefix), isRaw: prefix.includes('r') });
        this.#at = at + quote.length;
        return;
      }
      case '(':
      case '[':
      case '{':
        this.#stack.push({ kind: 'code', close: CLOSING[character]!, isField: false, isTypeParameters: character === '[' && BEFORE_TYPE_PARAMETERS.test(text.slice(Math.max(0, at - 200), at)) });
        return;
      case ')':
      case ']':
      case '}':
        if (frame.close !== character) return;
        this.#endDefault(at);
        this.#stack.pop();
        return;
      case ',':
        this.#endDefault(at);
        return;
      case '=':
        if (frame.isTypeParameters) this.#default ??= { depth: this.#stack.length, start: at };
        return;
      case ':':
        if (frame.isField) this.#startFormat();
        return;
      case '*':
        STARRED.lastIndex = at;
        if (STARRED.test(text) && BEFORE_STAR.test(text.slice(Math.max(0, at - 20), at))) this.#replace(at, at + 1, '+');
        return;
      case '.': {
        if (this.#stack.length === 1) return;
        LINE_BREAK_AFTER_DOT.lastIndex = at + 1;
        const found = LINE_BREAK_AFTER_DOT.exec(text)?.[0];
        if (found === undefined) return;
        this.#at += found.length;
        this.#replace(at + 1, this.#at, ' ');
        return;
      }
      default:
    }
  }

  #endDefault(at: number): void {
    if (this.#default?.depth !== this.#stack.length) return;
    const { start } = this.#default;
    this.#default = null;
    this.#replace(start, at, ' ');
  }

  #startFormat(): void {
    if (this.#text[this.#at] === '=') {
      this.#replace(this.#at, this.#at + 1, ' ');
      this.#at += 1;
    }
    this.#stack.pop();
    const around = this.#stack[this.#stack.length - 1]!;
    this.#stack.push({ kind: 'format', quote: around.kind === 'code' ? '"' : around.quote });
  }

  #inText(frame: Text): void {
    const text = this.#text;
    const at = this.#at;
    this.#at += 1;
    if (text.startsWith(frame.quote, at)) {
      this.#stack.pop();
      this.#at = at + frame.quote.length;
    } else if (text[at] === '\\') {
      if (frame.isFormat && text[at + 1] === '{') return;
      const isNamed = frame.isFormat && !frame.isRaw && text.startsWith('N{', at + 1);
      const end = isNamed ? text.indexOf('}', at) : at + 1;
      this.#at = end === -1 ? text.length : end + 1;
    } else if (isLineBreak(text[at]) && frame.quote.length === 1) {
      // A string that should have been closed before.
      this.#stack.pop();
    } else if (frame.isFormat && text[at] === '{') {
      if (text[at + 1] === '{') this.#at += 1;
      else this.#openField();
    }
  }

  #inFormat(frame: Format): void {
    const text = this.#text;
    const character = text[this.#at];
    // Where the string ends inside the field, the syntax is broken.
    if (text.startsWith(frame.quote, this.#at) || (isLineBreak(character) && frame.quote.length === 1)) {
      this.#stack.pop();
      return;
    }
    this.#at += 1;
    if (character === '}') this.#stack.pop();
    else if (character === '{') this.#openField();
  }

  #openField(): void {
    this.#stack.push({ kind: 'code', close: '}', isField: true, isTypeParameters: false });
  }
}

function isLineBreak(character: string | undefined): boolean {
  return character === '\n' || character === '\r';
}
