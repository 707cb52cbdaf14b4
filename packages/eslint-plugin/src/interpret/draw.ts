// Random draws and functional layers that a probed `forward` reaches in evaluation mode.
import { mustConstant, NOTHING, type StaleOrigin, type Value, ANYTHING } from '../domains/value.ts';
import type { State } from '../domains/state.ts';
import type { Func } from '../ir/ir.ts';
import type { FunctionRow } from '../libraries/schema.ts';
import type { ArgValues, Frame } from './activation.ts';
import { findArgument, writtenArgument } from './arguments.ts';
import type { CallInstr } from './call.ts';
import { noteFlagUse } from './forward.ts';
import type { Machine } from './machine.ts';
import type { DrawObservation, FunctionalFault } from './observation.ts';
import { comesFrom, sourcesOf } from './sources.ts';
import { noteActive } from './switched-off.ts';
import { truthOf } from './truth.ts';

const MASKS = /\.bernoulli_?$/;

type Functional = Extract<FunctionRow['effect'], { kind: 'functional' }>;

/** Notes a draw; the result carries it, so that the interpreter can see what becomes of the noise. */
export function recordRandom(machine: Machine, frame: Frame, state: State, path: string, given: readonly Value[], instr: CallInstr): Value {
  if (machine.probe === null || frame.early) return ANYTHING;
  if (machine.probe.awake) {
    noteAwake(machine, frame, instr);
    return ANYTHING;
  }
  const observation = note(machine, frame, state, path, instr, { kind: 'random', perturbs: false });
  // Zeros and ones at a fixed rate are a mask as they are.
  const shaped = MASKS.test(path) && !given.some((value) => value.input !== 0 || value.learned || value.from.length > 0);
  return ANYTHING.with({ noise: [{ draw: observation.number, plain: true, shaped }] });
}

export function recordFunctional(machine: Machine, frame: Frame, state: State, path: string, effect: Functional, args: ArgValues, instr: CallInstr): void {
  if (frame.early) return;
  const rate = effect.rate === null ? null : findArgument(state, args, effect.rate);
  const rateConstant = rate === null ? null : mustConstant(rate.value);
  if (rateConstant !== null && (rateConstant.type === 'none' || ((rateConstant.type === 'number' || rateConstant.type === 'boolean') && Number(rateConstant.value) === 0))) return;
  if (machine.probe === null) {
    const given = effect.training === null ? NOTHING : findArgument(state, args, effect.training).value;
    for (const atom of given.atoms) {
      if (atom.kind !== 'flag') continue;
      const certain = given.atoms.length === 1 && !given.unknown && !atom.negated && (rate === null || rateConstant !== null);
      noteFlagUse(machine, frame, state, atom.object, { name: path.slice(path.lastIndexOf('.', path.lastIndexOf('.') - 1) + 1), span: instr.span, effect: effect.what, sensitivity: certain ? 'yes' : 'unknown' });
    }
    return;
  }
  const noteFault = (fault: FunctionalFault): DrawObservation => note(machine, frame, state, path, instr, { kind: 'functional', fault, what: effect.what, rateInSight: rateIsInSight(machine, frame.context.ref.func, effect, args, rate?.value ?? NOTHING) });
  const leftOut = noEffect(state, effect, args, instr);
  if (leftOut !== null) {
    noteFault(leftOut);
    return;
  }
  if (machine.probe.awake) {
    const given = effect.training === null ? null : truthOf(findArgument(state, args, effect.training).value);
    if (given === null || given.mayBeTrue) noteAwake(machine, frame, instr);
    return;
  }
  if (rate !== null && rate.value.atoms.length === 1 && rate.value.atoms[0]!.kind === 'flag') {
    const written = effect.rate === null ? null : writtenArgument(args, effect.rate);
    const isTheFlag = written !== null && sourcesOf(frame.context.ref.func, written.value).every((source) => source.kind === 'get-attr' && machine.libraries.flags.has(source.name));
    if (isTheFlag && effect.training !== null && findArgument(state, args, effect.training).omitted) noteFault({ kind: 'flag-as-rate', name: effect.rate!.name, span: written.span });
    // In evaluation mode it is a rate of 0.
    if (isTheFlag || !truthOf(rate.value).mayBeTrue) return;
  }
  if (machine.probe.options !== null && effect.training === null) {
    // Without an argument of its own it is random whenever it is reached.
    note(machine, frame, state, path, instr, { kind: 'random', perturbs: true });
    return;
  }
  const fault = effect.training === null ? faultOfRate(effect, args, rate?.value ?? NOTHING) : faultOfTraining(state, effect.training, args, instr, machine);
  if (fault === null) return;
  const observation = noteFault(fault.fault);
  observation.stale ??= fault.stale;
}

