// How often a place is passed in a run of the program, as far as the text says: once, because neither it nor a call that leads to it stands in a loop; or in
// each round of the loops around it, because no test is between.
//
// Guarantees: `runsOnce` only for a chain that starts at the statements of a file, goes through plain functions and methods, and is in no loop anywhere; `isInEachRound` only
// where no branch, and no early return of a function that a round calls, leads past the place to the next round. An exception may: it is not counted.
// Refuses (`runsOnce`): functions that nobody is seen to call, callbacks (whoever was given one may call it as often as he likes), generators, and recursion.
//
// Worked example: in `for step in range(100): if step % 10 == 9: report(net)` the call of `report` is not in each round: what holds of the first one need not hold of it.
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

/** Holds if nobody decides by a test whether a round of the loops around it comes to the place. */
export function isInEachRound(context: Context, instr: Instr): boolean {
  const chain: { readonly func: Func; readonly place: number }[] = [];
  let call: Instr | null = instr;
  for (let at: Context | null = context; at !== null && call !== null; at = at.parent) {
    chain.push({ func: at.ref.func, place: placeKey(call) });
    call = at.call;
  }
  const outermost = chain.findLastIndex(({ func, place }) => loopPlaces(func).has(place));
  return chain.slice(0, outermost + 1).every(({ func, place }, at) => isUnguarded(func, place, at === outermost));
}

/** @param isOutermost set if no loop is around the function: whether a run comes to the loop in it does not matter */
function isUnguarded(func: Func, place: number, isOutermost: boolean): boolean {
  let passed: ReadonlySet<BlockId> = new Set(func.blocks.filter(({ instrs }) => instrs.some((instr) => placeKey(instr) === place)).map(({ id }) => id));
  const around = loopsOf(func).filter(({ body }) => [...passed].some((id) => body.has(id)));
  for (const { head, ends, body } of around) {
    if (leads(func, head, passed, (id) => ends.has(id), (id) => body.has(id))) return false;
    passed = new Set([head]);
  }
  return isOutermost || !leads(func, 0, passed, (id) => func.blocks[id]!.terminal.kind === 'return', () => true);
}

/** Holds if a way leads from `start` to a block that `isEnd`, through none that is `passed`. */
function leads(func: Func, start: BlockId, passed: ReadonlySet<BlockId>, isEnd: (id: BlockId) => boolean, isInside: (id: BlockId) => boolean): boolean {
  const met = new Set<BlockId>();
  const pending = [start];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    if (met.has(at) || passed.has(at) || !isInside(at)) continue;
    met.add(at);
    if (isEnd(at)) return true;
    pending.push(...successorsOf(func.blocks[at]!.terminal));
  }
  return false;
}

const known = new WeakMap<Func, ReadonlySet<number>>();

/** The places of the instructions that stand in a loop. */
function loopPlaces(func: Func): ReadonlySet<number> {
  let places = known.get(func);
  if (places === undefined) known.set(func, (places = new Set(loopsOf(func).flatMap(({ body }) => [...body].flatMap((id) => func.blocks[id]!.instrs.map(placeKey))))));
  return places;
}

interface Loop {
  readonly head: BlockId;
  /** The blocks that lead back to the head. */
  readonly ends: Set<BlockId>;
  readonly body: Set<BlockId>;
}

const loops = new WeakMap<Func, readonly Loop[]>();

/** The loops of a function, inner ones before those around them. */
function loopsOf(func: Func): readonly Loop[] {
  let found = loops.get(func);
  if (found === undefined) loops.set(func, (found = findLoops(func)));
  return found;
}

/** Blocks stand in reverse postorder: an edge that does not go to a higher number closes a loop, which is what leads to its end without passing its head. */
function findLoops(func: Func): readonly Loop[] {
  const before: BlockId[][] = func.blocks.map(() => []);
  for (const { id, terminal } of func.blocks) for (const target of successorsOf(terminal)) before[target]!.push(id);
  const found = new Map<BlockId, Loop>();
  for (const { id: end, terminal } of func.blocks) {
    for (const head of successorsOf(terminal)) {
      if (head > end) continue;
      let loop = found.get(head);
      if (loop === undefined) found.set(head, (loop = { head, ends: new Set(), body: new Set([head]) }));
      loop.ends.add(end);
      const pending = [end];
      for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
        if (loop.body.has(at)) continue;
        loop.body.add(at);
        pending.push(...before[at]!);
      }
    }
  }
  return [...found.values()].sort((a, b) => a.body.size - b.body.size);
}
