/**
 * The method of a module that copies it.
 *
 * Guarantees: importing this file gives it to every module, as `@modeguard/engine` does, and as stacks and wrappers do that copy a layer; with `@modeguard/engine/core` and `/nn` alone a program does without it.
 * What is copied and what is shared is in `deep-copy.ts`.
 *
 * Worked example: after `import './copy-methods.ts'` the call `model.deepCopy()` is another model with the same values.
 */
import { addMethods } from '../tensor/add-methods.ts';
import { deepCopy } from './deep-copy.ts';
import { Module } from './module.ts';

abstract class CopyMethods {
  /**
   * A copy of this module and of everything registered in it, with the same values, modes and hooks; what is shared inside is shared inside the
   * copy. @throws RuntimeError for a tensor that an operation made
   */
  deepCopy(): this {
    return deepCopy(this as unknown as Module) as unknown as this;
  }
}

declare module './module.ts' {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- the class says what is added
  interface Module extends CopyMethods {}
}

addMethods(Module, CopyMethods);
