/**
 * Activation functions, each with its value and its derivative side by side.
 *
 * Guarantees: values and derivatives at kinks and at the ends are PyTorch's (2.13, `derivatives.yaml` and the kernels in
 * `BinaryOps`/`Activation.cpp`; executed). The error function is W. J. Cody's (see `special-functions.ts`).
 */
import type { OpRecord } from '../autograd/op-record.ts';
import { allocate, floatingOf } from '../tensor/dtype.ts';
import { combineArrays, mapArray, mulArrays } from '../tensor/elementwise.ts';
import { NdArray } from '../tensor/nd-array.ts';
import { sumToShape } from '../tensor/reduce.ts';
import { logistic, logOnePlusExp } from './logistic.ts';
import type { None } from './op-attributes.ts';
import type { Records } from './records.ts';
import { floatingKernel, notImplemented, refusingBool } from './refuse-types.ts';
import { erf } from './special-functions.ts';

export interface ActivationAttributes {
  readonly hardtanh: { readonly min: number; readonly max: number };
  /** scale * x where positive, scale * alpha * (e^(inputScale * x) - 1) elsewhere: ELU, SELU and CELU. */
  readonly elu: { readonly alpha: number; readonly scale: number; readonly inputScale: number };
  readonly gelu: { readonly approximate: 'none' | 'tanh' };
  readonly silu: None;
  readonly mish: None;
  /** `softplus` with other than its usual numbers. */
  readonly scaledSoftplus: { readonly beta: number; readonly threshold: number };
  readonly softsign: None;
  readonly hardsigmoid: None;
  readonly hardswish: None;
  readonly leakyRelu: { readonly negativeSlope: number };
  /** Inputs: x and one slope per channel, shaped so that it broadcasts. */
  readonly prelu: None;
  /** `slopes` has one factor per element. */
  readonly rrelu: { readonly slopes: NdArray };
  readonly logsigmoid: None;
  readonly threshold: { readonly threshold: number; readonly value: number };
  readonly softshrink: { readonly lambda: number };
  readonly hardshrink: { readonly lambda: number };
  /** The first half of dimension `dim` times the sigmoid of the second. */
  readonly glu: { readonly dim: number };
}

/** An elementwise function of one tensor, built from its attributes, with the derivative by the input. */
function activation<A>(kernel: string, value: (attributes: A) => (x: number) => number, derivative: (attributes: A) => (x: number) => number): OpRecord<A> {
  return floatingKernel(kernel, {
    forward: ([x], attributes) => mapArray(x!, value(attributes)),
    gradient: {
      saves: () => ({ inputs: [0] }),
      of: (grad, { attributes, input }) => {
        const slope = derivative(attributes);
        return [combineArrays(grad, input(0), (g, x) => g * slope(x), grad.dtype)];
      },
    },
  });
}

/** The same for a function made of pieces, of which some are constant: what is infinite or NaN in a gradient ends there. */
function pieces<A>(value: (attributes: A) => (x: number) => number, derivative: (attributes: A) => (x: number) => number): OpRecord<A> {
  return {
    forward: ([x], attributes) => mapArray(x!, value(attributes)),
    gradient: {
      saves: () => ({ inputs: [0] }),
      of: (grad, { attributes, input }) => {
        const slope = derivative(attributes);
        return [
          combineArrays(
            grad,
            input(0),
            (g, x) => {
              const rise = slope(x);
              return rise === 0 ? 0 : g * rise;
            },
            grad.dtype,
          ),
        ];
      },
    },
  };
}

const tanhApproximation = Math.sqrt(2 / Math.PI);
const cubic = 0.044715;
const normalDensity = (x: number): number => Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
const normalDistribution = (x: number): number => 0.5 * (1 + erf(x * Math.SQRT1_2));

/** The two halves of dimension `dim`. */
function halves(x: NdArray, dim: number): readonly [NdArray, NdArray] {
  const half = x.shape[dim]! / 2;
  return [x.narrow(dim, 0, half), x.narrow(dim, half, half)];
}

