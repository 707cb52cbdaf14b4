/**
 * What the hook forms of spectral and weight normalisation, and pruning, share: a weight that a forward pre-hook computes anew before each call.
 *
 * Guarantees: the hook is found again by its kind and the name of the weight, on copies of the module, too. The computed weight is an ordinary field,
 * no parameter, and has a graph, which is why such a module cannot be copied after a call (H15), as in PyTorch. Refuses the same kind twice
 * on one weight, and a name under which there is no parameter.
 */
import './hook-methods.ts';
import type { Tensor } from '../ops/tensor.ts';
import { RuntimeError, ValueError } from '../tensor/errors.ts';
import { askHooksBy } from './known-sensitivity.ts';
import type { ForwardPreHook } from './module-hooks.ts';
import { moduleState } from './module-state.ts';
import type { Module } from './module.ts';
import { Parameter } from './parameter.ts';

export interface Reparametrization {
  readonly kind: 'spectral_norm' | 'weight_norm' | 'pruning';
  readonly name: string;
  /** Whether what it computes depends on the mode. */
  readonly modeSensitive: boolean;
  /** The weight for this call; `frozen` leaves all state as it is, whatever the mode. */
  compute(module: Module, frozen?: boolean): Tensor;
}

const marked = new WeakMap<ForwardPreHook, Reparametrization>();

export const fieldsOf = (module: Module): Record<string, Tensor | null> => module as unknown as Record<string, Tensor | null>;

/** The reparametrizations of a module, with what ends each. */
function reparametrizationsOf(module: Module): readonly (readonly [Reparametrization, () => void])[] {
  const list = module[moduleState].hooks?.forwardPre ?? [];
  return list.flatMap((entry) => {
    const found = marked.get(entry.hook);
    return found === undefined ? [] : [[found, (): void => void list.splice(list.indexOf(entry), 1)] as const];
  });
}

export function isReparametrized(module: Module, kind: Reparametrization['kind'], name?: string): boolean {
  return reparametrizationsOf(module).some(([found]) => found.kind === kind && (name === undefined || found.name === name));
}

/** Whether a hook of this module computes something that depends on the mode. */
function hasModeSensitiveHook(module: Module): boolean {
  return module[moduleState].hooks !== null && reparametrizationsOf(module).some(([found]) => found.modeSensitive);
}

/** The parameter that is to be reparametrized. @throws RuntimeError if it already is so, ValueError if there is none */
export function parameterFor(module: Module, kind: Reparametrization['kind'], className: string, name: string): Parameter {
  if (isReparametrized(module, kind, name)) throw new RuntimeError(`Cannot register two ${kind} hooks on the same parameter ${name}`);
  const weight = fieldsOf(module)[name];
  if (!(weight instanceof Parameter)) throw new ValueError(`\`${className}\` cannot be applied as parameter \`${name}\` is ${weight === null ? 'None' : 'not there'}`);
  return weight;
}

export function install(module: Module, reparametrization: Reparametrization): void {
  const hook: ForwardPreHook = (target) => {
    fieldsOf(target as Module)[reparametrization.name] = reparametrization.compute(target as Module);
  };
  marked.set(hook, reparametrization);
  askHooksBy(hasModeSensitiveHook);
  module.registerForwardPreHook(hook);
}

/** Ends it: the weight is a parameter again, with the value it has now. */
export function uninstall(module: Module, kind: Reparametrization['kind'], name: string, weight: (found: Reparametrization) => Tensor, obsolete: readonly string[]): void {
  const entry = reparametrizationsOf(module).find(([found]) => found.kind === kind && found.name === name);
  if (entry === undefined) throw new ValueError(`${kind} of '${name}' not found in ${String(module)}`);
  const [found, remove] = entry;
  const value = weight(found);
  remove();
  for (const field of obsolete) {
    delete fieldsOf(module)[field];
    module[moduleState].buffers.delete(field);
  }
  delete fieldsOf(module)[name];
  module.registerParameter(name, new Parameter(value.detach()));
}