interface Fault {
  readonly fault: FunctionalFault;
  readonly stale: StaleOrigin | null;
}

function faultOfTraining(state: State, row: NonNullable<Functional['training']>, args: ArgValues, instr: CallInstr, machine: Machine): Fault | null {
  const { value, omitted } = findArgument(state, args, row);
  const truth = truthOf(value);
  const given = writtenArgument(args, row);
  // What a copy, or a flag of one's own, comes to may not be known; that it does not follow the mode is.
  const asksTheFlag = value.atoms.some((atom) => atom.kind === 'flag' && !atom.read.early);
  if (value.stale !== null && !asksTheFlag && given !== null && truth.mayBeTrue) return { fault: { kind: 'stale', span: given.span }, stale: value.stale };
  // Unknown, or possibly off: nothing is certain. In evaluation mode a live flag is off.
  if (!truth.mayBeTrue || truth.mayBeFalse) return null;
  if (omitted) {
    const last = args.written[args.written.length - 1];
    const style = machine.language === 'python' ? 'keyword' : 'positional';
    return { fault: { kind: 'omitted', name: row.name, argsEnd: last?.span.end ?? instr.span.end - 1, hasArgs: last !== undefined, position: row.position, given: args.positional.length, callStyle: style }, stale: null };
  }
  if (given === null) return null;
  if (value.atoms.length === 1 && value.atoms[0]!.kind === 'flag' && value.atoms[0]!.negated) return { fault: { kind: 'inverted', name: row.name, span: given.span }, stale: null };
  return mustConstant(value)?.type === 'boolean' ? { fault: { kind: 'constant', name: row.name, span: given.span }, stale: null } : null;
}

function faultOfRate(effect: Functional, args: ArgValues, rate: Value): Fault | null {
  if (effect.rate === null) return null;
  const written = writtenArgument(args, effect.rate);
  if (written === null) return null;
  if (rate.stale !== null) return { fault: { kind: 'stale', span: written.span }, stale: rate.stale };
  return { fault: { kind: 'rate', name: effect.rate.name, span: written.span }, stale: null };
}

/** Holds unless the rate comes from the caller, or from code that we cannot see: that may look at the mode. */
function rateIsInSight(machine: Machine, func: Func, effect: Functional, args: ArgValues, rate: Value): boolean {
  const written = effect.rate === null ? null : writtenArgument(args, effect.rate);
  return written === null || (rate.input === 0 && !comesFrom(func, written.value, machine.unseenCalls));
}

/** A functional dropout that is off unless it is told, and is told nothing. What it does to statistics may be meant: they are frozen. */
function noEffect(state: State, effect: Functional, args: ArgValues, instr: CallInstr): Extract<FunctionalFault, { kind: 'no-effect' }> | null {
  if (effect.what !== 'random' || effect.training?.default !== false || !findArgument(state, args, effect.training).omitted) return null;
  const last = args.written[args.written.length - 1];
  return { kind: 'no-effect', name: effect.training.name, argsEnd: last?.span.end ?? instr.span.end - 1, hasArgs: last !== undefined };
}

/** The draw is made in training mode, perhaps as well. */
function noteAwake(machine: Machine, frame: Frame, instr: CallInstr): void {
  noteActive(machine, frame, instr);
  const known = machine.knownDraw(instr);
  if (known !== undefined) machine.probe!.seen.add(known);
}

function note(machine: Machine, frame: Frame, state: State, path: string, instr: CallInstr, operation: DrawObservation['operation']): DrawObservation {
  const stale = state.staleGuards.find((guard) => guard.test.stale !== null)?.test.stale ?? null;
  const declared = state.staleGuards.some((guard) => guard.test.stale === null);
  const observation = machine.drawAt(instr, (number) => ({
    kind: 'draw',
    number,
    where: frame.context.ref,
    call: machine.site(instr.span),
    statement: instr.statement,
    calleeSpan: instr.calleeSpan,
    path,
    owner: machine.probe!.owner,
    declared,
    stale,
    incomplete: false,
    inverted: null,
    option: machine.probe!.options?.family.option ?? null,
    operation,
  }));
  // Reached in several ways: governed only if every way is.
  if (!declared) observation.declared = false;
  machine.probe!.seen.add(observation);
  return observation;
}
