// The order in which functions that nobody is seen to call are run: those that call others before these, whatever the order of the text. What a root enters has a caller after
// all and is no root any more, so that most helpers are run for their callers alone.
//
// Guarantees: all functions, each once; where nothing calls another, or where they call each other in a circle, the order that they are given in. Who calls whom is told by names:
// a call of `x.load` counts as one of every method `load`. It decides the order and nothing else. Refuses: to look at calls of anonymous functions, which are handed to somebody: with
// what they call a function is one example of how it is called.
// Example: `load() {}`, `run() { this.load(); }` -> `run`, `load`.
import type { Func, FuncId, Module } from '../ir/ir.ts';

export function callersFirst(module: Module, funcs: readonly Func[]): readonly Func[] {
  if (funcs.length < 2) return funcs;
  const byName = grouped(funcs, (func) => func.name);
  const inner = grouped(module.funcs, (func) => func.parent);
  const calleesOf = (func: Func): Func[] => (func.kind === 'lambda' ? [] : [...namesCalledIn(func, inner)].flatMap((name) => byName.get(name)?.toReversed() ?? []).reverse());
  const seen = new Set<Func>();
  const calledFirst: Func[] = [];
  // Generated files call one function from the other, thousands of them: without recursion.
  const open: { readonly func: Func; readonly callees: Func[] }[] = [];
  const enter = (func: Func): void => {
    if (seen.has(func)) return;
    seen.add(func);
    open.push({ func, callees: calleesOf(func) });
  };
  for (const last of funcs.toReversed()) {
    enter(last);
    for (let at = open.at(-1); at !== undefined; at = open.at(-1)) {
      const callee = at.callees.pop();
      if (callee !== undefined) enter(callee);
      else {
        calledFirst.push(at.func);
        open.pop();
      }
    }
  }
  return calledFirst.toReversed();
}

/** Also those that functions inside call. A function that is loaded counts as called. */
function namesCalledIn(func: Func, inner: ReadonlyMap<FuncId | null, readonly Func[]>): ReadonlySet<string> {
  const names = new Set<string>();
  const open = [func];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const { instrs } of at.blocks) {
      for (const instr of instrs) {
        if (instr.kind === 'call' && instr.callee.kind === 'method') names.add(instr.callee.name);
        else if (instr.kind === 'load') names.add(instr.variable.name);
      }
    }
    open.push(...(inner.get(at.id) ?? []));
  }
  return names;
}

function grouped<Key>(funcs: readonly Func[], keyOf: (func: Func) => Key): ReadonlyMap<Key, readonly Func[]> {
  const groups = new Map<Key, Func[]>();
  for (const func of funcs) {
    const group = groups.get(keyOf(func));
    if (group === undefined) groups.set(keyOf(func), [func]);
    else group.push(func);
  }
  return groups;
}
