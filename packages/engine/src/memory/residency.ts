/**
 * Who is in the pool, and who leaves when it is full: those that were not used for longest.
 *
 * Guarantees: at a *safe point* (the start of an operation, a step of backward) the resident bytes are at most the budget; between two safe
 * points nothing moves, so addresses and views hold. Nothing is ever lost: to leave is to be copied to the JavaScript heap, where the garbage
 * collector frees what nobody refers to; that is how memory of tensors that the program dropped comes back, without its help
 * and without waiting for the event loop. When much of what leaves comes back soon, the budget is too small for the program and doubles.
 * When most of the span is free blocks of the wrong sizes, all leave at once and the memory is cut anew.
 *
 * Worked example: a loop that makes 4 MiB per turn and drops it stays below `residency.budget`, with no await and no dispose().
 */
import { blockPool } from './block-pool.ts';
import type { Storage } from './storage.ts';

const mebibyte = 1024 * 1024;
const initialBudget = 128 * mebibyte;
const largestBudget = 3072 * mebibyte;
/** Of small storages the objects cost more than the blocks. */
const mostResidents = 65_536;

const residents: Storage[] = [];
/** When the last sweep was. */
let swept = 0;
/** Bytes that came in since the last sweep: anew, and back again. */
let fresh = 0;
let returned = 0;
let entered: Storage[] | null = null;

export const residency = {
  /** Bytes that may stay in the pool at a safe point. */
  budget: initialBudget,

  /** Counts safe points. A storage keeps the time of its last use. */
  time: 1,

  get count(): number {
    return residents.length;
  },

  /** Called by a storage that has just got a block. */
  enter(storage: Storage): void {
    storage.slot = residents.length;
    residents.push(storage);
    entered?.push(storage);
    if (storage.wasEvicted) returned += storage.blockBytes;
    else fresh += storage.blockBytes;
  },

  /** Called by a storage that is about to give its block back. */
  leave(storage: Storage): void {
    const last = residents.pop()!;
    if (last !== storage) {
      residents[storage.slot] = last;
      last.slot = storage.slot;
    }
    storage.slot = -1;
  },

  /** Notes in `list` who enters from now on; returns the list that was noted in before. */
  collectEntering(list: Storage[] | null): Storage[] | null {
    const previous = entered;
    entered = list;
    return previous;
  },

  /** Called between operations, when nobody holds an address or a view. */
  safePoint(): void {
    residency.time++;
    if (blockPool.bytesInUse > residency.budget || residents.length > mostResidents) sweep();
  },

  /** Takes everything out and gives the whole span back. Only at a safe point. */
  clear(): void {
    while (residents.length > 0) residents.at(-1)!.evict();
    blockPool.reset();
  },
};

function sweep(): void {
  if (returned > fresh && residency.budget < largestBudget) residency.budget = Math.min(residency.budget * 2, largestBudget);
  fresh = 0;
  returned = 0;
  const bytes = residency.budget * 0.75;
  const count = mostResidents * 0.75;
  const now = residency.time;
  // First those not used since the sweep before, then since half the time from there to now, and so on.
  for (let before = swept; blockPool.bytesInUse > bytes || residents.length > count; before += Math.max(Math.floor((now - before) / 2), 1)) {
    // Downward, because the last one takes the place of one that leaves.
    for (let at = residents.length - 1; at >= 0 && (blockPool.bytesInUse > bytes || residents.length > count); at--) {
      if (residents[at]!.lastUse <= before) residents[at]!.evict();
    }
  }
  swept = now;
  if (blockPool.bytesSpanned > residency.budget * 2 && blockPool.bytesSpanned > blockPool.bytesInUse * 4) residency.clear();
}
