/**
 * Right sides of products that are used again and again, as the weights of a model that is not being trained: packed once.
 *
 * Guarantees: panels are used only while the array that they were made of is unwritten, by the version of its storage. The first use of a
 * version packs nothing, because during training there is no second; unless the caller says that it will use them many times at once. They are kept
 * beside the array, not in it, and go when it goes or is written and used again. Null for what is too small to matter, or has so many rows
 * to be multiplied with that packing does not show, and where a BLAS library does the products.
 *
 * Worked example: `packedRight(kernels, weight.transpose(0, 1), 64, false)` is null, the next time an address.
 */
import type { Kernels } from '../backend/kernels.ts';
import type { Storage } from '../memory/storage.ts';
import { NdArray } from './nd-array.ts';

const leastElements = 4_096;
const mostRows = 512;

interface Packed {
  readonly version: number;
  readonly array: NdArray;
  panels: NdArray | null;
}

const known = new WeakMap<Storage, Packed>();

function isSame(one: NdArray, other: NdArray): boolean {
  return one.offset === other.offset && one.shape[0] === other.shape[0] && one.shape[1] === other.shape[1] && one.strides[0] === other.strides[0] && one.strides[1] === other.strides[1];
}

/** The address of the panels of the matrix `b`, for products with `rows` rows, or null. Holds until the next operation. */
export function packedRight(compiled: Kernels, b: NdArray, rows: number, often: boolean): number | null {
  // A single row is multiplied without packing.
  if (compiled.packsNothing === true || rows < 2 || (!often && (rows > mostRows || b.numel < leastElements))) return null;
  const { storage } = b;
  let packed = known.get(storage);
  if (packed === undefined || packed.version !== storage.version || !isSame(packed.array, b)) {
    packed?.panels?.storage.free();
    known.set(storage, (packed = { version: storage.version, array: b, panels: null }));
    if (!often) return null;
  }
  if (packed.panels !== null && !packed.panels.storage.isFreed) return packed.panels.address();
  const [inner, columns] = b.shape as [number, number];
  const panels = NdArray.uninitialized('float32', [compiled.packedLength(columns, inner)]);
  // Not to be taken for something that a backward pass made on the way.
  panels.storage.saves++;
  packed.panels = panels;
  compiled.packRight(columns, inner, b.address(), b.strides[0]!, b.strides[1]!, panels.address());
  return panels.address();
}
