// What a name means that the file does not declare: an import, a built-in, `super`.
//
// Guarantees: files of the project go before library rows; what neither has is anything. Refuses: relative imports that lead nowhere, which are files that we cannot see.
// Example: `nn` after `import torch.nn as nn` is the library path `torch.nn`, `len` is `builtins.len`, and a name that nobody declares may come from an `import *`.
import type { State } from '../domains/state.ts';
import { ANYTHING, mustObject, ofAtoms, ofConstant, type Value } from '../domains/value.ts';
import type { AbstractObject } from '../domains/object.ts';
import type { Func, Instr } from '../ir/ir.ts';
import type { Frame } from './activation.ts';
import { importedValue, starImported } from './imports.ts';
import type { Machine } from './machine.ts';

export function globalValue(machine: Machine, { context }: Frame, state: State, name: string): Value {
  const { module } = context.ref;
  // A file that is imported is not the program.
  if (name === '__name__') return module === machine.module ? ANYTHING : ofConstant({ type: 'string', value: 'imported' });
  const starred = starImported(machine, state, module, name);
  if (starred !== null) return starred;
  const path = machine.libraries.canonical(`${machine.language === 'python' ? 'builtins' : 'globals'}.${name}`);
  return machine.libraries.describes(path) ? ofAtoms({ kind: 'library', path }) : ANYTHING;
}

export function importValue(machine: Machine, { context }: Frame, state: State, { module, name }: Extract<Instr, { kind: 'import' }>): Value {
  const found = importedValue(machine, state, context.ref.module, module, name);
  if (found !== null) return found;
  const path = machine.libraries.canonical(name === null || name === 'default' ? module : `${module}.${name}`);
  return module.startsWith('.') ? ANYTHING : ofAtoms({ kind: 'library', path });
}

export function superValue(machine: Machine, frame: Frame, state: State, func: Func): Value {
  const owner = machine.ownerOf(frame.context.ref.module, func);
  const receiver = frame.receiver ?? receiverAround(frame, state, func);
  return owner === null || receiver === null ? ANYTHING : ofAtoms({ kind: 'super', object: receiver, after: owner });
}

/** The receiver of the method around a function that took it along; null if that is not certain. */
function receiverAround({ context, captured }: Frame, state: State, func: Func): AbstractObject | null {
  let around: Func | undefined = func;
  while (around !== undefined && around.owner === null) around = around.parent === null ? undefined : context.ref.module.funcs[around.parent];
  const variable = around?.thisVariable ?? around?.params[0]?.variable;
  const value = variable === undefined ? undefined : (captured?.get(variable) ?? state.cells.get(variable));
  return value === undefined ? null : mustObject(value);
}
