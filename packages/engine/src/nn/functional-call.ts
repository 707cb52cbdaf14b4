/**
 * Calls a module with other parameters and buffers than its own.
 *
 * Guarantees: for the time of the call each named tensor stands where the module's own one does, so that gradients reach the given ones and running statistics are written into them; afterwards the module
 * is as it was, also when the call throws. Mode and hooks are the module's (`torch.func.functional_call`, PyTorch 2.13, executed). Refuses names that the module has
 * not, before anything is changed. What it does not name stays. A forward that returns a promise runs on, after this has returned, with the module's own tensors.
 *
 * Worked example: `functionalCall(model, { 'fc.weight': moved }, x)`.
 */
import type { Tensor } from '../ops/tensor.ts';
import { RuntimeError } from '../tensor/errors.ts';
import type { Module } from './module.ts';
import type { StateDict } from './state-dict.ts';

export function functionalCall(module: Module, state: StateDict | Readonly<Record<string, Tensor>>, ...args: readonly unknown[]): unknown {
  const given = new Map(state instanceof Map ? (state as StateDict) : Object.entries(state));
  const swaps: (readonly [owner: Module, field: string, own: Tensor, value: Tensor])[] = [];
  for (const [path, part] of module.namedModules('', false)) {
    for (const { name, field, value } of part.ownState()) {
      const key = path === '' ? name : `${path}.${name}`;
      const other = given.get(key);
      if (other !== undefined) swaps.push([part, field, value, other]);
      given.delete(key);
    }
  }
  if (given.size > 0) throw new RuntimeError(`functionalCall: Unexpected key(s): ${[...given.keys()].map((key) => `"${key}"`).join(', ')}.`);
  try {
    for (const [owner, field, , value] of swaps) owner.setOwnState(field, value);
    return module.call(...(args as never[]));
  } finally {
    for (const [owner, field, own] of swaps) owner.setOwnState(field, own);
  }
}
