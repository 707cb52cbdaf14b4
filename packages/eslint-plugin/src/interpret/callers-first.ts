// The order in which functions that nobody is seen to call are run: those that call others before these, whatever the order of the text. What a root enters has a caller after
// all and is no root any more, so that most helpers are run for their callers alone.
//
// Guarantees: all functions, each once; where nothing calls another, or where they call each other in a circle, the order that they are given in. Who calls whom is told by names:
// a call of `x.load` counts as one of every method `load`. It decides the order and nothing else. Refuses: to look at calls of anonymous functions, which are handed to somebody: with
// what they call a function is one example of how it is called.
// Example: `load() {}`, `run() { this.load(); }` -> `run`, `load`.
import type { Func, Module } from '../ir/ir.ts';
import { grouped, nestOf } from '../ir/nesting.ts';

export function callersFirst(module: Module, funcs: readonly Func[]): readonly Func[] {
  if (funcs.length < 2) return funcs;
  // Of each name the functions that are still to be entered: whoever calls it next goes on where the last one has stopped.
  const byName = new Map([...grouped(funcs, (func) => func.name)].map(([name, named]) => [name, [...named]]));
  const namesFrom = (func: Func): string[] => (func.kind === 'lambda' ? [] : [...namesCalledIn(module, func)].filter((name) => byName.has(name)).reverse());
  const seen = new Set<Func>();
  const calledFirst: Func[] = [];
  // Generated files call one function from the other, thousands of them: without recursion.
  const open: { readonly func: Func; readonly names: string[] }[] = [];
  const enter = (func: Func): void => {
    if (seen.has(func)) return;
    seen.add(func);
    open.push({ func, names: namesFrom(func) });
  };
  for (const last of funcs.toReversed()) {
    enter(last);
    for (let at = open.at(-1); at !== undefined; at = open.at(-1)) {
      const name = at.names.at(-1);
      const callee = name === undefined ? undefined : byName.get(name)!.pop();
      if (callee !== undefined) enter(callee);
      else if (name !== undefined) at.names.pop();
      else {
        calledFirst.push(at.func);
        open.pop();
      }
    }
  }
  return calledFirst.toReversed();
}

/** Also those that functions inside call. A function that is loaded counts as called. */
function namesCalledIn(module: Module, func: Func): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { blocks } of nestOf(module, func)) {
    for (const { instrs } of blocks) {
      for (const instr of instrs) {
        if (instr.kind === 'call' && instr.callee.kind === 'method') names.add(instr.callee.name);
        else if (instr.kind === 'load') names.add(instr.variable.name);
      }
    }
  }
  return names;
}
