// What a run leaves with the machine beside the state, written down so that it can be left there once more: by a result that is used again in its own calling
// context (`kept-run.ts`), or under other names in another (`elsewhere.ts`).
//
// An object gets its name as a part, or comes into a set of the machine. Inside of a forward call the layers that it reaches, the parameters that take part and code out of sight are
// noted for it: the blocks of a network are run once for each kind of block, though each has layers of its own.
//
// Guarantees: what is noted is what running once more would note. Refuses (`mayNoteAgain`): parts that go by other names there than here, containers that are being run, gradients that are cut off
// in the one call and not in the other, and parts of calls that are followed by themselves (`part-calls.ts`).
//
// Worked example, `for block in self.blocks: x = block(x)` with blocks that are made alike: the second is not run. Its layers are noted as those of the first were, with its own places, and
// with what has set its own modes.
import { isOff } from '../domains/grad.ts';
import type { ModeSetting } from '../domains/heap.ts';
import type { AbstractObject } from '../domains/object.ts';
import { addLeaf, joinPath, noteParameter } from './forward.ts';
import type { Ambience } from './kept-run.ts';
import type { Machine } from './machine.ts';
import type { LeafRun } from './observation.ts';

/** One thing that was noted for the forward call that ran. */
type ForwardNote =
  /** A module was called that is registered under this name. */
  | { readonly kind: 'called'; readonly object: AbstractObject; readonly name: string }
  /** `object` is the layer, or the module whose flag was used. */
  | { readonly kind: 'leaf'; readonly object: AbstractObject; readonly leaf: LeafRun }
  | { readonly kind: 'parameter'; readonly object: AbstractObject; readonly learns: boolean }
  | { readonly kind: 'opaque'; readonly mayLearn: boolean };

export type Note =
  | { readonly kind: 'registered'; readonly object: AbstractObject; readonly name: string }
  | { readonly kind: 'added'; readonly object: AbstractObject; readonly into: Set<AbstractObject> }
  | ForwardNote
  /** All that a run inside of it noted. */
  | { readonly kind: 'run'; readonly notes: readonly Note[]; readonly isInForward: boolean };

/** What a run has noted. */
export interface Noted {
  /** Empty if something of it is true of its calling context alone. */
  readonly notes: readonly Note[];
  readonly isOwn: boolean;
  /** Holds if it would have noted more in a forward call. */
  readonly isOutside: boolean;
}

/** What had been noted before a run. */
export interface NotedBefore {
  readonly own: number;
  readonly unseen: number;
  readonly notes: number;
}

export function notedSoFar({ ownNotes, unseenNotes, notes }: Machine): NotedBefore {
  return { own: ownNotes, unseen: unseenNotes, notes: notes.length };
}

/** What was noted since then; one note of the run around it stands for all of that. */
export function notedSince(machine: Machine, before: NotedBefore): Noted {
  const isOwn = machine.ownNotes !== before.own;
  const all = machine.notes.splice(before.notes);
  // Whoever called it is told apart from others as well, and needs none of them.
  const notes = isOwn ? [] : all;
  if (notes.length > 0) machine.notes.push({ kind: 'run', notes, isInForward: notes.some(isOfForward) });
  return { notes, isOwn, isOutside: machine.unseenNotes !== before.unseen };
}

/** Holds if nothing has been noted since then that names objects to others. */
export function namesNothing(machine: Machine, before: NotedBefore): boolean {
  return machine.ownNotes === before.own && !machine.notes.slice(before.notes).some(isOfForward);
}

/** A run is used again in its own calling context: what it noted is known there, and counts for those around it. */
export function countAgain(machine: Machine, { notes, isOwn, isOutside }: Noted): void {
  if (isOwn) machine.noteOwn();
  else if (notes.length > 0) machine.notes.push({ kind: 'run', notes, isInForward: notes.some(isOfForward) });
  if (isOutside) machine.noteUnseen();
}

function isOfForward(note: Note): boolean {
  return note.kind === 'run' ? note.isInForward : note.kind !== 'registered' && note.kind !== 'added';
}

