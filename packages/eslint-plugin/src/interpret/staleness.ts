// Values that stand for the mode and do not follow it: copies of the flag that were taken at construction, and flags of a program's own that are
// called like it (`self.is_training`, `TRAINING`, `options.is_train`). Looked for while a `forward` is probed.
import type { AbstractObject } from '../domains/object.ts';
import type { State } from '../domains/state.ts';
import { mustConstant, mustObject, mustString, type StaleOrigin, type Value } from '../domains/value.ts';
import type { Instr, Variable } from '../ir/ir.ts';
import type { Frame } from './activation.ts';
import type { Machine } from './machine.ts';

const TRAINING_NAME = /^_*(?:is_?)?train(?:ing)?(?:_?(?:mode|flag|phase))?$/i;

/** The attribute `name` of `object` as it is read in a probed `forward`. */
export function withStaleness(machine: Machine, state: State, object: AbstractObject, name: string, value: Value, frame: Frame, instr: Instr): Value {
  if (!isProbed(machine, frame) || value.stale !== null) return value;
  const isOfModule = object.kind === 'module' && object.class !== null;
  const copy = value.atoms.find((atom) => atom.kind === 'flag' && atom.read.early);
  if (isOfModule && copy?.kind === 'flag') return value.with({ stale: { site: copy.read.site, read: machine.site(instr.span), name, how: 'copy', open: false } });
  if (!TRAINING_NAME.test(name)) return value;
  const made = isOfModule ? (state.object(object).settings[0]?.site ?? object.site) : object.site;
  return ofItsOwn(machine, value, made, name, instr, isOfModule || object.kind === 'collection');
}

/** An attribute of options that come from somewhere else: `self.config.is_train`. */
export function withStaleSetting(machine: Machine, options: Value, name: string, value: Value, frame: Frame, instr: Instr): Value {
  if (options.input !== 0 || options.from.length > 0 || !isProbed(machine, frame) || value.stale !== null || !TRAINING_NAME.test(name)) return value;
  return ofItsOwn(machine, value, machine.site(instr.span), name, instr, false);
}

/** An element of a collection, or a variable of the file, as it is read in a probed `forward`. */
export function withStaleElement(machine: Machine, collection: Value, index: Value | null, value: Value, frame: Frame, instr: Instr): Value {
  const object = mustObject(collection);
  const name = index === null ? null : mustString(index);
  if (!isProbed(machine, frame) || value.stale !== null || collection.input !== 0 || object?.kind !== 'collection' || name === null || !TRAINING_NAME.test(name)) return value;
  return ofItsOwn(machine, value, object.site, name, instr, true);
}

export function withStaleVariable(machine: Machine, variable: Variable, value: Value, frame: Frame, instr: Instr): Value {
  const isOfFile = variable.owner === frame.context.ref.module.funcs[0]!.id && frame.context.ref.func.id !== variable.owner;
  if (!isOfFile || !isProbed(machine, frame) || value.stale !== null || !TRAINING_NAME.test(variable.name)) return value;
  return mustConstant(value)?.type === 'boolean' ? ofItsOwn(machine, value, machine.site(instr.span), variable.name, instr, true) : value;
}

/** `owned`: it is known whose flag it is; if it is none, it may be anything that is called so. */
function ofItsOwn(machine: Machine, value: Value, site: StaleOrigin['site'], name: string, instr: Instr, owned: boolean): Value {
  const constant = mustConstant(value);
  const open = constant === null && value.unknown && value.noise.length === 0 && value.input === 0 && value.from.length === 0;
  if (constant?.type !== 'boolean' && !open) return value;
  return value.with({ stale: { site, read: machine.site(instr.span), name, how: 'private', open: open || !owned } });
}

/** A layer whose mode is an option of each call looks for it under such a name. */
function isProbed(machine: Machine, frame: Frame): boolean {
  return machine.probe !== null && machine.probe.options === null && !frame.early;
}
