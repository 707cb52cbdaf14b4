// The blocks that one way out of a test leads to and the other does not, before both meet again: what `if phase == 'train':` decides on.
//
// Guarantees: every path from the test to such a block takes that way, up to the next round of a loop around. Refuses: blocks that a way comes to in a later round only.
import { successorsOf, type BlockId, type Func, type Terminal } from '../ir/ir.ts';

export type Branch = Extract<Terminal, { kind: 'branch' }>;

/** The blocks that the one way out of a test leads to, and those that the other does. */
export function sidesOf(func: Func, terminal: Branch): readonly [readonly BlockId[], readonly BlockId[]] {
  const [ways, others] = [terminal.then, terminal.else].map((target) => reachedFrom(func, target)) as [ReadonlySet<BlockId>, ReadonlySet<BlockId>];
  return [[...ways].filter((id) => !others.has(id)), [...others].filter((id) => !ways.has(id))];
}

/** The blocks that lead on from one, without the rounds of loops: blocks stand in reverse postorder. */
function reachedFrom(func: Func, start: BlockId): ReadonlySet<BlockId> {
  const reached = new Set<BlockId>();
  const pending = [start];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    if (reached.has(at)) continue;
    reached.add(at);
    for (const target of successorsOf(func.blocks[at]!.terminal)) if (target > at) pending.push(target);
  }
  return reached;
}
