/**
 * Losses element by element, before they are averaged or summed.
 *
 * Guarantees: values and derivatives are PyTorch's (2.13, `aten/native/Loss.cpp` and `LossNLL.cpp`; executed); logarithms are cut at -100 in
 * `bceLoss`. Both operands get gradients, where they want one.
 */
import type { OpRecord } from '../autograd/op-record.ts';
import { allocate } from '../tensor/dtype.ts';
import { combineArrays, mulArrays } from '../tensor/elementwise.ts';
import { RuntimeError } from '../tensor/errors.ts';
import { NdArray } from '../tensor/nd-array.ts';
import { sumToShape } from '../tensor/reduce.ts';
import { numelOf } from '../tensor/shape.ts';
import { refuseBooleans } from './elementwise-records.ts';
import { logistic, logOnePlusExp } from './logistic.ts';
import type { None } from './op-attributes.ts';
import type { Records } from './records.ts';
import { floatingKernel, floatingResult, onlyFloating } from './refuse-types.ts';

export interface LossAttributes {
  readonly mseLoss: None;
  readonly l1Loss: None;
  readonly smoothL1Loss: { readonly beta: number };
  readonly huberLoss: { readonly delta: number };
  readonly bceLoss: None;
  readonly bceWithLogitsLoss: None;
  readonly softMarginLoss: None;
  readonly klDivLoss: { readonly logTarget: boolean };
  /** Inputs: logarithms of probabilities [N, C, *], classes [N, *], possibly weights [C]. The ignored get 0, and do not count in the mean, which is by weight. */
  readonly nllLoss: { readonly ignoreIndex: number; readonly reduction: 'mean' | 'sum' | 'none' };
}

type Function2<A> = (attributes: A) => (x: number, y: number) => number;

/** Lays over a record what it refuses; `kernel` is PyTorch's name of what computes it. */
type Guard = <A>(kernel: string, record: OpRecord<A>) => OpRecord<A>;
/** |x - y| has no kernel of its own: what cannot be subtracted is refused. */
const subtractable: Guard = (_, record) => ({
  ...record,
  forward: (inputs, attributes) => {
    refuseBooleans(inputs[0]!, inputs[1]!);
    return record.forward(inputs, attributes);
  },
});

function elementwise<A>(guard: Guard, kernel: string, value: Function2<A>, byInput: Function2<A>, byTarget: Function2<A>): OpRecord<A> {
  return guard(kernel, {
    forward: ([x, y], attributes) => combineArrays(x!, y!, value(attributes)),
    gradient: {
      saves: () => ({ inputs: [0, 1] }),
      of: (grad, { attributes, needs, shapes, input }) =>
        [byInput, byTarget].map((partial, index) => (needs[index] ? sumToShape(mulArrays(grad, combineArrays(input(0), input(1), partial(attributes))), shapes[index]!) : null)),
    },
  });
}

/** A loss of the difference alone. */
function ofDifference<A>(guard: Guard, kernel: string, value: (attributes: A) => (d: number) => number, slope: (attributes: A) => (d: number) => number): OpRecord<A> {
  const over = (fn: (attributes: A) => (d: number) => number, sign = 1): Function2<A> => (attributes) => {
    const inner = fn(attributes);
    return (x, y) => sign * inner(x - y);
  };
  return elementwise(guard, kernel, over(value), over(slope), over(slope, -1));
}

const log = (x: number): number => Math.max(Math.log(x), -100);

/** Calls `visit(position of the loss, position of the logarithm, weight)` for every target. */
function eachTarget(shape: readonly number[], targets: NdArray, weights: NdArray | undefined, ignoreIndex: number, visit: (at: number, from: number, weight: number) => void): void {
  const classes = shape[1]!;
  const area = numelOf(shape.slice(2));
  const [picks, scales] = [targets.contiguousData(), weights?.contiguousData()];
  for (let at = 0; at < picks.length; at++) {
    const picked = picks[at]!;
    if (picked === ignoreIndex) continue;
    if (picked < 0 || picked >= classes) throw new RangeError(`Target ${picked} is out of bounds.`);
    visit(at, (Math.floor(at / area) * classes + picked) * area + (at % area), scales === undefined ? 1 : scales[picked]!);
  }
}

// One by one, so that a program carries those of the losses it has.

export const mseLossRecord: OpRecord<LossAttributes['mseLoss']> = /* @__PURE__ */ ofDifference(floatingResult, 'mse_cpu', () => (d) => d * d, () => (d) => 2 * d);

export const l1LossRecord: OpRecord<LossAttributes['l1Loss']> = /* @__PURE__ */ ofDifference(subtractable, 'abs_cpu', () => Math.abs, () => Math.sign);

export const smoothL1LossRecord: OpRecord<LossAttributes['smoothL1Loss']> = /* @__PURE__ */ ofDifference(
  floatingResult,
  'smooth_l1_cpu',
  ({ beta }) => (d) => (Math.abs(d) < beta ? (0.5 * d * d) / beta : Math.abs(d) - 0.5 * beta),
  ({ beta }) => (d) => (Math.abs(d) < beta ? d / beta : Math.sign(d)),
);

