// Which files of a project can be about modes at all. Most are not, and what they are not asked costs nothing.
//
// Guarantees: a file that imports a library with modes, or that calls a mode, a forward pass or a backward pass by its name, counts; comments and strings
// do not, because the lowered file is looked at. For Python, where a network is called like any function and its library is imported in many ways, the text
// decides, and every file may run a network that it is handed. What the text of a file alone answers is a part of what the lowered file does: `isBeside` never
// holds of a file that counts. Refuses: to know what a file imports through others; whoever asks about an analysis
// asks about all files that go into it.
// Example: `import { nn } from '@modeguard/engine'` counts, `// as '@modeguard/engine' does it` does not.
import { isAbsolute } from 'node:path';
import type { Func, Instr, Module, Temp } from '../ir/ir.ts';
import { definitionsOf } from '../ir/definitions.ts';
import { ByModels } from '../libraries/by-models.ts';
import type { Libraries } from '../libraries/read.ts';
import { isModeSource } from './mode-sources.ts';
import { packageNameOf } from './package-name.ts';
import { listingAround, type ListedFile, type Listing } from './project-listing.ts';

const METHODS: ReadonlySet<string> = new Set(['eval', 'train', 'backward', 'forward', 'call']);

interface Relevance {
  readonly mentions: boolean;
  readonly runs: boolean;
  /** Calls something by a name that runs networks in libraries of layers, and that many other things have. */
  readonly applies: boolean;
  readonly draws: boolean;
}

