// Edits that rules propose, in the syntax of the file. Each returns null where the edit would not be safe to write: a
// statement that shares its line, a receiver that is no plain name, or one that has its value in the statement alone.
import type { Analysis } from '../analyze.ts';
import type { Span } from '../source/span.ts';
import type { TextEdit } from './finding.ts';

const PLAIN_RECEIVER = /^[\w$]+(?:\.#?[\w$]+)*$/;

/** `code` as a statement of its own on the line before `statement`. */
function insertStatementBefore(analysis: Analysis, statement: Span, code: string): TextEdit | null {
  if (!startsItsLine(analysis, statement) || !isListed(analysis, statement)) return null;
  const indentation = analysis.lines.indentationAt(statement.start);
  const end = analysis.module.language === 'python' ? '' : ';';
  return { span: { start: statement.start, end: statement.start }, text: `${code}${end}${lineEnd(analysis)}${indentation}` };
}

/** `receiver.eval()` or `receiver.train()` before `statement`. */
export function insertSwitchBefore(analysis: Analysis, statement: Span, receiver: string, method: 'eval' | 'train'): TextEdit | null {
  return PLAIN_RECEIVER.test(receiver) && !isBoundIn(analysis, statement, /^[\w$]+/.exec(receiver)![0]) ? insertStatementBefore(analysis, statement, `${receiver}.${method}()`) : null;
}

/** Whether another statement may be written in front: not of a clause (`elif`, `case`), nor of an expression that is a function's body. */
function isListed(analysis: Analysis, statement: Span): boolean {
  if (analysis.module.language === 'typescript') return analysis.listedStatements().has(statement.start);
  if (/^(?:elif|else|except|finally|case)\b/.test(analysis.text.slice(statement.start, statement.start + 8))) return false;
  return !analysis.module.funcs.some((func) => func.kind === 'lambda' && (func.span.start === statement.start || func.bodyStart === statement.start));
}

/** Whether the statement itself gives the name its value, as a comprehension, `:=`, `as` or the head of a loop does: it means nothing, or something else, before. */
function isBoundIn(analysis: Analysis, statement: Span, name: string): boolean {
  const text = analysis.text.slice(statement.start, statement.end);
  const word = `(?<![\\w$.])${name.replaceAll('$', '\\$')}(?![\\w$])`;
  const before = analysis.module.language === 'python' ? `\\bfor\\b(?:(?!\\bin\\b)[^:])*?${word}|\\bas\\s*\\(?[\\w\\s,]*?${word}|${word}\\s*:=` : `\\b(?:const|let|var|using)\\b[^=;]*?${word}`;
  return new RegExp(before).test(text);
}

/** Puts a simple Python statement under `with header:`. */
export function wrapInWith(analysis: Analysis, statement: Span, header: string): readonly TextEdit[] | null {
  const text = analysis.text.slice(statement.start, statement.end);
  // A compound statement's header, or a statement that shares its line, cannot be indented alone. Text in a multi-line string
  // would change with the indentation.
  if (!startsItsLine(analysis, statement) || !isListed(analysis, statement) || text.trimEnd().endsWith(':') || /"""|'''/.test(text)) return null;
  // The scope would stay open for whoever runs in the meantime.
  if (/\b(?:await|yield)\b/.test(text)) return null;
  if (!/^[ \t]*(?:#.*)?(?:\r\n|\r|\n|$)/.test(analysis.text.slice(statement.end))) return null;
  const indentation = analysis.lines.indentationAt(statement.start);
  const step = indentation.includes('\t') ? '\t' : '    ';
  const edits: TextEdit[] = [{ span: { start: statement.start, end: statement.start }, text: `with ${header}:${lineEnd(analysis)}${indentation}${step}` }];
  for (const match of text.matchAll(/\r\n|\r|\n/g)) {
    const at = statement.start + match.index + match[0].length;
    edits.push({ span: { start: at, end: at }, text: step });
  }
  return edits;
}

/** `wrapper(() => call)`; null if the call awaits or yields, which a callback would change, or if it has a `?.` that what follows depends on. */
export function wrapInCallback(analysis: Analysis, call: Span, wrapper: string): readonly TextEdit[] | null {
  const text = analysis.text.slice(call.start, call.end);
  if (/\b(?:await|yield)\b/.test(text) || (text.includes('?.') && /^\s*[.[(!]/.test(analysis.text.slice(call.end, call.end + 80)))) return null;
  return [
    { span: { start: call.start, end: call.start }, text: `${wrapper}(() => ` },
    { span: { start: call.end, end: call.end }, text: ')' },
  ];
}

const imports = new WeakMap<Analysis, Map<string, readonly TextEdit[] | null>>();

/** Adds `name` to `import { … } from 'source'`; null if there is no such import, no edit if the name is imported already. */
export function addNamedImport(analysis: Analysis, name: string, source: string): readonly TextEdit[] | null {
  // The whole file is looked through for it, and a file may have thousands of places that need one.
  let known = imports.get(analysis);
  if (known === undefined) imports.set(analysis, (known = new Map()));
  const key = `${name} ${source}`;
  let edits = known.get(key);
  if (edits === undefined) known.set(key, (edits = namedImport(analysis, name, source)));
  return edits;
}

function namedImport(analysis: Analysis, name: string, source: string): readonly TextEdit[] | null {
  const pattern = new RegExp(`(?<=^[ \\t]*)import\\s*\\{([^}]*)\\}\\s*from\\s*(['"])${source.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\2`, 'm');
  const match = pattern.exec(analysis.text);
  if (match === null) return null;
  if (match[1]!.split(',').some((part) => part.trim() === name)) return [];
  const at = analysis.text.indexOf('{', match.index) + 1;
  return [{ span: { start: at, end: at }, text: ` ${name},` }];
}

function startsItsLine(analysis: Analysis, statement: Span): boolean {
  return analysis.text.slice(analysis.lines.lineStart(statement.start), statement.start).trim() === '';
}

/** Where another argument may follow that of `call` which ends at `lastEnd`: outside of parentheses around it. */
export function endOfArguments(analysis: Analysis, call: Span, lastEnd: number): number {
  return lastEnd + /^(?:\s*\))*/.exec(withoutComments(analysis, lastEnd, call.end - 1))![0].length;
}

/** What stands between two arguments: blanks for comments. */
export function withoutComments(analysis: Analysis, start: number, end: number): string {
  const comment = analysis.module.language === 'python' ? /#[^\r\n]*/g : /\/\/[^\r\n]*|\/\*[\s\S]*?\*\//g;
  return analysis.text.slice(start, end).replace(comment, (found) => ' '.repeat(found.length));
}

/** The line end that the file uses. */
export function lineEnd(analysis: Analysis): string {
  return /\r\n|\r|\n/.exec(analysis.text)?.[0] ?? '\n';
}
