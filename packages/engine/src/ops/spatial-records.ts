/**
 * Padding, resampling, and windows laid out as columns.
 *
 * Guarantees: all four are linear, and their gradients are the same tables read backwards. `pad` and `resample` work dimension by
 * dimension with a table each.
 */
import type { OpRecord } from '../autograd/op-record.ts';
import { allocate } from '../tensor/dtype.ts';
import { NdArray } from '../tensor/nd-array.ts';
import { numelOf, type Shape } from '../tensor/shape.ts';
import type { Records } from './records.ts';
import { gatherColumns, scatterColumns, windowTable, type Windows } from './windows.ts';

/** Output `at` of a dimension is the sum over t < taps of weight[at * taps + t] times input source[at * taps + t]. */
export interface Taps {
  readonly dim: number;
  readonly taps: number;
  readonly source: Int32Array;
  readonly weight: Float64Array;
}

export interface SpatialAttributes {
  /** For every dimension the source of each output position, -1 for `value`. */
  readonly pad: { readonly sources: readonly Int32Array[]; readonly value: number };
  readonly resample: { readonly steps: readonly Taps[] };
  /** [N, C, *in] to [N, C * kernel elements, output elements]. */
  readonly unfold: { readonly windows: Windows };
  /** The adjoint of `unfold`: values that fall on one position are added. */
  readonly fold: { readonly windows: Windows };
}

/** Positions in the input of every output element, -1 outside. */
function paddedPositions(shape: Shape, sources: readonly Int32Array[]): Int32Array {
  let table = new Int32Array(1);
  for (const [dim, size] of shape.entries()) {
    const source = sources[dim]!;
    const next = new Int32Array(table.length * source.length);
    let at = 0;
    for (const before of table) for (const seen of source) next[at++] = before < 0 || seen < 0 ? -1 : before * size + seen;
    table = next;
  }
  return table;
}

/** Applies one step along its dimension; `transposed` reads the table backwards. */
function resampled(x: NdArray, { dim, taps, source, weight }: Taps, size: number, transposed: boolean): NdArray {
  const data = x.contiguousData();
  const [outer, inner] = [numelOf(x.shape.slice(0, dim)), numelOf(x.shape.slice(dim + 1))];
  const from = x.shape[dim]!;
  const out = new Float64Array(outer * size * inner);
  for (let block = 0; block < outer; block++) {
    for (let entry = 0; entry < source.length; entry++) {
      const [here, there] = [Math.floor(entry / taps), source[entry]!];
      const w = weight[entry]!;
      const read = (block * from + (transposed ? here : there)) * inner;
      const write = (block * size + (transposed ? there : here)) * inner;
      for (let index = 0; index < inner; index++) out[write + index]! += w * data[read + index]!;
    }
  }
  return NdArray.from('float64', x.shape.with(dim, size), out);
}

function toColumns(x: NdArray, windows: Windows): NdArray {
  const [batch, channels] = [x.shape[0]!, x.shape[1]!];
  const table = windowTable(windows);
  const out = allocate(x.dtype, batch * channels * table.length);
  gatherColumns(x.contiguousData(), batch * channels, windows, table, out);
  return NdArray.from(x.dtype, [batch, channels * numelOf(windows.kernel), numelOf(windows.output)], out);
}

function fromColumns(columns: NdArray, windows: Windows): NdArray {
  const batch = columns.shape[0]!;
  const channels = columns.shape[1]! / numelOf(windows.kernel);
  const out = allocate(columns.dtype, batch * channels * numelOf(windows.input));
  scatterColumns(columns.contiguousData(), batch * channels, windows, windowTable(windows), out);
  return NdArray.from(columns.dtype, [batch, channels, ...windows.input], out);
}

function linear<A>(forward: (x: NdArray, attributes: A) => NdArray, adjoint: (grad: NdArray, attributes: A, shape: Shape) => NdArray): OpRecord<A> {
  return {
    forward: ([x], attributes) => forward(x!, attributes),
    gradient: { saves: () => ({}), of: (grad, { attributes, shapes }) => [adjoint(grad, attributes, shapes[0]!)] },
  };
}

export const padRecord: OpRecord<SpatialAttributes['pad']> = /* @__PURE__ */ linear(
  (x, { sources, value }) => {
    const data = x.contiguousData();
    const table = paddedPositions(x.shape, sources);
    const out = allocate(x.dtype, table.length);
    for (let at = 0; at < out.length; at++) out[at] = table[at]! < 0 ? value : data[table[at]!]!;
    return NdArray.from(x.dtype, sources.map((source) => source.length), out);
  },
  (grad, { sources }, shape) => {
    const values = grad.contiguousData();
    const table = paddedPositions(shape, sources);
    const out = allocate(grad.dtype, numelOf(shape));
    for (let at = 0; at < table.length; at++) if (table[at]! >= 0) out[table[at]!]! += values[at]!;
    return NdArray.from(grad.dtype, shape, out);
  },
);

export const resampleRecord: OpRecord<SpatialAttributes['resample']> = /* @__PURE__ */ linear(
  (x, { steps }) => steps.reduce((part, step) => resampled(part, step, step.source.length / step.taps, false), x).copy(x.dtype),
  (grad, { steps }, shape) => steps.toReversed().reduce((part, step) => resampled(part, step, shape[step.dim]!, true), grad).copy(grad.dtype),
);

export const unfoldRecord: OpRecord<SpatialAttributes['unfold']> = /* @__PURE__ */ linear((x, { windows }) => toColumns(x, windows), (grad, { windows }) => fromColumns(grad, windows));

export const foldRecord: OpRecord<SpatialAttributes['fold']> = /* @__PURE__ */ linear((x, { windows }) => fromColumns(x, windows), (grad, { windows }) => toColumns(grad, windows));

export const spatialRecords: Records<SpatialAttributes> = {
  pad: padRecord,
  resample: resampleRecord,
  unfold: unfoldRecord,
  fold: foldRecord,
};
