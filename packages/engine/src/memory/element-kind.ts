/**
 * The kinds of elements that memory holds, and the typed arrays that show them.
 *
 * Guarantees: one number per kind, so that a kernel and a view are chosen without comparing classes. What the numbers *mean*
 * (int64 kept in doubles, bool in bytes) is the business of `tensor/dtype.ts`.
 */
import { linearMemory } from './linear-memory.ts';

export type ElementArray = Float32Array | Float64Array | Int32Array | Uint8Array;
export type ElementKind = 0 | 1 | 2 | 3;

export const f32: ElementKind = 0;
export const f64: ElementKind = 1;
export const i32: ElementKind = 2;
export const u8: ElementKind = 3;

export const bytesPerElement: readonly number[] = [4, 8, 4, 1];

export function kindOf(array: ElementArray): ElementKind {
  return array instanceof Float32Array ? f32 : array instanceof Float64Array ? f64 : array instanceof Int32Array ? i32 : u8;
}

/** Zeros on the JavaScript heap. */
export function heapArray(kind: ElementKind, length: number): ElementArray {
  return kind === f32 ? new Float32Array(length) : kind === f64 ? new Float64Array(length) : kind === i32 ? new Int32Array(length) : new Uint8Array(length);
}

/** A view of the linear memory, whole or the part that starts at byte `address`. */
export function memoryView(kind: ElementKind, address: number, length: number): ElementArray {
  const { buffer } = linearMemory().memory;
  return kind === f32
    ? new Float32Array(buffer, address, length)
    : kind === f64
      ? new Float64Array(buffer, address, length)
      : kind === i32
        ? new Int32Array(buffer, address, length)
        : new Uint8Array(buffer, address, length);
}

/** The elements at byte `address`, copied to the JavaScript heap. */
export function copyOut(kind: ElementKind, address: number, length: number): ElementArray {
  const memory = linearMemory();
  const whole = kind === f32 ? memory.f32 : kind === f64 ? memory.f64 : kind === i32 ? memory.i32 : memory.u8;
  const start = address / bytesPerElement[kind]!;
  if (length > 8) return whole.slice(start, start + length);
  const copy = heapArray(kind, length);
  for (let index = 0; index < length; index++) copy[index] = whole[start + index]!;
  return copy;
}

/** Writes `elements` at byte `address`. */
export function copyIn(kind: ElementKind, address: number, elements: ElementArray): void {
  const memory = linearMemory();
  const whole = kind === f32 ? memory.f32 : kind === f64 ? memory.f64 : kind === i32 ? memory.i32 : memory.u8;
  const start = address / bytesPerElement[kind]!;
  if (elements.length > 8) return whole.set(elements, start);
  for (let index = 0; index < elements.length; index++) whole[start + index] = elements[index]!;
}