/** Holds if what runs now is noted for a forward call in sight. */
export function isNotedForCall({ running, probe }: Machine): boolean {
  return running !== null && probe === null && running.observation.number >= 0;
}

/** Calls `visit` for each object of the notes. */
export function eachNoted(notes: readonly Note[], visit: (object: AbstractObject) => void): void {
  for (const note of notes) {
    if (note.kind === 'run') eachNoted(note.notes, visit);
    else if (note.kind !== 'opaque') visit(note.object);
  }
}

type NameOf = (object: AbstractObject) => AbstractObject;

/** Holds if the notes of a run can be made again now, with `nameOf` for the objects. */
export function mayNoteAgain(machine: Machine, notes: readonly Note[], ambience: Ambience, nameOf: NameOf): boolean {
  if (!notes.some(isOfForward)) return true;
  const { running } = machine;
  if (!isNotedForCall(machine) || ambience.part !== undefined || running!.part !== undefined || ambience.isVisit !== (machine.visit !== null)) return false;
  const isRecorded = !isOff(running!.observation.grad);
  const isSame = (note: Note): boolean => {
    switch (note.kind) {
      case 'run':
        return note.notes.every(isSame);
      case 'called':
        return (machine.registered.get(nameOf(note.object)) ?? '') === note.name && !machine.openContainers.has(nameOf(note.object));
      case 'parameter':
        return note.learns || !isRecorded;
      default:
        return true;
    }
  };
  return notes.every(isSame);
}

/**
 * Makes the notes of a run again, for what runs now.
 *
 * @param settingsOf what has set the modes of a layer that was in them when the run began
 */
export function noteAgain(machine: Machine, notes: readonly Note[], ambience: Ambience, nameOf: NameOf, settingsOf: (object: AbstractObject, noted: readonly ModeSetting[]) => readonly ModeSetting[]): void {
  for (const note of notes) {
    switch (note.kind) {
      case 'run':
        noteAgain(machine, note.notes, ambience, nameOf, settingsOf);
        break;
      case 'registered':
        machine.register(nameOf(note.object), note.name);
        break;
      case 'added':
        machine.addTo(note.into, nameOf(note.object));
        break;
      case 'called':
        noteCalled(machine, nameOf(note.object), note.name);
        break;
      case 'parameter':
        noteParameter(machine, nameOf(note.object), note.learns);
        break;
      case 'opaque':
        noteOpaque(machine, note.mayLearn);
        break;
      case 'leaf': {
        const { leaf, object } = note;
        const now = nameOf(object);
        noteReached(machine, now, { ...leaf, path: joinPath(machine.running!.path, pathInside(ambience.path, leaf.path)), constructed: leaf.constructed === object.site ? now.site : leaf.constructed, settings: settingsOf(object, leaf.settings) });
      }
    }
  }
}

/** Notes under which name a module is called inside of the forward call. */
export function noteCalled(machine: Machine, object: AbstractObject, name: string): void {
  if (isNotedForCall(machine)) machine.notes.push({ kind: 'called', object, name });
}

/** Notes that the forward call reaches a layer, or what stands for one. */
export function noteReached(machine: Machine, object: AbstractObject, leaf: LeafRun): void {
  // What is known of the first of a place grows with the others.
  if (isNotedForCall(machine)) machine.notes.push({ kind: 'leaf', object, leaf: { ...leaf } });
  addLeaf(machine, machine.running!.observation, leaf);
}

/** Part of the forward call is code that we cannot see. `mayLearn`: with parameters, for all that is known. */
export function noteOpaque(machine: Machine, mayLearn: boolean): void {
  if (machine.running === null) return;
  const { observation } = machine.running;
  observation.opaque = true;
  if (mayLearn && observation.records === 'no') observation.records = 'maybe';
  if (isNotedForCall(machine)) machine.notes.push({ kind: 'opaque', mayLearn });
}

function pathInside(path: string, whole: string): string {
  return path === '' ? whole : whole.slice(path.length + 1);
}
