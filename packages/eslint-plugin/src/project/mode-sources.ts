// Which files bring in anything that has a mode at all, or change one. An analysis over files none of which does has nothing to find, however often they
// call something `forward`.
//
// What it guarantees: whatever a finding needs begins in one of four ways: something of a library that has modes, makes gradient scopes or the like is used;
// a mode method (`train`, `eval`) is called or looked up; a flag or an option of that name (`training`) is written, other than as a field of a class that derives from nothing; or the file belongs to a library that has
// layers. A file in which none of them occurs is no source. An import of such a library alone is none, if all that is used of it are functions without modes:
// most programs that import TensorFlow.js compute with tensors.
//
// What it refuses: to follow a library's namespace that is handed on (`f(tf)`, `export { tf }`): that file counts. Python, where a network is called like any
// function and `import torch` is all that it takes: every file counts.
// Example: `tf.tidy(() => tf.matMul(a, b))` is no source, `tf.layers.dense({ units: 1 })` is one.
import { usesOf } from '../ir/definitions.ts';
import type { ClassDef, Func, Instr, Module, Temp, Variable } from '../ir/ir.ts';
import { operandsOf, terminalOperandsOf } from '../ir/operands.ts';
import { ByModels } from '../libraries/by-models.ts';
import type { Libraries } from '../libraries/read.ts';
import type { FunctionEffect, MethodEffect } from '../libraries/schema.ts';
import { packageNameOf } from './package-name.ts';

/** Whether something has a mode, or gets another, because a function of this effect is called. What only hands on or looks at what it is given does not count. */
const COUNTS: Readonly<Record<FunctionEffect['kind'], boolean>> = {
  'grad-scope': true,
  'mode-scope': true,
  'assert-mode': true,
  'assert-grad': true,
  functional: true,
  'load-module': true,
  export: true,
  save: true,
  'require-eval': true,
  symbolic: true,
  backward: true,
  calibrate: true,
  'context-manager': true,
  'swallowing-manager': true,
  parameter: true,
  'set-attribute': true,
  'get-attribute': false,
  'has-attribute': false,
  bound: false,
  access: false,
  pure: false,
  read: false,
  'is-instance': false,
  'class-of': false,
  shape: false,
  random: false,
  cast: false,
  'same-module': false,
  copy: false,
  runs: false,
  binding: false,
  partial: false,
  namespace: false,
  promise: false,
  dictionary: false,
  assign: false,
  'values-of': false,
  iterate: false,
  'number-range': false,
  memoize: false,
  'same-function': false,
  gives: false,
  'exit-stack': false,
  'data-class': false,
  field: false,
  'tuple-class': false,
  'of-fields': false,
  attributes: false,
};

const SETTING: ReadonlySet<MethodEffect> = new Set<MethodEffect>(['set-train', 'set-eval', 'infer-eval']);

/** The names that matter, of one set of models. */
interface Names {
  /** Paths of rows, and for patterns what stands before their star. */
  readonly paths: readonly string[];
  readonly patterns: readonly string[];
  readonly methods: ReadonlySet<string>;
  readonly written: ReadonlySet<string>;
  /** Which paths lead to something that matters, as far as it was asked. */
  readonly answers: Map<string, boolean>;
}

const namesOfLibraries = new WeakMap<Libraries, Names>();
const known = new ByModels<Module, ReadonlySet<Source>>();

/** A function that does one of the four, a class that derives from one with a mode, a variable that is exported and holds something of a library with modes. */
export type Source = Func | ClassDef | Variable;

/** Holds unless nothing in the file has a mode, changes one, or opens a gradient scope. */
export function isModeSource(module: Module, libraries: Libraries): boolean {
  return module.language === 'python' || sourcesIn(module, libraries).size > 0;
}

/** What of a file of TypeScript or JavaScript has a mode, changes one, or opens a gradient scope, if it is run, constructed or looked up. */
export function sourcesIn(module: Module, libraries: Libraries): ReadonlySet<Source> {
  return known.get(module, libraries, () => new FileOfSources(module, libraries).sources());
}

