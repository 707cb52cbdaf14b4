// What the grammar cannot read although Python can, replaced in the text so that it can.
//
// What it guarantees: the result is as long as the text, so that offsets stay right and whoever slices the original text sees
// the original; it differs from it in edits, and in a sign where the original has a star (`convertExpression` looks there).
//
// The gaps (tree-sitter-python 0.25):
// - defaults of type parameters (`def f[T = int]()`): they are evaluated when somebody asks for them, which is never here;
// - a format that begins with `=` (`f"{x:=10}"`), which the grammar takes for `x := 10`;
// - a star in front of anything but a name, where no brackets are around (`return a, *[b]`): it becomes a plus;
// - a line break after the dot of an attribute inside brackets, if the next line is indented less than the block.
type Frame =
  /** Ordinary code up to `close`. `field`: the replacement field of an f-string. `blank`: where a type parameter's default starts. */
  | { readonly kind: 'code'; readonly close: string; readonly field: boolean; readonly typeParameters: boolean; blank: number }
  | { readonly kind: 'string'; readonly quote: string; readonly format: boolean; readonly raw: boolean }
  /** What stands after the colon of a replacement field. */
  | { readonly kind: 'format'; readonly quote: string };

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly sign: ' ' | '+';
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
  const edits: Edit[] = [];
  const stack: Frame[] = [{ kind: 'code', close: '', field: false, typeParameters: false, blank: -1 }];
  let at = 0;
  while (at < text.length) {
    const frame = stack[stack.length - 1]!;
    at = frame.kind === 'code' ? inCode(text, at, frame, stack, edits) : frame.kind === 'string' ? inString(text, at, frame, stack) : inFormat(text, at, frame, stack);
  }
  if (edits.length === 0) return text;
  let result = '';
  let from = 0;
  for (const { start, end, sign } of edits) {
    result += text.slice(from, start) + sign.repeat(end - start);
    from = end;
  }
  return result + text.slice(from);
}

function inCode(text: string, at: number, frame: Extract<Frame, { kind: 'code' }>, stack: Frame[], edits: Edit[]): number {
  const character = text[at]!;
  switch (character) {
    case '#': {
      LINE_BREAK.lastIndex = at;
      return LINE_BREAK.exec(text)?.index ?? text.length;
    }
    case '"':
    case "'": {
      const quote = text.startsWith(character.repeat(3), at) ? character.repeat(3) : character;
      const prefix = STRING_PREFIX.exec(text.slice(Math.max(0, at - 4), at))?.[0].toLowerCase() ?? '';
      stack.push({ kind: 'string', quote, format: /[ft]/u.test(prefix), raw: prefix.includes('r') });
      return at + quote.length;
    }
    case '(':
    case '[':
    case '{':
      stack.push({ kind: 'code', close: CLOSING[character]!, field: false, typeParameters: character === '[' && BEFORE_TYPE_PARAMETERS.test(text.slice(Math.max(0, at - 200), at)), blank: -1 });
      return at + 1;
    case ')':
    case ']':
    case '}':
      if (frame.close !== character) return at + 1;
      if (frame.blank >= 0) edits.push({ start: frame.blank, end: at, sign: ' ' });
      stack.pop();
      return at + 1;
    case ',':
      if (frame.blank >= 0) edits.push({ start: frame.blank, end: at, sign: ' ' });
      frame.blank = -1;
      return at + 1;
    case '=':
      if (frame.typeParameters && frame.blank < 0) frame.blank = at;
      return at + 1;
    case ':': {
      if (!frame.field) return at + 1;
      if (text[at + 1] === '=') edits.push({ start: at + 1, end: at + 2, sign: ' ' });
      const around = stack[stack.length - 2];
      stack[stack.length - 1] = { kind: 'format', quote: around !== undefined && around.kind !== 'code' ? around.quote : '"' };
      return at + 1;
    }
    case '*':
      STARRED.lastIndex = at;
      if (!isInDefault(stack) && STARRED.test(text) && BEFORE_STAR.test(text.slice(Math.max(0, at - 20), at))) edits.push({ start: at, end: at + 1, sign: '+' });
      return at + 1;
    case '.': {
      if (stack.length === 1) return at + 1;
      LINE_BREAK_AFTER_DOT.lastIndex = at + 1;
      const found = LINE_BREAK_AFTER_DOT.exec(text)?.[0];
      if (found === undefined) return at + 1;
      if (!isInDefault(stack)) edits.push({ start: at + 1, end: at + 1 + found.length, sign: ' ' });
      return at + 1 + found.length;
    }
    default:
      return at + 1;
  }
}

/** Everything in a default of a type parameter is blank already. */
function isInDefault(stack: readonly Frame[]): boolean {
  return stack.some((frame) => frame.kind === 'code' && frame.blank >= 0);
}

function inString(text: string, at: number, frame: Extract<Frame, { kind: 'string' }>, stack: Frame[]): number {
  const character = text[at]!;
  if (text.startsWith(frame.quote, at)) {
    stack.pop();
    return at + frame.quote.length;
  }
  if (character === '\\') {
    if (frame.format && text[at + 1] === '{') return at + 1;
    if (frame.format && !frame.raw && text.startsWith('N{', at + 1)) {
      const end = text.indexOf('}', at);
      return end === -1 ? text.length : end + 1;
    }
    return at + 2;
  }
  // A line break ends a string that should have been closed before.
  if (isLineBreak(character) && frame.quote.length === 1) stack.pop();
  else if (frame.format && character === '{') {
    if (text[at + 1] === '{') return at + 2;
    stack.push({ kind: 'code', close: '}', field: true, typeParameters: false, blank: -1 });
  }
  return at + 1;
}

function inFormat(text: string, at: number, frame: Extract<Frame, { kind: 'format' }>, stack: Frame[]): number {
  const character = text[at]!;
  if (character === '}') {
    stack.pop();
    return at + 1;
  }
  // The string ends inside the field: broken syntax.
  if (text.startsWith(frame.quote, at) || (isLineBreak(character) && frame.quote.length === 1)) {
    stack.pop();
    return at;
  }
  if (character === '{') stack.push({ kind: 'code', close: '}', field: true, typeParameters: false, blank: -1 });
  return at + 1;
}

function isLineBreak(character: string): boolean {
  return character === '\n' || character === '\r';
}
