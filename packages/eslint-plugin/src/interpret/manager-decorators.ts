// Context managers as decorators: `@evaluating(net)` above a function runs each call of it in a `with evaluating(net):` of its own, where `evaluating` is made by `@contextmanager` or derives from
// `ContextDecorator`.
//
// Guarantees: the function runs in the state that the manager's first half leaves, and the second half in the state in which the function returns or throws. A function that is decorated so is
// not run by itself: only its calls tell in which mode it runs. Refuses to know: whether the `__exit__` of a class keeps an exception from going on.
//
// Worked example: after `@evaluating(net)` above `def predict(x): return net(x)`, `predict(x)` calls the network in evaluation mode, and its mode is back afterwards.
import type { State } from '../domains/state.ts';
import { ANYTHING, ofAtoms, type Atom, type Value } from '../domains/value.ts';
import type { Instr } from '../ir/ir.ts';
import { NO_ARGS, type ArgValues, type Frame } from './activation.ts';
import { callMethod, callValue, type CallInstr } from './call.ts';
import type { CallResult } from './call-function.ts';
import type { Machine } from './machine.ts';
import { enterManager, exitManager, managerOf } from './managers.ts';

const DECORATOR = 'contextlib.ContextDecorator';
/** What a decorated function calls, with the manager and the function before its arguments. */
export const WITHIN = `${DECORATOR}.__call__`;

/** The function that calling the manager `atom` with a function gives; null if it is no manager, or is given something else. */
export function decoratedBy(machine: Machine, atom: Atom, args: ArgValues): Atom | null {
  const [target, ...others] = args.positional;
  const isManager = atom.kind === 'function' ? managerOf(machine, ofAtoms(atom)) !== null : atom.kind === 'object' && atom.object.class !== null && machine.order(atom.object.class).project.some(({ bases }) => bases.some(({ atoms }) => atoms.some((base) => base.kind === 'library' && base.path === DECORATOR)));
  if (!isManager || target === undefined || others.length > 0 || args.keywords.size > 0 || !target.atoms.some(({ kind }) => kind === 'function' || kind === 'partial')) return null;
  for (const { ref } of target.atoms.filter((item) => item.kind === 'function')) machine.entered.set(ref.func, ref.module);
  return { kind: 'partial', target: { kind: 'library', path: WITHIN }, prefix: [ofAtoms(atom), target], keywords: new Map() };
}

/** A method that a manager decorates is bound like the function in it. */
export function boundWithin(atom: Atom, bind: (method: Value) => Value): Atom {
  if (atom.kind !== 'partial' || atom.target.kind !== 'library' || atom.target.path !== WITHIN) return atom;
  return { ...atom, prefix: [atom.prefix[0]!, bind(atom.prefix[1]!)] };
}

/** A call of a decorated function. */
export function callWithin(machine: Machine, frame: Frame, state: State, args: ArgValues, instr: CallInstr): CallResult {
  const [given = ANYTHING, target = ANYTHING, ...positional] = args.positional;
  const run = (): CallResult => callValue(machine, frame, state, target, { ...args, positional }, instr);
  const manager = managerOf(machine, given);
  if (manager === null) {
    callMethod(machine, frame, state, given, '__enter__', NO_ARGS, instr);
    return machine.leaving(run, (after) => void callMethod(machine, frame, after, given, '__exit__', { ...NO_ARGS, positional: [ANYTHING, ANYTHING, ANYTHING] }, instr), state);
  }
  const { enter, exits } = stepsOf(instr);
  enterManager(machine, frame, state, manager, enter);
  const outer = machine.thrown;
  machine.thrown = null;
  const result = run();
  const raised = machine.thrown as State | null;
  machine.thrown = outer;
  const afterThrow = raised === null ? null : exitManager(machine, frame, raised, manager, exits.exception);
  const afterReturn = result.returns ? exitManager(machine, frame, state, manager, exits.normal) : null;
  machine.noteThrown(afterThrow?.thrown ?? null);
  machine.noteThrown(afterReturn?.thrown ?? null);
  const after = afterReturn?.after ?? null;
  // An exception that the manager keeps to itself ends in a call that gives nothing.
  const swallowed = afterThrow?.after ?? null;
  if (after !== null && swallowed !== null) after.joinFrom(swallowed);
  const left = after ?? swallowed;
  if (left === null) return { ...result, returns: false };
  state.adopt(left);
  return { value: result.value, returns: true };
}

interface Steps {
  readonly enter: Extract<Instr, { kind: 'enter' }>;
  readonly exits: { readonly normal: Extract<Instr, { kind: 'exit' }>; readonly exception: Extract<Instr, { kind: 'exit' }> };
}

const steps = new WeakMap<CallInstr, Steps>();

/** The steps of the `with` that nobody has written, in the place of the call; its scope has the number of none that somebody has. */
function stepsOf(instr: CallInstr): Steps {
  let known = steps.get(instr);
  if (known === undefined) {
    const { span, statement } = instr;
    const place = { manager: -1, scope: -1 - span.start, span, statement };
    known = { enter: { kind: 'enter', dest: -1, isAsync: false, ...place }, exits: { normal: { kind: 'exit', how: 'normal', ...place }, exception: { kind: 'exit', how: 'exception', ...place } } };
    steps.set(instr, known);
  }
  return known;
}
