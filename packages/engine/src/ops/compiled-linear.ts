/**
 * The linear map by the compiled kernels: the product is added to rows of the bias.
 *
 * Guarantees: what `linear-records.ts` says; its gradient is made of products that are compiled themselves. Null for other types than float32.
 */
import { kernels } from '../backend/backend.ts';
import { scratchOf } from '../memory/linear-memory.ts';
import { NdArray } from '../tensor/nd-array.ts';
import { asRows, linearRecords, withLast, type LinearAttributes } from './linear-records.ts';
import type { None } from './op-attributes.ts';
import type { Records } from './records.ts';
import { withCompiled, type Compiled } from './with-compiled.ts';

const compiledLinear: Compiled<None> = {
  forward: (inputs) => {
    const compiled = inputs.every((input) => input.dtype === 'float32') ? kernels() : null;
    if (compiled === null) return null;
    const [x, weight, bias] = inputs as [NdArray, NdArray, NdArray?];
    const rows = asRows(x);
    const [count, inner] = rows.shape as [number, number];
    const columns = weight.shape[0]!;
    const out = NdArray.uninitialized('float32', withLast(x.shape, columns));
    const outAt = out.address();
    if (bias !== undefined) compiled.copy(count, columns, bias.address(), 0, bias.strides[0]!, outAt, columns, 1);
    compiled.gemm(count, columns, inner, rows.address(), rows.strides[0]!, rows.strides[1]!, weight.address(), weight.strides[1]!, weight.strides[0]!, outAt, columns, Number(bias !== undefined), scratchOf(0));
    if (rows.storage !== x.storage) rows.storage.free();
    return out;
  },
};

export const linearOps: Records<LinearAttributes> = /* @__PURE__ */ withCompiled<LinearAttributes>(linearRecords, { linear: compiledLinear });