function namesOf(libraries: Libraries): Names {
  let names = namesOfLibraries.get(libraries);
  if (names !== undefined) return names;
  const rows = libraries.models.flatMap(({ modules, layers, classes, functions, frameworks }) => [
    ...(modules?.bases ?? []),
    ...(layers?.bases ?? []),
    ...frameworks.flatMap(({ bases }) => bases),
    ...classes.filter(({ kind, network, methods, optimizer }) => kind !== 'object' || network !== undefined || methods !== undefined || optimizer).map(({ path }) => path),
    ...functions.filter(({ effect }) => COUNTS[effect.kind]).map(({ path }) => path),
  ]);
  const isPattern = (path: string): boolean => path.includes('*');
  const ofModules = [libraries.moduleMethods, ...libraries.models.map(({ modules }) => new Map(Object.entries(modules?.methods ?? {})))];
  names = {
    paths: rows.filter((path) => !isPattern(path)),
    patterns: rows.filter(isPattern).map((path) => path.slice(0, path.indexOf('*'))),
    methods: new Set([...ofModules.flatMap((methods) => [...methods].flatMap(([name, effect]) => (SETTING.has(effect) ? [name] : []))), ...libraries.models.flatMap(({ modules }) => (modules === undefined ? [] : [modules.trainMethod, modules.evalMethod]))]),
    written: new Set(libraries.models.flatMap(({ modules, layers }) => [...(modules === undefined ? [] : [modules.flag]), ...(layers === undefined ? [] : [layers.option])])),
    answers: new Map(),
  };
  namesOfLibraries.set(libraries, names);
  return names;
}

/** Holds if a row that matters describes the path itself or something below it. */
export function leadsToModes(libraries: Libraries, path: string): boolean {
  const { paths, patterns, answers } = namesOf(libraries);
  let answer = answers.get(path);
  if (answer === undefined) {
    const full = libraries.canonical(path);
    const below = libraries.canonical(`${path}.`);
    answers.set(path, (answer = paths.some((row) => row === full || row.startsWith(below)) || patterns.some((start) => full.startsWith(start) || start.startsWith(below))));
  }
  return answer;
}

/** Names that make a file count, whatever they belong to: of methods that set modes, of flags and options that say one, of globals. */
export function namesThatCount(libraries: Libraries): readonly string[] {
  const { methods, written, paths } = namesOf(libraries);
  const globals = paths.flatMap((path) => (path.startsWith('globals.') ? [path.split('.')[1]!] : []));
  return [...new Set([...methods, ...written, ...globals])];
}

class FileOfSources {
  readonly #module: Module;
  readonly #libraries: Libraries;
  readonly #names: Names;
  /** Variables that hold what an import gave, and the path of that. */
  readonly #imported = new Map<Variable, string>();
  /** Those of them that hold a layer of the library that the file is a part of. */
  readonly #own = new Set<Variable>();
  /** `this` in the members of classes that derive from nothing: no module, whatever its fields are called. */
  readonly #plain = new Set<Variable>();
  readonly #found = new Set<Source>();

  constructor(module: Module, libraries: Libraries) {
    this.#module = module;
    this.#libraries = libraries;
    this.#names = namesOf(libraries);
  }

