/**
 * Where the windows of convolutions and pools look, in any number of spatial dimensions.
 *
 * Guarantees: `windowTable` lists, for every offset within the kernel and every output position, the input position it falls on, so that
 * the loops above it are flat and the same for one, two and three dimensions. Positions are row-major over the spatial
 * dimensions; -1 stands for padding. Refuses a kernel larger than the padded input, in PyTorch's wording.
 *
 * Worked example: input 4, kernel 2, stride 2, no padding: output 2, table [0, 2, 1, 3] (kernel offset 0 sees 0 and 2, offset 1 sees 1 and 3).
 */
import { RuntimeError } from '../tensor/errors.ts';
import { numelOf, type Shape } from '../tensor/shape.ts';

/** All sizes are per spatial dimension; `padding` is what is added in front. */
export interface Windows {
  readonly input: Shape;
  readonly output: Shape;
  readonly kernel: Shape;
  readonly stride: Shape;
  readonly padding: Shape;
  readonly dilation: Shape;
}

/** Input positions, [kernel elements x output elements], -1 outside the input. */
export function windowTable({ input, output, kernel, stride, padding, dilation }: Windows): Int32Array {
  let table = new Int32Array([0]);
  let kernels = 1;
  let outputs = 1;
  for (const [dim, size] of input.entries()) {
    const [k, o] = [kernel[dim]!, output[dim]!];
    const next = new Int32Array(kernels * k * outputs * o);
    let at = 0;
    for (let outerKernel = 0; outerKernel < kernels; outerKernel++) {
      for (let inKernel = 0; inKernel < k; inKernel++) {
        for (let outer = 0; outer < outputs; outer++) {
          const before = table[outerKernel * outputs + outer]!;
          for (let position = 0; position < o; position++) {
            const seen = position * stride[dim]! - padding[dim]! + inKernel * dilation[dim]!;
            next[at++] = before < 0 || seen < 0 || seen >= size ? -1 : before * size + seen;
          }
        }
      }
    }
    table = next;
    kernels *= k;
    outputs *= o;
  }
  return table;
}

/** The windows of a convolution with `padding` in front of and `after` behind each dimension. */
export function convolutionWindows(input: Shape, kernel: Shape, stride: Shape, padding: Shape, dilation: Shape, after: Shape = padding): Windows {
  const spans = kernel.map((size, dim) => dilation[dim]! * (size - 1) + 1);
  const padded = input.map((size, dim) => size + padding[dim]! + after[dim]!);
  if (padded.some((size, dim) => size < spans[dim]!)) {
    throw new RuntimeError(
      `Calculated padded input size per channel: (${padded.join(' x ')}). Kernel size: (${spans.join(' x ')}). Kernel size can't be greater than actual input size`,
    );
  }
  const output = padded.map((size, dim) => Math.floor((size - spans[dim]!) / stride[dim]!) + 1);
  return { input, output, kernel, stride, padding, dilation };
}

/** `x` [batch, spatial] as columns [batch, kernel elements, output elements], zeros for padding. */
export function gatherColumns(x: ArrayLike<number>, batch: number, windows: Windows, table: Int32Array, columns: { [index: number]: number }): void {
  const area = numelOf(windows.input);
  let at = 0;
  for (let base = 0; base < batch * area; base += area) {
    for (let entry = 0; entry < table.length; entry++, at++) {
      const seen = table[entry]!;
      columns[at] = seen < 0 ? 0 : x[base + seen]!;
    }
  }
}

/** Adds columns back onto the positions they came from: the adjoint of `gatherColumns`. */
export function scatterColumns(columns: ArrayLike<number>, batch: number, windows: Windows, table: Int32Array, x: { [index: number]: number }): void {
  const area = numelOf(windows.input);
  let at = 0;
  for (let base = 0; base < batch * area; base += area) {
    for (let entry = 0; entry < table.length; entry++, at++) {
      const seen = table[entry]!;
      if (seen >= 0) x[base + seen]! += columns[at]!;
    }
  }
}
