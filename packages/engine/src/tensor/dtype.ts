/**
 * Element types and what happens when two of them meet.
 *
 * Guarantees: promotion follows PyTorch's order bool < int32 < int64 < float32 < float64 for the types that exist here.
 * int32 wraps around as in C. Refuses nothing. Approximation, documented: `int64` is stored in doubles, so integers are exact up to 2^53, not 2^63;
 * what the engine counts with int64 (indices, batches) stays far below.
 */
import { f32, f64, heapArray, i32, u8, type ElementArray, type ElementKind } from '../memory/element-kind.ts';

export type DType = 'float32' | 'float64' | 'int32' | 'int64' | 'bool';
export type TypedArray = ElementArray;

const order: readonly DType[] = ['bool', 'int32', 'int64', 'float32', 'float64'];

/** PyTorch's names of the types inside error messages. */
export const scalarTypeName: Readonly<Record<DType, string>> = { float32: 'Float', float64: 'Double', int32: 'Int', int64: 'Long', bool: 'Bool' };

/** PyTorch's names of the types where its messages give those of C++. */
export const nativeName: Readonly<Record<DType, string>> = { float32: 'float', float64: 'double', int32: 'int', int64: 'long int', bool: 'bool' };

/** How the elements are kept in memory. */
export const elementKind: Readonly<Record<DType, ElementKind>> = { float32: f32, float64: f64, int32: i32, int64: f64, bool: u8 };

/** Zeros on the JavaScript heap. */
export function allocate(dtype: DType, length: number): TypedArray {
  return heapArray(elementKind[dtype], length);
}

/** The type that holds values of both. */
export function promote(a: DType, b: DType): DType {
  return order.indexOf(a) >= order.indexOf(b) ? a : b;
}

export function isFloating(dtype: DType): boolean {
  return dtype === 'float32' || dtype === 'float64';
}

/** The type of a result that is a fraction or a transcendental function: floats stay, the others become float32. */
export function floatingOf(dtype: DType): DType {
  return isFloating(dtype) ? dtype : 'float32';
}
