// Which temps of a function outlive their block. Most do not, and a state that leaves a block without them stays small.
//
// Refuses: to look into functions that are too long for that (`ir/liveness.ts`), whose states keep all of them.
import { SharedMap } from '../domains/shared-map.ts';
import type { Value } from '../domains/value.ts';
import type { BlockId, Func, Temp } from '../ir/ir.ts';
import { tempsAtEntries } from '../ir/liveness.ts';

type Temps = SharedMap<Temp, Value>;

const needed = new WeakMap<Func, ReadonlyMap<BlockId, ReadonlySet<Temp>> | null>();
const NONE: ReadonlySet<Temp> = new Set();

/** The temps that are read at or after the start of `block` and were defined before it; null if that is not known. */
function crossing(func: Func, block: BlockId): ReadonlySet<Temp> | null {
  let byBlock = needed.get(func);
  if (byBlock === undefined) needed.set(func, (byBlock = tempsAtEntries(func)));
  return byBlock === null ? null : (byBlock.get(block) ?? NONE);
}

/** Those of `temps` that are read at or after the start of `block`. */
export function neededAt(func: Func, block: BlockId, temps: Temps): Temps {
  const read = temps.size === 0 ? null : crossing(func, block);
  if (read === null) return temps;
  const kept: Temps = new SharedMap();
  for (const temp of read) {
    const value = temps.get(temp);
    if (value !== undefined) kept.set(temp, value);
  }
  return kept.size < temps.size ? kept : temps;
}

/** Holds if what is read at or after the start of `block` is the same in both. */
export function isSameFor(func: Func, block: BlockId, one: Temps, other: Temps): boolean {
  const read = crossing(func, block);
  if (read === null) return one.isSameAs(other);
  for (const temp of read) if (one.get(temp) !== other.get(temp)) return false;
  return true;
}
