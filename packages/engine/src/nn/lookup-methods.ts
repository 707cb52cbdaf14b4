/**
 * The methods of a module that look up a parameter or a buffer by its path.
 *
 * Guarantees: importing this file gives them to every module, as `@modeguard/engine` does; with `@modeguard/engine/core` and `/nn` alone a program does without them. What they refuse is in `module-lookup.ts`.
 *
 * Worked example: after `import './lookup-methods.ts'` the call `model.getParameter('encoder.weight')` is the parameter `weight` of `model.encoder`.
 */
import type { Tensor } from '../ops/tensor.ts';
import { addMethods } from '../tensor/add-methods.ts';
import { bufferAt, parameterAt } from './module-lookup.ts';
import { Module } from './module.ts';
import type { Parameter } from './parameter.ts';

abstract class LookupMethods {
  /** @throws ReferenceError that names the part that leads nowhere or to no parameter */
  getParameter(target: string): Parameter {
    return parameterAt(this as unknown as Module, target);
  }

  /** @throws ReferenceError that names the part that leads nowhere or to no buffer */
  getBuffer(target: string): Tensor {
    return bufferAt(this as unknown as Module, target);
  }
}

declare module './module.ts' {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- the class says what is added
  interface Module extends LookupMethods {}
}

addMethods(Module, LookupMethods);
