/**
 * The linear map as one operation: x weight^T + bias.
 *
 * Guarantees: the gradient of the weight is computed as the weight lies, [out, in], so that nothing is copied on its way to the leaf. Shapes: x
 * [*, in], weight [out, in], bias [out]; all of one type. The caller has checked them.
 */
import { combineArrays } from '../tensor/elementwise.ts';
import { matrixProduct } from '../tensor/matrix-product.ts';
import type { NdArray } from '../tensor/nd-array.ts';
import { sumArray } from '../tensor/reduce.ts';
import { numelOf, type Shape } from '../tensor/shape.ts';
import type { None } from './op-attributes.ts';
import type { Records } from './records.ts';

export interface LinearAttributes {
  /** Inputs: x, weight and possibly the bias. */
  readonly linear: None;
}

/** All rows of x or of a gradient as one matrix. */
export function asRows(array: NdArray): NdArray {
  return array.reshape([numelOf(array.shape.slice(0, -1)), array.shape.at(-1)!]);
}

/** The shape of x with `size` in place of the last. */
export function withLast(shape: Shape, size: number): Shape {
  return shape.with(-1, size);
}

export const linearRecords: Records<LinearAttributes> = {
  linear: {
    forward: ([x, weight, bias]) => {
      const product = matrixProduct(asRows(x!), weight!.transpose(0, 1));
      const out = bias === undefined ? product : combineArrays(product, bias, (value, shift) => value + shift);
      return out.reshape(withLast(x!.shape, weight!.shape[0]!));
    },
    gradient: {
      saves: (needs) => ({ inputs: [...(needs[0] ? [1] : []), ...(needs[1] ? [0] : [])] }),
      of: (grad, { needs, shapes, input }) => {
        const rows = asRows(grad);
        const parts = [
          needs[0] ? matrixProduct(rows, input(1)).reshape(shapes[0]!) : null,
          needs[1] ? matrixProduct(rows.transpose(0, 1), asRows(input(0))) : null,
          needs[2] ? sumArray(rows, [0], false) : null,
        ];
        return parts.slice(0, shapes.length);
      },
    },
  },
};
