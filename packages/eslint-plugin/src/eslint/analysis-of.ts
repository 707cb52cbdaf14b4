// The analysis of the file that ESLint is linting: made once, shared by every rule. Rules run one after the other on the same
// `SourceCode`, so its identity is the key; nothing is kept when ESLint drops it.
import type { TSESLint } from '@typescript-eslint/utils';
import ts from 'typescript';
import { analyze, type Analysis } from '../analyze.ts';
import { parseLibrary } from '../libraries/read.ts';
import type { LibraryModel } from '../libraries/schema.ts';
import { PythonSourceCode } from './python-source-code.ts';

const analyses = new WeakMap<object, Analysis>();
const models = new WeakMap<object, readonly LibraryModel[]>();

export function analysisOf(context: Readonly<TSESLint.RuleContext<string, readonly unknown[]>>): Analysis {
  const sourceCode: unknown = context.sourceCode;
  const key = context.sourceCode as object;
  let analysis = analyses.get(key);
  if (analysis === undefined) {
    const libraries = ownLibraries(context.settings);
    const file = context.filename;
    analysis =
      sourceCode instanceof PythonSourceCode
        ? analyze({ file, text: sourceCode.text, language: 'python', tree: sourceCode.tree, libraries })
        : analyze({ file, text: context.sourceCode.text, language: 'typescript', libraries, ...typedTree(context.sourceCode, file) });
    analyses.set(key, analysis);
  }
  return analysis;
}

/** The compiler's own tree, if typed linting has made it already. */
function typedTree(sourceCode: Readonly<TSESLint.SourceCode>, file: string): { tree?: ts.SourceFile } {
  const tree = sourceCode.parserServices?.program?.getSourceFile(file);
  // A byte order mark is part of the compiler's text and not of ESLint's; offsets would differ.
  return tree !== undefined && tree.text === sourceCode.text ? { tree: tree as unknown as ts.SourceFile } : {};
}

/** `settings.modeguard.libraries`: checked once per settings object. */
function ownLibraries(settings: TSESLint.SharedConfigurationSettings): readonly LibraryModel[] {
  const own: unknown = (settings as { modeguard?: unknown }).modeguard;
  if (own === undefined) return [];
  if (typeof own !== 'object' || own === null) throw new Error('settings.modeguard must be an object, such as { libraries: [ … ] }.');
  const unknownKey = Object.keys(own).find((name) => name !== 'libraries');
  if (unknownKey !== undefined) throw new Error(`settings.modeguard.${unknownKey} is not a setting; there is only \`libraries\`.`);
  let known = models.get(own);
  if (known === undefined) {
    const list: unknown = (own as { libraries?: unknown }).libraries ?? [];
    if (!Array.isArray(list)) throw new Error('settings.modeguard.libraries must be an array of library models.');
    known = list.map((model: unknown, i) => parseLibrary(model, `settings.modeguard.libraries[${i}]`));
    models.set(own, known);
  }
  return known;
}
