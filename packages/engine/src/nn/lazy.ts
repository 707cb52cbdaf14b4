/**
 * What all lazy layers share: parameters without shapes until the first input, and then another class.
 *
 * Guarantees (A18, A19; PyTorch 2.13, executed): the first call, in either mode, finds out the missing sizes, draws the initial values and turns the layer
 * into the ordinary class, under which it is found from then on; a state dictionary that is loaded before gives the values instead. `train`, `eval`,
 * `to` and hooks work before. Refuses a state dictionary of a lazy layer for one that has its sizes already.
 *
 * How: a lazy class derives from the ordinary one and hands `deferred` a function that makes that one from an input; its values are taken over.
 */
import './hook-methods.ts';
import type { Tensor } from '../ops/tensor.ts';
import type { ForwardPreHook } from './module-hooks.ts';
import { moduleState } from './module-state.ts';
import type { Module } from './module.ts';
import { uninitialized } from './uninitialized.ts';

const initializers = new WeakSet<ForwardPreHook>();

/** What a lazy class needs to know of itself. */
interface Deferral<M extends Module> {
  /** The ordinary layer for this input. */
  readonly make: (module: M, input: Tensor) => M;
  /** Fields that say the sizes. */
  readonly sizes: readonly (keyof M & string)[];
}

function takeOver<M extends Module>(module: M, input: Tensor, { make, sizes }: Deferral<M>): void {
  const pending = [...module.ownState()].some(({ value }) => uninitialized!.has(value));
  const whole = make(module, input);
  if (pending) {
    const values = new Map([...whole.ownState()].map(({ field, value }) => [field, value]));
    for (const { field, value } of module.ownState()) if (uninitialized!.has(value)) uninitialized!.materialize(value, values.get(field)!);
  }
  for (const name of sizes) module[name] = whole[name];
  Object.setPrototypeOf(module, Object.getPrototypeOf(whole) as object);
}

/** Defers the sizes of `module` to its first call. */
export function deferred<M extends Module>(module: M, deferral: Deferral<M>): void {
  const hook: ForwardPreHook = (target, inputs) => {
    const list = (target as Module)[moduleState].hooks!.forwardPre;
    list.splice(list.findIndex((entry) => initializers.has(entry.hook)), 1);
    takeOver(target as M, inputs[0] as Tensor, deferral);
  };
  initializers.add(hook);
  module.registerForwardPreHook(hook);
}
