// Which variables and temps of a function may still be read after one of its instructions. The usual analysis, backwards over the blocks (Kildall,
// "A unified approach to global program optimization", 1973), made once for each function that somebody asks about.
//
// Guarantees: what is read on some way on from there is among them; of the rest of one round of a loop, on some way that does not leave the round. Refuses:
// what functions inside of it read of its variables, and functions that are too long: in which what is live at the start of each block, added up, is more than MAX_LIVE.
import { destOf, successorsOf, type Block, type BlockId, type Func, type Instr, type Temp, type Variable } from './ir.ts';
import { operandsOf, terminalOperandsOf } from './operands.ts';

export type Live = ReadonlySet<Variable | Temp>;

/** Whether it matters if something is live. */
type IsSought = (item: Variable | Temp) => boolean;

/** Holds if a way on goes to this block; one that is left out reads nothing. */
type GoesTo = (target: BlockId) => boolean;

interface Known {
  readonly goesTo: GoesTo;
  /** What is live where a block begins; null if that is too much. */
  readonly entries: ReadonlyMap<BlockId, Live> | null;
  readonly blocks: ReadonlyMap<Instr, Block>;
  readonly after: Map<Instr, Live>;
}

const known = new WeakMap<Func, Known>();
const inRounds = new WeakMap<Func, Map<BlockId, Known>>();

/** Some tens of megabytes: thousands of blocks, in each of which hundreds are live. */
const MAX_LIVE = 400_000;

/** What may be read after `instr`; null if that is not known: it is no instruction of the function, or that is too long. */
export function liveAfter(func: Func, instr: Instr): Live | null {
  return liveIn(knownIn(func), instr);
}

/**
 * Calls `see` for each of `wanted` in the function, with what may be read after it: in one walk over each block, where thousands of questions to `liveAfter` would be as many. For none of
 * them if the function is too long. What `see` is given changes afterwards.
 */
export function eachLiveAfter(func: Func, wanted: ReadonlySet<Instr>, see: (instr: Instr, live: Live) => void): void {
  const { entries, goesTo } = knownIn(func);
  if (entries === null) return;
  for (const block of func.blocks) {
    if (!block.instrs.some((instr) => wanted.has(instr))) continue;
    const live = atEnd(block, entries, goesTo);
    const thrown = block.handler === null ? null : (entries.get(block.handler) ?? null);
    for (let at = block.instrs.length - 1; at >= 0; at -= 1) {
      const instr = block.instrs[at]!;
      if (wanted.has(instr)) see(instr, thrown === null ? live : new Set([...live, ...thrown]));
      goBack(live, instr, () => true);
    }
  }
}

function knownIn(func: Func): Known {
  let ofFunc = known.get(func);
  if (ofFunc === undefined) known.set(func, (ofFunc = knownOf(func.blocks, () => true)));
  return ofFunc;
}

/** What may be read after `instr` in the same round of the loop with this head, which it stands in; null if that is not known. */
export function liveInRound(func: Func, instr: Instr, head: BlockId, body: ReadonlySet<BlockId>): Live | null {
  let ofFunc = inRounds.get(func);
  if (ofFunc === undefined) inRounds.set(func, (ofFunc = new Map()));
  let ofRound = ofFunc.get(head);
  if (ofRound === undefined) ofFunc.set(head, (ofRound = knownOf(func.blocks.filter(({ id }) => body.has(id)), (target) => target !== head && body.has(target))));
  return liveIn(ofRound, instr);
}

const goneThrough = new WeakMap<Func, ReadonlySet<Temp>>();

/** The temps that a loop goes through, and that nothing else reads: `for phase in ['train', 'val']`. */
export function onlyGoneThrough(func: Func): ReadonlySet<Temp> {
  let temps = goneThrough.get(func);
  if (temps === undefined) {
    const read = new Set(func.blocks.flatMap(({ instrs }) => instrs.flatMap(operandsOf)));
    temps = new Set(func.blocks.flatMap(({ terminal }) => (terminal.kind === 'each' && !read.has(terminal.iterable) ? [terminal.iterable] : [])));
    goneThrough.set(func, temps);
  }
  return temps;
}

function knownOf(ofWhat: readonly Block[], goesTo: GoesTo): Known {
  return { goesTo, entries: entriesOf(ofWhat, goesTo), blocks: new Map(ofWhat.flatMap((block) => block.instrs.map((item) => [item, block] as const))), after: new Map() };
}

function liveIn({ goesTo, entries, blocks, after }: Known, instr: Instr): Live | null {
  const block = blocks.get(instr);
  if (block === undefined || entries === null) return null;
  let live = after.get(instr);
  if (live === undefined) after.set(instr, (live = backTo(block, block.instrs.indexOf(instr) + 1, entries, goesTo)));
  return live;
}

/** The temps that may be read at or after the start of each block and were defined before it; null if the function is too long. */
export function tempsAtEntries(func: Func): ReadonlyMap<BlockId, ReadonlySet<Temp>> | null {
  return entriesOf(func.blocks, () => true, (item) => typeof item === 'number') as ReadonlyMap<BlockId, ReadonlySet<Temp>> | null;
}

function entriesOf(blocks: readonly Block[], goesTo: GoesTo, isSought: IsSought = () => true): ReadonlyMap<BlockId, Live> | null {
  const entries = new Map<BlockId, Live>();
  let total = 0;
  for (let changed = true; changed; ) {
    changed = false;
    for (const block of [...blocks].reverse()) {
      const live = backTo(block, 0, entries, goesTo, isSought);
      // It only grows.
      const more = live.size - (entries.get(block.id)?.size ?? 0);
      changed ||= more > 0 || !entries.has(block.id);
      total += more;
      if (total > MAX_LIVE) return null;
      entries.set(block.id, live);
    }
  }
  return entries;
}

/** What is live before the instruction of `block` at `index`. */
function backTo(block: Block, index: number, entries: ReadonlyMap<BlockId, Live>, goesTo: GoesTo, isSought: IsSought = () => true): Live {
  const live = atEnd(block, entries, goesTo);
  for (let at = block.instrs.length - 1; at >= index; at -= 1) goBack(live, block.instrs[at]!, isSought);
  // An exception may come between any two instructions.
  if (block.handler !== null && goesTo(block.handler)) for (const item of entries.get(block.handler) ?? []) live.add(item);
  return live;
}

/** What is live where the instructions of `block` end, unless one of them throws. */
function atEnd(block: Block, entries: ReadonlyMap<BlockId, Live>, goesTo: GoesTo): Set<Variable | Temp> {
  const live = new Set<Variable | Temp>();
  for (const target of successorsOf(block.terminal)) if (goesTo(target)) for (const item of entries.get(target) ?? []) live.add(item);
  // The edge into the body of a loop gives its element.
  if (block.terminal.kind === 'each') live.delete(block.terminal.dest);
  for (const operand of terminalOperandsOf(block.terminal)) live.add(operand);
  return live;
}

/** From what is live after `instr` to what is live before it. */
function goBack(live: Set<Variable | Temp>, instr: Instr, isSought: IsSought): void {
  const dest = destOf(instr);
  if (dest !== null) live.delete(dest);
  if (instr.kind === 'store') live.delete(instr.variable);
  for (const operand of operandsOf(instr)) live.add(operand);
  if (instr.kind === 'load' && isSought(instr.variable)) live.add(instr.variable);
}
