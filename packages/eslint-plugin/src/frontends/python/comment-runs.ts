// Long runs of lines that hold nothing but a comment: code that was commented out, a licence. At each line the grammar looks through all comments that follow,
// for the indentation of the next statement, so that a run costs the square of its length; here it is made blank, and its comments are noted.
//
// What it guarantees: the result is as long as the text and differs from it in comments alone; what looks like a comment in a string stays. Refuses: runs
// shorter than LONG, which are most, and which cost next to nothing.
// Example: 100 lines `# x` in front of `y = 1` become 100 lines of three blanks.
import type { Comment } from './ast.ts';
import { commentsIn } from './grammar-gaps.ts';

/** Lines of a run that is made blank: one of them costs the grammar a tenth of a millisecond. */
const LONG = 64;

export interface WithoutRuns {
  readonly text: string;
  /** Those that are not in the text any more, in source order. */
  readonly comments: readonly Comment[];
}

export function withoutCommentRuns(text: string): WithoutRuns {
  const runs = longRuns(text);
  if (runs.length === 0) return { text, comments: [] };
  const comments: Comment[] = [];
  const parts: string[] = [];
  let [copied, run] = [0, 0];
  for (const { start, end } of commentsIn(text)) {
    while (run < runs.length && runs[run]!.end <= start) run += 1;
    if (run === runs.length || start < runs[run]!.start) continue;
    comments.push({ type: 'Comment', value: text.slice(start + 1, end), range: [start, end] });
    parts.push(text.slice(copied, start), ' '.repeat(end - start));
    copied = end;
  }
  return { text: parts.join('') + text.slice(copied), comments };
}

/** From the first of at least LONG lines with a comment and nothing before it to the last; blank lines between them do not count. */
function longRuns(text: string): readonly { readonly start: number; readonly end: number }[] {
  const runs: { start: number; end: number }[] = [];
  let [start, lines] = [0, 0];
  const end = (at: number): void => {
    if (lines >= LONG) runs.push({ start, end: at });
    lines = 0;
  };
  for (let at = 0; at < text.length; ) {
    let first = at;
    while (isBlank(text.charCodeAt(first))) first += 1;
    const lineBreak = text.indexOf('\n', first);
    if (text[first] === '#') {
      if (lines === 0) start = at;
      lines += 1;
    } else if (first !== lineBreak) end(at);
    at = lineBreak === -1 ? text.length : lineBreak + 1;
  }
  end(text.length);
  return runs;
}

/** Space, tab, form feed, carriage return. */
function isBlank(code: number): boolean {
  return code === 32 || code === 9 || code === 12 || code === 13;
}
