// Which temps of a function outlive their block. Most do not, and a state that leaves a block without them stays small.
import type { BlockId, Func, Temp } from '../ir/ir.ts';
import { tempsAtEntries } from '../ir/liveness.ts';

const needed = new WeakMap<Func, ReadonlyMap<BlockId, ReadonlySet<Temp>>>();
const NONE: ReadonlySet<Temp> = new Set();

/** The temps that are read at or after the start of `block` and were defined before it. */
export function tempsNeededAt(func: Func, block: BlockId): ReadonlySet<Temp> {
  let byBlock = needed.get(func);
  if (byBlock === undefined) needed.set(func, (byBlock = tempsAtEntries(func)));
  return byBlock.get(block) ?? NONE;
}
