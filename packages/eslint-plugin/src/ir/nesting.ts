// Which functions of a module stand inside which: looked up, because a file that somebody generated has thousands of each.
//
// Guarantees: each answer takes the time of what it gives, once the module has been gone through. Refuses: functions that stand in the decorators or the bases of a class, which are no
// part of it.
// Example: of `class A: def f(self): return lambda x: x` the members are `f`; within the span of `A` stand `f` and the lambda, which are the nest of `f`, too.
import type { ClassId, Func, FuncId, Module } from './ir.ts';
import type { Span } from '../source/span.ts';

interface Nesting {
  readonly inner: ReadonlyMap<FuncId | null, readonly Func[]>;
  readonly members: ReadonlyMap<ClassId | null, readonly Func[]>;
  /** By where they start. */
  readonly sorted: readonly Func[];
}

const known = new WeakMap<Module, Nesting>();

function nestingOf(module: Module): Nesting {
  let nesting = known.get(module);
  if (nesting === undefined) {
    nesting = { inner: grouped(module.funcs, (func) => func.parent), members: grouped(module.funcs, (func) => func.owner), sorted: [...module.funcs].sort((a, b) => a.span.start - b.span.start) };
    known.set(module, nesting);
  }
  return nesting;
}

/** `func`, and all functions inside of it. */
export function nestOf(module: Module, func: Func): readonly Func[] {
  const nest: Func[] = [];
  const open = [func];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    nest.push(at);
    open.push(...(nestingOf(module).inner.get(at.id) ?? []));
  }
  return nest;
}

/** The methods, accessors, constructors and initialisers of a class. */
export function membersOf(module: Module, id: ClassId): readonly Func[] {
  return nestingOf(module).members.get(id) ?? [];
}

/** The functions whose whole definition lies within `span`. */
export function functionsWithin(module: Module, { start, end }: Span): readonly Func[] {
  const { sorted } = nestingOf(module);
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]!.span.start < start) low = middle + 1;
    else high = middle;
  }
  const found: Func[] = [];
  for (let at = low; at < sorted.length && sorted[at]!.span.start < end; at += 1) if (sorted[at]!.span.end <= end) found.push(sorted[at]!);
  return found;
}

/** What has the same key, in the order of the module. */
export function grouped<Key>(funcs: readonly Func[], keyOf: (func: Func) => Key): ReadonlyMap<Key, readonly Func[]> {
  const groups = new Map<Key, Func[]>();
  for (const func of funcs) {
    const group = groups.get(keyOf(func));
    if (group === undefined) groups.set(keyOf(func), [func]);
    else group.push(func);
  }
  return groups;
}
