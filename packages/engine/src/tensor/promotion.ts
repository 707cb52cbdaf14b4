/**
 * The type of a result whose operands have different types.
 *
 * Guarantees: PyTorch's rules (ATen `result_type`, 2.13, executed): types of arrays with dimensions decide; a 0-dimensional one changes the result only if it
 * is of a higher category (bool, whole number, floating), and then gives its own type. Refuses nothing.
 *
 * Worked example: float32 [3] and float64 [] give float32 [3]; int64 [3] and float64 [] give float64 [3].
 */
import { isFloating, promote, type DType } from './dtype.ts';
import type { NdArray } from './nd-array.ts';

/** bool, whole number, floating, in this order: values of a lower category can be written where a higher one is, not the other way round. */
export const category = (dtype: DType): number => (dtype === 'bool' ? 0 : isFloating(dtype) ? 2 : 1);

export function resultType(...arrays: readonly NdArray[]): DType {
  const among = (parts: readonly NdArray[]): DType | null => (parts.length === 0 ? null : parts.map((part) => part.dtype).reduce(promote));
  const withDims = among(arrays.filter((part) => part.rank > 0));
  const without = among(arrays.filter((part) => part.rank === 0));
  if (withDims === null || without === null) return (withDims ?? without)!;
  return category(without) > category(withDims) ? without : withDims;
}