export const huberLossRecord: OpRecord<LossAttributes['huberLoss']> = /* @__PURE__ */ ofDifference(
  floatingResult,
  'huber_cpu',
  ({ delta }) => (d) => (Math.abs(d) <= delta ? 0.5 * d * d : delta * (Math.abs(d) - 0.5 * delta)),
  ({ delta }) => (d) => (Math.abs(d) <= delta ? d : delta * Math.sign(d)),
);

export const bceLossRecord: OpRecord<LossAttributes['bceLoss']> = /* @__PURE__ */ elementwise(
  floatingKernel,
  'binary_cross_entropy',
  () => (x, y) => {
    if (!(x >= 0 && x <= 1)) throw new RuntimeError('all elements of input should be between 0 and 1');
    return (y - 1) * Math.max(Math.log1p(-x), -100) - y * log(x);
  },
  // 1e-12 keeps the quotient finite, as in ATen.
  () => (x, y) => (x - y) / Math.max((1 - x) * x, 1e-12),
  () => (x) => Math.max(Math.log1p(-x), -100) - log(x),
);

export const bceWithLogitsLossRecord: OpRecord<LossAttributes['bceWithLogitsLoss']> = /* @__PURE__ */ elementwise(
  floatingKernel,
  'log_sigmoid_cpu',
  () => (x, y) => (1 - y) * x + logOnePlusExp(-x),
  () => (x, y) => logistic(x) - y,
  () => (x) => -x,
);

export const softMarginLossRecord: OpRecord<LossAttributes['softMarginLoss']> = /* @__PURE__ */ elementwise(
  (_, record) => onlyFloating((type) => `result type Float can't be cast to the desired output type ${type}`, record),
  'soft_margin_loss',
  () => (x, y) => logOnePlusExp(-x * y),
  () => (x, y) => -y * logistic(-x * y),
  () => (x, y) => -x * logistic(-x * y),
);

export const klDivLossRecord: OpRecord<LossAttributes['klDivLoss']> = /* @__PURE__ */ elementwise(
  (_, record) => onlyFloating(() => 'kl_div: Integral inputs not supported.', record),
  'kl_div',
  ({ logTarget }) => (logTarget ? (x, y) => Math.exp(y) * (y - x) : (x, y) => (y === 0 ? 0 : y * Math.log(y)) - y * x),
  ({ logTarget }) => (logTarget ? (_, y) => -Math.exp(y) : (_, y) => -y),
  ({ logTarget }) => (logTarget ? (x, y) => Math.exp(y) * (y - x + 1) : (x, y) => (y === 0 ? 0 : Math.log(y) + 1) - x),
);

export const nllLossRecord: OpRecord<LossAttributes['nllLoss']> = /* @__PURE__ */ floatingKernel('nll_loss_out_frame', {
  forward: ([x, targets, weights], { ignoreIndex, reduction }) => {
    const data = x!.contiguousData();
    if (reduction === 'none') {
      const out = allocate(x!.dtype, targets!.numel);
      eachTarget(x!.shape, targets!, weights, ignoreIndex, (at, from, weight) => (out[at] = -data[from]! * weight));
      return NdArray.from(x!.dtype, targets!.shape, out);
    }
    let [sum, whole] = [0, 0];
    eachTarget(x!.shape, targets!, weights, ignoreIndex, (_, from, weight) => {
      sum -= data[from]! * weight;
      whole += weight;
    });
    return NdArray.filled(x!.dtype, [], reduction === 'mean' ? sum / whole : sum);
  },
  gradient: {
    saves: (needs) => ({ inputs: [1, ...(needs.length > 2 ? [2] : [])] }),
    of: (grad, { attributes: { ignoreIndex, reduction }, shapes, input }) => {
      const [targets, weights] = [input(1), shapes.length > 2 ? input(2) : undefined];
      const values = grad.contiguousData();
      let whole = reduction === 'mean' ? 0 : 1;
      if (reduction === 'mean') eachTarget(shapes[0]!, targets, weights, ignoreIndex, (_at, _from, weight) => (whole += weight));
      const out = NdArray.filled(grad.dtype, shapes[0]!, 0);
      const { data } = out.storage;
      eachTarget(shapes[0]!, targets, weights, ignoreIndex, (at, from, weight) => (data[from] = (-values[reduction === 'none' ? at : 0]! * weight) / whole));
      return [out, ...shapes.slice(1).map(() => null)];
    },
  },
});

export const lossRecords: Records<LossAttributes> = {
  mseLoss: mseLossRecord,
  l1Loss: l1LossRecord,
  smoothL1Loss: smoothL1LossRecord,
  huberLoss: huberLossRecord,
  bceLoss: bceLossRecord,
  bceWithLogitsLoss: bceWithLogitsLossRecord,
  softMarginLoss: softMarginLossRecord,
  klDivLoss: klDivLossRecord,
  nllLoss: nllLossRecord,
};
