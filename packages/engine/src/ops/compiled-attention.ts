/**
 * Scaled dot-product attention without a mask by the compiled kernels: two products and a softmax over rows.
 *
 * Guarantees: what `attention-records.ts` says, the probabilities computed again for the gradient included. Null with a mask, whose
 * rows may be empty, and for other types than float32.
 */
import { unaryCode } from '../backend/codes.ts';
import { compiledUnary } from '../tensor/compiled-elementwise.ts';
import { compiledRowGradients, compiledRows } from '../tensor/compiled-reduce.ts';
import { mulArrays } from '../tensor/elementwise.ts';
import { matrixProduct } from '../tensor/matrix-product.ts';
import type { NdArray } from '../tensor/nd-array.ts';
import { sumToShape } from '../tensor/reduce.ts';
import { attentionRecords, type AttentionAttributes } from './attention-records.ts';
import type { Records } from './records.ts';
import { withCompiled, type Compiled } from './with-compiled.ts';

type Settings = AttentionAttributes['scaledDotProductAttention'];

function probabilities(q: NdArray, k: NdArray, { scale, isCausal }: Settings): NdArray | null {
  if (isCausal || q.dtype !== 'float32' || k.dtype !== 'float32') return null;
  const products = matrixProduct(q, k.transpose(-2, -1));
  const scores = compiledUnary(unaryCode.affine, products, scale, 0);
  const rows = scores === null ? null : compiledRows(scores, scores.rank - 1, (kernels, from, count, columns, to) => kernels.softmaxRows(from, count, columns, to));
  products.storage.free();
  scores?.storage.free();
  return rows;
}

const dropped = (p: NdArray, { dropout }: Settings): NdArray => (dropout === null ? p : mulArrays(p, dropout));

const compiledAttention: Compiled<Settings> = {
  forward: (inputs, settings) => {
    const p = inputs.length > 3 ? null : probabilities(inputs[0]!, inputs[1]!, settings);
    if (p === null) return null;
    const kept = dropped(p, settings);
    const out = matrixProduct(kept, inputs[2]!);
    p.storage.free();
    if (kept !== p) kept.storage.free();
    return out;
  },
  gradient: (grad, { attributes: settings, needs, shapes, input }) => {
    const [q, k, v] = [input(0), input(1), input(2)];
    const p = shapes.length > 3 || grad.dtype !== 'float32' ? null : probabilities(q, k, settings);
    if (p === null) return null;
    const ofV = needs[2] ? sumToShape(matrixProduct(dropped(p, settings).transpose(-2, -1), grad), shapes[2]!) : null;
    if (!needs[0] && !needs[1]) return [null, null, ofV];
    const ofP = dropped(matrixProduct(grad, v.transpose(-2, -1)), settings);
    const ofScores = compiledRowGradients(ofP, p, p.rank - 1, (kernels, g, y, rows, columns, to) => kernels.softmaxGradientRows(g, y, rows, columns, to))!;
    const scaled = compiledUnary(unaryCode.affine, ofScores, settings.scale, 0)!;
    return [
      needs[0] ? sumToShape(matrixProduct(scaled, k), shapes[0]!) : null,
      needs[1] ? sumToShape(matrixProduct(scaled.transpose(-2, -1), q), shapes[1]!) : null,
      ofV,
    ];
  },
};

export const attentionOps: Records<AttentionAttributes> = /* @__PURE__ */ withCompiled<AttentionAttributes>(attentionRecords, { scaledDotProductAttention: compiledAttention });
