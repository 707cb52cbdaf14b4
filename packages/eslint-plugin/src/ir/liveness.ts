// Which variables and temps of a function may still be read after one of its instructions. The usual analysis, backwards over the blocks (Kildall,
// "A unified approach to global program optimization", 1973), made once for each function that somebody asks about.
//
// Guarantees: what is read on some way on from there is among them. Refuses: what functions inside of it read of its variables.
import { destOf, successorsOf, type Block, type BlockId, type Func, type Instr, type Temp, type Variable } from './ir.ts';
import { operandsOf, terminalOperandsOf } from './operands.ts';

export type Live = ReadonlySet<Variable | Temp>;

interface Known {
  /** What is live where a block begins. */
  readonly entries: ReadonlyMap<BlockId, Live>;
  readonly blocks: ReadonlyMap<Instr, Block>;
  readonly after: Map<Instr, Live>;
}

const known = new WeakMap<Func, Known>();

/** What may be read after `instr`; null if that is no instruction of the function. */
export function liveAfter(func: Func, instr: Instr): Live | null {
  let ofFunc = known.get(func);
  if (ofFunc === undefined) known.set(func, (ofFunc = { entries: entriesOf(func), blocks: new Map(func.blocks.flatMap((block) => block.instrs.map((item) => [item, block] as const))), after: new Map() }));
  const block = ofFunc.blocks.get(instr);
  if (block === undefined) return null;
  let live = ofFunc.after.get(instr);
  if (live === undefined) ofFunc.after.set(instr, (live = backTo(block, block.instrs.indexOf(instr) + 1, ofFunc.entries)));
  return live;
}

function entriesOf(func: Func): ReadonlyMap<BlockId, Live> {
  const entries = new Map<BlockId, Live>();
  for (let changed = true; changed; ) {
    changed = false;
    for (const block of [...func.blocks].reverse()) {
      const live = backTo(block, 0, entries);
      // It only grows.
      changed ||= live.size > (entries.get(block.id)?.size ?? -1);
      entries.set(block.id, live);
    }
  }
  return entries;
}

/** What is live before the instruction of `block` at `index`. */
function backTo(block: Block, index: number, entries: ReadonlyMap<BlockId, Live>): Live {
  const live = new Set<Variable | Temp>(terminalOperandsOf(block.terminal));
  for (const target of successorsOf(block.terminal)) for (const item of entries.get(target) ?? []) live.add(item);
  for (let at = block.instrs.length - 1; at >= index; at -= 1) {
    const instr = block.instrs[at]!;
    const dest = destOf(instr);
    if (dest !== null) live.delete(dest);
    if (instr.kind === 'store') live.delete(instr.variable);
    for (const operand of operandsOf(instr)) live.add(operand);
    if (instr.kind === 'load') live.add(instr.variable);
  }
  // An exception may come between any two instructions.
  if (block.handler !== null) for (const item of entries.get(block.handler) ?? []) live.add(item);
  return live;
}
