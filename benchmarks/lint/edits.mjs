// @ts-check
// What somebody does who works on a file: one statement more in the body of a function. Not a comment: a linter that knows what it has used of a file has
// nothing to do for that.
// Example: `withStatement('def f(x):\n    return x\n', true, '1')` is `def f(x):\n    edited = 1\n    return x\n`.

import { readFileSync, writeFileSync } from 'node:fs';

/** Does something while a file has a statement more, and puts it back. @template T @param {string} file @param {() => Promise<T>} action @returns {Promise<T>} */
export async function withEdit(file, action) {
  const before = readFileSync(file);
  try {
    writeFileSync(file, withStatement(before.toString('utf8'), file.endsWith('.py'), '1'));
    return await action();
  } finally {
    writeFileSync(file, before);
  }
}

/**
 * A statement at the start of the function in the middle of the file; where no function is found, at the end.
 *
 * @param {string} text @param {boolean} isPython @param {string} number of the statement: another one is another text
 */
export function withStatement(text, isPython, number) {
  const starts = [...text.matchAll(isPython ? /^[ \t]*def \w+\([^()]*\)[^:\n]*:\r?\n([ \t]+)(?=\S)/gmu : /(?<!\b(?:extends|switch)\b[^\n]*)\)(?:\s*:[^;{}()]+)?\s*\{\r?\n/gu)];
  const found = starts[starts.length >> 1];
  if (found === undefined) return `${text}\n${isPython ? `edited = ${number}` : `void ${number};`}\n`;
  const at = found.index + found[0].length;
  return `${text.slice(0, at)}${isPython ? `edited = ${number}\n${found[1]}` : `void ${number};\n`}${text.slice(at)}`;
}
