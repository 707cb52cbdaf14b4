/**
 * Containers whose entries are registered children: `Sequential`, `ModuleList`, `ModuleDict`.
 *
 * Guarantees: entries are named '0', '1', ... or by key, in order, and train() reaches them. A slice or a concatenation is a new container in
 * training mode that shares the entries (mode inventory 3, D22). Sensitive only through their entries.
 * Refuses entries that are no modules.
 *
 * Worked example: `new nn.Sequential({ conv: new nn.Linear(4, 8), act: new nn.ReLU() })` has the state keys `conv.weight`, `conv.bias`.
 */
import type { Tensor } from '../ops/tensor.ts';
import { Module } from './module.ts';

function requireModule(value: unknown): asserts value is Module {
  if (!(value instanceof Module)) throw new TypeError(`${value === null ? 'null' : typeof value} is not a Module subclass`);
}

/** Under a symbol, because among the fields a number-like name would lose its place; not private, so that a copy can be made from outside. */
const entries: unique symbol = Symbol('entries');

/** Entries in order, numbered unless they were given names. */
abstract class Listed<M extends Module> extends Module {
  declare readonly [entries]: { name: string | null; module: M }[];

  constructor(modules: Iterable<M>) {
    super();
    Object.defineProperty(this, entries, { value: [], enumerable: false });
    for (const module of modules) this.append(module);
  }

  get length(): number {
    return this[entries].length;
  }

  private position(index: number): number {
    const position = index < 0 ? index + this.length : index;
    if (!Number.isInteger(index) || position < 0 || position >= this.length) throw new RangeError(`index ${index} is out of range`);
    return position;
  }

  /** The entry at `index`, negative counted from the back. */
  at(index: number): M {
    return this[entries][this.position(index)]!.module;
  }

  /** Puts another module in the place of the one at `index`. */
  set(index: number, module: M): this {
    requireModule(module);
    this[entries][this.position(index)]!.module = module;
    return this;
  }

  append(module: M): this {
    requireModule(module);
    this[entries].push({ name: null, module });
    return this;
  }

  extend(modules: Iterable<M>): this {
    for (const module of [...modules]) this.append(module);
    return this;
  }

  /** Puts a module before the one at `index`. */
  insert(index: number, module: M): this {
    requireModule(module);
    if (!Number.isInteger(index) || index < -this.length || index > this.length) throw new RangeError(`Index out of range: ${index}`);
    this[entries].splice(index < 0 ? index + this.length : index, 0, { name: null, module });
    return this;
  }

  /** Takes the entry at `index`, the last by default, out and returns it. */
  pop(index = -1): M {
    return this[entries].splice(this.position(index), 1)[0]!.module;
  }

  override replaceChild(name: string, module: Module): void {
    const entry = this[entries].find((candidate, index) => (candidate.name ?? String(index)) === name);
    if (entry === undefined) super.replaceChild(name, module);
    else entry.module = module as M;
  }

  [Symbol.iterator](): IterableIterator<M> {
    return this[entries].map(({ module }) => module)[Symbol.iterator]();
  }

  protected override *registered(): Generator<[string, unknown]> {
    yield* super.registered();
    for (const [index, { name, module }] of this[entries].entries()) yield [name ?? String(index), module];
  }
}

/** Calls its entries one after the other, each with the output of the one before. */
export class Sequential extends Listed<Module> {
  constructor(...modules: readonly Module[] | readonly [Readonly<Record<string, Module>>]) {
    const [first] = modules;
    const named = modules.length === 1 && typeof first === 'object' && first !== null && !Array.isArray(first) && !(first instanceof Module);
    super(named ? [] : (modules as readonly Module[]));
    if (!named) return;
    for (const [name, module] of Object.entries(first)) {
      requireModule(module);
      this[entries].push({ name, module });
    }
  }

  /** The entry of this name. */
  get(name: string): Module {
    return this.getSubmodule(name);
  }

