/**
 * Sampling an image, or a volume, at given places: the operation behind `gridSample`.
 *
 * Guarantees: PyTorch's values and gradients (2.13, `GridSampler.cpp`): -1 and 1 are the centres of the outermost elements with `alignCorners`, else their outer edges; what lies outside
 * counts 0 (`zeros`), as the nearest inside (`border`), or as its mirror image (`reflection`), and a coordinate that was cut off gets no gradient. Sums are in double precision, rounded
 * once. Refuses nothing; the function in front has checked the shapes. A place that is NaN counts 0 with `zeros`, where PyTorch gives NaN.
 *
 * Worked example: along a dimension of 2 elements, [10, 20], the place 0 is halfway between them: bilinear 15.
 */
import type { OpRecord } from '../autograd/op-record.ts';
import { NdArray } from '../tensor/nd-array.ts';
import { contiguousStrides, numelOf, type Shape } from '../tensor/shape.ts';
import { cubicSlopes, cubicWeights } from './cubic.ts';
import type { Records } from './records.ts';

export interface GridSampling {
  readonly mode: 'bilinear' | 'nearest' | 'bicubic';
  readonly paddingMode: 'zeros' | 'border' | 'reflection';
  readonly alignCorners: boolean;
}

export interface GridSampleAttributes {
  /** Inputs: x [N, C, *in] and a grid [N, *out, dimensions of in] with the coordinate of the last dimension first; [N, C, *out]. */
  readonly gridSample: GridSampling;
}

/** An element that a sample is made of: where along its dimension (-1: outside), with what weight, and how that changes with the coordinate of the grid. */
interface Tap {
  readonly at: number;
  readonly weight: number;
  readonly slope: number;
}

/** `coordinate` brought inside, and how the result changes with it. */
function padded(coordinate: number, size: number, { paddingMode, alignCorners }: GridSampling): readonly [number, number] {
  if (paddingMode === 'zeros') return [coordinate, 1];
  let [inside, slope] = [coordinate, 1];
  if (paddingMode === 'reflection') {
    const [least, span] = alignCorners ? [0, size - 1] : [-0.5, size];
    if (span === 0) return [0, 0];
    const distance = Math.abs(coordinate - least);
    const [extra, flipped] = [distance % span, Math.floor(distance / span) % 2 === 1];
    inside = least + (flipped ? span - extra : extra);
    slope = coordinate < least === flipped ? 1 : -1;
  }
  // Not Math.max: what is no number is cut off as well.
  if (!(inside > 0)) return [0, 0];
  return inside >= size - 1 ? [size - 1, 0] : [inside, slope];
}

function roundToEven(x: number): number {
  const nearest = Math.round(x);
  return nearest - x === 0.5 && nearest % 2 !== 0 ? nearest - 1 : nearest;
}

/** The elements along a dimension that a coordinate of the grid lies between. */
function tapsAt(given: number, size: number, sampling: GridSampling): Tap[] {
  const perUnit = (sampling.alignCorners ? size - 1 : size) / 2;
  const coordinate = (given + 1) * perUnit - (sampling.alignCorners ? 0 : 0.5);
  const bounded = (at: number): number => (at >= 0 && at < size ? at : -1);
  if (sampling.mode === 'bicubic') {
    const first = Math.floor(coordinate);
    const slopes = cubicSlopes(coordinate - first);
    // Here the elements are brought inside, not the place.
    return cubicWeights(coordinate - first).map((weight, index) => ({ at: bounded(padded(first - 1 + index, size, sampling)[0]), weight, slope: slopes[index]! * perUnit }));
  }
  const [place, slope] = padded(coordinate, size, sampling);
  if (sampling.mode === 'nearest') return [{ at: bounded(roundToEven(place)), weight: 1, slope: 0 }];
  const first = Math.floor(place);
  const share = place - first;
  return [
    { at: bounded(first), weight: 1 - share, slope: -slope * perUnit },
    { at: bounded(first + 1), weight: share, slope: slope * perUnit },
  ];
}

