// Training in an evaluation mode that an evaluation left behind: what a forward call must show for that.
//
// A mode that holds on some paths only is told path by path: the first round of a loop trains as it should, the second in the mode that the
// validation of the first has set. A visit of a call counts for the path (through all functions that are running) on which it is made, and a path
// counts only if all its visits agree: an early visit may not have seen every way there yet. Inference in training mode is told by the rounds of a loop
// alike: the first round finds a network that the validation at its end has not switched yet.
import { ENTRY_MODE, EVAL, TRAIN, type ModeSet } from '../domains/mode.ts';
import type { ModeSetting } from '../domains/heap.ts';
import type { AbstractObject } from '../domains/object.ts';
import type { State } from '../domains/state.ts';
import type { Value } from '../domains/value.ts';
import type { Instr } from '../ir/ir.ts';
import type { Frame } from './activation.ts';
import { DOUBTED } from './conditions.ts';
import type { Machine } from './machine.ts';
import type { ForwardObservation, LeafRun, Woken } from './observation.ts';
import { eachInTree } from './set-mode.ts';

/** Two calls, one of which was the last word on the mode of a network. */
export interface Either {
  readonly asleep: ModeSetting;
  readonly awake: ModeSetting;
}

/** One visit of a forward call: the layers that it reached, and what put them into their mode. */
export class Visit {
  readonly leaves: LeafRun[] = [];
  #setting: ModeSetting | null = null;
  #asleep = true;
  #woken: Woken | null = null;
  #either: Either | null | undefined;

  note(leaf: LeafRun): void {
    this.leaves.push(leaf);
    if (leaf.sensitivity === 'yes') this.#noteEither(leaf);
    const awake = leaf.modes === TRAIN && leaf.sensitivity === 'yes' ? leaf.settings.find(({ woke }) => woke !== undefined && (woke.how === 'restored' || leaf.isFrozen)) : undefined;
    if (awake !== undefined) this.#woken ??= { setting: awake, leaf };
    const setting = leaf.settings.find((item) => item.mode === EVAL);
    if (leaf.modes !== EVAL || setting === undefined || (setting.how !== 'called' && setting.how !== 'scope')) this.#asleep = false;
    // One that was put to sleep by itself is meant to be, and says nothing of the others.
    else if (leaf.sensitivity === 'yes' && !setting.selective) this.#setting ??= setting;
  }

  /** What put every layer that matters into evaluation mode, a network as a whole; null if that is not certain. */
  get setting(): ModeSetting | null {
    return this.#asleep ? this.#setting : null;
  }

  /** A layer that was woken with the rest of its network, though it had been put to sleep by itself. */
  get woken(): Woken | null {
    return this.#woken;
  }

  /** What put every layer that matters into the one mode or the other, if there is one call for each. */
  get either(): Either | null {
    return this.#either ?? null;
  }

