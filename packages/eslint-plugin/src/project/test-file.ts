// Which files are tests, by their names and folders: a test runs networks as they were made, and compares what comes out, on purpose.
//
// `tests/test_hooks.py`, `src/net.spec.ts`, `src/net_test.ts` (as in TensorFlow.js and Deno) and `conftest.py` are; `test.py` is none, which in research code evaluates a network and is where that
// goes wrong; `test.js` is one. A folder above the root of the project says nothing about it.
import { basename, dirname, extname, relative, sep } from 'node:path';
import type { Language } from '../ir/ir.ts';
import { rootOf } from './project-listing.ts';

/** @param file relative to the root of its project, or absolute */
export function isTestFile(file: string, language: Language): boolean {
  const root = rootOf(dirname(file), language);
  return isTest(root === null ? `${basename(dirname(file))}${sep}${basename(file)}` : relative(root, file), language);
}

/** @param file relative to the root of the project */
export function isTest(file: string, language: Language): boolean {
  const name = basename(file);
  if (file.split(sep).some((part) => /^(?:tests?|test_utils|__tests__|testing|conftest\.py)$/.test(part))) return true;
  return /(?:^test_|_test\.(?:py|[cm]?[jt]sx?)$|\.(?:test|spec)\.)/.test(name) || (language === 'typescript' && basename(name, extname(name)) === 'test');
}
