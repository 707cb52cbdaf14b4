// The name of a function with those of the classes and functions around it: `Trainer.fit`, `main.step`. Two functions may have the same.
import type { Func, Module } from './ir.ts';

/** `<module>` for a file's own statements. */
export function qualifiedName(module: Module, func: Func): string {
  if (func.parent === null) return func.name;
  const outer = module.funcs[func.parent]!;
  const own = func.owner === null ? func.name : `${module.classes[func.owner]!.name}.${func.name}`;
  return outer.parent === null ? own : `${qualifiedName(module, outer)}.${own}`;
}
