// Python as a language of ESLint. Syntax errors are tolerated by default: the parser recovers, the rest of the file is linted,
// and the analysis leaves out the functions that contain one.
//
// Only our own options are validated: `languageOptions` that a preset sets for all files (`parser`, `globals`) reach every
// language and must be passed over in silence.
import type { File, Language, LanguageContext, OkParseResult, ParseResult } from '@eslint/core';
import type { Comment, Module, PyNode } from '../frontends/python/ast.ts';
import { parsePython, type PythonTree } from '../frontends/python/parse.ts';
import { isCollecting } from './collect.ts';
import { LateTree, PythonSourceCode, pythonVisitorKeys } from './python-source-code.ts';

export interface PythonLanguageTypes {
  LangOptions: Record<string, unknown>;
  Code: PythonSourceCode;
  RootNode: Module;
  Node: PyNode | Comment;
}

type Options = PythonLanguageTypes['LangOptions'];

interface PythonParseResult extends OkParseResult<Module> {
  readonly tree: PythonTree | LateTree;
}

export class PythonLanguage implements Language<PythonLanguageTypes> {
  readonly fileType = 'text';
  readonly lineStart = 1;
  readonly columnStart = 0;
  readonly nodeTypeKey = 'type';
  readonly visitorKeys = pythonVisitorKeys;
  readonly defaultLanguageOptions: Options = { tolerant: true };

  validateLanguageOptions(options: Options): void {
    if (options['tolerant'] !== undefined && typeof options['tolerant'] !== 'boolean') throw new TypeError("Expected a boolean value for 'tolerant' option.");
  }

  normalizeLanguageOptions(options: Options): Options {
    return { tolerant: options['tolerant'] !== false };
  }

  parse(file: File, context: LanguageContext<Options>): ParseResult<Module> {
    const text = textOf(file);
    // The command runs our rules alone. They visit the root, and most files have been lowered already for one that imports them.
    if (isCollecting() && context.languageOptions['tolerant'] !== false && !LateTree.speaksToLinter(text)) return parsed(new LateTree(text));
    const tree = parsePython(text);
    const [error] = tree.errors;
    if (error !== undefined && context.languageOptions['tolerant'] === false) {
      const { line, column } = new PythonSourceCode(text, tree, file.bom).getLocFromIndex(error.start);
      // ESLint takes this column as it is, and people count from 1.
      return { ok: false, errors: [{ message: 'Invalid Python syntax', line, column: column + 1 }] };
    }
    return parsed(tree);
  }

  createSourceCode(file: File, input: OkParseResult<Module>): PythonSourceCode {
    const text = textOf(file);
    return new PythonSourceCode(text, 'tree' in input ? (input as PythonParseResult).tree : parsePython(text), file.bom);
  }
}

function parsed(tree: PythonTree | LateTree): PythonParseResult {
  return { ok: true, ast: tree.ast, tree };
}

/** ESLint has taken the byte order mark off already. */
function textOf(file: File): string {
  return typeof file.body === 'string' ? file.body : new TextDecoder().decode(file.body);
}
