// What the abstract objects hold at one point of the program. Object states are immutable records; an update replaces the
// record, so that a state can be copied by copying the map.
import type { Attributes } from './attributes.ts';
import type { SharedMap } from './shared-map.ts';
import type { ModeSet } from './mode.ts';
import type { AbstractObject, Site } from './object.ts';
import { joinValues, type Value } from './value.ts';

/** Whether a normalisation layer's running statistics mean anything: fresh (0 and 1), calibrated, or we cannot tell. */
export type StatisticsSet = number;
export const FRESH = 1;
export const CALIBRATED = 2;
export const UNKNOWN_STATISTICS = 4;

/** Whether parameters require gradients. */
export type TrainableSet = number;
export const TRAINABLE = 1;
export const FROZEN = 2;
export const UNKNOWN_TRAINABLE = 4;

/** Where a mode was set, and how: for the witness. */
export interface ModeSetting {
  readonly site: Site;
  readonly mode: ModeSet;
  readonly how: 'constructed' | 'called' | 'scope' | 'loaded' | 'assigned' | 'asserted';
  /** Holds if the call was made on this very layer, or on layers picked out of a tree, and not on a whole network. */
  readonly selective: boolean;
  /** Set if this part was woken with the rest of its network, though something had put it to sleep by itself before. */
  readonly woke?: Woke;
}

/** How a part that had been put into evaluation mode by itself (`frozen`) was woken with the rest of its network. One record for all that are alike: settings are compared by identity. */
export interface Woke {
  readonly frozen: ModeSetting;
  /** `restored`: by the function that had put the whole network to sleep; `frozen`: by a `train()` of the network, while none of the parameters of the part were trained. */
  readonly how: 'restored' | 'frozen';
}

/** A part that had been put into evaluation mode by itself (`frozen`) when all of its network was, in the activation `of` a function. */
export interface Slept {
  readonly of: object;
  readonly frozen: ModeSetting;
}

/** What is known of an object. */
export interface ObjectTraits {
  readonly modes: ModeSet;
  readonly settings: readonly ModeSetting[];
  readonly statistics: StatisticsSet;
  readonly trainable: TrainableSet;
  /** Attributes by name; elements of collections by `[key]`, or `[]` where the key is not known. */
  readonly attrs: Attributes;
  /** Holds if the abstract object may stand for more than one object. */
  readonly many: boolean;
  /** Holds if code that we cannot see may hold it: its attributes may have other values than those recorded. */
  readonly escaped: boolean;
  readonly slept: Slept | null;
}

/** A class and not a literal, as `Value` is. */
export class ObjectState implements ObjectTraits {
  declare readonly modes: ModeSet;
  declare readonly settings: readonly ModeSetting[];
  declare readonly statistics: StatisticsSet;
  declare readonly trainable: TrainableSet;
  declare readonly attrs: Attributes;
  declare readonly many: boolean;
  declare readonly escaped: boolean;
  declare readonly slept: Slept | null;

  constructor(modes: ModeSet, settings: readonly ModeSetting[], statistics: StatisticsSet, trainable: TrainableSet, attrs: Attributes, many: boolean, escaped: boolean, slept: Slept | null) {
    this.modes = modes;
    this.settings = settings;
    this.statistics = statistics;
    this.trainable = trainable;
    this.attrs = attrs;
    this.many = many;
    this.escaped = escaped;
    this.slept = slept;
  }

  /** The same but for what is given. */
  with({ modes = this.modes, settings = this.settings, statistics = this.statistics, trainable = this.trainable, attrs = this.attrs, many = this.many, escaped = this.escaped, slept = this.slept }: Partial<ObjectTraits>): ObjectState {
    return new ObjectState(modes, settings, statistics, trainable, attrs, many, escaped, slept);
  }
}

export const NEW_OBJECT = new ObjectState(0, [], FRESH, TRAINABLE, new Map(), false, false, null);

/** Settings beyond these are forgotten. */
export const MAX_SETTINGS = 6;

export function joinSettings(a: readonly ModeSetting[], b: readonly ModeSetting[]): readonly ModeSetting[] {
  if (a === b || b.length === 0) return a;
  const added = b.filter((setting) => !a.some((known) => known.site.span === setting.site.span && known.mode === setting.mode && known.woke === setting.woke));
  return added.length === 0 || a.length >= MAX_SETTINGS ? a : [...a, ...added].slice(0, MAX_SETTINGS);
}

/** The least upper bound; `a` itself if `b` adds nothing. */
export function joinObjects(a: ObjectState, b: ObjectState): ObjectState {
  if (a === b) return a;
  const modes = a.modes | b.modes;
  const settings = joinSettings(a.settings, b.settings);
  const statistics = a.statistics | b.statistics;
  const trainable = a.trainable | b.trainable;
  const many = a.many || b.many;
  const escaped = a.escaped || b.escaped;
  const attrs = joinAttrs(a.attrs, b.attrs);
  const slept = a.slept === b.slept ? a.slept : null;
  if (modes === a.modes && settings === a.settings && statistics === a.statistics && trainable === a.trainable && many === a.many && escaped === a.escaped && attrs === a.attrs && slept === a.slept) return a;
  return new ObjectState(modes, settings, statistics, trainable, attrs, many, escaped, slept);
}

/** What a place of a list holds on one of two ways alone has no place where they meet: it may be in the list or not. */
function joinAttrs(a: Attributes, b: Attributes): Attributes {
  if (a === b) return a;
  let result: Map<string, Value> | null = null;
  let either: Value | null = null;
  const place = (value: Value): void => void (either = either === null ? value : joinValues(either, value));
  // `forEach` makes no pair of each entry, and nothing is gone through more often.
  b.forEach((value, name) => {
    const known = a.get(name);
    if (known === undefined && isPlace(name)) {
      place(value);
      return;
    }
    const joined = known === undefined ? value : joinValues(known, value);
    if (joined !== known) (result ??= new Map(a)).set(name, joined);
  });
  a.forEach((value, name) => {
    if (!isPlace(name) || b.has(name)) return;
    place(value);
    (result ??= new Map(a)).delete(name);
  });
  if (either === null) return result ?? a;
  const rest = (result ?? a).get(elementName(null));
  const joined = rest === undefined ? either : joinValues(rest, either);
  if (joined === rest) return result ?? a;
  result ??= new Map(a);
  result.set(elementName(null), joined);
  return result;
}

/** Holds for the name of an element that has a number. */
function isPlace(name: string): boolean {
  const digit = name.charCodeAt(1);
  return name.charCodeAt(0) === 0x5b && digit >= 0x30 && digit <= 0x39;
}

/** Names of the attributes that hold collection elements. */
export function elementName(key: string | number | null): string {
  return key === null ? '[]' : key === '' ? NO_TEXT : `[${key}]`;
}

/** The name under which the element with the key `''` is kept. */
const NO_TEXT = '[""]';

/** The key of an element that has one. */
export function keyOfElement(name: string): string {
  return name === NO_TEXT ? '' : name.slice(1, -1);
}

export type Heap = SharedMap<AbstractObject, ObjectState>;
