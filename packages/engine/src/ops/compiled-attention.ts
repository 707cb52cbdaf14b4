/**
 * Scaled dot-product attention by the compiled kernels: two products and a softmax over rows.
 *
 * Guarantees: what `attention-records.ts` says, the probabilities computed again for the gradient included. Null for other types than
 * float32.
 */
import { binaryCode, unaryCode } from '../backend/codes.ts';
import { compiledBinary, compiledUnary } from '../tensor/compiled-elementwise.ts';
import { compiledRowGradients, compiledRows } from '../tensor/compiled-reduce.ts';
import { mulArrays } from '../tensor/elementwise.ts';
import { matrixProduct } from '../tensor/matrix-product.ts';
import type { NdArray } from '../tensor/nd-array.ts';
import { sumToShape } from '../tensor/reduce.ts';
import { attentionRecords, type AttentionAttributes } from './attention-records.ts';
import type { Records } from './records.ts';
import { withCompiled, type Compiled } from './with-compiled.ts';

type Settings = AttentionAttributes['scaledDotProductAttention'];

function probabilities(q: NdArray, k: NdArray, bias: NdArray | undefined, { scale, isCausal }: Settings): NdArray | null {
  if ([q, k, bias ?? k].some((array) => array.dtype !== 'float32')) return null;
  const products = matrixProduct(q, k.transpose(-2, -1));
  const scaled = compiledUnary(unaryCode.affine, products, scale, 0);
  const scores = scaled === null || bias === undefined ? scaled : compiledBinary(binaryCode.add, scaled, bias);
  const masked = bias !== undefined || isCausal;
  const period = isCausal ? products.shape.at(-2)! : 0;
  const rows =
    scores === null
      ? null
      : compiledRows(scores, scores.rank - 1, (kernels, from, count, columns, to) => (masked ? kernels.maskedSoftmaxRows(from, 0, count, columns, period, to) : kernels.softmaxRows(from, count, columns, to)));
  for (const array of [products, scaled, scores]) array?.storage.free();
  return rows;
}

const dropped = (p: NdArray, { dropout }: Settings): NdArray => (dropout === null ? p : mulArrays(p, dropout));

const compiledAttention: Compiled<Settings> = {
  forward: (inputs, settings) => {
    const p = probabilities(inputs[0]!, inputs[1]!, inputs[3], settings);
    if (p === null) return null;
    const kept = dropped(p, settings);
    const out = matrixProduct(kept, inputs[2]!);
    p.storage.free();
    if (kept !== p) kept.storage.free();
    return out;
  },
  gradient: (grad, { attributes: settings, needs, shapes, input }) => {
    const [q, k, v] = [input(0), input(1), input(2)];
    const p = grad.dtype !== 'float32' ? null : probabilities(q, k, shapes.length > 3 ? input(3) : undefined, settings);
    if (p === null) return null;
    const ofV = needs[2] ? sumToShape(matrixProduct(dropped(p, settings).transpose(-2, -1), grad), shapes[2]!) : null;
    if (!needs[0] && !needs[1] && needs[3] !== true) return [null, null, ofV, null].slice(0, shapes.length);
    const ofP = dropped(matrixProduct(grad, v.transpose(-2, -1)), settings);
    const ofScores = compiledRowGradients(ofP, p, p.rank - 1, (kernels, g, y, rows, columns, to) => kernels.softmaxGradientRows(g, y, rows, columns, to))!;
    const scaled = compiledUnary(unaryCode.affine, ofScores, settings.scale, 0)!;
    return [
      needs[0] ? sumToShape(matrixProduct(scaled, k), shapes[0]!) : null,
      needs[1] ? sumToShape(matrixProduct(scaled.transpose(-2, -1), q), shapes[1]!) : null,
      ofV,
      needs[3] === true ? sumToShape(ofScores, shapes[3]!) : null,
    ].slice(0, shapes.length);
  },
};

export const attentionOps: Records<AttentionAttributes> = /* @__PURE__ */ withCompiled<AttentionAttributes>(attentionRecords, { scaledDotProductAttention: compiledAttention });
