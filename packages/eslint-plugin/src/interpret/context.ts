// Calling contexts: the chain of calls by which a function was entered. Contexts are interned, so that the same chain is the
// same object; allocation sites and observations are told apart by it.
import type { Func, Instr } from '../ir/ir.ts';
import type { FuncRef } from '../domains/value.ts';

export class Context {
  readonly parent: Context | null;
  readonly call: Instr | null;
  readonly ref: FuncRef;
  readonly depth: number;
  readonly #children = new Map<Instr, Map<Func, Context>>();

  constructor(parent: Context | null, call: Instr | null, ref: FuncRef) {
    this.parent = parent;
    this.call = call;
    this.ref = ref;
    this.depth = parent === null ? 0 : parent.depth + 1;
  }

  enter(call: Instr, ref: FuncRef): Context {
    let byFunc = this.#children.get(call);
    if (byFunc === undefined) this.#children.set(call, (byFunc = new Map()));
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
