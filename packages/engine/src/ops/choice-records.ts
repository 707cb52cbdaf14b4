/**
 * Joining, choosing and dropping: operations that are functions and no methods of a tensor.
 *
 * Guarantees: gradients go to where the values came from; of operands that broadcast they have the operand's shape. `cat` refuses sizes that differ in another dimension, in PyTorch's words.
 */
import type { OpRecord } from '../autograd/op-record.ts';
import { promote } from '../tensor/dtype.ts';
import { chooseArrays, mulArrays } from '../tensor/elementwise.ts';
import { RuntimeError } from '../tensor/errors.ts';
import { NdArray } from '../tensor/nd-array.ts';
import { sumToShape } from '../tensor/reduce.ts';
import type { AlongDim, None } from './op-attributes.ts';
import type { Records } from './records.ts';

export interface ChoiceAttributes {
  readonly cat: AlongDim;
  readonly where: None;
  /** The mask holds 0 or 1 / (1 - p): one multiplication forward, the same one backward. */
  readonly dropout: { readonly mask: NdArray };
}

export const catRecord: OpRecord<AlongDim> = {
  forward: (inputs, { dim }) => {
    const first = inputs[0]!;
    for (const [index, part] of inputs.entries()) {
      if (part.rank !== first.rank) throw new RuntimeError(`Tensors must have same number of dimensions: got ${first.rank} and ${part.rank}`);
      const other = part.shape.findIndex((size, at) => at !== dim && size !== first.shape[at]);
      if (other >= 0) throw new RuntimeError(`Sizes of tensors must match except in dimension ${dim}. Expected size ${first.shape[other]} but got size ${part.shape[other]} for tensor number ${index} in the list.`);
    }
    const total = inputs.reduce((sum, part) => sum + part.shape[dim]!, 0);
    const dtype = inputs.map((part) => part.dtype).reduce(promote);
    const out = NdArray.filled(dtype, first.shape.with(dim, total), 0);
    let start = 0;
    for (const part of inputs) {
      out.narrow(dim, start, part.shape[dim]!).assign(part);
      start += part.shape[dim]!;
    }
    out.storage.version = 0;
    return out;
  },
  gradient: {
    saves: () => ({}),
    of: (grad, { attributes: { dim }, shapes, needs }) => {
      let start = 0;
      return shapes.map((shape, index) => {
        const part = needs[index] ? grad.narrow(dim, start, shape[dim]!) : null;
        start += shape[dim]!;
        return part;
      });
    },
  },
};

export const whereRecord: OpRecord<None> = {
  forward: ([condition, x, y]) => chooseArrays(condition!, x!, y!),
  gradient: {
    saves: () => ({ inputs: [0] }),
    of: (grad, { needs, shapes, input }) => {
      const zero = NdArray.filled(grad.dtype, [], 0);
      return [
        null,
        needs[1] ? sumToShape(chooseArrays(input(0), grad, zero), shapes[1]!) : null,
        needs[2] ? sumToShape(chooseArrays(input(0), zero, grad), shapes[2]!) : null,
      ];
    },
  },
};

export const dropoutRecord: OpRecord<ChoiceAttributes['dropout']> = {
  forward: ([x], { mask }) => mulArrays(x!, mask),
  gradient: { saves: () => ({}), of: (grad, { attributes }) => [mulArrays(grad, attributes.mask)] },
};

export const choiceRecords: Records<ChoiceAttributes> = { cat: catRecord, where: whereRecord, dropout: dropoutRecord };
