/**
 * Pooling over any windows: fixed, adaptive and fractional ones alike.
 *
 * Guarantees: of equal maxima the first one wins, and NaN wins over all, as in PyTorch; only the winner gets the gradient. Indices are
 * positions within a channel, row-major over its spatial dimensions. Shapes: input [*, *spatial], output [*, *output].
 */
import type { OpRecord } from '../autograd/op-record.ts';
import { allocate } from '../tensor/dtype.ts';
import { RuntimeError } from '../tensor/errors.ts';
import { NdArray } from '../tensor/nd-array.ts';
import { numelOf, type Shape } from '../tensor/shape.ts';
import type { Records } from './records.ts';

/** For every output element the input positions that its window covers. */
export interface Cells {
  readonly output: Shape;
  /** Positions of output element `at` are `positions[starts[at]]` up to `positions[starts[at + 1]]`. */
  readonly starts: Int32Array;
  readonly positions: Int32Array;
}

export interface PoolAttributes {
  readonly maxPool: { readonly cells: Cells };
  readonly maxPoolIndices: { readonly cells: Cells };
  /** `divisors` has one number per output element. */
  readonly avgPool: { readonly cells: Cells; readonly divisors: Float64Array };
  /** Spreads values onto the positions that the second input names, zeros elsewhere. */
  readonly maxUnpool: { readonly size: Shape };
}

/** Combines what each dimension covers: `covered[dim][at]` are the positions that output `at` of that dimension sees. */
export function cellsOf(input: Shape, covered: readonly (readonly (readonly number[])[])[]): Cells {
  let starts = new Int32Array([0, 1]);
  let positions = new Int32Array(1);
  for (const [dim, ranges] of covered.entries()) {
    const outer = starts.length - 1;
    const nextStarts = new Int32Array(outer * ranges.length + 1);
    const next = new Int32Array(positions.length * ranges.reduce((sum, range) => sum + range.length, 0));
    let at = 0;
    for (let cell = 0, made = 0; cell < outer; cell++) {
      for (const range of ranges) {
        for (let index = starts[cell]!; index < starts[cell + 1]!; index++) {
          const base = positions[index]! * input[dim]!;
          for (const position of range) next[at++] = base + position;
        }
        nextStarts[++made] = at;
      }
    }
    starts = nextStarts;
    positions = next;
  }
  return { output: covered.map((ranges) => ranges.length), starts, positions };
}

/** Runs `each(base of the channel, output position, output element)` over all channels. */
function eachCell(shape: Shape, cells: Cells, each: (base: number, cell: number, at: number) => void): void {
  const rank = cells.output.length;
  const area = numelOf(shape.slice(-rank));
  const count = numelOf(cells.output);
  const channels = numelOf(shape.slice(0, -rank));
  for (let channel = 0, at = 0; channel < channels; channel++) {
    for (let cell = 0; cell < count; cell++, at++) each(channel * area, cell, at);
  }
}

function pooledShape(x: NdArray, cells: Cells): Shape {
  return [...x.shape.slice(0, -cells.output.length), ...cells.output];
}

/** Where the maximum of every window is, as positions in the row-major data. */
function winners(x: NdArray, cells: Cells): Int32Array {
  const data = x.contiguousData();
  const { starts, positions } = cells;
  const found = new Int32Array(numelOf(pooledShape(x, cells)));
  const [count, area] = [numelOf(cells.output), numelOf(x.shape.slice(-cells.output.length))];
  for (let base = 0, at = 0; at < found.length; base += area) {
    for (let cell = 0; cell < count; cell++, at++) {
      const end = starts[cell + 1]!;
      let best = base + positions[starts[cell]!]!;
      let top = data[best]!;
      for (let index = starts[cell]! + 1; index < end; index++) {
        const candidate = base + positions[index]!;
        const value = data[candidate]!;
        if (value > top || Number.isNaN(value)) [best, top] = [candidate, value];
      }
      found[at] = best;
    }
  }
  return found;
}

