// tree-sitter with its grammar of Python, from the moment when the first Python text is parsed: ESLint parses synchronously, tree-sitter starts asynchronously, and
// a project without a line of Python should not wait for it, nor for the garbage collections that 32 MB beside the heap bring with them.
//
// Guarantees: what it returns can be used at once. The library's start waits for nothing but its own promises once its WebAssembly module is instantiated for it, so it is
// run in a context that settles its promises before its evaluation returns (`microtaskMode` of node:vm). Refuses: to go on if a start would wait for anything else: an error
// says so, and no text is parsed by half of a parser.
// Example: `startTreeSitter(new URL('../../../wasm/tree-sitter-python.wasm', import.meta.url)).parser.parse('x = 1')`.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { createContext, Script } from 'node:vm';
import type { Language, Parser } from 'web-tree-sitter';

export interface TreeSitter {
  readonly parser: Parser;
  readonly language: Language;
}

/** The part of the library that is used here, and what its start is given. */
interface Library {
  readonly Parser: { new (): Parser; init(options: object): Promise<void> };
  readonly Language: { loadSync(module: WebAssembly.Module): Language };
}

type Instantiated = (instance: WebAssembly.Instance, module: WebAssembly.Module) => void;

/** @param grammar where the grammar's WebAssembly module lies */
export function startTreeSitter(grammar: URL): TreeSitter {
  const require = createRequire(import.meta.url);
  const core = new WebAssembly.Module(readFileSync(require.resolve('web-tree-sitter/web-tree-sitter.wasm')));
  const instantiateWasm = (imports: object, then: Instantiated): void => then(new WebAssembly.Instance(core, imports), core);
  const { Parser, Language } = evaluated(require.resolve('web-tree-sitter'), require, { instantiateWasm });
  const language = Language.loadSync(new WebAssembly.Module(readFileSync(grammar)));
  return { parser: new Parser().setLanguage(language), language };
}

/** The library, started. */
function evaluated(file: string, require: NodeJS.Require, options: object): Library {
  const module = { exports: {} as Library };
  const scope = { require, module, exports: module.exports, __filename: file, __dirname: dirname(file), options, process, console, WebAssembly, URL, TextDecoder, state: 'waits' as unknown };
  const context = createContext(scope, { microtaskMode: 'afterEvaluate' });
  // In a function: what the library declares is no property of the context, where each use of it would be looked up.
  new Script(`(function () {${readFileSync(file, 'utf8')}\n})()`, { filename: file }).runInContext(context);
  new Script(`module.exports.Parser.init(options).then(() => { state = 'started'; }, (error) => { state = error; })`).runInContext(context);
  if (scope.state !== 'started') throw new Error('tree-sitter, which parses Python, did not start.', { cause: scope.state });
  return module.exports;
}
