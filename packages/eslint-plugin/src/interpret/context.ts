// Calling contexts: the chain of calls by which a function was entered. Contexts are interned, so that the same chain is the
// same object; allocation sites and observations are told apart by it. A call is known by its place in the text, so that the copies
// of a `finally` block, of which there is one for each way out of its `try`, are one call.
//
// A function that calls itself has one context for all its activations from some depth on (`fold`): chains are finite, and recursion ends.
import type { Func, Instr } from '../ir/ir.ts';
import type { FuncRef } from '../domains/value.ts';

/** One number for the span of an instruction. Exact for files below 512 MB and spans below 16 MB. */
export function placeKey(instr: Instr): number {
  return instr.span.start * 0x1000000 + (instr.span.end - instr.span.start);
}

/** Chains of calls that are longer than this are not followed. */
export const MAX_CALL_DEPTH = 24;

export class Context {
  readonly parent: Context | null;
  readonly call: Instr | null;
  readonly ref: FuncRef;
  readonly depth: number;
  /** The context that the chain starts in. */
  readonly root: Context;
  /** Holds if it stands for all activations of its function from here on, whoever calls it. */
  readonly isFold: boolean;
  /** The context that what is made here is told apart by: itself, but for the steps of one generator, which are one activation. */
  readonly home: Context;
  readonly #children = new Map<number, Map<Func, Context>>();
  readonly #folds = new Map<Func, Context>();
  readonly #steps = new Map<number, Context>();

  constructor(parent: Context | null, call: Instr | null, ref: FuncRef, how: { readonly isFold?: boolean; readonly home?: Context } = {}) {
    this.parent = parent;
    this.call = call;
    this.ref = ref;
    this.depth = parent === null ? 0 : parent.depth + 1;
    this.root = parent === null ? this : parent.root;
    this.isFold = how.isFold === true;
    this.home = how.home ?? this;
  }

  enter(call: Instr, ref: FuncRef): Context {
    const place = placeKey(call);
    let byFunc = this.#children.get(place);
    if (byFunc === undefined) this.#children.set(place, (byFunc = new Map()));
    let context = byFunc.get(ref.func);
    if (context === undefined) byFunc.set(ref.func, (context = new Context(this, call, ref, this.home === this ? {} : { home: this.home.enter(call, ref) })));
    return context;
  }

  /** The context of a step of the generator that `made` has made here. */
  step(made: Instr, ref: FuncRef, call: Instr): Context {
    const home = this.enter(made, ref);
    const key = placeKey(call);
    let context = home.#steps.get(key);
    if (context === undefined) home.#steps.set(key, (context = new Context(this, call, ref, { home: home.home })));
    return context;
  }

  /** The context of all activations of `ref` that a chain through this one leads to. */
  fold(call: Instr, ref: FuncRef): Context {
    let context = this.#folds.get(ref.func);
    if (context === undefined) this.#folds.set(ref.func, (context = new Context(this, call, ref, { isFold: true, ...(this.home === this ? {} : { home: this.home.fold(call, ref) }) })));
    return context;
  }

  /** Visits what was ever entered from here, directly and through others, until `visit` says no; holds if it never did. */
  eachBelow(visit: (context: Context) => boolean): boolean {
    for (const byFunc of this.#children.values()) for (const context of byFunc.values()) if (!visit(context) || !context.eachBelow(visit)) return false;
    for (const contexts of [this.#folds, this.#steps]) for (const context of contexts.values()) if (!visit(context) || !context.eachBelow(visit)) return false;
    return true;
  }

  /** Holds if a call of `func` from here was entered before. */
  hasEntered(call: Instr, func: Func): boolean {
    return this.#children.get(placeKey(call))?.has(func) === true;
  }

  /** How often `func` is already being run in this chain. */
  occurrences(func: Func): number {
    let count = 0;
    for (let at: Context | null = this; at !== null; at = at.parent) if (at.ref.func === func) count += 1;
    return count;
  }
}
