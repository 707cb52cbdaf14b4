/**
 * Deep copies of modules, for wrappers and stacks of layers that start from one layer.
 *
 * Guarantees (D08; PyTorch 2.13, executed): values, types, modes, hooks and what is shared inside are kept; nothing is shared with the original
 * but functions and objects of classes that are neither modules nor tensors. Parameters keep whether they require gradients, and lose
 * their gradients' graph, not the gradients. Fields are copied as they are, accessors stay accessors. Private `#members` cannot be copied from
 * outside: a class that has some overrides `deepCopy`; no class of the engine has any. Refuses a tensor that an operation made, in PyTorch's words.
 */
import { withoutRecording } from '../autograd/grad-mode.ts';
import { Tensor } from '../ops/tensor.ts';
import { RuntimeError } from '../tensor/errors.ts';
import { moduleState, type ModuleState } from './module-state.ts';
import type { Module } from './module.ts';
import { Parameter } from './parameter.ts';
import { uninitialized } from './uninitialized.ts';

export function deepCopy<T extends Module>(module: T): T {
  return withoutRecording(() => copyValue(module, new Map()) as T);
}

function copyValue(value: unknown, made: Map<object, unknown>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const known = made.get(value);
  if (known !== undefined) return known;
  const keep = <C>(copy: C): C => {
    made.set(value, copy);
    return copy;
  };
  if (value instanceof Tensor) return keep(copyTensor(value));
  if (moduleState in value) return copyModule(value as Module, keep, made);
  if (Array.isArray(value)) {
    const copy: unknown[] = keep([]);
    for (const part of value) copy.push(copyValue(part, made));
    return copy;
  }
  if (value instanceof Map) {
    const copy = keep(new Map<unknown, unknown>());
    for (const [key, part] of value) copy.set(key, copyValue(part, made));
    return copy;
  }
  if (value instanceof Set) {
    const copy = keep(new Set<unknown>());
    for (const part of value) copy.add(copyValue(part, made));
    return copy;
  }
  if (ArrayBuffer.isView(value)) return keep(structuredClone(value));
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null ? copyFields(value, keep(Object.create(prototype as object | null) as object), made) : value;
}

function copyTensor(tensor: Tensor): Tensor {
  if (uninitialized?.has(tensor)) return uninitialized.copy(tensor);
  if (!tensor.isLeaf) {
    throw new RuntimeError('Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the moment. Copy the module before the operation that made the tensor, or detach() it.');
  }
  const values = new Tensor(tensor.array.copy(), { inference: tensor.isInference() });
  const copy = tensor instanceof Parameter ? new Parameter(values, { requiresGrad: tensor.requiresGrad }) : values.requiresGrad_(tensor.requiresGrad);
  if (tensor.grad !== null) copy.grad = copyTensor(tensor.grad.detach());
  return copy;
}

function copyModule(module: Module, keep: <C>(copy: C) => C, made: Map<object, unknown>): Module {
  const copy = keep(Object.create(Object.getPrototypeOf(module) as object) as Module);
  const state = module[moduleState];
  const copied: ModuleState = { ...state, buffers: new Map(state.buffers), hooks: state.hooks?.copy() ?? null };
  Object.defineProperty(copy, moduleState, { value: copied });
  return copyFields(module, copy, made);
}

/** Own properties of any key, `training` and other accessors as such; the module's state is not among them. */
function copyFields<T extends object>(from: object, to: T, made: Map<object, unknown>): T {
  for (const key of Reflect.ownKeys(from)) {
    if (key === moduleState) continue;
    const property = Object.getOwnPropertyDescriptor(from, key)!;
    Object.defineProperty(to, key, 'value' in property ? { ...property, value: copyValue(property.value, made) } : property);
  }
  return to;
}
