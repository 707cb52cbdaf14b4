/**
 * The activation functions as they are applied: GELU and SiLU by the compiled kernels, the others by their records.
 */
import { binaryCode, unaryCode } from '../backend/codes.ts';
import { compiledBinary, compiledUnary } from '../tensor/compiled-elementwise.ts';
import { activationRecords, type ActivationAttributes } from './activation-records.ts';
import { compiledUnaryOp } from './compiled-unary.ts';
import type { Records } from './records.ts';
import { withCompiled } from './with-compiled.ts';

export const activationOps: Records<ActivationAttributes> = /* @__PURE__ */ withCompiled<ActivationAttributes>(activationRecords, {
  gelu: {
    forward: ([x], { approximate }) => (approximate === 'none' ? compiledUnary(unaryCode.gelu, x!) : null),
    gradient: (grad, { attributes: { approximate }, input }) => {
      const part = approximate === 'none' ? compiledBinary(binaryCode.geluGradient, grad, input(0)) : null;
      return part === null ? null : [part];
    },
  },
  silu: compiledUnaryOp(unaryCode.silu, { ofInput: binaryCode.siluGradient }),
});
