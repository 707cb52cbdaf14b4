/**
 * Lists and dictionaries of parameters: `ParameterList`, `ParameterDict`.
 *
 * Guarantees: entries are registered under '0', '1', … or their key, so that optimizers, state dictionaries and conversions reach them, as
 * those of a plain array are not. A tensor that is no parameter becomes one. The same in both modes. Refuses what is no tensor.
 */
import { Tensor } from '../ops/tensor.ts';
import { Module } from './module.ts';
import { Parameter } from './parameter.ts';

const entries: unique symbol = Symbol('entries');

function asParameter(value: Tensor): Parameter {
  if (!((value as unknown) instanceof Tensor)) throw new TypeError(`expected a tensor or a Parameter, got ${value === null ? 'null' : typeof value}`);
  return value instanceof Parameter ? value : new Parameter(value);
}

abstract class ParameterContainer extends Module {
  declare readonly [entries]: Map<string, Parameter>;

  constructor() {
    super();
    Object.defineProperty(this, entries, { value: new Map(), enumerable: false });
  }

  forward(..._inputs: readonly unknown[]): never {
    throw new Error(`${this.constructor.name} should not be called.`);
  }

  override isModeSensitive(): boolean {
    return false;
  }

  override setOwnState(name: string, value: Tensor): void {
    this[entries].set(name, asParameter(value));
  }

  protected override *registered(): Generator<[string, unknown]> {
    yield* super.registered();
    yield* this[entries];
  }

  override toString(): string {
    const lines = [...this[entries]].map(([name, value]) => `  (${name}): Parameter containing: [torch.${value.dtype} of size ${value.shape.join('x')}]`);
    return lines.length === 0 ? `${this.constructor.name}()` : `${this.constructor.name}(\n${lines.join('\n')}\n)`;
  }
}

export class ParameterList extends ParameterContainer {
  constructor(values: Iterable<Tensor> = []) {
    super();
    this.extend(values);
  }

  get length(): number {
    return this[entries].size;
  }

  /** The entry at `index`, negative counted from the back. */
  at(index: number): Parameter {
    const found = [...this[entries].values()].at(index);
    if (found === undefined) throw new RangeError(`index ${index} is out of range`);
    return found;
  }

  set(index: number, value: Tensor): this {
    const position = index < 0 ? index + this.length : index;
    if (!this[entries].has(String(position))) throw new RangeError(`index ${index} is out of range`);
    this[entries].set(String(position), asParameter(value));
    return this;
  }

  append(value: Tensor): this {
    this[entries].set(String(this.length), asParameter(value));
    return this;
  }

  extend(values: Iterable<Tensor>): this {
    for (const value of [...values]) this.append(value);
    return this;
  }

  [Symbol.iterator](): IterableIterator<Parameter> {
    return this[entries].values();
  }
}

export class ParameterDict extends ParameterContainer {
  constructor(values: Readonly<Record<string, Tensor>> | Iterable<readonly [string, Tensor]> = {}) {
    super();
    this.update(values);
  }

  get size(): number {
    return this[entries].size;
  }

  get(name: string): Parameter {
    const found = this[entries].get(name);
    if (found === undefined) throw new RangeError(`no parameter named '${name}'; there are ${[...this[entries].keys()].join(', ') || 'none'}`);
    return found;
  }

  set(name: string, value: Tensor): this {
    this[entries].set(name, asParameter(value));
    return this;
  }

  update(values: Readonly<Record<string, Tensor>> | Iterable<readonly [string, Tensor]>): this {
    const given = Symbol.iterator in values ? (values as Iterable<readonly [string, Tensor]>) : Object.entries(values as Readonly<Record<string, Tensor>>);
    for (const [name, value] of given) this.set(name, value);
    return this;
  }

  has(name: string): boolean {
    return this[entries].has(name);
  }

  /** Takes the entry out and returns it. */
  pop(name: string): Parameter {
    const found = this.get(name);
    this[entries].delete(name);
    return found;
  }

  clear(): void {
    this[entries].clear();
  }

  keys(): IterableIterator<string> {
    return this[entries].keys();
  }

  values(): IterableIterator<Parameter> {
    return this[entries].values();
  }

  entries(): IterableIterator<[string, Parameter]> {
    return this[entries].entries();
  }
}
