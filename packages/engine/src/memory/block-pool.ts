/**
 * Blocks of the linear memory: handed out, taken back, handed out again.
 *
 * Guarantees: every block starts at a multiple of 64 bytes; taking and giving back are a few instructions, because blocks come
 * in size classes (multiples of 64 bytes to 512, then four classes to each doubling, so that at most a fifth of a block is
 * unused) with one stack of free blocks each. Refuses nothing itself; the memory refuses to grow without end. Blocks never
 * move and never merge: `reset` gives everything back at once, when nothing is in use.
 *
 * Worked example: `const at = take(classOf(1000))` gives 1024 bytes; `give(at, classOf(1000))` makes them the next block of that class.
 */
import { firstFreeByte, linearMemory } from './linear-memory.ts';

/** The class of the smallest block that holds `bytes`. */
export function classOf(bytes: number): number {
  const last = bytes <= 64 ? 0 : Math.ceil(bytes / 64) - 1;
  if (last < 8) return last;
  const exponent = 31 - Math.clz32(last);
  return 8 + (exponent - 3) * 4 + ((last >> (exponent - 2)) & 3);
}

/** Bytes of a block of class `index`. */
export function bytesOfClass(index: number): number {
  if (index < 8) return (index + 1) * 64;
  const above = index - 8;
  return (5 + (above & 3)) * 2 ** ((above >> 2) + 1) * 64;
}

const classes = 8 + 24 * 4;
const sizes = Array.from({ length: classes }, (_, index) => bytesOfClass(index));
const free: number[][] = Array.from({ length: classes }, () => []);
let top = firstFreeByte;
let taken = 0;

export const blockPool = {
  /** Bytes in blocks that are handed out. */
  get bytesInUse(): number {
    return taken;
  },
  /** Bytes below the highest block ever handed out since the last reset. */
  get bytesSpanned(): number {
    return top - firstFreeByte;
  },
  /** The address of a block of class `index`; what it holds is left over from before. */
  take(index: number): number {
    const size = sizes[index]!;
    const reused = free[index]!.pop();
    if (reused !== undefined) {
      taken += size;
      return reused;
    }
    const address = top;
    linearMemory().ensure(address + size);
    top = address + size;
    taken += size;
    return address;
  },
  give(address: number, index: number): void {
    free[index]!.push(address);
    taken -= sizes[index]!;
  },
  /** Forgets all free blocks, so that the memory can be cut anew. Only when no block is handed out. */
  reset(): void {
    if (taken !== 0) throw new Error(`the pool is reset while ${taken} bytes are handed out`);
    for (const list of free) list.length = 0;
    top = firstFreeByte;
  },
};
