/**
 * Scaled dot-product attention as one operation: softmax(q k^T * scale + bias) v.
 *
 * Guarantees: the probabilities are not kept for the gradient but computed again from q and k, so that the memory of a recorded call is that of
 * its inputs. A row in which everything is masked gives zeros, as PyTorch 2.13 (executed). Shapes: q [*, L, E], k [*, S, E], v [*, S, Ev], bias
 * (added to the scores, -Infinity where masked) broadcastable to [*, L, S]. Vaswani et al. 2017, section 3.2.1.
 */
import { allocate } from '../tensor/dtype.ts';
import { combineArrays, mapArray, mulArrays } from '../tensor/elementwise.ts';
import { matrixProduct } from '../tensor/matrix-product.ts';
import { NdArray } from '../tensor/nd-array.ts';
import { sumArray, sumToShape } from '../tensor/reduce.ts';
import type { Records } from './records.ts';

export interface AttentionAttributes {
  /** Inputs: q, k, v and possibly the bias. `dropout` holds 0 or 1 / (1 - p) for every probability. */
  readonly scaledDotProductAttention: { readonly scale: number; readonly isCausal: boolean; readonly dropout: NdArray | null };
}

type Settings = AttentionAttributes['scaledDotProductAttention'];

function probabilities(q: NdArray, k: NdArray, bias: NdArray | undefined, { scale, isCausal }: Settings): NdArray {
  const products = matrixProduct(q, k.transpose(-2, -1));
  const biased = bias === undefined ? mapArray(products, (value) => value * scale) : combineArrays(products, bias, (value, shift) => value * scale + shift, products.dtype);
  const scores = biased.contiguousData();
  const [rows, columns] = [biased.shape.at(-2)!, biased.shape.at(-1)!];
  const out = allocate(q.dtype, scores.length);
  for (let start = 0, row = 0; start < scores.length; start += columns, row = (row + 1) % rows) {
    const end = start + (isCausal ? Math.min(row + 1, columns) : columns);
    let top = -Infinity;
    for (let at = start; at < end; at++) top = Math.max(top, scores[at]!);
    if (top === -Infinity) continue;
    let sum = 0;
    for (let at = start; at < end; at++) sum += Math.exp(scores[at]! - top);
    for (let at = start; at < end; at++) out[at] = Math.exp(scores[at]! - top) / sum;
  }
  return NdArray.from(q.dtype, biased.shape, out);
}

const dropped = (p: NdArray, { dropout }: Settings): NdArray => (dropout === null ? p : mulArrays(p, dropout));

export const attentionRecords: Records<AttentionAttributes> = {
  scaledDotProductAttention: {
    forward: ([q, k, v, bias], settings) => matrixProduct(dropped(probabilities(q!, k!, bias, settings), settings), v!),
    gradient: {
      saves: (needs) => ({ inputs: [0, 1, 2, ...(needs.length > 3 ? [3] : [])] }),
      of: (grad, { attributes: settings, needs, shapes, input }) => {
        const [q, k, v] = [input(0), input(1), input(2)];
        const p = probabilities(q, k, shapes.length > 3 ? input(3) : undefined, settings);
        const ofV = needs[2] ? sumToShape(matrixProduct(dropped(p, settings).transpose(-2, -1), grad), shapes[2]!) : null;
        const ofP = dropped(matrixProduct(grad, v.transpose(-2, -1)), settings);
        const last = p.rank - 1;
        // The gradient of softmax: p * (g - sum(g * p)).
        const ofScores = mulArrays(p, combineArrays(ofP, sumArray(mulArrays(ofP, p), [last], true), (g, mean) => g - mean));
        const scaled = mapArray(ofScores, (value) => value * settings.scale);
        const gradients = [
          needs[0] ? sumToShape(matrixProduct(scaled, k), shapes[0]!) : null,
          needs[1] ? sumToShape(matrixProduct(scaled.transpose(-2, -1), q), shapes[1]!) : null,
          ofV,
        ];
        if (shapes.length > 3) gradients.push(needs[3] ? sumToShape(ofScores, shapes[3]!) : null);
        return gradients;
      },
    },
  },
};
