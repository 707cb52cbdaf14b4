// Whether running a file comes to anything that has a mode: not only whether such a thing is in one of the files in sight, but whether a function in which it
// is can be called. A library of layers has files that do nothing but compute beside the one that has `train()`, and imports that one in all of them.
//
// What it guarantees: a function that the analysis of the file may run is reached. Reached are all functions of the file itself and the statements of all files
// in sight; from a reached function, those that it makes, but for methods and for what is only put into a variable: these are reached where
// something reached mentions the name of the method, loads the variable, or names it as an export. A class that is loaded is constructed. Names are not told apart by the objects
// that they are looked up on: `x.add` reaches every `add` in sight.
//
// What it refuses: Python, where every file counts (`mode-sources.ts`).
// Example: `import { Module } from './module'; class Scale extends Module { run(x) { return x.mul(2); } }` reaches the constructor of `Module`, and `mul`, but not `Module.train`.
import type { ClassDef, Func, Instr, Module, Temp, Variable } from '../ir/ir.ts';
import type { LookedInto } from '../interpret/interpret.ts';
import { usesOf } from '../ir/definitions.ts';
import { membersOf } from '../ir/nesting.ts';
import { terminalOperandsOf } from '../ir/operands.ts';
import type { Libraries } from '../libraries/read.ts';
import { isModeSource, sourcesIn } from './mode-sources.ts';

/**
 * What was looked into to see that nothing that running `main` may come to has, or sets, a mode: functions of other files, by file. Null if something may.
 *
 * @param inSight the files that it may look into, itself among them
 */
export function reachedWithoutModes(main: Module, inSight: readonly Module[], libraries: Libraries): ReadonlyMap<string, LookedInto> | null {
  if (!inSight.some((module) => isModeSource(module, libraries))) return new Map();
  return main.language === 'python' ? null : new Reach(inSight, libraries).withoutSource(main);
}

/** By which a function or a class is reached that nobody has otherwise. */
type Key = Variable | string;

/** What a function leads to. */
interface Leads {
  readonly loaded: ReadonlySet<Variable>;
  readonly mentioned: ReadonlySet<string>;
  /** Reached with it. */
  readonly made: readonly (Func | ClassDef)[];
  /** Reached with it and with the key. */
  readonly named: readonly (readonly [Key, Func | ClassDef])[];
}

class Reach {
  readonly #inSight: readonly Module[];
  readonly #libraries: Libraries;
  readonly #reached = new Map<Func | ClassDef, Module>();
  /** Reached functions that were not looked at yet, with their modules. */
  readonly #open: (readonly [Func, Module])[] = [];
  readonly #keys = new Set<Key>();
  /** What is reached as soon as a key is. */
  readonly #waiting = new Map<Key, (readonly [Func | ClassDef, Module])[]>();
  #isAtSource = false;

  constructor(inSight: readonly Module[], libraries: Libraries) {
    this.#inSight = inSight;
    this.#libraries = libraries;
  }

