// What goes along with a run of a function: its arguments, its frame, and what is being followed or probed meanwhile.
import type { State } from '../domains/state.ts';
import type { AbstractObject, ProjectClass } from '../domains/object.ts';
import type { Captured, Value } from '../domains/value.ts';
import type { Arg } from '../ir/ir.ts';
import type { OptionFamily } from '../libraries/schema.ts';
import type { Context } from './context.ts';
import type { Handed } from './focus.ts';
import type { Cut, DrawObservation, ForwardObservation } from './observation.ts';
import type { PartCall } from './part-calls.ts';
import type { Traces } from './switched-off.ts';

/** Arguments of a call after evaluation. `more` is what `*args`, `**kwargs` or unknown callers may add, or null. */
export interface ArgValues {
  readonly positional: readonly Value[];
  readonly keywords: ReadonlyMap<string, Value>;
  readonly more: Value | null;
  /** The arguments as written, for edits. */
  readonly written: readonly Arg[];
}

export const NO_ARGS: ArgValues = { positional: [], keywords: new Map(), more: null, written: [] };

/** One activation of a function. */
export interface Frame {
  readonly context: Context;
  /** Bound receiver, for `super`. */
  readonly receiver: AbstractObject | null;
  /** Holds while an object is being constructed, or the module's own statements run. */
  readonly early: boolean;
  /** Set while a generator function runs as a context manager, or in steps. */
  readonly managed?: Managed | Resumed;
  /** Functions that this activation was given as arguments, or that the function's value has taken with it. */
  readonly captured?: Captured;
  /** Networks that the caller goes on with through one variable alone. */
  readonly handed?: Handed;
  /** Who called, and the state of its own names then; left out for a root. */
  readonly caller?: { readonly frame: Frame; readonly state: State };
}

/**
 * A context manager that is a generator function. `enter`: control leaves at the `yield`. `exit`: the function runs once more from where it
 * was entered, and the `yield` leaves what `body`, the state at the end of the `with` block, says; it throws if the block did.
 */
export type Managed = { readonly phase: 'enter' } | { readonly phase: 'exit'; readonly body: State; readonly how: 'normal' | 'exception' };

/** A generator that goes on from where it stopped: `passed` are the states in which the yields that it has behind it are left. */
export interface Resumed {
  readonly phase: 'resume';
  /** The contexts of its steps: that of the code before the first yield, and so on. */
  readonly contexts: readonly Context[];
  readonly passed: readonly State[];
  /** Holds if it may have stopped at any of its yields; `passed` is then the one state in which it goes on. */
  readonly isAny: boolean;
  readonly then: 'step' | 'rest' | 'raise';
  /** Holds if the end of the generator throws where a step was asked for. */
  readonly throwsAtEnd: boolean;
  /** Holds in turns with the body of a loop, which knows whether it has begun. */
  readonly inTurns?: true;
  /** The state in which a step may have come to the end; null if none did. */
  over: State | null;
  /** Set if a step may have come to a yield. */
  stopped: boolean;
}

/**
 * The forward call that is being followed. `path` leads from its module to the one whose `forward` runs now; `cutAt` is the call within it from which on
 * nothing is recorded, though the whole call is.
 */
export interface RunningForward {
  readonly observation: ForwardObservation;
  readonly path: string;
  readonly cutAt?: Cut | undefined;
  /** The innermost call of a part whose output is followed by itself. */
  readonly part?: PartCall | undefined;
}

/** A `forward` that is run with its module in evaluation mode, to see what is still random. */
export interface Probe {
  readonly owner: ProjectClass;
  readonly receiver: AbstractObject;
  /** Where the run of the `forward` begins: what is made from there on is made anew in each call. */
  readonly context: Context;
  /** Draws that were seen. */
  readonly seen: Set<DrawObservation>;
  /** The options that a layer is called with, where the mode is one of them. */
  readonly options: { readonly object: AbstractObject; readonly family: OptionFamily } | null;
  /** Set while the `forward` is run once more in training mode: which of the draws are made then, too. */
  readonly awake: boolean;
  /** What it sets, and what is active in it. */
  readonly traces: Traces;
}
