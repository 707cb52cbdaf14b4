// One state as lines that a person can read: the gradient mode, the open scopes, and every variable that the function speaks of and of which something is
// known, with the networks that it leads to, their modes and where these were set. Parts of a network have a line of their own only where they
// are in another mode than it, are frozen, or keep running statistics.
//
// Example: `model = Net@12:11 {eval}, set at 20:5` and below it `model.bn = nn.BatchNorm1d@5:19 {train}, made at 5:19; statistics fresh`.
import { CALIBRATED, FRESH, FROZEN, type ObjectState } from '../domains/heap.ts';
import { gradLattice } from '../domains/grad.ts';
import { modeLattice } from '../domains/mode.ts';
import type { AbstractObject } from '../domains/object.ts';
import type { State } from '../domains/state.ts';
import { objectsOf, type Value } from '../domains/value.ts';
import type { Func, Variable } from '../ir/ir.ts';
import type { Places } from './places.ts';

/** Attributes are followed so far from a variable. */
const MAX_DEPTH = 4;
/** So many parts of one object are named. */
const MAX_PARTS = 16;

/** Lines by what they are about, in the order in which they are shown. */
export type StateLines = ReadonlyMap<string, string>;

export function showState(state: State, func: Func, places: Places): StateLines {
  const lines = new Map<string, string>();
  const sites = state.gradSites.map((site) => places.at(site));
  lines.set('gradients', `${gradLattice.format(state.grad)}${sites.length === 0 ? '' : `, set at ${sites.join(', ')}`}`);
  for (const [scope, open] of state.scopes) lines.set(`scope#${scope}`, `${open.effect?.path ?? 'a manager'}, before it ${gradLattice.format(open.grad)}`);
  for (const variable of variablesOf(func)) {
    const value = valueOf(state, variable);
    if (value === undefined) continue;
    const text = places.value(value);
    if (text !== '') showValue(state, variable.name, value, text, places, lines);
  }
  return lines;
}

/** What `name`, a variable with attributes (`self.net.encoder`), leads to; null if the function knows no such variable. */
export function showName(state: State, func: Func, name: string, places: Places): StateLines | null {
  const [first, ...attributes] = name.split('.');
  const variable = variablesOf(func).find((item) => item.name === first);
  if (variable === undefined) return null;
  let values: readonly Value[] = [valueOf(state, variable)].flatMap((value) => value ?? []);
  for (const attribute of attributes) values = values.flatMap(objectsOf).flatMap((object) => state.attr(object, attribute) ?? []);
  const lines = new Map<string, string>();
  for (const value of values) showValue(state, name, value, places.value(value), places, lines);
  if (lines.size === 0) lines.set(name, 'not known');
  return lines;
}

/** The variables that `func` declares or uses, in the order in which it does. */
export function variablesOf(func: Func): readonly Variable[] {
  const found = new Set<Variable>(func.params.map((param) => param.variable));
  if (func.thisVariable !== null) found.add(func.thisVariable);
  for (const block of func.blocks) for (const instr of block.instrs) if (instr.kind === 'load' || instr.kind === 'store') found.add(instr.variable);
  return [...found].filter((variable) => variable.origin !== 'synthetic');
}

function valueOf(state: State, variable: Variable): Value | undefined {
  return state.locals.get(variable) ?? state.cells.get(variable);
}

function showValue(state: State, name: string, value: Value, text: string, places: Places, lines: Map<string, string>): void {
  const objects = objectsOf(value);
  const [only] = objects;
  const details = objects.length === 1 ? describe(state.object(only!), only!, places) : '';
  lines.set(name, `${text}${details}`);
  const seen = new Set<AbstractObject>(objects);
  if (objects.length === 1) showParts(state, name, only!, places, lines, seen, 1);
  else for (const object of objects) lines.set(`${name} if ${places.object(object)}`, describe(state.object(object), object, places).trimStart());
}

function showParts(state: State, name: string, object: AbstractObject, places: Places, lines: Map<string, string>, seen: Set<AbstractObject>, depth: number): void {
  const held = state.object(object);
  let [shown, more] = [0, 0];
  for (const [attribute, value] of held.attrs) {
    const path = attribute.startsWith('[') ? `${name}${attribute}` : `${name}.${attribute}`;
    for (const part of objectsOf(value)) {
      if (seen.has(part)) continue;
      seen.add(part);
      const here = state.object(part);
      const differs = (part.kind === 'module' || (part.kind === 'opaque' && here.modes !== 0)) && (object.kind !== 'module' || here.modes !== held.modes || here.trainable === FROZEN || part.library?.effect === 'statistics');
      if (differs && shown < MAX_PARTS) lines.set(path, `${places.object(part)}${describe(here, part, places)}`);
      if (differs) [shown, more] = shown < MAX_PARTS ? [shown + 1, more] : [shown, more + 1];
      if (depth < MAX_DEPTH) showParts(state, path, part, places, lines, seen, depth + 1);
    }
  }
  if (more > 0) lines.set(`${name}…`, `${more} more parts`);
}

/** ` {eval}, set at 20:5; frozen`, or nothing for what has no mode. */
function describe(state: ObjectState, object: AbstractObject, places: Places): string {
  // Who runs a method makes its receiver of unknown mode as a whole, also where it has none.
  const hasMode = object.kind === 'module' || (object.kind === 'opaque' && state.modes !== 0);
  if (!hasMode) return state.escaped && object.kind !== 'collection' ? '; code out of sight may hold it' : '';
  const settings = state.settings.slice(0, 3).map((setting) => `${HOW[setting.how]} at ${places.at(setting.site)}`);
  const parts = [` ${modeLattice.format(state.modes)}${settings.length === 0 ? '' : `, ${settings.join(', ')}`}`];
  if (state.trainable === FROZEN) parts.push('frozen');
  if (object.library?.effect === 'statistics') parts.push(`statistics ${state.statistics === FRESH ? 'fresh' : state.statistics === CALIBRATED ? 'calibrated' : 'unknown'}`);
  if (state.many) parts.push('may stand for several objects');
  if (state.escaped) parts.push('code out of sight may hold it');
  return parts.join('; ');
}

const HOW = { constructed: 'made', called: 'set', scope: 'set by the scope', loaded: 'loaded', assigned: 'assigned', asserted: 'asserted' } as const;
