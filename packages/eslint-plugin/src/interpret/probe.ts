// Classes of modules are probed: their `forward` is run with the module in evaluation mode, and what is still random then is an observation of
// its own; if something is, it is run in training mode as well, to see whether the test of the mode is the wrong way round. What their
// constructors hide from the library, and what their overrides of `train` and `eval` do, is looked at on the way.
import { GRAD_ENABLED } from '../domains/grad.ts';
import { EVAL, TRAIN, type ModeSet } from '../domains/mode.ts';
import type { AbstractObject, ProjectClass } from '../domains/object.ts';
import type { State } from '../domains/state.ts';
import type { FuncRef } from '../domains/value.ts';
import { functionsWithin, membersOf } from '../ir/nesting.ts';
import { runFunction } from './call-function.ts';
import { findMember } from './class-order.ts';
import { kindOfClass } from './construct.ts';
import { bindUnknown, constructUnknown, nowhere } from './from-outside.ts';
import type { Machine } from './machine.ts';
import type { DrawObservation } from './observation.ts';
import { probeLayer } from './option-layers.ts';
import { probeOverrides } from './overrides.ts';
import { noteUnregistered } from './registration.ts';
import { eachInTree } from './set-mode.ts';
import { noteSwitchedOff, noTraces, type Traces } from './switched-off.ts';

export function probeClasses(machine: Machine, base: State): void {
  const idles = mayIdle(machine);
  for (const cls of machine.classes.values()) if (cls.module === machine.module) machine.withBudget(membersOf(cls.module, cls.definition.id), () => probeClass(machine, base, cls, idles));
}

function probeClass(machine: Machine, base: State, cls: ProjectClass, idles: boolean): void {
  const order = machine.order(cls);
  if (order.family !== null) {
    machine.budget.noteRelevant();
    probeLayer(machine, base, cls, order.family);
  }
  if (kindOfClass(order) !== 'module') return;
  machine.running = { observation: nowhere(machine), path: '' };
  probeOverrides(machine, base, cls);
  if (order.moduleModel?.modules?.children === 'registered' || mayHide(machine, cls)) {
    const state = base.clone();
    noteUnregistered(machine, state, cls, constructUnknown(machine, state, cls));
  }
  probeForward(machine, base, cls, idles);
  machine.running = null;
}

/** Holds if the file names a function that is off unless it is told the mode: what runs in training mode alone is looked at for its sake. */
function mayIdle(machine: Machine): boolean {
  const { idle } = machine.libraries;
  return machine.module.funcs.some((func) => func.blocks.some((block) => block.instrs.some((instr) => (instr.kind === 'call' && instr.callee.kind === 'method' && idle.has(instr.callee.name)) || (instr.kind === 'import' && instr.name !== null && idle.has(instr.name)))));
}

const KEEPING = new Set(['dict', 'Map', 'Set']);

/** Holds if the class has a collection, a private field or a function made by its constructor at all; most have none, and are not constructed once more. */
function mayHide(machine: Machine, cls: ProjectClass): boolean {
  return functionsWithin(machine.module, cls.definition.span).some((func) => func.blocks.some((block) => block.instrs.some((instr) => (instr.kind === 'collection' && instr.form !== 'string') || (instr.kind === 'load' && instr.variable.name === 'OrderedDict') || (instr.kind === 'global' && KEEPING.has(instr.name)) || (instr.kind === 'set-attr' && instr.name.startsWith('#')) || (instr.kind === 'function' && (func.kind === 'constructor' || func.kind === 'field-initializer')))));
}

function probeForward(machine: Machine, base: State, cls: ProjectClass, idles: boolean): void {
  const forward = findMember(machine.order(cls), machine.libraries.moduleModel.forward);
  if (forward === null) return;
  const state = base.clone();
  machine.constructsParts = false;
  const receiver = constructUnknown(machine, state, cls);
  machine.constructsParts = true;
  for (const atom of forward.entry.value.atoms) {
    if (atom.kind !== 'function') continue;
    machine.entered.set(atom.ref.func, atom.ref.module);
    const asleep = runIn(machine, state, cls, receiver, atom.ref, EVAL, 'asleep');
    if (asleep.exit !== null && asleep.traces.written.size > 0) {
      let times = 0;
      noteSwitchedOff(machine, cls, state, asleep.traces.written, asleep.exit, (entry) => {
        times += 1;
        const later = runIn(machine, entry, cls, receiver, atom.ref, TRAIN, `later ${times}`);
        return later.finished ? later.traces : null;
      });
    }
    if (asleep.seen.size === 0 && !idles) continue;
    const awake = runIn(machine, state, cls, receiver, atom.ref, TRAIN, 'awake');
    for (const draw of asleep.seen) if (draw.inverted !== false) draw.inverted = awake.finished && !awake.seen.has(draw);
  }
}

interface Ran {
  readonly seen: ReadonlySet<DrawObservation>;
  readonly traces: Traces;
  readonly exit: State | null;
  readonly finished: boolean;
}

/** `name` tells apart the contexts of several runs, whose results are not to be taken for one another's. */
function runIn(machine: Machine, state: State, cls: ProjectClass, receiver: AbstractObject, ref: FuncRef, modes: ModeSet, name: string): Ran {
  const context = machine.rootContext(ref, `probe ${cls.definition.id} ${name}`);
  const [seen, traces] = [new Set<DrawObservation>(), noTraces()];
  const entry = state.clone();
  entry.grad = GRAD_ENABLED;
  eachInTree(entry, receiver, true, (object) => entry.update(object, { modes }));
  bindUnknown(machine, entry, ref.func, receiver, true);
  machine.probe = { owner: cls, receiver, context, seen, awake: modes === TRAIN, options: null, traces };
  const run = runFunction(machine, { context, receiver, early: false }, ref.func, entry);
  machine.probe = null;
  return { seen, traces, exit: run.exit, finished: run.exit !== null && !machine.exhausted };
}
