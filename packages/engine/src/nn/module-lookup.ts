/**
 * Modules, parameters and buffers by their dotted path.
 *
 * Guarantees: the paths of `namedModules` and of the state dictionary lead back to what they name. Refuses a path that leads nowhere or to
 * something else, and says which part of it, in PyTorch's words.
 */
import type { Tensor } from '../ops/tensor.ts';
import { moduleState } from './module-state.ts';
import type { Module } from './module.ts';
import { Parameter } from './parameter.ts';

function isModule(value: unknown): value is Module {
  return typeof value === 'object' && value !== null && moduleState in value;
}

export function submoduleAt(root: Module, target: string): Module {
  let module = root;
  if (target === '') return module;
  for (const part of target.split('.')) {
    const entry = module.entry(part);
    if (entry === undefined) throw new ReferenceError(`${module.constructor.name} has no attribute \`${part}\``);
    if (!isModule(entry)) throw new ReferenceError(`\`${part}\` is not an nn.Module`);
    module = entry;
  }
  return module;
}

function split(target: string): readonly [string, string] {
  const at = target.lastIndexOf('.');
  return at < 0 ? ['', target] : [target.slice(0, at), target.slice(at + 1)];
}

export function parameterAt(root: Module, target: string): Parameter {
  const [path, name] = split(target);
  const module = submoduleAt(root, path);
  const entry = module.entry(name);
  if (entry === undefined) throw new ReferenceError(`${module.constructor.name} has no attribute \`${name}\``);
  if (!(entry instanceof Parameter)) throw new ReferenceError(`\`${name}\` is not an nn.Parameter`);
  return entry;
}

/** `target` ends in the name of the buffer in the state dictionary, or of its field. */
export function bufferAt(root: Module, target: string): Tensor {
  const [path, name] = split(target);
  const module = submoduleAt(root, path);
  for (const [key, buffer] of module.namedBuffers({ recurse: false })) if (key === name || module.entry(name) === buffer) return buffer;
  if (module.entry(name) === undefined) throw new ReferenceError(`${module.constructor.name} has no attribute \`${name}\``);
  throw new ReferenceError(`\`${name}\` is not a buffer`);
}
