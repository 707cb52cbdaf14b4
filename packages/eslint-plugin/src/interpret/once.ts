// Whether a place is passed once in a run of the program, as far as the text says: neither it nor a call that leads to it stands in a loop.
//
// Guarantees: `true` only for a chain that starts at the statements of a file, goes through plain functions and methods, and is in no loop anywhere.
// Refuses: functions that nobody is seen to call, callbacks (whoever was given one may call it as often as he likes), generators, and recursion.
import { successorsOf, type BlockId, type Func, type Instr } from '../ir/ir.ts';
import { placeKey, type Context } from './context.ts';

export function runsOnce(context: Context, instr: Instr): boolean {
  let call: Instr = instr;
  for (let at: Context = context; ; at = at.parent) {
    const { func } = at.ref;
    if (at.isFold || func.isGenerator || func.kind === 'lambda' || loopPlaces(func).has(placeKey(call))) return false;
    if (at.parent === null || at.call === null) return func.kind === 'module';
    call = at.call;
  }
}

const known = new WeakMap<Func, ReadonlySet<number>>();

/** The places of the instructions that stand in a loop. */
function loopPlaces(func: Func): ReadonlySet<number> {
  let places = known.get(func);
  if (places === undefined) known.set(func, (places = new Set([...loopBlocks(func)].flatMap((id) => func.blocks[id]!.instrs.map(placeKey)))));
  return places;
}

/** Blocks stand in reverse postorder: an edge that does not go to a higher number closes a loop, which is what leads to its end without passing its head. */
function loopBlocks(func: Func): ReadonlySet<BlockId> {
  const before: BlockId[][] = func.blocks.map(() => []);
  for (const { id, terminal } of func.blocks) for (const target of successorsOf(terminal)) before[target]!.push(id);
  const inLoop = new Set<BlockId>();
  for (const { id: end, terminal } of func.blocks) {
    for (const head of successorsOf(terminal)) {
      if (head > end) continue;
      const body = new Set<BlockId>([head, end]);
      const pending = [end];
      for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
        if (at === head) continue;
        for (const previous of before[at]!) {
          if (body.has(previous)) continue;
          body.add(previous);
          pending.push(previous);
        }
      }
      for (const block of body) inLoop.add(block);
    }
  }
  return inLoop;
}
