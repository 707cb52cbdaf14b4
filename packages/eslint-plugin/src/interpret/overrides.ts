// Overrides of `train` and `eval`: each is run on a module that is all in training mode, as `eval()` runs it, and must leave all of it in evaluation
// mode and return the module. An override that keeps parts in evaluation mode when training mode is asked for is how parts are frozen.
import { EVAL, TRAIN } from '../domains/mode.ts';
import type { AbstractObject, ProjectClass, Site } from '../domains/object.ts';
import type { State } from '../domains/state.ts';
import { mustObject, ofBoolean, type FuncRef } from '../domains/value.ts';
import type { Func, Param } from '../ir/ir.ts';
import { runFunction } from './call-function.ts';
import { bindUnknown, constructUnknown } from './from-outside.ts';
import type { Machine } from './machine.ts';
import type { OverrideProblem } from './observation.ts';
import { eachInTree } from './set-mode.ts';

/** Names that say that a parameter is the mode. */
const MODE_NAME = /^(?:_*(?:mode|is_?train(?:ing)?|train(?:ing)?|flag|enabled?|value|on|isTraining)|b|m|t)$/i;

export function probeOverrides(machine: Machine, base: State, cls: ProjectClass): void {
  const { trainMethod, evalMethod } = machine.libraries.moduleModel;
  for (const name of [trainMethod, evalMethod]) {
    const member = cls.members.get(name);
    if (member === undefined || member.member !== 'method' || member.value.atoms.length !== 1 || member.value.unknown) continue;
    const atom = member.value.atoms[0]!;
    if (atom.kind === 'function' && atom.ref.func.owner === cls.definition.id && atom.ref.module === cls.module && !atom.ref.func.isGenerator && !atom.ref.func.isAsync) probeOverride(machine, base, cls, atom.ref, name === evalMethod);
  }
}

function probeOverride(machine: Machine, base: State, cls: ProjectClass, ref: FuncRef, isEval: boolean): void {
  const { func } = ref;
  const params = machine.language === 'python' ? func.params.slice(1) : func.params;
  const site: Site = { file: cls.module.file, span: func.nameSpan };
  const tell = (problem: OverrideProblem, certain: boolean, parts: readonly AbstractObject[] = []): void =>
    machine.noteLayer(ref, site, { kind: 'override', owner: cls, method: func.name, problem, parts, bodyStart: func.bodyStart }, certain);
  const refused = refusesMode(machine, params, isEval);
  if (refused !== null) {
    // With an `eval` of its own the pair works by itself, and fails as a part of another network (see `noteParts`).
    tell(refused, refused !== 'takes-no-mode' || !cls.members.has(machine.libraries.moduleModel.evalMethod));
    return;
  }
  const state = base.clone();
  const receiver = constructUnknown(machine, state, cls);
  eachInTree(state, receiver, true, (object) => state.update(object, { modes: TRAIN, escaped: false }));
  bindUnknown(machine, state, func, receiver, true);
  const mode = params[0];
  if (mode !== undefined && !isEval) {
    if (mode.variable.captured) state.cells.set(mode.variable, ofBoolean(false));
    else state.locals.set(mode.variable, ofBoolean(false));
  }
  const run = runFunction(machine, { context: machine.rootContext(ref, 'override'), receiver, early: false }, func, state);
  // One that always throws says what it thinks of being called.
  if (run.exit === null || machine.exhausted) return;
  const exit = run.exit;
  const awake: AbstractObject[] = [];
  let changed = false;
  const wakesAll = wakesAllParts(exit, receiver);
  eachInTree(exit, receiver, true, (object, strong) => {
    const { modes, settings } = exit.object(object);
    changed ||= modes !== TRAIN;
    // A part that the override itself sets to training mode is meant to be: Monte Carlo dropout. One that sets all of them picks none.
    const isMeant = !wakesAll && settings[0]?.selective === true && settings[0].how === 'called';
    if (strong && modes === TRAIN && !isMeant && (object === receiver || (object.library?.sensitive === 'yes' && object.inert === 'no'))) awake.push(object);
  });
  if (awake.length > 0) {
    const isShadow = !isEval && mode !== undefined && !changed && !MODE_NAME.test(mode.variable.name);
    if (!isEval && params.length === 0 && cls.members.has(machine.libraries.moduleModel.evalMethod)) {
      tell('takes-no-mode', false);
      return;
    }
    // The flag of the module itself may be of no importance, if all that stands below it has followed: what we see of it, or what we do not.
    tell(isShadow ? 'shadows' : 'keeps-training', awake.some((object) => object !== receiver) || (!changed && !switchesParts(machine, func)), awake);
    return;
  }
  const { result } = run;
  if (!result.unknown && result.atoms.length > 0 && result.atoms.every((item) => item.kind === 'constant' && (item.value.type === 'none' || item.value.type === 'undefined'))) tell('returns-nothing', true);
  else if (isOther(mustObject(result), receiver)) tell('returns-other', true);
  else if (isEval && exit.object(receiver).modes === EVAL && !cls.members.has(machine.libraries.moduleModel.trainMethod)) tell('eval-alone', false);
}

/** Holds if one call, made for each part, wakes all parts below `receiver`, and not only layers that are random: `for child in self.children(): child.train()`. */
function wakesAllParts(exit: State, receiver: AbstractObject): boolean {
  const parts: AbstractObject[] = [];
  eachInTree(exit, receiver, true, (object) => void (object !== receiver && parts.push(object)));
  const [first] = parts.map((part) => exit.object(part).settings[0]);
  const isWokenWithAll = (part: AbstractObject): boolean => {
    const { modes, settings } = exit.object(part);
    return modes === TRAIN && settings[0]?.how === 'called' && settings[0].site.span === first?.site.span;
  };
  return parts.length > 1 && parts.every(isWokenWithAll) && parts.some((part) => part.library?.effect !== 'random');
}

/** Holds for an object that is certainly not the module itself. */
function isOther(object: AbstractObject | null, receiver: AbstractObject): boolean {
  return object !== null && object !== receiver && object.kind !== 'opaque';
}

/** Holds if `func` calls a mode method at all: of parts that a caller gave, where it shows nothing that we could see. */
function switchesParts({ libraries }: Machine, func: Func): boolean {
  const { trainMethod, evalMethod } = libraries.moduleModel;
  return func.blocks.some((block) => block.instrs.some((instr) => instr.kind === 'call' && instr.callee.kind === 'method' && (instr.callee.name === trainMethod || instr.callee.name === evalMethod)));
}

/** `eval()` calls `train(false)`, and nobody hands anything to `eval`. */
function refusesMode(machine: Machine, params: Func['params'], isEval: boolean): OverrideProblem | null {
  const required = params.filter((param: Param) => param.kind === 'positional' && !param.optional);
  if (isEval) return required.length > 0 ? 'shadows' : null;
  if (required.length > 1) return 'shadows';
  const takes = params.some((param) => param.kind === 'positional' || param.kind === 'rest');
  // JavaScript passes over arguments that a function does not name.
  return takes || machine.language === 'typescript' ? null : 'takes-no-mode';
}

/** When all is seen: a class whose `train` takes no mode is a part of another network, whose mode it cannot follow. */
export function noteParts(machine: Machine): void {
  for (const observation of machine.layers) {
    const { fault } = observation;
    if (fault.kind === 'override' && fault.problem === 'takes-no-mode') observation.certain ||= [...machine.registered.keys()].some((part) => part.class === fault.owner);
  }
}
