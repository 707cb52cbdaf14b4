/**
 * Spatial transformers: images and volumes sampled at places that a network computes, and the grids of such places that affine maps make.
 *
 * Guarantees: PyTorch's values, gradients, errors and warning (2.13, executed), and its order of coordinates: x, y (, z), from -1 to 1.
 *
 * Worked example: `gridSample(x, affineGrid(theta, x.shape, false), { alignCorners: false })` turns, moves and scales images as the affine maps `theta` say; the identity gives `x`.
 */
import { applyNamed } from '../../ops/apply-named.ts';
import { tensor } from '../../ops/creation.ts';
import { gridSampleRecords, type GridSampling } from '../../ops/grid-sample-records.ts';
import { notImplemented } from '../../ops/refuse-types.ts';
import type { Tensor } from '../../ops/tensor.ts';
import { isFloating, scalarTypeName } from '../../tensor/dtype.ts';
import { RuntimeError, ValueError } from '../../tensor/errors.ts';
import { formatSize, type Shape } from '../../tensor/shape.ts';
import { userWarning } from '../../tensor/user-warning.ts';

export type GridSampleOptions = Partial<Omit<GridSampling, 'alignCorners'>> & { readonly alignCorners?: boolean | null };

function cornersOrWarning(alignCorners: boolean | null): boolean {
  if (alignCorners === null) {
    userWarning('Default grid_sample and affine_grid behavior has changed to align_corners=False since 1.3.0. Please specify align_corners=True if the old behavior is desired. See the documentation of grid_sample for details.');
  }
  return alignCorners ?? false;
}

/** x [N, C, H, W] sampled at a grid [N, H', W', 2], or x [N, C, D, H, W] at [N, D', H', W', 3]: [N, C, *out]. */
export function gridSample(x: Tensor, grid: Tensor, options: GridSampleOptions = {}): Tensor {
  const { mode = 'bilinear', paddingMode = 'zeros', alignCorners = null } = options;
  if (!['bilinear', 'nearest', 'bicubic'].includes(mode)) throw new ValueError(`nn.functional.grid_sample(): expected mode to be 'bilinear', 'nearest' or 'bicubic', but got: '${mode}'`);
  if (!['zeros', 'border', 'reflection'].includes(paddingMode)) throw new ValueError(`nn.functional.grid_sample(): expected padding_mode to be 'zeros', 'border', or 'reflection', but got: '${paddingMode}'`);
  const corners = cornersOrWarning(alignCorners);
  const sizes = `input with sizes [${x.shape.join(', ')}] and grid with sizes [${grid.shape.join(', ')}]`;
  if (x.shape[0] !== grid.shape[0]) throw new RuntimeError(`grid_sampler(): expected grid and input to have same batch size, but got ${sizes}`);
  const rank = x.dim() - 2;
  if (grid.shape.at(-1) !== rank) throw new RuntimeError(`grid_sampler(): expected grid to have size ${rank} in last dimension, but got grid with sizes [${grid.shape.join(', ')}]`);
  const empty = x.shape.findIndex((size, dim) => dim >= 2 && size === 0);
  if (empty >= 0) throw new RuntimeError(`grid_sampler(): expected input to have non-empty spatial dimensions, but input has sizes [${x.shape.join(', ')}] with dimension ${empty} being empty`);
  if ((rank !== 2 && rank !== 3) || grid.dim() !== x.dim()) throw new RuntimeError(`grid_sampler(): expected ${rank === 2 ? 4 : 5}D input and grid with same number of dimensions, but got ${sizes}`);
  if (rank === 3 && mode === 'bicubic') throw new RuntimeError('grid_sampler(): bicubic interpolation only supports 4D input');
  if (!isFloating(x.dtype)) throw notImplemented(`grid_sampler_${rank}d_cpu_kernel_impl`, x.dtype);
  if (grid.dtype !== x.dtype) throw new RuntimeError(`expected scalar type ${scalarTypeName[x.dtype]} but found ${scalarTypeName[grid.dtype]}`);
  return applyNamed(gridSampleRecords, 'gridSample', [x, grid], { mode, paddingMode, alignCorners: corners });
}

/** The places at which affine maps `theta` [N, 2, 3] (of [N, 3, 4]) see an output of `size` [N, C, H, W] ([N, C, D, H, W]): [N, H, W, 2] ([N, D, H, W, 3]). */
export function affineGrid(theta: Tensor, size: Shape, alignCorners: boolean | null = null): Tensor {
  if (!isFloating(theta.dtype)) throw new ValueError(`Expected theta to have floating point type, but got torch.${theta.dtype}`);
  const rank = size.length - 2;
  if (rank !== 2 && rank !== 3) throw new RuntimeError(`affine_grid only supports 4D and 5D sizes, for 2D and 3D affine transforms, respectively. Got size [${size.join(', ')}].`);
  if (theta.dim() !== 3 || theta.shape[1] !== rank || theta.shape[2] !== rank + 1) {
    throw new ValueError(`Expected a batch of ${rank}D affine matrices of shape Nx${rank}x${rank + 1} for size [${size.join(', ')}]. Got ${formatSize(theta.shape)}.`);
  }
  const corners = cornersOrWarning(alignCorners);
  if (size.some((length) => length <= 0)) throw new ValueError(`Expected non-zero, positive output size. Got [${size.join(', ')}]`);
  if (theta.shape[0] !== size[0]) throw new RuntimeError(`Expected size for first two dimensions of batch2 tensor to be: [${size[0]}, ${rank + 1}] but got: [${theta.shape[0]}, ${rank + 1}].`);
  const output = size.slice(2);
  let places: number[][] = [[]];
  for (const length of output) {
    const along = Array.from({ length }, (_, at) => (length === 1 ? 0 : ((2 * at) / (length - 1) - 1) * (corners ? 1 : (length - 1) / length)));
    places = places.flatMap((place) => along.map((coordinate) => [coordinate, ...place]));
  }
  const base = tensor(places.map((place) => [...place, 1]), { dtype: theta.dtype });
  return base.matmul(theta.transpose(1, 2)).reshape([size[0]!, ...output, rank]);
}
