// Which temps of a function outlive their block. Most do not, and a state that leaves a block without them stays small.
import { destOf, successorsOf, type BlockId, type Func, type Temp } from '../ir/ir.ts';
import { operandsOf, terminalOperandsOf } from '../ir/operands.ts';

const needed = new WeakMap<Func, ReadonlyMap<BlockId, ReadonlySet<Temp>>>();
const NONE: ReadonlySet<Temp> = new Set();

/** The temps that are read at or after the start of `block` and were defined before it. */
export function tempsNeededAt(func: Func, block: BlockId): ReadonlySet<Temp> {
  let byBlock = needed.get(func);
  if (byBlock === undefined) needed.set(func, (byBlock = find(func)));
  return byBlock.get(block) ?? NONE;
}

/** Backwards over the blocks until nothing changes. */
function find(func: Func): ReadonlyMap<BlockId, ReadonlySet<Temp>> {
  const found = new Map<BlockId, Set<Temp>>();
  for (let changed = true; changed; ) {
    changed = false;
    for (const block of [...func.blocks].reverse()) {
      const live = new Set<Temp>(terminalOperandsOf(block.terminal));
      for (const target of successorsOf(block.terminal)) for (const temp of found.get(target) ?? NONE) live.add(temp);
      // The edge into the body of a loop gives its element.
      if (block.terminal.kind === 'each') live.delete(block.terminal.dest);
      for (let at = block.instrs.length - 1; at >= 0; at -= 1) {
        const instr = block.instrs[at]!;
        const dest = destOf(instr);
        if (dest !== null) live.delete(dest);
        for (const operand of operandsOf(instr)) live.add(operand);
      }
      // An exception may come between any two instructions.
      if (block.handler !== null) for (const temp of found.get(block.handler) ?? NONE) live.add(temp);
      if (live.size <= (found.get(block.id)?.size ?? 0)) continue;
      found.set(block.id, live);
      changed = true;
    }
  }
  return found;
}
