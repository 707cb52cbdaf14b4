// Which files of a project can be about modes at all. Most are not, and what they are not asked costs nothing.
//
// Guarantees: a file that imports a library with modes, or that calls a mode, a forward pass or a backward pass by its name, counts; comments and strings
// do not, because the lowered file is looked at. For Python, where a network is called like any function and its library is imported in many ways, the text
// decides, and every file may run a network that it is handed. Refuses: to know what a file imports through others; whoever asks about an analysis
// asks about all files that go into it.
// Example: `import { nn } from '@modeguard/engine'` counts, `// as '@modeguard/engine' does it` does not.
import type { Func, Instr, Module, Temp } from '../ir/ir.ts';
import { destOf } from '../ir/ir.ts';
import type { Libraries } from '../libraries/read.ts';

const METHODS: ReadonlySet<string> = new Set(['eval', 'train', 'backward', 'forward', 'call']);

interface Relevance {
  readonly mentionsModes: boolean;
  readonly runsNetworks: boolean;
}

/** Holds unless the file cannot be about modes: it names no library that has them and calls none of their methods. */
export function mentionsModes(module: Module, text: string, libraries: Libraries): boolean {
  if (module.language === 'python') return /\.(?:eval|train|backward|forward|call)\s*\(/.test(text) || withModes(libraries).some((name) => text.includes(name));
  return relevanceOf(module, libraries).mentionsModes;
}

/** Holds unless no network that the file is handed can be run by it: it calls nothing by a name that runs networks. */
export function runsNetworks(module: Module, text: string, libraries: Libraries): boolean {
  return module.language === 'python' || libraries.models.some((model) => model.modules?.callable === true) || mentionsModes(module, text, libraries) || relevanceOf(module, libraries).runsNetworks;
}

const known = new WeakMap<Libraries, WeakMap<Module, Relevance>>();

function relevanceOf(module: Module, libraries: Libraries): Relevance {
  let ofLibraries = known.get(libraries);
  if (ofLibraries === undefined) known.set(libraries, (ofLibraries = new WeakMap()));
  let relevance = ofLibraries.get(module);
  if (relevance === undefined) ofLibraries.set(module, (relevance = lookedAt(module, libraries)));
  return relevance;
}

function lookedAt(module: Module, libraries: Libraries): Relevance {
  const packages = withModes(libraries);
  const names = new Set(libraries.models.flatMap(({ modules, layers }) => [...namesOf(modules?.methods ?? {}, ['call']), ...namesOf(layers?.methods ?? {}, ['apply', 'infer', 'fit'])]));
  const imports = (name: string): boolean => packages.some((known) => name === known || name.startsWith(`${known}/`));
  const called = module.funcs.flatMap((func) => func.blocks.flatMap((block) => block.instrs.flatMap((instr) => calledName(func, instr) ?? [])));
  return {
    mentionsModes: called.some((name) => METHODS.has(name)) || module.funcs.some((func) => func.blocks.some((block) => block.instrs.some((instr) => (instr.kind === 'import' || instr.kind === 'import-all') && imports(instr.module)))),
    runsNetworks: called.some((name) => names.has(name)),
  };
}

/** The name of a called method; none where it is `call` or `apply` of a function. */
function calledName(func: Func, instr: Instr): string | null {
  if (instr.kind !== 'call' || instr.callee.kind !== 'method') return null;
  const { name, object } = instr.callee;
  return (name === 'call' || name === 'apply') && isMethodOfPrototype(func, object) ? null : name;
}

/** `Object.prototype.hasOwnProperty`, `Array.prototype.slice`. */
function isMethodOfPrototype(func: Func, temp: Temp): boolean {
  const made = attributeAt(func, temp);
  return made !== null && (made.name === 'hasOwnProperty' || attributeAt(func, made.object)?.name === 'prototype');
}

function attributeAt(func: Func, temp: Temp): { readonly object: Temp; readonly name: string } | null {
  for (const block of func.blocks) for (const instr of block.instrs) if (destOf(instr) === temp) return instr.kind === 'get-attr' ? instr : null;
  return null;
}

function namesOf(methods: Readonly<Record<string, string>>, effects: readonly string[]): readonly string[] {
  return Object.keys(methods).filter((name) => effects.includes(methods[name]!));
}

/** The packages of libraries with modes. */
function withModes(libraries: Libraries): readonly string[] {
  return libraries.models.flatMap((model) => (model.modules === undefined && model.layers === undefined ? [] : model.packages));
}
