/**
 * An elementwise function of one tensor by the compiled kernels, forward and backward.
 */
import type { BinaryCode, UnaryCode } from '../backend/codes.ts';
import { compiledBinary, compiledUnary } from '../tensor/compiled-elementwise.ts';
import type { None } from './op-attributes.ts';
import type { Compiled } from './with-compiled.ts';

/** The gradient is a function of the arriving one and of the input or the output, whichever the record saves. */
export function compiledUnaryOp(code: UnaryCode, gradient: { readonly ofInput: BinaryCode } | { readonly ofOutput: BinaryCode }): Compiled<None> {
  return {
    forward: ([x]) => compiledUnary(code, x!),
    gradient: (grad, context) => {
      const part = 'ofInput' in gradient ? compiledBinary(gradient.ofInput, grad, context.input(0)) : compiledBinary(gradient.ofOutput, grad, context.output());
      return part === null ? null : [part];
    },
  };
}
