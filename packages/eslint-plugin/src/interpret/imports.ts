// Imports: which files of the project are run before the analysed one, and what an import of theirs gives.
//
// A file's statements are run once, those of the files that it imports before its own, on one state that becomes the start of the analysis.
// An import then gives what the exported variable holds. What a library exports is not asked here.
import type { Module } from '../ir/ir.ts';
import { GRAD_ENABLED } from '../domains/grad.ts';
import { State } from '../domains/state.ts';
import { ANYTHING, ofAtoms, type Value } from '../domains/value.ts';
import { runFunction } from './call-function.ts';
import type { Machine } from './machine.ts';

/** Files that hand on each other's names with a star, one after the other. */
const MAX_STARS = 4;

/** The files that the analysed one imports, as far as they are in sight. */
export interface ProjectFiles {
  /** The file that `specifier` means in `from`; null for libraries and for what is not in sight. */
  find(from: Module, specifier: string): Module | null;
  /** The package whose source the file is, or null. */
  packageOf(file: Module): string | null;
}

/** Runs the statements of the imported files, those first that others import, and gives the state that they leave behind. */
export function runImports(machine: Machine): State {
  let state = State.initial(GRAD_ENABLED);
  askNearestFirst(machine.module, machine.files);
  const seen = new Set<Module>([machine.module]);
  const load = (module: Module): void => {
    for (const specifier of importsOf(module)) {
      const target = machine.files.find(module, specifier);
      if (target === null || seen.has(target)) continue;
      seen.add(target);
      load(target);
      const main = target.funcs[0]!;
      const run = machine.withBudget([main], () => runFunction(machine, { context: machine.rootContext({ module: target, func: main }, target.file), receiver: null, early: true }, main, state.clone()));
      if (run.exit === null) continue;
      state = run.exit;
      // A scope that an imported file leaves open is not the importer's.
      state.grad = GRAD_ENABLED;
      state.gradSites = [];
    }
  };
  load(machine.module);
  return state;
}

/** Asks for the imported files level by level: if not all can be had, it is the nearest that are. */
export function askNearestFirst(main: Module, files: ProjectFiles): void {
  const asked = new Set<Module>([main]);
  for (const module of asked) {
    for (const specifier of importsOf(module)) {
      const target = files.find(module, specifier);
      if (target !== null) asked.add(target);
    }
  }
}

const imports = new WeakMap<Module, readonly string[]>();

function importsOf(module: Module): readonly string[] {
  let found = imports.get(module);
  if (found === undefined) imports.set(module, (found = specifiersOf(module)));
  return found;
}

function specifiersOf(module: Module): readonly string[] {
  const names = new Set<string>();
  for (const { blocks } of module.funcs) {
    for (const { instrs } of blocks) {
      for (const instr of instrs) {
        if (instr.kind !== 'import' && instr.kind !== 'import-all') continue;
        names.add(instr.module);
        if (instr.kind === 'import' && instr.name !== null && module.language === 'python') names.add(submodule(instr.module, instr.name));
      }
    }
  }
  return [...names];
}

/** What an import of `specifier` in `from` gives, if that is a file of the project that was run; null if it is not. */
export function importedValue(machine: Machine, state: State, from: Module, specifier: string, name: string | null): Value | null {
  const own = name === null || !specifier.startsWith('.') ? null : ofOwnPackage(machine, from, name);
  if (own !== null) return own;
  const target = machine.files.find(from, specifier);
  if (target === null) {
    const part = name === null || machine.language !== 'python' ? null : machine.files.find(from, submodule(specifier, name));
    return part === null ? null : ofAtoms({ kind: 'namespace', module: part });
  }
  if (name === null) return ofAtoms({ kind: 'namespace', module: target });
  return exported(machine, state, target, name);
}

/** In the source of a library itself, its classes come from its own files, and are what its users import. */
function ofOwnPackage(machine: Machine, from: Module, name: string): Value | null {
  const packageName = machine.files.packageOf(from);
  const path = packageName === null ? null : machine.libraries.ownPath(packageName, name);
  return path === null ? null : ofAtoms({ kind: 'library', path });
}

/** What `module` exports under `name`: a variable, something that it exports with a star, a file of its package, or nobody knows what. */
export function exported(machine: Machine, state: State, module: Module, name: string, depth = 0): Value {
  const variable = module.exports.get(name);
  if (variable !== undefined) return state.cells.get(variable) ?? ANYTHING;
  const part = machine.language === 'python' ? machine.files.find(module, module.file.endsWith('__init__.py') ? `.${name}` : '') : null;
  if (part !== null && part !== module) return ofAtoms({ kind: 'namespace', module: part });
  return (depth < MAX_STARS ? starImported(machine, state, module, name, depth + 1) : null) ?? ANYTHING;
}

/** A name that `module` may have from an `import *`; null if it imports nothing in that way from the project. */
export function starImported(machine: Machine, state: State, module: Module, name: string, depth = 0): Value | null {
  for (const specifier of starImportsOf(module)) {
    const target = machine.files.find(module, specifier);
    if (target === null || depth > MAX_STARS) continue;
    const value = exported(machine, state, target, name, depth + 1);
    if (value !== ANYTHING) return value;
  }
  return null;
}

/** In Python `from . import net` may mean a file of the package. */
function submodule(specifier: string, name: string): string {
  return specifier.endsWith('.') ? `${specifier}${name}` : `${specifier}.${name}`;
}

const starImports = new WeakMap<Module, readonly string[]>();

function starImportsOf(module: Module): readonly string[] {
  let found = starImports.get(module);
  if (found === undefined) starImports.set(module, (found = module.funcs[0]!.blocks.flatMap((block) => block.instrs.flatMap((instr) => (instr.kind === 'import-all' ? [instr.module] : [])))));
  return found;
}