/** Calls `visit` for every element of the input that a place of the grid is made of; `slopes` holds one for each coordinate of the grid, until the next call. */
function eachSample(
  input: Shape,
  grid: NdArray,
  sampling: GridSampling,
  visit: (batch: number, place: number, position: number, weight: number, slopes: Float64Array) => void,
): void {
  const places = grid.contiguousData();
  const sizes = input.slice(2);
  const strides = contiguousStrides(sizes);
  const count = numelOf(grid.shape.slice(1, -1));
  const slopes = new Float64Array(sizes.length);
  const chosen: Tap[] = [];
  for (let batch = 0; batch < grid.shape[0]!; batch++) {
    for (let place = 0; place < count; place++) {
      const start = (batch * count + place) * sizes.length;
      const taps = sizes.map((size, dim) => tapsAt(places[start + sizes.length - 1 - dim]!, size, sampling));
      const combine = (dim: number, position: number): void => {
        if (dim < sizes.length) {
          for (const tap of taps[dim]!) {
            if (tap.at < 0) continue;
            chosen[dim] = tap;
            combine(dim + 1, position + tap.at * strides[dim]!);
          }
          return;
        }
        let weight = 1;
        for (const tap of chosen) weight *= tap.weight;
        for (let turned = 0; turned < sizes.length; turned++) {
          let product = 1;
          for (const [at, tap] of chosen.entries()) product *= at === turned ? tap.slope : tap.weight;
          slopes[sizes.length - 1 - turned] = product;
        }
        visit(batch, place, position, weight, slopes);
      };
      combine(0, 0);
    }
  }
}

const gridSample: OpRecord<GridSampling> = {
  forward: ([x, grid], sampling) => {
    const [batches, channels] = [x!.shape[0]!, x!.shape[1]!];
    const output = grid!.shape.slice(1, -1);
    const [elements, count] = [numelOf(x!.shape.slice(2)), numelOf(output)];
    const data = x!.contiguousData();
    const out = new Float64Array(batches * channels * count);
    eachSample(x!.shape, grid!, sampling, (batch, place, position, weight) => {
      for (let row = batch * channels; row < (batch + 1) * channels; row++) out[row * count + place]! += weight * data[row * elements + position]!;
    });
    return NdArray.from('float64', [batches, channels, ...output], out).copy(x!.dtype);
  },
  gradient: {
    saves: (needs) => ({ inputs: needs[1] ? [0, 1] : [1] }),
    of: (grad, { attributes, needs, shapes, input }) => {
      const shape = shapes[0]!;
      const channels = shape[1]!;
      const grid = input(1);
      const [elements, count, rank] = [numelOf(shape.slice(2)), numelOf(grid.shape.slice(1, -1)), shape.length - 2];
      const values = grad.contiguousData();
      const data = needs[1] ? input(0).contiguousData() : null;
      const [toInput, toGrid] = [new Float64Array(numelOf(shape)), new Float64Array(grid.numel)];
      eachSample(shape, grid, attributes, (batch, place, position, weight, slopes) => {
        let shared = 0;
        for (let row = batch * channels; row < (batch + 1) * channels; row++) {
          const value = values[row * count + place]!;
          toInput[row * elements + position]! += weight * value;
          if (data !== null) shared += value * data[row * elements + position]!;
        }
        for (let axis = 0; axis < rank; axis++) toGrid[(batch * count + place) * rank + axis]! += slopes[axis]! * shared;
      });
      return [
        needs[0] ? NdArray.from('float64', shape, toInput).copy(grad.dtype) : null,
        needs[1] ? NdArray.from('float64', grid.shape, toGrid).copy(grad.dtype) : null,
      ];
    },
  },
};

export const gridSampleRecords: Records<GridSampleAttributes> = { gridSample };
