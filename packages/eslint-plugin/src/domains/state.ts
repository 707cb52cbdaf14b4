// The state of the analysis at one point: the product of variables, heap and gradient mode. `cells` are the variables that
// outlive a call (module level, captured); `locals` and `temps` belong to the function that is being run.
import { withAttribute } from './attributes.ts';
import { SharedMap, TouchLog, type Key } from './shared-map.ts';
import type { Temp, Variable } from '../ir/ir.ts';
import type { GradSet, GradScopeEffect } from './grad.ts';
import { joinObjects, joinSettings, NEW_OBJECT, type Heap, type ModeSetting, type ObjectState, type ObjectTraits } from './heap.ts';
import type { ModeSet } from './mode.ts';
import type { AbstractObject, Site } from './object.ts';
import { PathFacts } from './path-facts.ts';
import { joinValues, NOTHING, type Value } from './value.ts';

/** A `with` that is open: what to put back at its exit. */
export interface OpenScope {
  readonly grad: GradSet;
  readonly gradSites: readonly Site[];
  /** The gradient scope that was entered, if it is certainly one. */
  readonly effect?: GradScopeEffect;
  /** Where the code inside has waited, if it did. */
  readonly awaited?: Site;
}

/** A mode that asynchronous code has set, and what relies on it until it is set again. */
export interface Relied {
  readonly setting: ModeSetting;
  /** The calling context that set it. */
  readonly by: object;
  /** Where that code waited since, if it did. */
  readonly awaited: Site | null;
}

/** A branch whose test is a stale copy of the mode; `side` tells its two ways apart, so that a join forgets it. */
export interface StaleGuard {
  readonly test: Value;
  readonly block: number;
  readonly side: boolean;
}

const NO_SCOPES: ReadonlyMap<number, OpenScope> = new Map();

export class State {
  declare cells: SharedMap<Variable, Value>;
  declare locals: SharedMap<Variable, Value>;
  declare temps: SharedMap<Temp, Value>;
  declare heap: Heap;
  declare grad: GradSet;
  declare gradSites: readonly Site[];
  declare scopes: ReadonlyMap<number, OpenScope>;
  declare staleGuards: readonly StaleGuard[];
  /** Forward calls through which the last backward pass ran: the next step of an optimiser uses their gradients. */
  declare differentiated: readonly number[];
  /** Modes that asynchronous code has set, by the module that it set. */
  declare relied: SharedMap<AbstractObject, Relied>;
  /** All objects that code out of sight got hold of at some point of the program; one set for all states of it. */
  declare readonly escapees: Set<AbstractObject>;
  /** Facts about the path through the function that runs. */
  declare facts: PathFacts;

  private constructor(parts: Pick<State, 'cells' | 'locals' | 'temps' | 'heap' | 'grad' | 'gradSites' | 'scopes' | 'staleGuards' | 'differentiated' | 'relied' | 'escapees' | 'facts'>) {
    this.cells = parts.cells;
    this.locals = parts.locals;
    this.temps = parts.temps;
    this.heap = parts.heap;
    this.grad = parts.grad;
    this.gradSites = parts.gradSites;
    this.scopes = parts.scopes;
    this.staleGuards = parts.staleGuards;
    this.differentiated = parts.differentiated;
    this.relied = parts.relied;
    this.escapees = parts.escapees;
    this.facts = parts.facts;
  }

  static initial(grad: GradSet): State {
    return new State({ cells: new SharedMap(new TouchLog()), locals: new SharedMap(), temps: new SharedMap(), heap: new SharedMap(new TouchLog()), grad, gradSites: [], scopes: NO_SCOPES, staleGuards: [], differentiated: [], relied: new SharedMap(), escapees: new Set(), facts: PathFacts.none });
  }

  /** @param temps which it has in place of its own */
  clone(temps = this.temps): State {
    const { cells, locals, heap, grad, gradSites, scopes, staleGuards, differentiated, relied, escapees, facts } = this;
    return new State({ cells: cells.clone(), locals: locals.clone(), temps: temps === this.temps ? temps.clone() : temps, heap: heap.clone(), grad, gradSites, scopes, staleGuards, differentiated, relied: relied.clone(), escapees, facts });
  }

  /** What a called function starts from: everything but this function's own names. */
  forCallee(): State {
    const { cells, heap, grad, gradSites, staleGuards, differentiated, relied, escapees } = this;
    return new State({ cells: cells.clone(), locals: new SharedMap(), temps: new SharedMap(), heap: heap.clone(), grad, gradSites, scopes: NO_SCOPES, staleGuards, differentiated, relied: relied.clone(), escapees, facts: PathFacts.none });
  }

  /** Takes over what a call left behind. */
  adopt(after: State): void {
    this.cells = after.cells.clone();
    this.heap = after.heap.clone();
    this.grad = after.grad;
    this.gradSites = after.gradSites;
    this.differentiated = after.differentiated;
    this.relied = after.relied.clone();
  }