  sources(): ReadonlySet<Source> {
    const { funcs, exports } = this.#module;
    for (const func of funcs) for (const { instrs } of func.blocks) if (this.#hasImport(func, instrs)) this.#found.add(func);
    this.#findPlain();
    for (const variable of exports.values()) if (this.#imported.has(variable)) this.#found.add(variable);
    for (const func of funcs) if (!this.#found.has(func) && this.#isUsedIn(func)) this.#found.add(func);
    return this.#found;
  }

  /** Notes the imports of a block; holds if what one of them names counts by itself. */
  #hasImport(func: Func, instrs: readonly Instr[]): boolean {
    const here = new Map<Temp, string>();
    const ownHere = new Set<Temp>();
    let counts = false;
    for (const instr of instrs) {
      if (instr.kind === 'import') {
        const isWhole = instr.name === null || instr.name === 'default';
        const path = isWhole ? instr.module : `${instr.module}.${instr.name}`;
        const own = this.#ownLayer(instr.module, instr.name);
        if (own !== null) {
          here.set(instr.dest, own);
          ownHere.add(instr.dest);
          counts ||= !isOnly(func, instr.dest, 'store');
        } else if (leadsToModes(this.#libraries, path)) {
          if (isWhole) here.set(instr.dest, path);
          else counts = true;
        }
      } else if (instr.kind === 'import-all') {
        counts ||= leadsToModes(this.#libraries, instr.module);
      } else if (instr.kind === 'store') {
        const path = here.get(instr.value);
        if (path !== undefined) this.#imported.set(instr.variable, path);
        if (ownHere.has(instr.value)) this.#own.add(instr.variable);
      }
    }
    return counts;
  }

  /** A file of a library that has layers imports them from its other files. */
  #ownLayer(from: string, name: string | null): string | null {
    if (name === null || !from.startsWith('.')) return null;
    const packageName = packageNameOf(this.#module.file);
    return packageName === null ? null : this.#libraries.ownPath(packageName, name);
  }

  #findPlain(): void {
    if (this.#module.classes.length === 0) return;
    const plain = new Set<number>();
    for (const { blocks } of this.#module.funcs) for (const { instrs } of blocks) for (const instr of instrs) if (instr.kind === 'class' && instr.bases.length === 0) plain.add(instr.class);
    for (const { owner, thisVariable } of this.#module.funcs) if (owner !== null && thisVariable !== null && plain.has(owner)) this.#plain.add(thisVariable);
  }

  #isUsedIn(func: Func): boolean {
    const held = new Map<Temp, string>();
    /** Of what is held, what has a mode or leads to nothing else: whatever is done with it counts, but for deriving from it, which is for the class to count. */
    const counting = new Set<Temp>();
    const plain = new Set<Temp>();
    const isHeld = (temp: Temp): boolean => held.has(temp);
    const { methods, written } = this.#names;
    for (const { instrs, terminal } of func.blocks) {
      for (const instr of instrs) {
        switch (instr.kind) {
          case 'load': {
            const path = this.#imported.get(instr.variable);
            if (path !== undefined) held.set(instr.dest, path);
            if (this.#own.has(instr.variable)) {
              if (!isOnly(func, instr.dest, 'class')) return true;
              counting.add(instr.dest);
            }
            if (this.#plain.has(instr.variable)) plain.add(instr.dest);
            continue;
          }
          case 'import':
            // A part that counts was seen before.
            if ((instr.name === null || instr.name === 'default') && leadsToModes(this.#libraries, instr.module)) held.set(instr.dest, instr.module);
            continue;
          case 'store':
            if (isHeld(instr.value) && this.#imported.get(instr.variable) !== held.get(instr.value)) return true;
            continue;
          case 'const':
            if (instr.value.type === 'string' && written.has(instr.value.value)) return true;
            continue;
          case 'global':
            if (leadsToModes(this.#libraries, `globals.${instr.name}`)) return true;
            continue;
          case 'get-attr': {
            if (methods.has(instr.name)) return true;
            const path = held.get(instr.object);
            if (path === undefined) continue;
            const part = `${path}.${instr.name}`;
            if (leadsToModes(this.#libraries, part) && isOnly(func, instr.dest, 'get-attr', 'class')) {
              held.set(instr.dest, part);
              counting.add(instr.dest);
            } else if (counting.has(instr.object) || leadsToModes(this.#libraries, part)) return true;
            continue;
          }
          case 'class':
            if (instr.bases.some(isHeld)) this.#found.add(this.#module.classes[instr.class]!);
            continue;
          case 'call': {
            if (instr.args.some(({ value, name }) => isHeld(value) || (name !== null && written.has(name)))) return true;
            if (instr.callee.kind === 'value') {
              if (isHeld(instr.callee.value)) return true;
              continue;
            }
            if (methods.has(instr.callee.name)) return true;
            const path = held.get(instr.callee.object);
            if (path !== undefined && leadsToModes(this.#libraries, `${path}.${instr.callee.name}`)) return true;
            continue;
          }
          case 'set-attr':
            if (methods.has(instr.name) || (written.has(instr.name) && !plain.has(instr.object))) return true;
            break;
        }
        if (held.size > 0 && operandsOf(instr).some(isHeld)) return true;
      }
      if (held.size > 0 && terminalOperandsOf(terminal).some(isHeld)) return true;
    }
    return false;
  }
}

/** Whether the temp is used, and by instructions of these kinds alone. */
function isOnly(func: Func, temp: Temp, ...kinds: readonly Instr['kind'][]): boolean {
  const uses = usesOf(func).get(temp) ?? [];
  return uses.length > 0 && uses.every(({ kind }) => kinds.includes(kind)) && !func.blocks.some(({ terminal }) => terminalOperandsOf(terminal).includes(temp));
}
