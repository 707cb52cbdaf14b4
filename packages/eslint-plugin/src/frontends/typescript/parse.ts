// Parses TypeScript and JavaScript text with the TypeScript compiler's own parser, one file at a time, without a program.
//
// What it guarantees: it never throws. Text with errors gives the tree that the parser recovered and the spans of the errors;
// text that nests deeper than the parser's recursion can follow gives an empty tree and one error that spans the whole text.
// The comments that scripts may borrow from HTML are blanks.
//
// What it refuses: to judge. JavaScript that contains types, or a `return` outside a function, parses without an error here,
// because the lowering can read it.
import ts from '#typescript';
import type { Span } from '../../source/span.ts';

const SCRIPT_KINDS: ReadonlyMap<string, keyof typeof ts.ScriptKind> = new Map([
  ['.ts', 'TS'],
  ['.mts', 'TS'],
  ['.cts', 'TS'],
  ['.tsx', 'TSX'],
  ['.js', 'JS'],
  ['.mjs', 'JS'],
  ['.cjs', 'JS'],
  ['.jsx', 'JSX'],
] as const);

/** The compiler records syntax errors on the tree but does not declare the field. */
interface WithDiagnostics {
  parseDiagnostics?: { readonly start: number; readonly length: number; readonly code: number }[];
}

export function parseTypeScript(text: string, file: string): ts.SourceFile {
  const kind = scriptKindOf(file);
  try {
    const sourceFile = createSourceFile(text, file, kind);
    const errors = syntaxErrorsOf(sourceFile).length;
    if (errors === 0 || !SCRIPT.test(file) || ts.isExternalModule(sourceFile)) return sourceFile;
    const masked = withoutHtmlComments(text);
    if (masked === text) return sourceFile;
    const script = createSourceFile(masked, file, kind);
    return syntaxErrorsOf(script).length < errors ? script : sourceFile;
  } catch {
    const empty = createSourceFile('', file, kind);
    (empty as WithDiagnostics).parseDiagnostics = [{ start: 0, length: text.length, code: 0 }];
    return empty;
  }
}

/** What the compiler refuses everywhere and scripts may write: `010`, `08`, `'\07'`, `'\8'`. */
const SLOPPY_ERRORS: ReadonlySet<number> = new Set([1121, 1487, 1488, 1489]);

const SCRIPT = /\.(?:c?js|jsx)$/i;

/**
 * Scripts may write comments as `<!-- ...` and, at the start of a line, `--> ...`, which the compiler's parser does not know:
 * blanks in their place.
 */
function withoutHtmlComments(text: string): string {
  const blank = (comment: string): string => ' '.repeat(comment.length);
  return text.replace(/<!--[^\n\r\u2028\u2029]*/g, blank).replace(/^[^\S\n\r\u2028\u2029]*-->[^\n\r\u2028\u2029]*/gm, blank);
}

/** Where the parser found errors, as spans of the text. */
export function syntaxErrorsOf(sourceFile: ts.SourceFile): readonly Span[] {
  const diagnostics = (sourceFile as WithDiagnostics).parseDiagnostics ?? [];
  const isScript = SCRIPT.test(sourceFile.fileName) && !ts.isExternalModule(sourceFile);
  return diagnostics.filter(({ code }) => !isScript || !SLOPPY_ERRORS.has(code)).map(({ start, length }) => ({ start, end: start + length }));
}

function createSourceFile(text: string, file: string, kind: ts.ScriptKind): ts.SourceFile {
  // Nothing in the lowering looks upwards or reads JSDoc, so parents are not set and comments are not parsed.
  return ts.createSourceFile(file, text, { languageVersion: ts.ScriptTarget.Latest, jsDocParsingMode: ts.JSDocParsingMode.ParseNone }, false, kind);
}

function scriptKindOf(file: string): ts.ScriptKind {
  const dot = file.lastIndexOf('.');
  return ts.ScriptKind[SCRIPT_KINDS.get(dot < 0 ? '' : file.slice(dot).toLowerCase()) ?? 'TS'];
}
