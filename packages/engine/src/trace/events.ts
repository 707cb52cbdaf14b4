/**
 * The vocabulary of the trace: what a program did with its networks, in the order in which it did it.
 *
 * Guarantees: numbers are counted from 1 within one listening session, so that the same program gives the same events.
 * `module` identifies a module, `forward` ids identify calls and are given at entry (a root call has a smaller id than the
 * calls nested in it, though its own event comes after theirs, when its output is known).
 *
 * Worked example: `const y = model.call(x); y.argmax(1).item();` with a Dropout left in training mode gives
 * `forward {id: 2, depth: 1}`, `forward {id: 1, depth: 0, graph: true, leaves: [{path: 'drop', training: true}]}`,
 * `read {via: 'argmax', forwards: [1]}`, `read {via: 'item', forwards: [1]}` and no `backward` that names 1: inference in
 * training mode, with a graph recorded for nothing.
 */
import type { CallSite } from './call-site.ts';

export type GradState = 'enabled' | 'disabled' | 'inference';

/** A module was constructed, at the place of its `new`. `forward` is the root call in whose course that happened, if any. */
export interface ConstructEvent {
  readonly kind: 'construct';
  readonly module: number;
  readonly className: string;
  readonly forward: number | null;
  readonly site: CallSite | null;
}

/**
 * A mode was set: once for the outermost `train(mode)` / `eval()` call of a tree, after it has run, or for a plain
 * assignment of `training`. `changed` lists the flags that differ from before; `disagreeing` the paths of the tree
 * whose flag is not `mode` afterwards (an override kept them).
 */
export interface ModeEvent {
  readonly kind: 'mode';
  readonly module: number;
  readonly className: string;
  readonly mode: boolean;
  readonly via: 'train' | 'eval' | 'assignment';
  readonly changed: readonly { readonly path: string; readonly className: string; readonly from: boolean; readonly to: boolean }[];
  readonly disagreeing: readonly string[];
  readonly site: CallSite | null;
}

/** A module reached during a call whose computation depends on the training flag. */
export interface SensitiveLeaf {
  readonly module: number;
  readonly className: string;
  /** From the root of the call; '' is the root itself, null means that no registration leads there (train() never reaches it). */
  readonly path: string | null;
  readonly training: boolean;
  /** Known from the layer's class and configuration, or seen: the forward read `this.training`. */
  readonly because: 'layer' | 'reads-training';
}

/** `module.call(...)` returned or threw. */
export interface ForwardEvent {
  readonly kind: 'forward';
  readonly id: number;
  /** The outermost call that this one is part of; its own id for a root. */
  readonly root: number;
  /** 0 for a root call. */
  readonly depth: number;
  readonly module: number;
  readonly className: string;
  readonly path: string | null;
  readonly training: boolean;
  readonly grad: GradState;
  /** Whether an output is connected to a recorded graph. */
  readonly graph: boolean;
  /** The sensitive leaves reached by this call, nested calls included, in the order in which they finished. */
  readonly leaves: readonly SensitiveLeaf[];
  readonly threw: boolean;
  readonly site: CallSite | null;
}

/** A gradient scope was entered or left (for an asynchronous callback, when its promise settles), or refused because it was given no callback. */
export interface GradScopeEvent {
  readonly kind: 'gradScope';
  readonly phase: 'enter' | 'exit' | 'refused';
  readonly scope: 'noGrad' | 'enableGrad' | 'inferenceMode' | 'setGradEnabled';
  readonly id: number;
  readonly grad: GradState;
  readonly site: CallSite | null;
}

/** `backward()` ran, or threw because there is no graph. `forwards`: root calls through whose recorded graph the gradient flowed; `derivesFrom`: all that the loss was computed from. */
export interface BackwardEvent {
  readonly kind: 'backward';
  readonly forwards: readonly number[];
  readonly derivesFrom: readonly number[];
  readonly site: CallSite | null;
}

/**
 * An optimiser moved its parameters along the gradients of the backward passes before. `idle`: modules that were called before and own parameters
 * that it holds, require gradients and have none.
 */
export interface StepEvent {
  readonly kind: 'step';
  readonly idle: readonly number[];
  readonly site: CallSite | null;
}

/** A value left the tensor world, or an index of the best class was taken, of something derived from root calls. */
export interface ReadEvent {
  readonly kind: 'read';
  readonly via: 'item' | 'toArray' | 'toTypedArray' | 'toString' | 'argmax';
  readonly forwards: readonly number[];
  readonly site: CallSite | null;
}

/** A buffer of a module was written: by a forward in training mode, or by `loadStateDict`. */
export interface BufferEvent {
  readonly kind: 'buffer';
  readonly module: number;
  readonly className: string;
  readonly name: string;
  readonly via: 'forward' | 'load';
  readonly forward: number | null;
  readonly site: CallSite | null;
}

/** Random numbers were drawn; `module` is the innermost module being called, with its training flag. */
export interface RandomEvent {
  readonly kind: 'random';
  readonly op: string;
  readonly module: number | null;
  readonly className: string | null;
  readonly path: string | null;
  readonly training: boolean | null;
  readonly forward: number | null;
  readonly site: CallSite | null;
}

export type TraceEvent =
  | ConstructEvent
  | ModeEvent
  | ForwardEvent
  | GradScopeEvent
  | BackwardEvent
  | StepEvent
  | ReadEvent
  | BufferEvent
  | RandomEvent;
