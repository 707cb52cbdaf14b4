// Calling contexts: the chain of calls by which a function was entered. Contexts are interned, so that the same chain is the
// same object; allocation sites and observations are told apart by it. A call is known by its place in the text, so that the copies
// of a `finally` block, of which there is one for each way out of its `try`, are one call.
import type { Func, Instr } from '../ir/ir.ts';
import type { FuncRef } from '../domains/value.ts';

/** One number for the span of an instruction. Exact for files below 512 MB and spans below 16 MB. */
export function placeKey(instr: Instr): number {
  return instr.span.start * 0x1000000 + (instr.span.end - instr.span.start);
}

export class Context {
  readonly parent: Context | null;
  readonly call: Instr | null;
  readonly ref: FuncRef;
  readonly depth: number;
  /** The context that the chain starts in. */
  readonly root: Context;
  readonly #children = new Map<number, Map<Func, Context>>();

  constructor(parent: Context | null, call: Instr | null, ref: FuncRef) {
    this.parent = parent;
    this.call = call;
    this.ref = ref;
    this.depth = parent === null ? 0 : parent.depth + 1;
    this.root = parent === null ? this : parent.root;
  }

  enter(call: Instr, ref: FuncRef): Context {
    const place = placeKey(call);
    let byFunc = this.#children.get(place);
    if (byFunc === undefined) this.#children.set(place, (byFunc = new Map()));
    let context = byFunc.get(ref.func);
    if (context === undefined) byFunc.set(ref.func, (context = new Context(this, call, ref)));
    return context;
  }

  /** How often `func` is already being run in this chain. */
  occurrences(func: Func): number {
    let count = 0;
    for (let at: Context | null = this; at !== null; at = at.parent) if (at.ref.func === func) count += 1;
    return count;
  }
}
