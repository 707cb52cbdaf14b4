/**
 * Containers whose entries are registered children: `Sequential`, `ModuleList`, `ModuleDict`.
 *
 * Guarantees: entries are named '0', '1', ... or by key, in order, and train() reaches them. A slice is a new container in training mode that
 * shares the entries (mode inventory 3, D22). Sensitive only through their entries.
 * Refuses entries that are no modules.
 */
import type { Tensor } from '../ops/tensor.ts';
import { Module } from './module.ts';

function requireModule(value: unknown): asserts value is Module {
  if (!(value instanceof Module)) throw new TypeError(`${value === null ? 'null' : typeof value} is not a Module subclass`);
}

/** Entries are kept beside the fields, where a number-like name would lose its place. */
abstract class Listed<M extends Module> extends Module {
  readonly #entries: M[] = [];

  constructor(modules: Iterable<M>) {
    super();
    for (const module of modules) this.append(module);
  }

  get length(): number {
    return this.#entries.length;
  }

  /** The entry at `index`, negative counted from the back. */
  at(index: number): M {
    const entry = this.#entries.at(index);
    if (entry === undefined) throw new RangeError(`index ${index} is out of range`);
    return entry;
  }

  append(module: M): this {
    requireModule(module);
    this.#entries.push(module);
    return this;
  }

  [Symbol.iterator](): IterableIterator<M> {
    return this.#entries[Symbol.iterator]();
  }

  protected override *registered(): Generator<[string, unknown]> {
    yield* super.registered();
    for (const [index, module] of this.#entries.entries()) yield [String(index), module];
  }
}

/** Calls its entries one after the other, each with the output of the one before. */
export class Sequential extends Listed<Module> {
  constructor(...modules: readonly Module[]) {
    super(modules);
  }

  slice(start?: number, end?: number): Sequential {
    return new Sequential(...[...this].slice(start, end));
  }

  override forward(x: Tensor): Tensor {
    let value: unknown = x;
    for (const module of this) value = module.call(value);
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

  forward(..._inputs: readonly unknown[]): never {
    throw new Error('Module [ModuleList] is missing the required "forward" function: call its entries');
  }

  slice(start?: number, end?: number): ModuleList<M> {
    return new ModuleList([...this].slice(start, end));
  }
}

/** Modules by name; has no forward of its own. */
export class ModuleDict<M extends Module = Module> extends Module {
  readonly #entries = new Map<string, M>();

  constructor(modules: Readonly<Record<string, M>> = {}) {
    super();
    for (const [name, module] of Object.entries(modules)) this.set(name, module);
  }

  forward(..._inputs: readonly unknown[]): never {
    throw new Error('Module [ModuleDict] is missing the required "forward" function: call its entries');
  }

  get(name: string): M {
    const entry = this.#entries.get(name);
    if (entry === undefined) throw new RangeError(`no module named '${name}'; there are ${[...this.#entries.keys()].join(', ') || 'none'}`);
    return entry;
  }

  set(name: string, module: M): this {
    requireModule(module);
    this.#entries.set(name, module);
    return this;
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  keys(): IterableIterator<string> {
    return this.#entries.keys();
  }

  values(): IterableIterator<M> {
    return this.#entries.values();
  }

  protected override *registered(): Generator<[string, unknown]> {
    yield* super.registered();
    yield* this.#entries;
  }
}
