/**
 * Looking up rows of a table: one by one, or reduced over bags.
 *
 * Guarantees: `scaleGradByFreq` divides a row's gradient by how often the row was picked (in a bag PyTorch 2.13 does that on a GPU; on a CPU it takes the count of another row where the counts are not
 * equal: `counts[indices_data[i]]` in `EmbeddingBag.cpp` with `i` the number of the distinct row; executed); the row `paddingIdx` gets no gradient, and in a bag it does not count. Of equal maxima in a bag the first one gets the gradient. An empty bag
 * gives zeros. Refuses indices out of range.
 */
import { allocate } from '../tensor/dtype.ts';
import { NdArray } from '../tensor/nd-array.ts';
import type { Records } from './records.ts';

export interface EmbeddingAttributes {
  /** Inputs: table [rows, width], indices of any shape. */
  readonly embedding: { readonly paddingIdx: number | null; readonly scaleGradByFreq: boolean };
  /** Inputs: table, flat indices, and for 'sum' possibly one weight per index. Bag b is indices starts[b] up to starts[b + 1]. */
  readonly embeddingBag: { readonly starts: readonly number[]; readonly mode: 'sum' | 'mean' | 'max'; readonly paddingIdx: number | null; readonly scaleGradByFreq: boolean };
}

function rowsOf(table: NdArray, indices: NdArray): ArrayLike<number> {
  const picks = indices.contiguousData();
  const rows = table.shape[0]!;
  for (const pick of picks) if (pick < 0 || pick >= rows) throw new RangeError(`index out of range in self: ${pick} is no row of a table of ${rows}`);
  return picks;
}

/** How often each row was picked, or 1 for all where gradients are not scaled. */
function divisorsOf(picks: ArrayLike<number>, rows: number, scaled: boolean): Float64Array {
  const counts = new Float64Array(rows).fill(scaled ? 0 : 1);
  if (scaled) for (let at = 0; at < picks.length; at++) counts[picks[at]!]!++;
  return counts;
}

type Bags = EmbeddingAttributes['embeddingBag'];

/** Calls `visit` for every bag with the positions in `picks` that count. */
function eachBag(picks: ArrayLike<number>, { starts, paddingIdx }: Bags, visit: (bag: number, members: readonly number[]) => void): void {
  for (let bag = 0; bag + 1 < starts.length; bag++) {
    const members: number[] = [];
    for (let at = starts[bag]!; at < starts[bag + 1]!; at++) if (picks[at] !== paddingIdx) members.push(at);
    visit(bag, members);
  }
}

/** Which of `members` holds the largest value of `column`. */
function winner(table: ArrayLike<number>, picks: ArrayLike<number>, members: readonly number[], width: number, column: number): number {
  return members.reduce((best, at) => (table[picks[at]! * width + column]! > table[picks[best]! * width + column]! ? at : best));
}

export const embeddingRecords: Records<EmbeddingAttributes> = {
  embedding: {
    forward: ([table, indices]) => {
      const picks = rowsOf(table!, indices!);
      const width = table!.shape[1]!;
      const source = table!.contiguousData();
      const out = allocate(table!.dtype, picks.length * width);
      for (let at = 0; at < picks.length; at++) out.set(source.subarray(picks[at]! * width, (picks[at]! + 1) * width), at * width);
      return NdArray.from(table!.dtype, [...indices!.shape, width], out);
    },
    gradient: {
      saves: () => ({ inputs: [1] }),
      of: (grad, { attributes: { paddingIdx, scaleGradByFreq }, shapes, input }) => {
        const picks = input(1).contiguousData();
        const [rows, width] = [shapes[0]![0]!, shapes[0]![1]!];
        const values = grad.contiguousData();
        const out = allocate(grad.dtype, rows * width);
        const counts = divisorsOf(picks, rows, scaleGradByFreq);
        for (let at = 0; at < picks.length; at++) {
          if (picks[at] === paddingIdx) continue;
          for (let column = 0, to = picks[at]! * width; column < width; column++, to++) out[to]! += values[at * width + column]! / counts[picks[at]!]!;
        }
        return [NdArray.from(grad.dtype, shapes[0]!, out), null];
      },
    },
  },
  embeddingBag: {
    forward: ([table, indices, weights], attributes) => {
      const picks = rowsOf(table!, indices!);
      const width = table!.shape[1]!;
      const [source, scales] = [table!.contiguousData(), weights?.contiguousData()];
      const bags = attributes.starts.length - 1;
      const out = new Float64Array(bags * width);
      eachBag(picks, attributes, (bag, members) => {
        if (members.length === 0) return;
        for (let column = 0; column < width; column++) {
          let value = 0;
          if (attributes.mode === 'max') value = source[picks[winner(source, picks, members, width, column)]! * width + column]!;
          else for (const at of members) value += source[picks[at]! * width + column]! * (scales === undefined ? 1 : scales[at]!);
          out[bag * width + column] = attributes.mode === 'mean' ? value / members.length : value;
        }
      });
      return NdArray.from('float64', [bags, width], out).copy(table!.dtype);
    },
    gradient: {
      saves: (needs) => ({ inputs: [0, 1, ...(needs.length > 2 ? [2] : [])] }),
      of: (grad, { attributes, needs, shapes, input }) => {
        const picks = input(1).contiguousData();
        const width = shapes[0]![1]!;
        const [source, scales] = [input(0).contiguousData(), shapes.length > 2 ? input(2).contiguousData() : undefined];
        const values = grad.contiguousData();
        const ofTable = new Float64Array(shapes[0]![0]! * width);
        const ofWeights = new Float64Array(picks.length);
        const counts = divisorsOf(picks, shapes[0]![0]!, attributes.scaleGradByFreq);
        eachBag(picks, attributes, (bag, members) => {
          if (members.length === 0) return;
          for (let column = 0; column < width; column++) {
            const g = values[bag * width + column]!;
            if (attributes.mode === 'max') ofTable[picks[winner(source, picks, members, width, column)]! * width + column]! += g;
            else {
              for (const at of members) {
                ofTable[picks[at]! * width + column]! += (attributes.mode === 'mean' ? g / members.length : g * (scales === undefined ? 1 : scales[at]!)) / counts[picks[at]!]!;
                ofWeights[at]! += g * source[picks[at]! * width + column]!;
              }
            }
          }
        });
        const gradients: (NdArray | null)[] = [needs[0] ? NdArray.from('float64', shapes[0]!, ofTable).copy(grad.dtype) : null, null];
        if (shapes.length > 2) gradients.push(needs[2] ? NdArray.from('float64', shapes[2]!, ofWeights).copy(grad.dtype) : null);
        return gradients;
      },
    },
  },
};
