// What the grammar cannot read although Python can, blanked out of the text so that it can.
//
// What it guarantees: the result is as long as the text, differs from it in blanks only, and loses no name, call or statement
// of a program; offsets stay right, and whoever slices the original text sees the original.
//
// The gaps (tree-sitter-python 0.25):
// - defaults of type parameters (`def f[T = int]()`): they are evaluated when somebody asks for them, which is never here;
// - a format that begins with `=` (`f"{x:=10}"`), which the grammar takes for `x := 10`;
// - a line break after the dot of an attribute inside brackets, if the next line is indented less than the block.
type Frame =
  /** Ordinary code up to `close`. `field`: the replacement field of an f-string. `blank`: where a type parameter's default starts. */
  | { readonly kind: 'code'; readonly close: string; readonly field: boolean; readonly typeParameters: boolean; blank: number }
  | { readonly kind: 'string'; readonly quote: string; readonly format: boolean; readonly raw: boolean }
  /** What stands after the colon of a replacement field. */
  | { readonly kind: 'format'; readonly quote: string };

const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };
const BEFORE_TYPE_PARAMETERS = /\b(?:def|class|type)[ \t]+[\p{L}\p{N}_]+[ \t]*$/u;
const STRING_PREFIX = /(?<![\p{L}\p{N}_])[rbuft]{1,2}$/iu;
const LINE_BREAK = /[\r\n]/gu;
const LINE_BREAK_AFTER_DOT = /[ \t]*(?:\r\n|\r|\n)/uy;

/** `text` without the gaps; `text` itself if it has none. */
export function blankGaps(text: string): string {
  const blanks: (readonly [number, number])[] = [];
  const stack: Frame[] = [{ kind: 'code', close: '', field: false, typeParameters: false, blank: -1 }];
  let at = 0;
  while (at < text.length) {
    const frame = stack[stack.length - 1]!;
    at = frame.kind === 'code' ? inCode(text, at, frame, stack, blanks) : frame.kind === 'string' ? inString(text, at, frame, stack) : inFormat(text, at, frame, stack);
  }
  if (blanks.length === 0) return text;
  let result = '';
  let from = 0;
  for (const [start, end] of blanks) {
    result += text.slice(from, start) + ' '.repeat(end - start);
    from = end;
  }
  return result + text.slice(from);
}

function inCode(text: string, at: number, frame: Extract<Frame, { kind: 'code' }>, stack: Frame[], blanks: (readonly [number, number])[]): number {
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
      if (frame.blank >= 0) blanks.push([frame.blank, at]);
      stack.pop();
      return at + 1;
    case ',':
      if (frame.blank >= 0) blanks.push([frame.blank, at]);
      frame.blank = -1;
      return at + 1;
    case '=':
      if (frame.typeParameters && frame.blank < 0) frame.blank = at;
      return at + 1;
    case ':': {
      if (!frame.field) return at + 1;
      if (text[at + 1] === '=') blanks.push([at + 1, at + 2]);
      const around = stack[stack.length - 2];
      stack[stack.length - 1] = { kind: 'format', quote: around !== undefined && around.kind !== 'code' ? around.quote : '"' };
      return at + 1;
    }
    case '.': {
      if (stack.length === 1) return at + 1;
      LINE_BREAK_AFTER_DOT.lastIndex = at + 1;
      const found = LINE_BREAK_AFTER_DOT.exec(text)?.[0];
      if (found === undefined) return at + 1;
      // Inside a default everything is blank already.
      if (stack.every((each) => each.kind !== 'code' || each.blank < 0)) blanks.push([at + 1, at + 1 + found.length]);
      return at + 1 + found.length;
    }
    default:
      return at + 1;
  }
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