  /** Holds if `later`, which this state became, certainly says the same but for temps: neither has been written to since. */
  isUnchangedIn(later: State): boolean {
    return (
      this.heap.isSameAs(later.heap) &&
      this.cells.isSameAs(later.cells) &&
      this.locals.isSameAs(later.locals) &&
      this.relied.isSameAs(later.relied) &&
      this.grad === later.grad &&
      this.gradSites === later.gradSites &&
      this.scopes === later.scopes &&
      this.staleGuards === later.staleGuards &&
      this.differentiated === later.differentiated &&
      this.facts === later.facts
    );
  }

  /** Joins `from` into this state; holds if this grew. */
  joinFrom(from: State): boolean {
    let grew = joinMap(this.cells, from.cells);
    grew = joinMap(this.locals, from.locals) || grew;
    grew = joinMap(this.temps, from.temps) || grew;
    if (!this.heap.isSameAs(from.heap)) for (const { key: object, value: state } of from.heap.entriesUnlike(this.heap)) {
      const known = this.heap.get(object);
      const joined = known === undefined ? state : joinObjects(known, state);
      if (joined === known) continue;
      this.heap.set(object, joined);
      grew = true;
    }
    if ((this.grad | from.grad) !== this.grad) {
      this.grad |= from.grad;
      grew = true;
    }
    if (from.gradSites.some((site) => !this.gradSites.includes(site)) && this.gradSites.length < 6) {
      this.gradSites = [...new Set([...this.gradSites, ...from.gradSites])];
      grew = true;
    }
    for (const [scope, open] of from.scopes) {
      const known = this.scopes.get(scope);
      if (known === undefined || (known.grad | open.grad) !== known.grad || (known.awaited === undefined && open.awaited !== undefined)) {
        const scopes = new Map(this.scopes);
        scopes.set(scope, { ...known, ...open, grad: (known?.grad ?? 0) | open.grad });
        this.scopes = scopes;
        grew = true;
      }
    }
    if (from.differentiated.some((number) => !this.differentiated.includes(number))) {
      this.differentiated = [...new Set([...this.differentiated, ...from.differentiated])].sort((a, b) => a - b);
      grew = true;
    }
    if (!this.relied.isSameAs(from.relied)) for (const { key: object, value: relied } of from.relied.entriesUnlike(this.relied)) {
      const known = this.relied.get(object);
      if (known !== undefined && (known.awaited !== null || relied.awaited === null)) continue;
      this.relied.set(object, relied);
      grew = true;
    }
    // Guards hold only if they hold on every way here; losing one is growth.
    const kept = this.staleGuards.filter((guard) => from.staleGuards.some((other) => other.block === guard.block && other.side === guard.side && other.test === guard.test));
    if (kept.length !== this.staleGuards.length) {
      this.staleGuards = kept;
      grew = true;
    }
    return grew;
  }

  get(temp: Temp): Value {
    return this.temps.get(temp) ?? NOTHING;
  }

  set(temp: Temp, value: Value): void {
    this.temps.set(temp, value);
  }

  object(object: AbstractObject): ObjectState {
    return this.heap.get(object) ?? NEW_OBJECT;
  }

  update(object: AbstractObject, change: Partial<ObjectTraits>): void {
    this.heap.set(object, this.object(object).with(change));
  }

  attr(object: AbstractObject, name: string): Value | undefined {
    return this.object(object).attrs.get(name);
  }

  /** Sets an attribute; `strong` replaces the old value, otherwise the new one is joined to it. */
  setAttr(object: AbstractObject, name: string, value: Value, strong: boolean): void {
    const state = this.object(object);
    const old = state.attrs.get(name);
    const next = strong && !state.many ? value : joinValues(old ?? NOTHING, value);
    if (next === old) return;
    this.heap.set(object, state.with({ attrs: withAttribute(state.attrs, name, next) }));
  }

  /** Sets the flag of one object, not of its children. */
  setMode(object: AbstractObject, modes: ModeSet, setting: ModeSetting, strong: boolean): void {
    const state = this.object(object);
    this.heap.set(object, state.with({ modes: strong ? modes : state.modes | modes, settings: strong ? [setting] : joinSettings(state.settings, [setting]), slept: null }));
  }
}

function joinMap<K extends Key>(into: SharedMap<K, Value>, from: SharedMap<K, Value>): boolean {
  if (into.isSameAs(from)) return false;
  let grew = false;
  for (const { key, value } of from.entriesUnlike(into)) {
    const known = into.get(key);
    const joined = known === undefined ? value : joinValues(known, value);
    if (joined === known) continue;
    into.set(key, joined);
    grew = true;
  }
  return grew;
}
