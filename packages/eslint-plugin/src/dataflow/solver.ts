// The forward worklist: runs an analysis over one function until nothing changes. It knows blocks and edges, not modes.
//
// The states that reach a block are joined, but for those that the analysis names as standing for different paths.
//
// Blocks are taken in reverse postorder, so that a loop-free function is visited once. A call that throws does not have its
// effect: the handler of a block receives the state from before each instruction that may throw, joined with what the
// analysis says has already happened when it throws (`thrownState`).
import { type Block, type BlockId, type Func, type Instr, type Terminal } from '../ir/ir.ts';

export interface Analysis<S> {
  /** A state of its own that `step` may change. */
  clone(state: S): S;
  /** `state` as it arrives at `target`: without what neither that nor any block after it needs. It may be changed, and may be `state` itself if that `isLeft` to it. */
  arriving(state: S, target: BlockId, isLeft: boolean): S;
  /** Joins `from` into `into`, which it may change; holds if `into` grew. */
  joinInto(into: S, from: S): boolean;
  /** Applies `instr` to `state`. Returns false if control does not come back from it. `caught`: what it throws is caught in this function. */
  step(state: S, instr: Instr, caught: boolean): boolean;
  /** Holds if `instr` can throw before it has done anything; what it throws later `thrownState` tells. */
  mayThrow(instr: Instr): boolean;
  /** Holds if somebody outside of this function catches what it throws, so that every throw must be told. */
  observesThrows(): boolean;
  /** A copy of `state`, in which something was thrown, as far as `throwsAlike` asks for it. */
  thrownIn(state: S, handler: BlockId | null): S;
  /** Holds if a throw in `now` shows `handler`, or whoever catches it outside, nothing that one `thrownIn` `before` has not. */
  throwsAlike(before: S, now: S, handler: BlockId | null): boolean;
  /** What the last `step` had already done when it threw, or null if that is no more than the state before it. */
  thrownState(): S | null;
  /** The state in which what is thrown in block `source` arrives at its handler. May return `state` itself. */
  caught(state: S, source: BlockId, handler: BlockId): S;
  /** The state on the edge from the end of block `source` to `target`; null if the edge cannot be taken. May return `state` itself. */
  edge(state: S, terminal: Terminal, source: BlockId, target: BlockId, isThen: boolean): S | null;
  /**
   * Names the paths that `state` stands for. States that meet in a block are joined if they have the same name, and kept apart
   * otherwise; '' stands for all paths.
   */
  pathOf(state: S): string;
  /** How many paths into one block are kept apart. */
  maxPaths(): number;
  /** Makes `state` stand for all paths. */
  forgetPath(state: S): void;
  /** Called with the state at `return` and at an uncaught `throw`, each time it is reached. */
  leave(state: S, terminal: Terminal | null): void;
  /** Holds if the analysis wants to stop early (its budget is spent). */
  isExhausted(): boolean;
}

/** More paths than these into one block are joined into one, if the analysis does not ask for more. */
export const MAX_PATHS = 5;

interface Entry<S> {
  readonly state: S;
  changed: boolean;
}

/** The states that each block was reached with, by the paths that they stand for; a block that is not in it was not reached. */
export type Reached<S> = ReadonlyMap<BlockId, ReadonlyMap<string, { readonly state: S }>>;

export function solve<S>(func: Func, initial: S, analysis: Analysis<S>): Reached<S> {
  const entries = new Map<BlockId, Map<string, Entry<S>>>([[func.entry, new Map([[analysis.pathOf(initial), { state: initial, changed: true }]])]]);
  const pending = new PendingBlocks(func.blocks.length);
  pending.add(func.entry);
  const flow = (target: BlockId, state: S, isLeft: boolean): void => {
    const arriving = analysis.arriving(state, target, isLeft);
    let paths = entries.get(target);
    if (paths === undefined) entries.set(target, (paths = new Map()));
    if (paths.size >= analysis.maxPaths() && !paths.has(analysis.pathOf(arriving))) analysis.forgetPath(arriving);
    const path = analysis.pathOf(arriving);
    const known = paths.get(path);
    if (known === undefined) paths.set(path, { state: arriving, changed: true });
    else if (analysis.joinInto(known.state, arriving)) known.changed = true;
    else return;
    pending.add(target);
  };
  for (let id = pending.take(); id !== null; id = pending.take()) {
    for (const entry of entries.get(id)!.values()) {
      if (!entry.changed) continue;
      if (analysis.isExhausted()) return entries;
      entry.changed = false;
      visit(func.blocks[id]!, analysis.clone(entry.state), analysis, flow);
    }
  }
  return entries;
}

function visit<S>(block: Block, state: S, analysis: Analysis<S>, flow: (target: BlockId, state: S, isLeft: boolean) => void): void {
  let last: S | null = null;
  const raise = (thrown: S): void => {
    // Most instructions that may throw change nothing that would be seen then.
    if (last !== null && analysis.throwsAlike(last, thrown, block.handler)) return;
    last = analysis.thrownIn(thrown, block.handler);
    if (block.handler !== null) flow(block.handler, analysis.caught(thrown, block.id, block.handler), false);
    else analysis.leave(thrown, null);
  };
  for (const instr of block.instrs) {
    if (analysis.mayThrow(instr) && (block.handler !== null || analysis.observesThrows())) raise(state);
    const returns = analysis.step(state, instr, block.handler !== null);
    const thrown = analysis.thrownState();
    if (thrown !== null) raise(thrown);
    if (!returns) return;
  }
  const terminal = block.terminal;
  switch (terminal.kind) {
    case 'goto':
      follow(state, terminal.target, true);
      return;
    case 'branch':
      follow(analysis.clone(state), terminal.then, true);
      follow(state, terminal.else, false);
      return;
    case 'each':
      follow(analysis.clone(state), terminal.body, true);
      follow(state, terminal.done, false);
      return;
    case 'return':
      analysis.leave(state, terminal);
      return;
    case 'throw':
      if (block.handler !== null) flow(block.handler, analysis.caught(state, block.id, block.handler), true);
      else analysis.leave(state, terminal);
      return;
    case 'unreachable':
      return;
  }

  // `edge` may refine the state in place, and the other edge must not see that.
  function follow(from: S, target: BlockId, isThen: boolean): void {
    const refined = analysis.edge(from, terminal, block.id, target, isThen);
    if (refined !== null) flow(target, refined, true);
  }
}

/** A set of block numbers that gives back the smallest: with blocks in reverse postorder, predecessors first. */
class PendingBlocks {
  readonly #marked: Uint8Array;
  #lowest: number;

  constructor(count: number) {
    this.#marked = new Uint8Array(count);
    this.#lowest = count;
  }

  add(id: BlockId): void {
    this.#marked[id] = 1;
    if (id < this.#lowest) this.#lowest = id;
  }

  take(): BlockId | null {
    for (let id = this.#lowest; id < this.#marked.length; id += 1) {
      if (this.#marked[id] === 0) continue;
      this.#marked[id] = 0;
      this.#lowest = id;
      return id;
    }
    this.#lowest = this.#marked.length;
    return null;
  }
}