export const activationRecords: Records<ActivationAttributes> = {
  hardtanh: refusingBool('Bool inputs not supported for hardtanh', pieces(
    ({ min, max }) => (x) => (x < min ? min : x > max ? max : x),
    ({ min, max }) => (x) => (x <= min || x >= max ? 0 : 1),
  )),
  elu: activation(
    'elu_cpu',
    ({ alpha, scale, inputScale }) => (x) => (x <= 0 ? scale * alpha * Math.expm1(inputScale * x) : scale * x),
    ({ alpha, scale, inputScale }) => (x) => (x <= 0 ? scale * alpha * inputScale * Math.exp(inputScale * x) : scale),
  ),
  gelu: activation(
    'GeluKernelImpl',
    ({ approximate }) => (approximate === 'tanh' ? (x) => 0.5 * x * (1 + Math.tanh(tanhApproximation * (x + cubic * x * x * x))) : (x) => x * normalDistribution(x)),
    ({ approximate }) => {
      if (approximate === 'none') return (x) => normalDistribution(x) + x * normalDensity(x);
      return (x) => {
        const t = Math.tanh(tanhApproximation * (x + cubic * x * x * x));
        return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * tanhApproximation * (1 + 3 * cubic * x * x);
      };
    },
  ),
  silu: activation(
    'silu_cpu',
    () => (x) => x * logistic(x),
    () => (x) => logistic(x) * (1 + x * (1 - logistic(x))),
  ),
  mish: activation(
    'mish_cpu',
    () => (x) => x * Math.tanh(logOnePlusExp(x)),
    () => (x) => {
      const t = Math.tanh(logOnePlusExp(x));
      return t + x * logistic(x) * (1 - t * t);
    },
  ),
  scaledSoftplus: activation(
    'softplus_cpu',
    ({ beta, threshold }) => (x) => (x * beta > threshold ? x : logOnePlusExp(x * beta) / beta),
    ({ beta, threshold }) => (x) => (x * beta > threshold ? 1 : logistic(x * beta)),
  ),
  softsign: refusingBool(notImplemented('abs_cpu'), {
    forward: ([x]) => mapArray(x!, (value) => value / (1 + Math.abs(value)), floatingOf(x!.dtype)),
    gradient: { saves: () => ({ inputs: [0] }), of: (grad, { input }) => [combineArrays(grad, input(0), (g, x) => g / (1 + Math.abs(x)) ** 2, grad.dtype)] },
  }),
  hardsigmoid: floatingKernel('hardsigmoid_cpu', pieces(
    () => (x) => Math.min(Math.max(x + 3, 0), 6) / 6,
    () => (x) => (x > -3 && x < 3 ? 1 / 6 : 0),
  )),
  hardswish: floatingKernel('hardswish_cpu', pieces(
    () => (x) => (x * Math.min(Math.max(x + 3, 0), 6)) / 6,
    () => (x) => (x <= -3 ? 0 : x < 3 ? x / 3 + 0.5 : 1),
  )),
  leakyRelu: activation(
    'leaky_relu_cpu',
    ({ negativeSlope }) => (x) => (x > 0 ? x : x * negativeSlope),
    ({ negativeSlope }) => (x) => (x > 0 ? 1 : negativeSlope),
  ),
  prelu: floatingKernel('prelu_cpu', {
    forward: ([x, slope]) => combineArrays(x!, slope!, (value, factor) => (value > 0 ? value : value * factor)),
    gradient: {
      saves: () => ({ inputs: [0, 1] }),
      of: (grad, { needs, shapes, input }) => [
        needs[0] ? mulArrays(grad, combineArrays(input(0), input(1), (x, slope) => (x > 0 ? 1 : slope))) : null,
        needs[1] ? sumToShape(combineArrays(grad, input(0), (g, x) => (x > 0 ? 0 : g * x)), shapes[1]!) : null,
      ],
    },
  }),
  rrelu: {
    forward: ([x], { slopes }) => mulArrays(x!, slopes),
    gradient: { saves: () => ({}), of: (grad, { attributes }) => [mulArrays(grad, attributes.slopes)] },
  },
  logsigmoid: activation(
    'log_sigmoid_cpu',
    () => (x) => -logOnePlusExp(-x),
    () => (x) => logistic(-x),
  ),
  threshold: pieces(
    ({ threshold, value }) => (x) => (x <= threshold ? value : x),
    ({ threshold }) => (x) => (x <= threshold ? 0 : 1),
  ),
  softshrink: floatingKernel('softshrink_check', pieces(
    ({ lambda }) => (x) => (x > lambda ? x - lambda : x < -lambda ? x + lambda : x * 0 + 0),
    ({ lambda }) => (x) => (x >= -lambda && x <= lambda ? 0 : 1),
  )),
  hardshrink: floatingKernel('hardshrink_cpu', pieces(
    ({ lambda }) => (x) => (x >= -lambda && x <= lambda ? 0 : x),
    ({ lambda }) => (x) => (x >= -lambda && x <= lambda ? 0 : 1),
  )),
  glu: floatingKernel('glu_cpu', {
    forward: ([x], { dim }) => {
      const [value, gate] = halves(x!, dim);
      return combineArrays(value, gate, (a, b) => a * logistic(b));
    },
    gradient: {
      saves: () => ({ inputs: [0] }),
      of: (grad, { attributes: { dim }, input, shapes }) => {
        const [value, gate] = halves(input(0), dim);
        const out = NdArray.from(grad.dtype, shapes[0]!, allocate(grad.dtype, input(0).numel));
        const [first, second] = halves(out, dim);
        first.assign(combineArrays(grad, gate, (g, b) => g * logistic(b)));
        second.assign(mulArrays(grad, combineArrays(value, gate, (a, b) => a * logistic(b) * (1 - logistic(b)))));
        return [out];
      },
    },
  }),
};
