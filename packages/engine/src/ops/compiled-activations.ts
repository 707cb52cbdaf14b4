/**
 * Activation functions that are made of several elementwise kernels, and their gradients.
 *
 * Guarantees: what `activation-records.ts` says, to a few units in the last place; what is made on the way is given back at once. Null for other types than float32, and for
 * settings for which the formula does not hold. Where a function has pieces, the gradient of each is cut out by that of relu, which lets pass where its second operand is above 0.
 */
import { kernels } from '../backend/backend.ts';
import { binaryCode, unaryCode, type BinaryCode, type UnaryCode } from '../backend/codes.ts';
import { compiledBinary, compiledUnary } from '../tensor/compiled-elementwise.ts';
import type { NdArray } from '../tensor/nd-array.ts';
import type { ActivationAttributes } from './activation-records.ts';
import type { Compiled } from './with-compiled.ts';

const { sigmoid, tanh, softplus, relu, exp, neg, clamp, affine, square } = unaryCode;
const { add, sub, mul, div, maximum, reluGradient, tanhGradient } = binaryCode;

interface Steps {
  one(code: UnaryCode, x: NdArray, a?: number, b?: number): NdArray;
  two(code: BinaryCode, x: NdArray, y: NdArray): NdArray;
}

/** Runs `compute` and frees all that its steps made but the result. */
function steps(inputs: readonly NdArray[], compute: (steps: Steps) => NdArray): NdArray | null {
  if (kernels() === null || inputs.some(({ dtype }) => dtype !== 'float32')) return null;
  const made: NdArray[] = [];
  const kept = (array: NdArray | null): NdArray => {
    made.push(array!);
    return array!;
  };
  const result = compute({ one: (code, x, a, b) => kept(compiledUnary(code, x, a, b)), two: (code, x, y) => kept(compiledBinary(code, x, y)) });
  for (const array of made) if (array !== result) array.storage.free();
  return result;
}

function activation<A>(value: (s: Steps, x: NdArray, attributes: A) => NdArray, gradient: (s: Steps, g: NdArray, x: NdArray, attributes: A) => NdArray, holds: (attributes: A) => boolean = () => true): Compiled<A> {
  return {
    forward: ([x], attributes) => (holds(attributes) ? steps([x!], (s) => value(s, x!, attributes)) : null),
    gradient: (grad, { attributes, input }) => {
      const part = holds(attributes) ? steps([grad, input(0)], (s) => gradient(s, grad, input(0), attributes)) : null;
      return part === null ? null : [part];
    },
  };
}

/** `g` where x is below `limit`, 0 elsewhere. */
const below = (s: Steps, g: NdArray, x: NdArray, limit: number): NdArray => s.two(reluGradient, g, s.one(affine, x, -1, limit));
/** `g` where x is above `limit`, 0 elsewhere. */
const above = (s: Steps, g: NdArray, x: NdArray, limit: number): NdArray => s.two(reluGradient, g, s.one(affine, x, 1, -limit));

export const hardtanh: Compiled<ActivationAttributes['hardtanh']> = activation(
  (s, x, { min, max }) => s.one(clamp, x, min, max),
  (s, g, x, { min, max }) => below(s, above(s, g, x, min), x, max),
);

export const leakyRelu: Compiled<ActivationAttributes['leakyRelu']> = activation(
  (s, x, { negativeSlope }) => s.two(maximum, x, s.one(affine, x, negativeSlope, 0)),
  (s, g, x, { negativeSlope }) => s.two(add, s.one(affine, g, negativeSlope, 0), s.one(affine, s.two(reluGradient, g, x), 1 - negativeSlope, 0)),
  ({ negativeSlope }) => negativeSlope > 0 && negativeSlope < 1,
);

export const elu: Compiled<ActivationAttributes['elu']> = activation(
  (s, x, { alpha, scale, inputScale }) => {
    // e^x - 1 = 2 t / (1 - t) with t = tanh(x / 2), which loses nothing near 0.
    const t = s.one(tanh, s.one(affine, s.one(clamp, x, -Infinity, 0), inputScale / 2, 0));
    const negative = s.one(affine, s.two(div, t, s.one(affine, t, -1, 1)), 2 * scale * alpha, 0);
    return s.two(add, s.one(affine, s.one(relu, x), scale, 0), negative);
  },
  (s, g, x, { alpha, scale, inputScale }) => {
    const positive = s.two(reluGradient, g, x);
    const slope = s.one(affine, s.one(exp, s.one(affine, s.one(clamp, x, -Infinity, 0), inputScale, 0)), scale * alpha * inputScale, 0);
    return s.two(add, s.one(affine, positive, scale, 0), s.two(mul, s.two(sub, g, positive), slope));
  },
);

export const hardswish: Compiled<ActivationAttributes['hardswish']> = activation(
  (s, x) => s.one(affine, s.two(mul, x, s.one(clamp, s.one(affine, x, 1, 3), 0, 6)), 1 / 6, 0),
  (s, g, x) => {
    const inside = s.two(mul, g, s.one(affine, x, 1 / 3, 0.5));
    return s.two(add, below(s, above(s, inside, x, -3), x, 3), s.two(sub, g, below(s, g, x, 3)));
  },
);

export const mish: Compiled<ActivationAttributes['mish']> = activation(
  (s, x) => s.two(mul, x, s.one(tanh, s.one(softplus, x))),
  (s, g, x) => {
    const t = s.one(tanh, s.one(softplus, x));
    return s.two(add, s.two(mul, g, t), s.two(tanhGradient, s.two(mul, g, s.two(mul, x, s.one(sigmoid, x))), t));
  },
);

const tanhScale = Math.sqrt(2 / Math.PI);
const cubic = 0.044715;

/** The tanh of GELU's approximation: that of c x (1 + k x^2). */
const geluTanh = (s: Steps, x: NdArray): NdArray => s.one(tanh, s.two(mul, x, s.one(affine, s.one(square, x), tanhScale * cubic, tanhScale)));

/** GELU by its approximation. */
export const approximateGelu: Compiled<ActivationAttributes['gelu']> = activation(
  (s, x) => s.two(mul, x, s.one(affine, geluTanh(s, x), 0.5, 0.5)),
  (s, g, x) => {
    const t = geluTanh(s, x);
    const inner = s.two(mul, s.two(mul, g, x), s.one(affine, s.one(square, x), 1.5 * tanhScale * cubic, 0.5 * tanhScale));
    return s.two(add, s.two(mul, g, s.one(affine, t, 0.5, 0.5)), s.two(tanhGradient, inner, t));
  },
);

export const logsigmoid: Compiled<ActivationAttributes['logsigmoid']> = activation(
  (s, x) => s.one(neg, s.one(softplus, s.one(neg, x))),
  (s, g, x) => s.two(mul, g, s.one(sigmoid, s.one(neg, x))),
);
