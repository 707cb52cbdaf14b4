// The blocks that one way out of a test leads to and the other does not, before both meet again: what `if phase == 'train':` decides on.
//
// Guarantees: every path from the test to such a block takes that way, up to the next round of a loop around. Refuses: blocks that a way comes to in a later round only.
import { successorsOf, type BlockId, type Func, type Terminal } from '../ir/ir.ts';

export type Branch = Extract<Terminal, { kind: 'branch' }>;

const [ONE, OTHER, BOTH] = [1, 2, 3];

/** The blocks that the one way out of a test leads to, and those that the other does. Blocks stand in reverse postorder: what is reached next is looked at once, and nothing behind the place where the ways meet. */
export function sidesOf(func: Func, terminal: Branch): readonly [readonly BlockId[], readonly BlockId[]] {
  const [ways, others]: [BlockId[], BlockId[]] = [[], []];
  const pending = new Map<BlockId, number>();
  let apart = 0;
  const reach = (id: BlockId, by: number): void => {
    const known = pending.get(id) ?? 0;
    if ((known | by) === known) return;
    pending.set(id, known | by);
    if ((known | by) !== BOTH) apart += 1;
    else if (known !== 0) apart -= 1;
  };
  reach(terminal.then, ONE);
  reach(terminal.else, OTHER);
  while (apart > 0) {
    let at = Infinity;
    for (const id of pending.keys()) at = Math.min(at, id);
    const by = pending.get(at)!;
    pending.delete(at);
    if (by !== BOTH) {
      apart -= 1;
      (by === ONE ? ways : others).push(at);
    }
    for (const target of successorsOf(func.blocks[at]!.terminal)) if (target > at) reach(target, by);
  }
  return [ways, others];
}
