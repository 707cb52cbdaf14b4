/**
 * Pruning: weights that are held at zero by a mask, which a forward pre-hook applies before each call. The same in both modes.
 *
 * Guarantees: PyTorch's `torch.nn.utils.prune` (2.13, executed): the parameter `weight` becomes `weight_orig`, with the mask as buffer `weight_mask`; pruning again takes from what is left; `l1Unstructured` takes the
 * smallest, `randomUnstructured` those with the largest of uniform draws, which are PyTorch's for the same seed. An amount below 1 is a part, a whole number a count (so
 * that 1 is one weight, where Python tells 1 from 1.0). Refuses other amounts, a name that is no parameter, and an end without a beginning, with PyTorch's messages.
 *
 * Worked example: `prune.l1Unstructured(layer, 'weight', 0.5)` halves the weights; `prune.remove(layer, 'weight')` makes the zeros permanent.
 */
import '../ops/indexing-methods.ts';
import { withoutRecording } from '../autograd/grad-mode.ts';
import { rand, tensor } from '../ops/creation.ts';
import type { Tensor } from '../ops/tensor.ts';
import { ValueError } from '../tensor/errors.ts';
import type { Module } from './module.ts';
import { Parameter } from './parameter.ts';
import { fieldsOf, install, isReparametrized, parameterFor, uninstall } from './reparametrization-hook.ts';

/** How many of `size`; halves go to the even number, as Python's `round`. */
function countOf(amount: number, size: number): number {
  if (!(amount >= 0) || (amount > 1 && !Number.isInteger(amount))) throw new ValueError(`amount=${amount} should either be a float in the range [0, 1] or a non-negative integer`);
  if (Number.isInteger(amount)) {
    if (amount > size) throw new ValueError(`amount=${amount} should be smaller than the number of parameters to prune=${size}`);
    return amount;
  }
  const [exact, down] = [amount * size, Math.floor(amount * size)];
  return exact - down === 0.5 ? down + (down % 2) : Math.round(exact);
}

const compute = (name: string) => (target: Module): Tensor => fieldsOf(target)[`${name}_orig`]!.mul(fieldsOf(target)[`${name}_mask`]!);

/** Masks `amount` of the weights that are left: those that come first by `order`, given their values. */
function prune<M extends Module>(module: M, name: string, amount: number, order: (values: Tensor) => Tensor): M {
  const fields = fieldsOf(module);
  const again = isReparametrized(module, 'pruning', name);
  const weight = again ? fields[`${name}_orig`]! : parameterFor(module, 'pruning', 'prune', name);
  const mask = again ? Array.from(fields[`${name}_mask`]!.array.contiguousData(), Number) : new Array<number>(weight.numel()).fill(1);
  const left = [...mask.keys()].filter((at) => mask[at] !== 0);
  const count = countOf(amount, left.length);
  const first = withoutRecording(() => order(weight.detach().reshape(-1).indexSelect(0, tensor(left, { dtype: 'int64' }))));
  for (const at of first.array.contiguousData().slice(0, count)) mask[left[Number(at)]!] = 0;
  const made = tensor(mask, { dtype: weight.dtype }).reshape(weight.shape);
  if (again) fields[`${name}_mask`] = made;
  else {
    delete fields[name];
    module.registerParameter(`${name}_orig`, weight as Parameter);
    module.registerBuffer(`${name}_mask`, made);
    install(module, { kind: 'pruning', name, modeSensitive: false, compute: compute(name) });
  }
  fields[name] = compute(name)(module);
  return module;
}

/** Masks the weights of the smallest absolute value. */
export function l1Unstructured<M extends Module>(module: M, name: string, amount: number): M {
  return prune(module, name, amount, (values) => values.abs().argsort(0));
}

/** Masks weights at random. */
export function randomUnstructured<M extends Module>(module: M, name: string, amount: number): M {
  return prune(module, name, amount, (values) => rand([values.numel()], { dtype: values.dtype === 'float64' ? 'float64' : 'float32' }).argsort(0, true));
}

/** Whether any weight of the module or of its parts is pruned. */
export function isPruned(module: Module): boolean {
  return [...module.modules()].some((part) => isReparametrized(part, 'pruning'));
}

/** Ends it: `weight` is a parameter again, with its zeros. @throws ValueError if it is not pruned */
export function remove<M extends Module>(module: M, name: string): M {
  if (!isReparametrized(module, 'pruning', name)) throw new ValueError(`Parameter '${name}' of module ${String(module)} has to be pruned before pruning can be removed`);
  uninstall(module, 'pruning', name, (found) => withoutRecording(() => found.compute(module)), [`${name}_orig`, `${name}_mask`]);
  return module;
}
