/**
 * The mask of a dropout.
 *
 * Guarantees: elements are kept with probability 1 - p and scaled by 1 / (1 - p); drawn from the default generator, told to the trace under `op`. The draw
 * is a 53-bit uniform per element (see `random/generator.ts`), not one of PyTorch's, whose own differ from build to build.
 */
import { defaultGenerator } from '../../random/default-generator.ts';
import { allocate, type DType } from '../../tensor/dtype.ts';
import { NdArray } from '../../tensor/nd-array.ts';
import { numelOf, type Shape } from '../../tensor/shape.ts';
import { activeTrace } from '../../trace/trace.ts';

export function dropoutMask(op: string, shape: Shape, dtype: DType, p: number): NdArray {
  const keep = 1 - p;
  const kept = 1 / keep;
  const data = allocate(dtype, numelOf(shape));
  for (let at = 0; at < data.length; at++) data[at] = defaultGenerator.uniform53() < keep ? kept : 0;
  activeTrace?.random(op);
  return NdArray.from(dtype, shape, data);
}
