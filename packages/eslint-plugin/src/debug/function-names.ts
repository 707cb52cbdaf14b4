// The names by which people ask for a function: `evaluate`, `Trainer.fit`, `main.step` for one that is nested, `<module>` for a file's own
// statements. A name may be shortened from the left; all functions that it fits are meant.
import type { Func, Module } from '../ir/ir.ts';
import { qualifiedName } from '../ir/qualified-name.ts';

/** Holds if somebody who says `name` means `func`. */
export function isCalled(module: Module, func: Func, name: string): boolean {
  const qualified = qualifiedName(module, func);
  return qualified === name || qualified.endsWith(`.${name}`);
}