  withoutSource(main: Module): ReadonlyMap<string, LookedInto> | null {
    for (const item of [...main.classes, ...main.funcs]) this.#reach(item, main);
    for (const module of this.#inSight) this.#reach(module.funcs[0]!, module);
    for (let next = this.#open.pop(); next !== undefined && !this.#isAtSource; next = this.#open.pop()) this.#follow(...next);
    if (this.#isAtSource) return null;
    const others = new Map<string, { readonly module: Module; readonly funcs: Set<Func> }>();
    for (const [item, module] of this.#reached) {
      if (module === main || !('blocks' in item)) continue;
      let known = others.get(module.file);
      if (known === undefined) others.set(module.file, (known = { module, funcs: new Set() }));
      known.funcs.add(item);
    }
    return others;
  }

  #reach(item: Func | ClassDef, module: Module): void {
    if (this.#reached.has(item)) return;
    this.#reached.set(item, module);
    if (sourcesIn(module, this.#libraries).has(item)) this.#isAtSource = true;
    if ('blocks' in item) this.#open.push([item, module]);
  }

  #follow(func: Func, module: Module): void {
    const { loaded, mentioned, made, named } = leadsOf(func, module);
    for (const inner of made) this.#reach(inner, module);
    for (const [key, inner] of named) {
      if (this.#keys.has(key)) this.#reach(inner, module);
      else {
        const known = this.#waiting.get(key);
        if (known === undefined) this.#waiting.set(key, [[inner, module]]);
        else known.push([inner, module]);
      }
    }
    for (const variable of loaded) this.#name(variable);
    for (const name of mentioned) this.#name(name);
  }

  #name(key: Key): void {
    if (this.#keys.has(key)) return;
    this.#keys.add(key);
    for (const [func, module] of this.#waiting.get(key) ?? []) this.#reach(func, module);
    this.#waiting.delete(key);
    if (typeof key !== 'string') return;
    for (const module of this.#inSight) {
      const variable = module.exports.get(key);
      if (variable === undefined) continue;
      if (sourcesIn(module, this.#libraries).has(variable)) this.#isAtSource = true;
      this.#name(variable);
    }
  }
}

const known = new WeakMap<Func, Leads>();

function leadsOf(func: Func, module: Module): Leads {
  let leads = known.get(func);
  if (leads === undefined) known.set(func, (leads = leadsIn(func, module)));
  return leads;
}

/** Of a module that is imported as a whole. */
const WHOLE: readonly string[] = ['default', 'export='];

function leadsIn(func: Func, module: Module): Leads {
  const loaded = new Set<Variable>();
  const mentioned = new Set<string>();
  const made: (Func | ClassDef)[] = [];
  const named: (readonly [Key, Func | ClassDef])[] = [];
  const given = new Set(func.blocks.flatMap(({ terminal }) => terminalOperandsOf(terminal)));
  /** Reached by the keys of `dest`, or with `func` if it is put anywhere else. */
  const add = (dest: Temp, inner: readonly (Func | ClassDef)[]): void => {
    const keys = given.has(dest) ? null : keysOf(dest, usesOf(func).get(dest) ?? []);
    if (keys === null) made.push(...inner);
    else for (const key of keys) for (const one of inner) named.push([key, one]);
  };
  for (const { instrs } of func.blocks) {
    for (const instr of instrs) {
      switch (instr.kind) {
        case 'load':
          loaded.add(instr.variable);
          break;
        case 'const':
          if (instr.value.type === 'string') mentioned.add(instr.value.value);
          break;
        case 'import':
          for (const name of instr.name === null || instr.name === 'default' ? WHOLE : [instr.name]) mentioned.add(name);
          break;
        case 'get-attr':
        case 'set-attr':
          mentioned.add(instr.name);
          break;
        case 'call':
          if (instr.callee.kind === 'method') mentioned.add(instr.callee.name);
          break;
        case 'function':
          add(instr.dest, [module.funcs[instr.func]!]);
          break;
        case 'class':
          add(instr.dest, [module.classes[instr.class]!, ...membersOf(module, instr.class).filter(({ kind }) => kind === 'constructor' || kind === 'field-initializer')]);
          break;
      }
    }
  }
  return { loaded, mentioned, made, named };
}

/** What a function or class is reached by that is only stored and made a member; null if it goes elsewhere too. */
function keysOf(dest: Temp, uses: readonly Instr[]): readonly Key[] | null {
  const keys: Key[] = [];
  for (const use of uses) {
    if (use.kind === 'store') keys.push(use.variable);
    else if (use.kind === 'define-member' && use.value === dest && isPlainName(use.name)) keys.push(use.name);
    else if (use.kind !== 'define-member' || use.value === dest) return null;
  }
  return keys;
}

/** Not one that is computed, such as `[Symbol.iterator]`: nobody has to mention it. */
function isPlainName(name: string): boolean {
  return !name.startsWith('[');
}
