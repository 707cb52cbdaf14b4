// What a run of a function came to, for another call of it in the same calling context.
//
// A run depends on the state that it started from, as far as its footprint goes, and on its ambience: for whom things are noted while it runs.
import type { ModeSetting } from '../domains/heap.ts';
import type { AbstractObject } from '../domains/object.ts';
import type { State } from '../domains/state.ts';
import type { Captured, Value } from '../domains/value.ts';
import type { Probe } from './activation.ts';
import type { Footprint } from './footprint.ts';
import type { VisitRecord } from './left-behind.ts';
import type { Machine } from './machine.ts';
import type { Noted } from './notes.ts';
import type { Cut, ForwardObservation, LeafRun } from './observation.ts';
import type { PartCall } from './part-calls.ts';
import type { Renamed } from './renaming.ts';

/** What a run depends on beside the state: for whom things are noted. */
export interface Ambience {
  readonly observation: ForwardObservation | null;
  readonly path: string;
  readonly cutAt: Cut | undefined;
  readonly part: PartCall | undefined;
  readonly isVisit: boolean;
  readonly probe: Probe | null;
  readonly isTraining: boolean;
  readonly constructsParts: boolean;
}

export interface Kept {
  readonly entry: State;
  /** What of `entry` it depends on; null for all of it. */
  readonly footprint: Footprint | null;
  readonly ambience: Ambience;
  readonly captured: Captured | undefined;
  readonly receiver: AbstractObject | null;
  /** The networks of `Handed` that it ran with, and what it has switched for that reason. */
  readonly handed: ReadonlySet<AbstractObject> | undefined;
  readonly used: readonly AbstractObject[];
  /** Whether all throws were told, or only those that are written down as such. */
  readonly catching: boolean;
  readonly exit: State | null;
  readonly thrown: State | null;
  readonly result: Value;
  /** What it has renamed of what there was before. */
  readonly renamed: Renamed;
  readonly visits: readonly VisitRecord[];
  /** Layers that it reached for the forward call that was running. */
  readonly leaves: readonly LeafRun[];
  readonly noted: Noted;
}

export function ambienceOf({ running, visit, probe, trainingCalls, constructsParts }: Machine): Ambience {
  return { observation: running?.observation ?? null, path: running?.path ?? '', cutAt: running?.cutAt, part: running?.part, isVisit: visit !== null, probe, isTraining: trainingCalls !== null, constructsParts };
}

/** Holds if what runs now would be noted for the same as then. */
export function sameAmbience(known: Ambience, machine: Machine): boolean {
  return known.observation === (machine.running?.observation ?? null) && known.path === (machine.running?.path ?? '') && known.cutAt?.call.span === machine.running?.cutAt?.call.span && known.part === machine.running?.part && known.isVisit === (machine.visit !== null) && known.probe === machine.probe && !known.isTraining && machine.trainingCalls === null && known.constructsParts === machine.constructsParts;
}

/** Holds if the modes of two objects were set in the same places. */
export function sameSettings(one: readonly ModeSetting[], other: readonly ModeSetting[]): boolean {
  return one === other || (one.length === other.length && one.every((x, at) => {
    const y = other[at]!;
    return x === y || (x.site.span === y.site.span && x.site.file === y.site.file && x.mode === y.mode && x.how === y.how && x.selective === y.selective && x.woke === y.woke);
  }));
}
