// The names by which people ask for a function: `evaluate`, `Trainer.fit`, `main.step` for one that is nested, `<module>` for a file's own
// statements. A name may be shortened from the left; all functions that it fits are meant.
import type { Func, Module } from '../ir/ir.ts';

/** The function's name with those of the classes and functions around it. */
export function qualifiedName(module: Module, func: Func): string {
  if (func.parent === null) return func.name;
  const outer = module.funcs[func.parent]!;
  const own = func.owner === null ? func.name : `${module.classes[func.owner]!.name}.${func.name}`;
  return outer.parent === null ? own : `${qualifiedName(module, outer)}.${own}`;
}

/** Holds if somebody who says `name` means `func`. */
export function isCalled(module: Module, func: Func, name: string): boolean {
  const qualified = qualifiedName(module, func);
  return qualified === name || qualified.endsWith(`.${name}`);
}
