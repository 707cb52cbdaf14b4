// Mode methods and `forward` as names: `if self.train:`, `model.eval` without a call, `model.training()`, `model.forward(x)`.
import { definitionsOf } from '../ir/definitions.ts';
import type { Func, Instr, Temp } from '../ir/ir.ts';
import { operandsOf } from '../ir/operands.ts';
import type { AbstractObject } from '../domains/object.ts';
import type { Value } from '../domains/value.ts';
import type { Frame } from './activation.ts';
import type { CallInstr } from './call.ts';
import type { Machine } from './machine.ts';

type GetAttr = Extract<Instr, { kind: 'get-attr' }>;

/** What a function does with a value that it looked up. */
interface TempUse {
  /** `branch`: a condition; otherwise the instruction that takes it. */
  readonly by: Instr | 'branch' | 'other';
}

const usesOfFuncs = new WeakMap<Func, ReadonlyMap<Temp, readonly TempUse[]>>();

function usesIn(func: Func): ReadonlyMap<Temp, readonly TempUse[]> {
  let uses = usesOfFuncs.get(func);
  if (uses === undefined) {
    const found = new Map<Temp, TempUse[]>();
    const add = (temp: Temp, by: TempUse['by']): void => {
      const known = found.get(temp);
      if (known === undefined) found.set(temp, [{ by }]);
      else known.push({ by });
    };
    for (const block of func.blocks) {
      for (const instr of block.instrs) for (const temp of operandsOf(instr)) add(temp, instr);
      const { terminal } = block;
      if (terminal.kind === 'branch' && terminal.test !== null) add(terminal.test, 'branch');
      else if (terminal.kind === 'each') add(terminal.iterable, 'other');
      else if ((terminal.kind === 'return' || terminal.kind === 'throw') && terminal.value !== null) add(terminal.value, 'other');
    }
    usesOfFuncs.set(func, (uses = found));
  }
  return uses;
}

/** `train` or `eval` of a module was looked up: notes it if it is taken for a flag, or left without a call. */
export function noteModeMethod(machine: Machine, frame: Frame, func: Func, value: Value, instr: GetAttr): void {
  const certain = isMethodOfModule(value);
  if (certain === null) return;
  const how = howUsed(func, instr);
  // An object whose class we cannot see may well have a flag of that name; a statement that does nothing is wrong in any case.
  if (how === null || (!certain && how !== 'dropped')) return;
  machine.noteLayer(frame.context.ref, machine.site(instr.span), { kind: 'mode-method', name: instr.name, how }, certain);
}

/** True if the value is certainly a mode method of a module, false if it is if the object is a module at all, null if it is something else. */
function isMethodOfModule(value: Value): boolean | null {
  if (value.atoms.length === 0) return null;
  let certain = !value.unknown;
  for (const atom of value.atoms) {
    const object = atom.kind === 'method' ? atom.object : atom.kind === 'function' ? atom.receiver : null;
    if (object === null) return null;
    certain &&= object.kind === 'module';
  }
  return certain;
}

function howUsed(func: Func, instr: GetAttr): 'tested' | 'dropped' | 'passed' | null {
  const uses = usesIn(func).get(instr.dest) ?? [];
  if (uses.length === 0) return instr.span.start === instr.statement.start && instr.statement.end - instr.span.end <= 1 ? 'dropped' : null;
  for (const { by } of uses) {
    if (by === 'branch') return 'tested';
    if (by === 'other') continue;
    if (by.kind === 'operator' && isTest(func, by, instr.dest)) return 'tested';
    if (by.kind === 'call' && by.args.some((arg) => arg.kind === 'keyword' && arg.name === 'training' && arg.value === instr.dest)) return 'passed';
  }
  return null;
}

/** `not self.train`, `self.train == True`; a comparison with nothing asks whether there is such a method. */
function isTest(func: Func, operator: Extract<Instr, { kind: 'operator' }>, temp: Temp): boolean {
  if (operator.operator === 'not') return true;
  if (!['==', '!=', 'is', 'is not'].includes(operator.operator)) return false;
  const other = operator.operands.find((operand) => operand !== temp);
  const definition = other === undefined ? undefined : definitionsOf(func).get(other);
  return definition?.kind === 'const' && definition.value.type === 'boolean';
}

/** `model.training()`: the flag is no function. */
export function noteFlagCalled(machine: Machine, frame: Frame, name: string, instr: CallInstr): void {
  machine.noteLayer(frame.context.ref, machine.site(instr.span), { kind: 'mode-method', name, how: 'flag-called' }, true);
}

/** Holds if the library has another way to run a module than to call its `forward`. */
function hasCallForm(machine: Machine, object: AbstractObject): boolean {
  const model = object.class === null ? (object.library === null ? null : machine.libraries.modelOf(object.library)) : machine.order(object.class).moduleModel;
  const { modules } = model ?? {};
  return modules !== undefined && (modules.callable || Object.entries(modules.methods).some(([name, effect]) => effect === 'call' && name !== modules.forward));
}

/** `model.forward(x)`, where the library has a form of call that runs hooks. */
export function noteDirectForward(machine: Machine, frame: Frame, object: AbstractObject, instr: CallInstr): void {
  if (machine.probe?.awake === true || !hasCallForm(machine, object)) return;
  const hooked = machine.hooked.has(object);
  machine.noteLayer(frame.context.ref, machine.site(instr.span), { kind: 'direct-forward', className: object.label, hooked }, hooked);
}
