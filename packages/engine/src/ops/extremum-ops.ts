/**
 * The larger and the smaller of two tensors, element by element.
 *
 * Guarantees: NaN wins; of two equal operands each gets half of the gradient (PyTorch 2.13 `derivatives.yaml`).
 *
 * Worked example: `tensor([1, 5]).maximum(3)` is 3, 5.
 */
import type { OpRecord } from '../autograd/op-record.ts';
import { binaryCode } from '../backend/codes.ts';
import { compiledBinary } from '../tensor/compiled-elementwise.ts';
import { combineArrays } from '../tensor/elementwise.ts';
import type { NdArray } from '../tensor/nd-array.ts';
import { binary } from './elementwise-records.ts';
import type { None } from './op-attributes.ts';
import type { Records } from './records.ts';
import { over } from './with-compiled.ts';

export interface ExtremumAttributes {
  readonly maximum: None;
  readonly minimum: None;
}

/** Nothing of a gradient that is infinite or NaN goes where its share is 0. */
const shared = (grad: NdArray, shares: NdArray): NdArray => combineArrays(grad, shares, (g, part) => (part === 0 ? 0 : g * part));

function extremum(wins: (x: number, y: number) => boolean, value: (x: number, y: number) => number): OpRecord<None> {
  const share = (x: NdArray, y: NdArray): NdArray => combineArrays(x, y, (a, b) => (a === b ? 0.5 : wins(b, a) ? 0 : 1));
  return binary(
    value,
    [(grad, read) => shared(grad, share(read(0), read(1))), (grad, read) => shared(grad, share(read(1), read(0)))],
    [[0, 1], [0, 1]],
  );
}

const maximumOp = /* @__PURE__ */ over(/* @__PURE__ */ extremum((x, y) => x > y, Math.max), { forward: ([x, y]) => compiledBinary(binaryCode.maximum, x!, y!) });
export const minimumOp = /* @__PURE__ */ over(/* @__PURE__ */ extremum((x, y) => x < y, Math.min), { forward: ([x, y]) => compiledBinary(binaryCode.minimum, x!, y!) });

export const extremumOps: Records<ExtremumAttributes> = { maximum: maximumOp, minimum: minimumOp };
