/**
 * The method of a module that loads a state dictionary.
 *
 * Guarantees: importing this file gives it to every module, as `@modeguard/engine` does, and as what reads weights does: `loadWeights` and `loadCheckpoint`. Refuses a dictionary that does not fit, with
 * PyTorch's message (`state-dict.ts`).
 *
 * Worked example: after `import './load-methods.ts'` the call `model.loadStateDict(other.stateDict())` copies the values of `other`.
 */
import type { Tensor } from '../ops/tensor.ts';
import { addMethods } from '../tensor/add-methods.ts';
import { Module } from './module.ts';
import { loadStateInto, type IncompatibleKeys, type LoadOptions, type StateDict } from './state-dict.ts';

abstract class LoadMethods {
  /**
   * Copies values in by name, or with `assign` takes the given tensors themselves; the mode stays as it is.
   * @throws RuntimeError that lists all missing, unexpected and ill-sized keys (the first two only when `strict`)
   */
  loadStateDict(state: StateDict | Readonly<Record<string, Tensor>>, options: LoadOptions = {}): IncompatibleKeys {
    return loadStateInto(this as unknown as Module, state, options);
  }
}

declare module './module.ts' {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- the class says what is added
  interface Module extends LoadMethods {}
}

addMethods(Module, LoadMethods);