/** Holds unless the file cannot be about modes: it names no library that has them and calls none of their methods. */
export function mentionsModes(module: Module, text: string, libraries: Libraries): boolean {
  if (module.language === 'python') return /\.(?:eval|train|backward|forward|call)\s*\(/.test(text) || namesOf(libraries).packages.some((name) => text.includes(name));
  return relevanceOf(module, libraries).mentions;
}

/**
 * Holds unless callers have nothing to show of the file: it calls nothing by a name that runs networks, and what it imports of libraries with modes has none and draws nothing. A
 * file that only computes with tensors imports such a library too; `fit` and `predict` are names of many things where nobody in the project imports layers.
 */
export function runsNetworks(module: Module, libraries: Libraries): boolean {
  if (module.language === 'python' || libraries.models.some((model) => model.modules?.callable === true)) return true;
  const { runs, applies, draws, mentions } = relevanceOf(module, libraries);
  return runs || (mentions && (draws || isModeSource(module, libraries))) || (applies && mayHaveLayers(module.file, libraries));
}

const layersIn = new ByModels<Listing, boolean>();

/** Holds unless no file of the project around `file` imports a library with layers whose mode is an option of each call, and the project is none. */
export function mayHaveLayers(file: string, libraries: Libraries): boolean {
  if (!isAbsolute(file)) return true;
  const listing = listingAround(file, 'typescript');
  return layersIn.get(listing, libraries, () => !listing.marked || !listing.complete || listing.files.some((item) => hasLayers(item, libraries)));
}

function hasLayers({ file, specifiers }: ListedFile, libraries: Libraries): boolean {
  const models = libraries.models.filter(({ layers }) => layers !== undefined);
  const packageName = models.some(({ own }) => own !== undefined) ? packageNameOf(file) : null;
  return models.some(({ packages, own }) => (packageName !== null && own?.packages.includes(packageName) === true) || specifiers.some((from) => packages.some((name) => from === name || from.startsWith(`${name}/`))));
}

/**
 * Holds if the text of a file of TypeScript or JavaScript alone shows that neither of the two below holds: it need not even be lowered. Most files of most
 * projects show it.
 */
export function isBeside(text: string, libraries: Libraries): boolean {
  return isBesideWithoutLayers(text, libraries) && everyMatchIsInComment(text, namesOf(libraries).runningInText);
}

/** Holds if the text shows it for a file whose project has no layers (`mayHaveLayers`): `fit` and `predict` are names of many things there. */
export function isBesideWithoutLayers(text: string, libraries: Libraries): boolean {
  if (libraries.models.some((model) => model.modules?.callable === true)) return false;
  const { inText, packageInText } = namesOf(libraries);
  return everyMatchIsInComment(text, inText) && everyMatchIsInComment(text, packageInText);
}

/** Holds if the text of a file that is no source of modes (`mode-sources.ts`) shows that it runs no networks (`runsNetworks`): it calls nothing by such a name, and draws nothing. */
export function showsNoCalls(text: string, libraries: Libraries): boolean {
  if (libraries.models.some((model) => model.modules?.callable === true)) return false;
  const { inText, runningInText, drawingInText } = namesOf(libraries);
  return [inText, runningInText, drawingInText].every((sought) => everyMatchIsInComment(text, sought));
}

export function everyMatchIsInComment(text: string, sought: RegExp): boolean {
  for (const { index } of text.matchAll(sought)) if (!isInComment(text, index)) return false;
  return true;
}

/** Holds only if what stands at `at` is certainly part of a comment: an example in a documentation comment is most of what names a package. */
export function isInComment(text: string, at: number): boolean {
  const start = text.slice(text.lastIndexOf('\n', at) + 1, at).trimStart();
  return start.startsWith('//') || (start.startsWith('*') && text.lastIndexOf('/*', at) > text.lastIndexOf('*/', at));
}

const known = new ByModels<Module, Relevance>();

function relevanceOf(module: Module, libraries: Libraries): Relevance {
  return known.get(module, libraries, () => lookedAt(module, libraries));
}

function lookedAt(module: Module, libraries: Libraries): Relevance {
  const { packages, running, drawing } = namesOf(libraries);
  const imports = (name: string): boolean => packages.some((known) => name === known || name.startsWith(`${known}/`));
  let [mentions, runs, applies, draws] = [false, false, false, false];
  for (const func of module.funcs) {
    for (const { instrs } of func.blocks) {
      for (const instr of instrs) {
        if (instr.kind === 'import' || instr.kind === 'import-all') {
          mentions ||= imports(instr.module);
          draws ||= instr.kind === 'import' && instr.name !== null && drawing.has(instr.name);
        } else if (instr.kind === 'get-attr') draws ||= drawing.has(instr.name);
        else if (instr.kind === 'call') {
          const name = calledName(func, instr);
          if (name === null) continue;
          mentions ||= METHODS.has(name);
          runs ||= METHODS.has(name);
          applies ||= running.has(name);
          draws ||= drawing.has(name);
        }
      }
      if (mentions && runs) return { mentions, runs, applies, draws };
    }
  }
  return { mentions, runs, applies, draws };
}

/** The name of a called method; none where it is `call` or `apply` of a function. */
function calledName(func: Func, { callee, args }: Extract<Instr, { kind: 'call' }>): string | null {
  if (callee.kind !== 'method') return null;
  const { name, object } = callee;
  return (name === 'call' || name === 'apply') && (isMethodOfPrototype(func, object) || (args[0] !== undefined && isThis(func, args[0].value))) ? null : name;
}

/** `original.call(this)`: what a wrapper hands on is the receiver, and no network is run on one. */
function isThis(func: Func, temp: Temp): boolean {
  const instr = definitionsOf(func).get(temp);
  return instr?.kind === 'load' && instr.variable.origin === 'this';
}

/** `Object.prototype.hasOwnProperty`, `Array.prototype.slice`. */
function isMethodOfPrototype(func: Func, temp: Temp): boolean {
  const made = attributeAt(func, temp);
  return made !== null && (made.name === 'hasOwnProperty' || attributeAt(func, made.object)?.name === 'prototype');
}

function attributeAt(func: Func, temp: Temp): { readonly object: Temp; readonly name: string } | null {
  const instr = definitionsOf(func).get(temp);
  return instr?.kind === 'get-attr' ? instr : null;
}

/** What is looked for, of one set of models. */
interface Names {
  /** The packages of libraries with modes. */
  readonly packages: readonly string[];
  /** Methods that run networks. */
  readonly running: ReadonlySet<string>;
  /** Functions that draw random numbers. */
  readonly drawing: ReadonlySet<string>;
  /** Finds a method that counts, one that counts where there are layers, or a package, wherever it may be in a text. */
  readonly inText: RegExp;
  readonly runningInText: RegExp;
  readonly packageInText: RegExp;
  readonly drawingInText: RegExp;
}

const namesOfLibraries = new WeakMap<Libraries, Names>();

function namesOf(libraries: Libraries): Names {
  let names = namesOfLibraries.get(libraries);
  if (names === undefined) {
    const packages = libraries.models.flatMap((model) => (model.modules === undefined && model.layers === undefined ? [] : model.packages));
    const running = new Set(libraries.models.flatMap(({ modules, layers }) => [...methodsThat(['call'], modules?.methods ?? {}), ...methodsThat(['apply', 'infer', 'fit'], layers?.methods ?? {})]));
    const drawing = new Set(libraries.models.flatMap(({ functions }) => functions.flatMap(({ path, effect }) => (effect.kind === 'random' ? [path.slice(path.lastIndexOf('.') + 1)] : []))));
    names = {
      packages,
      running,
      drawing,
      inText: methodsInText(METHODS),
      runningInText: methodsInText(running),
      packageInText: new RegExp(`['"\`](?:${packages.map(escaped).join('|')})(?:/[^'"\`]*)?['"\`]`, 'gu'),
      drawingInText: new RegExp(`\\b(?:${[...drawing].map(escaped).join('|')})\\b|\\\\[ux]`, 'gu'),
    };
    namesOfLibraries.set(libraries, names);
  }
  return names;
}

/** Finds `x.call`, `x['call']`, also with a comment between; a name with escapes in it is taken for one. */
function methodsInText(names: ReadonlySet<string>): RegExp {
  const methods = [...names].map(escaped).join('|');
  return new RegExp(`\\.\\s*(?:(?:/\\*(?:[^*]|\\*(?!/))*\\*/|//[^\\n]*\\n)\\s*)*(?:(?:${methods})\\b|[\\w$]*\\\\u)|['"\`](?:${methods})['"\`]\\s*\\]`, 'gu');
}

function methodsThat(effects: readonly string[], methods: Readonly<Record<string, string>>): readonly string[] {
  return Object.keys(methods).filter((name) => effects.includes(methods[name]!));
}

export function escaped(text: string): string {
  return text.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&');
}