  slice(start?: number, end?: number): Sequential {
    const part = new Sequential();
    part[entries].push(...this[entries].slice(start, end).map((entry) => ({ ...entry })));
    return part;
  }

  /** A new container of these entries and then those of `other`. */
  concat(other: Iterable<Module>): Sequential {
    return this.slice().extend(other);
  }

  override forward(x: Tensor): Tensor {
    let value: unknown = x;
    for (const { module } of this[entries]) value = module.call(value);
    return value as Tensor;
  }

  override isModeSensitive(): boolean {
    return false;
  }
}

/** A list of modules; has no forward of its own. */
export class ModuleList<M extends Module = Module> extends Listed<M> {
  constructor(modules: Iterable<M> = []) {
    super(modules);
  }

  forward(..._inputs: readonly unknown[]): unknown {
    throw new Error('Module [ModuleList] is missing the required "forward" function: call its entries');
  }

  /** Equal entries that follow one another are one: `(0-5): 6 x Layer(...)`. */
  override toString(): string {
    const texts = [...this].map(String);
    const lines = texts.flatMap((text, first) => {
      if (texts[first - 1] === text) return [];
      const next = texts.findIndex((other, at) => at > first && other !== text);
      const last = (next < 0 ? texts.length : next) - 1;
      return [(last > first ? `(${first}-${last}): ${last - first + 1} x ${text}` : `(${first}): ${text}`).replaceAll('\n', '\n  ')];
    });
    return lines.length === 0 ? `${this.constructor.name}()` : `${this.constructor.name}(\n  ${lines.join('\n  ')}\n)`;
  }

  slice(start?: number, end?: number): ModuleList<M> {
    return new ModuleList([...this].slice(start, end));
  }

  concat(other: Iterable<M>): ModuleList<M> {
    return new ModuleList([...this, ...other]);
  }
}

/** Modules by name; has no forward of its own. */
export class ModuleDict<M extends Module = Module> extends Module {
  declare readonly [entries]: Map<string, M>;

  constructor(modules: Readonly<Record<string, M>> | Iterable<readonly [string, M]> = {}) {
    super();
    Object.defineProperty(this, entries, { value: new Map(), enumerable: false });
    this.update(modules);
  }

  forward(..._inputs: readonly unknown[]): never {
    throw new Error('Module [ModuleDict] is missing the required "forward" function: call its entries');
  }

  get size(): number {
    return this[entries].size;
  }

  get(name: string): M {
    const found = this[entries].get(name);
    if (found === undefined) throw new RangeError(`no module named '${name}'; there are ${[...this[entries].keys()].join(', ') || 'none'}`);
    return found;
  }

  set(name: string, module: M): this {
    requireModule(module);
    this[entries].set(name, module);
    return this;
  }

  update(modules: Readonly<Record<string, M>> | Iterable<readonly [string, M]>): this {
    const given = Symbol.iterator in modules ? (modules as Iterable<readonly [string, M]>) : Object.entries(modules as Readonly<Record<string, M>>);
    for (const [name, module] of given) this.set(name, module);
    return this;
  }

  has(name: string): boolean {
    return this[entries].has(name);
  }

  /** Takes the entry out and returns it. */
  pop(name: string): M {
    const found = this.get(name);
    this[entries].delete(name);
    return found;
  }

  clear(): void {
    this[entries].clear();
  }

  override replaceChild(name: string, module: Module): void {
    if (this[entries].has(name)) this[entries].set(name, module as M);
    else super.replaceChild(name, module);
  }

  keys(): IterableIterator<string> {
    return this[entries].keys();
  }

  values(): IterableIterator<M> {
    return this[entries].values();
  }

  entries(): IterableIterator<[string, M]> {
    return this[entries].entries();
  }

  [Symbol.iterator](): IterableIterator<string> {
    return this.keys();
  }

  protected override *registered(): Generator<[string, unknown]> {
    yield* super.registered();
    yield* this[entries];
  }
}
