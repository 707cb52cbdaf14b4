/**
 * The activation functions as they are applied: GELU, SiLU and those of `compiled-activations.ts` by the compiled kernels, the others by their records.
 */
import { binaryCode, unaryCode } from '../backend/codes.ts';
import { compiledBinary, compiledUnary } from '../tensor/compiled-elementwise.ts';
import { activationRecords, type ActivationAttributes } from './activation-records.ts';
import { approximateGelu, elu, hardswish, hardtanh, leakyRelu, logsigmoid, mish } from './compiled-activations.ts';
import { compiledUnaryOp } from './compiled-unary.ts';
import type { Records } from './records.ts';
import { withCompiled } from './with-compiled.ts';

export const activationOps: Records<ActivationAttributes> = /* @__PURE__ */ withCompiled<ActivationAttributes>(activationRecords, {
  gelu: {
    forward: (inputs, attributes) => (attributes.approximate === 'none' ? compiledUnary(unaryCode.gelu, inputs[0]!) : approximateGelu.forward(inputs, attributes)),
    gradient: (grad, context) => {
      if (context.attributes.approximate === 'tanh') return approximateGelu.gradient!(grad, context);
      const part = compiledBinary(binaryCode.geluGradient, grad, context.input(0));
      return part === null ? null : [part];
    },
  },
  silu: compiledUnaryOp(unaryCode.silu, { ofInput: binaryCode.siluGradient }),
  hardtanh,
  leakyRelu,
  elu,
  hardswish,
  mish,
  logsigmoid,
});