export const maxPoolRecord: OpRecord<PoolAttributes['maxPool']> = {
  forward: ([x], { cells }) => {
    const data = x!.contiguousData();
    const found = winners(x!, cells);
    const out = allocate(x!.dtype, found.length);
    for (let at = 0; at < out.length; at++) out[at] = data[found[at]!]!;
    return NdArray.from(x!.dtype, pooledShape(x!, cells), out);
  },
  gradient: {
    saves: () => ({ inputs: [0] }),
    of: (grad, { attributes, shapes, input }) => {
      const found = winners(input(0), attributes.cells);
      const values = grad.contiguousData();
      const out = allocate(grad.dtype, numelOf(shapes[0]!));
      for (let at = 0; at < found.length; at++) out[found[at]!]! += values[at]!;
      return [NdArray.from(grad.dtype, shapes[0]!, out)];
    },
  },
};

export const maxPoolIndicesRecord: OpRecord<PoolAttributes['maxPoolIndices']> = {
  forward: ([x], { cells }) => {
    const area = numelOf(x!.shape.slice(-cells.output.length));
    return NdArray.from('int64', pooledShape(x!, cells), Float64Array.from(winners(x!, cells), (position) => position % area));
  },
  gradient: { notDifferentiable: 'an index is no smooth function of the values' },
};

export const avgPoolRecord: OpRecord<PoolAttributes['avgPool']> = {
  forward: ([x], { cells, divisors }) => {
    const data = x!.contiguousData();
    const shape = pooledShape(x!, cells);
    const out = allocate(x!.dtype, numelOf(shape));
    eachCell(x!.shape, cells, (base, cell, at) => {
      let sum = 0;
      for (let index = cells.starts[cell]!; index < cells.starts[cell + 1]!; index++) sum += data[base + cells.positions[index]!]!;
      out[at] = sum / divisors[cell]!;
    });
    return NdArray.from(x!.dtype, shape, out);
  },
  gradient: {
    saves: () => ({}),
    of: (grad, { attributes: { cells, divisors }, shapes }) => {
      const values = grad.contiguousData();
      const out = allocate(grad.dtype, numelOf(shapes[0]!));
      eachCell(shapes[0]!, cells, (base, cell, at) => {
        const share = values[at]! / divisors[cell]!;
        for (let index = cells.starts[cell]!; index < cells.starts[cell + 1]!; index++) out[base + cells.positions[index]!]! += share;
      });
      return [NdArray.from(grad.dtype, shapes[0]!, out)];
    },
  },
};

export const maxUnpoolRecord: OpRecord<PoolAttributes['maxUnpool']> = {
  forward: ([x, indices], { size }) => {
    const area = numelOf(size);
    const cell = numelOf(x!.shape.slice(-size.length));
    const [values, places] = [x!.contiguousData(), indices!.contiguousData()];
    const shape = [...x!.shape.slice(0, -size.length), ...size];
    const out = allocate(x!.dtype, numelOf(shape));
    for (let at = 0; at < values.length; at++) {
      const place = places[at]!;
      if (place < 0 || place >= area) throw new RuntimeError(`found an invalid max index: ${place} (output volumes are of size ${size.join('x')})`);
      out[Math.floor(at / cell) * area + place] = values[at]!;
    }
    return NdArray.from(x!.dtype, shape, out);
  },
  gradient: {
    saves: () => ({ inputs: [1] }),
    of: (grad, { attributes: { size }, shapes, input }) => {
      const area = numelOf(size);
      const cell = numelOf(shapes[0]!.slice(-size.length));
      const [values, places] = [grad.contiguousData(), input(1).contiguousData()];
      const out = allocate(grad.dtype, places.length);
      for (let at = 0; at < out.length; at++) out[at] = values[Math.floor(at / cell) * area + places[at]!]!;
      return [NdArray.from(grad.dtype, shapes[0]!, out), null];
    },
  },
};

export const poolRecords: Records<PoolAttributes> = {
  maxPool: maxPoolRecord,
  maxPoolIndices: maxPoolIndicesRecord,
  avgPool: avgPoolRecord,
  maxUnpool: maxUnpoolRecord,
};
