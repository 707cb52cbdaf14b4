/**
 * Elements as files hold them, by the names of the safetensors format, and the type each is read into.
 *
 * Guarantees: F16 and BF16 are widened to float32 and I16, I8 and U8 to int32, without loss; little-endian everywhere. Refuses an I64 that a
 * double cannot hold, through the caller's `refuse`. Expects that the bytes are there.
 */
import { allocate, type DType, type TypedArray } from '../tensor/dtype.ts';

export interface ElementFormat {
  readonly dtype: DType;
  /** Of one element in the file. */
  readonly bytes: number;
  read(view: DataView, at: number): number;
}

/** IEEE 754 binary16: 1 sign bit, 5 bits of exponent, 10 of fraction. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const widening = new Uint32Array(1);
const widened = new Float32Array(widening.buffer);

/** The upper half of a float32. */
function bfloat(bits: number): number {
  widening[0] = bits << 16;
  return widened[0]!;
}

export const elementFormats: Readonly<Record<string, ElementFormat>> = {
  F32: { dtype: 'float32', bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  F64: { dtype: 'float64', bytes: 8, read: (view, at) => view.getFloat64(at, true) },
  F16: { dtype: 'float32', bytes: 2, read: (view, at) => half(view.getUint16(at, true)) },
  BF16: { dtype: 'float32', bytes: 2, read: (view, at) => bfloat(view.getUint16(at, true)) },
  I64: { dtype: 'int64', bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)) },
  I32: { dtype: 'int32', bytes: 4, read: (view, at) => view.getInt32(at, true) },
  I16: { dtype: 'int32', bytes: 2, read: (view, at) => view.getInt16(at, true) },
  I8: { dtype: 'int32', bytes: 1, read: (view, at) => view.getInt8(at) },
  U8: { dtype: 'int32', bytes: 1, read: (view, at) => view.getUint8(at) },
  BOOL: { dtype: 'bool', bytes: 1, read: (view, at) => (view.getUint8(at) === 0 ? 0 : 1) },
};

/** `count` elements from the byte `at` on. */
export function readElements(format: ElementFormat, view: DataView, at: number, count: number, refuse: (what: string) => never): TypedArray {
  const data = allocate(format.dtype, count);
  for (let index = 0; index < count; index++) data[index] = format.read(view, at + index * format.bytes);
  if (format.dtype === 'int64' && format.bytes === 8 && !data.every(Number.isSafeInteger)) refuse('holds an integer beyond 2^53');
  return data;
}