  #noteEither({ modes, settings }: LeafRun): void {
    const [asleep, awake] = [EVAL, TRAIN].map((mode) => settings.find((setting) => setting.mode === mode && setting.how === 'called' && !setting.selective));
    const found = modes === (EVAL | TRAIN) && settings.length === 2 && asleep !== undefined && awake !== undefined ? { asleep, awake } : null;
    if (this.#either === undefined) this.#either = found;
    else if (this.#either !== null && (found === null || found.asleep !== this.#either.asleep || found.awake !== this.#either.awake)) this.#either = null;
  }

  /** Settings to evaluation mode that some layer may be in, made on a network as a whole. */
  get drowsy(): readonly ModeSetting[] {
    return this.leaves.filter((leaf) => (leaf.modes & EVAL) !== 0).flatMap((leaf) => leaf.settings.filter((setting) => setting.mode === EVAL && !setting.selective && setting.how === 'called'));
  }

  /** Layers that are certainly in training mode. */
  get awake(): readonly LeafRun[] {
    return this.leaves.filter((leaf) => leaf.modes === TRAIN && leaf.sensitivity === 'yes');
  }
}

/** A visit as it is kept with the result of a function: its path from there. */
export interface VisitRecord {
  readonly observation: ForwardObservation;
  readonly path: string;
  readonly setting: ModeSetting | null;
  readonly woken: Woken | null;
  readonly awake: readonly LeafRun[];
  readonly either: Either | null;
  readonly drowsy: readonly ModeSetting[];
}

export function recordVisit(machine: Machine, observation: ForwardObservation, path: string, { setting, woken, awake, either, drowsy }: Pick<VisitRecord, 'setting' | 'woken' | 'awake' | 'either' | 'drowsy'>): void {
  machine.visits.push({ observation, path, setting, woken, awake, either, drowsy });
  if (drowsy.length > 0) observation.drowsy.set(path, new Set([...(observation.drowsy.get(path) ?? []), ...drowsy]));
  if (either !== null) observation.eitherOn.set(path, either);
  const awakeBefore = observation.awakeOn.get(path);
  if (awakeBefore === undefined || awakeBefore.length > 0) observation.awakeOn.set(path, awake);
  if (woken !== null) observation.wokenOn.set(path, woken);
  const known = observation.asleep.get(path);
  observation.asleep.set(path, known === undefined || setting === null ? setting : known);
}

/** A kept result stands for the visits that made it, on the path on which it is used again. */
export function replayVisits(machine: Machine, visits: readonly VisitRecord[]): void {
  // Two ways through each of many functions that call one another double them from one to the next.
  machine.budget.steps += visits.length >>> 2;
  if (machine.exhausted) return;
  for (const visit of visits) recordVisit(machine, visit.observation, machine.path + visit.path, visit);
}

/** When all is seen: which calls train in evaluation mode, and whether an evaluation was made in it before. */
export function noteLeftBehind(machine: Machine): void {
  const evaluated = new Set<string>([...machine.evaluatedInside].map(keyOf));
  for (const observation of machine.forwards) {
    if (!observation.uses.has('read') || observation.uses.has('trained')) continue;
    for (const leaf of observation.leaves.values()) for (const setting of leaf.settings) if (setting.mode === EVAL) evaluated.add(keyOf(setting));
  }
  for (const observation of machine.forwards) {
    // Which side of a test a path takes, somebody has decided; a loop comes to its rounds by itself.
    observation.awakeInRound = !observation.inEachRound ? [] : [...observation.awakeOn].find(([path, leaves]) => leaves.length > 0 && !/[: ]v\d/.test(path))?.[1] ?? [];
    if (!observation.uses.has('trained') || !machine.stepped.has(observation.number) || ![...observation.parameters].some((object) => machine.optimized.has(object))) continue;
    const woken = [...observation.wokenOn.values()];
    observation.woken = woken.find(({ setting }) => setting.woke?.how === 'restored') ?? woken[0] ?? null;
    // A path that ends in no backward pass (`if phase == 'train': loss.backward()`) is no training.
    const isTrained = (path: string): boolean => [...observation.trainedOn].some((other) => mayBeOne(path, other));
    const [, sure] = [...observation.asleep].find(([path, setting]) => setting !== null && !isDoubted(path) && evaluated.has(keyOf(setting)) && isTrained(path)) ?? [];
    const perhaps = sure ?? [...observation.drowsy].filter(([path]) => isTrained(path)).flatMap(([, settings]) => [...settings]).find((setting) => evaluated.has(keyOf(setting)));
    if (perhaps !== undefined && perhaps !== null) observation.leftBehind = { setting: perhaps, certain: sure !== undefined && (observation.inEachRound || [...observation.asleep.values()].every((setting) => setting !== null)) };
  }
}

/** Holds for a path on which a loop that sets modes has no round, for all that is known. */
function isDoubted(path: string): boolean {
  return new RegExp(`[: ]s\\d+=${DOUBTED}(?![^/ ])`).test(path);
}

/** Holds unless a test or a round of some function is another one on the one path than on the other. */
function mayBeOne(path: string, other: string): boolean {
  if (path === other) return true;
  const facts = new Map(factsOf(other));
  return factsOf(path).every(([name, value]) => (facts.get(name) ?? value) === value);
}

/** What a path says, by function and fact. */
function factsOf(path: string): readonly (readonly [string, string])[] {
  return path.split('/').flatMap((part) => {
    const [func, ...rest] = part.split(':');
    const facts = rest.join(':');
    return facts.split(' ').map((fact): [string, string] => [`${func} ${fact.slice(0, fact.lastIndexOf('='))}`, fact.slice(fact.lastIndexOf('=') + 1)]);
  });
}

function keyOf({ site }: ModeSetting): string {
  return `${site.file}:${site.span.start}`;
}

/**
 * `model.training = was` with a flag of the same module that was read before, or `model.training = True` after `eval()`: it puts back the flag of one
 * module, and not those below it, which the `eval()` has changed as well.
 *
 * @returns whether it is one
 */
export function noteShallowRestore(machine: Machine, frame: Frame, state: State, root: AbstractObject, modes: ModeSet, value: Value, instr: Instr): boolean {
  const [flag] = value.atoms;
  const isOwn = value.atoms.length === 1 && flag?.kind === 'flag' && flag.object === root;
  if ((modes & (TRAIN | ENTRY_MODE)) === 0 || (!isOwn && (modes !== TRAIN || state.object(root).modes !== EVAL))) return false;
  const { setting, sensitive } = asleepBelow(state, root);
  if (setting !== null && sensitive.length > 0) {
    const site = machine.site(instr.span);
    if (!machine.shallowRestores.some((known) => known.root === root && known.site.span === site.span)) machine.shallowRestores.push({ where: frame.context.ref, site, root, setting, certain: modes === TRAIN });
  }
  return setting !== null;
}

/** Parts that a call on the whole network has put to sleep, and that call. */
function asleepBelow(state: State, root: AbstractObject): { readonly setting: ModeSetting | null; readonly sensitive: readonly AbstractObject[] } {
  const sensitive: AbstractObject[] = [];
  let setting: ModeSetting | null = null;
  eachInTree(state, root, true, (object, strong) => {
    const known = state.object(object);
    const by = known.settings[0];
    if (object === root || !strong || known.modes !== EVAL || by === undefined || by.selective || by.how !== 'called') return;
    setting = by;
    if (object.library?.sensitive === 'yes' && object.inert === 'no') sensitive.push(object);
  });
  return { setting, sensitive };
}

/** Tells the flags that were put back on a network alone, and whose parts are still asleep in `state`: whoever goes on to put back every part leaves none. */
export function noteShallowRestores(machine: Machine, state: State): void {
  for (const { where, site, root, setting, certain } of machine.shallowRestores) {
    if (!state.heap.has(root) || !state.object(root).settings.some((known) => known.how === 'assigned' && known.site.span === site.span)) continue;
    const left = asleepBelow(state, root);
    if (left.setting?.site.span === setting.site.span && left.sensitive.length > 0) machine.noteRestore(where, site, root, left.sensitive, setting, certain);
  }
}
