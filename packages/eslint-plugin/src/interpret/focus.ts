// One element of a list, for the rest of a round or of a call: `for net in nets: net.eval(); score(net(x))`, `for net in nets: evaluate(net)`.
//
// Of a long list, or of one that a loop has filled, one object stands for several networks, and an `eval()` of one of them is added to what is known of all. In the round that makes the call the
// variable means one of them, and as long as nothing else leads to any, whatever is met there is that one: its mode is set for certain up to where the round is left, and
// there what was known of the others is joined to it again (the focus of Fähndrich and DeLine, "Adoption and focus: practical linear types for imperative programming", 2002).
// The same holds of a parameter for the rest of its activation. Where the caller hands on such a variable of its own, its round goes on after the call: what the callee has set stays set up to the end of that.
//
// Guarantees: what is met in the rest of the round is the network that the call has switched; behind it nothing is more certain than it was without. Looked through is what can be reached from the other variables and intermediate
// results that the rest of the round reads, from the variables of all files and those of functions that a function which is met uses, from the defaults of functions and the members of classes. What only callers lead to cannot be met before the function returns.
//
// So it is with `if sync: net = convert(net)`, which code out of sight may answer with another network: where it does, the one in sight is not met any more.
//
// Refuses: networks that lead to one another past their parts (`net.peers = nets`); receivers that are no variable of the function's own and no attribute of one, or one that functions inside of it write to, or that one of an earlier round may have kept; generators (others run between their steps);
// a list that the rest of the round reads (`nets[0](x)`).
//
// Worked example: after `nets = [make() for _ in range(5)]`, in `for net in nets: net.eval(); net(x)` the network is in evaluation mode at the call. In `for net in nets: net.eval(); nets[0](x)` it is in either.
import { joinObjects, type ObjectState } from '../domains/heap.ts';
import type { AbstractObject } from '../domains/object.ts';
import type { State } from '../domains/state.ts';
import { boundIn, joinValues, NOTHING, objectsOf, ofAtoms, type Atom, type Value } from '../domains/value.ts';
import type { Block, BlockId, Func, Instr, Temp, Variable } from '../ir/ir.ts';
import { liveAfter, liveInRound } from '../ir/liveness.ts';
import { operandsOf } from '../ir/operands.ts';
import type { Frame } from './activation.ts';
import { findMember } from './class-order.ts';
import { freeVariables } from './closures.ts';
import { assignedFromInside } from './conditions.ts';
import { setsModes } from './handed-over.ts';
import { heldByCode } from './held-by-code.ts';
import { exported } from './imports.ts';
import type { Machine } from './machine.ts';
import { eachMentioned } from './renaming.ts';
import { roundsOf } from './rounds.ts';
import { eachInTree } from './set-mode.ts';

type CallInstr = Extract<Instr, { kind: 'call' }>;

/** The place of a region that is no round of a loop: the rest of the activation. */
const ACTIVATION = -1;

/** The networks that a call is given by a variable which means one of them, and nothing else that the caller goes on with leads to any. */
export interface Handed {
  readonly call: CallInstr;
  readonly frame: Frame;
  /** By network: it and its parts. */
  readonly trees: ReadonlyMap<AbstractObject, ReadonlySet<AbstractObject>>;
  readonly all: ReadonlySet<AbstractObject>;
  /** What a callee has switched for that reason, as if it were the only one. */
  readonly used: Set<AbstractObject>;
}

/** A variable, or an attribute that is reached from it. */
interface Place {
  readonly variable: Variable;
  readonly path: readonly string[];
}

const ofFrames = new WeakMap<Frame, Focus>();
const blocksOf = new WeakMap<CallInstr, Block>();
const given = new WeakMap<CallInstr, readonly Temp[]>();

/** The elements that the loops of one activation are at. */
export class Focus {
  readonly #func: Func;
  readonly #frame: Frame;
  /** What was known, before one of them was switched, of the networks that an object stands for; by the head of the loop. */
  readonly #others = new Map<BlockId, Map<AbstractObject, ObjectState>>();
  /** The regions of calls that hand something on. */
  readonly #regions = new Map<CallInstr, BlockId>();

  constructor(frame: Frame, func: Func) {
    this.#frame = frame;
    this.#func = func;
    if (!func.isGenerator) ofFrames.set(frame, this);
  }

  /** Holds if what `instr` does to its receiver, one of the networks that `objects` stand for, is done to the only one that the rest of the round may meet. */
  take(machine: Machine, state: State, objects: readonly AbstractObject[], instr: CallInstr): boolean {
    if (instr.callee.kind !== 'method') return false;
    const place = this.#placeOf(instr.callee.object, instr);
    const tree = new Set<AbstractObject>();
    for (const object of objects) eachInTree(state, object, true, (part) => void tree.add(part));
    const region = place === null || leadToOthers(state, tree, new Set(objects)) ? null : this.#regionOf(machine, state, tree, place, instr);
    if (region === null) return false;
    this.#leaveAside(region, tree, state);
    return true;
  }

  /** What is handed on by a call of a function in sight: networks that a variable means one of. */
  hand(machine: Machine, state: State, instr: CallInstr): Handed | null {
    if (this.#func.isGenerator) return null;
    const trees = new Map<AbstractObject, ReadonlySet<AbstractObject>>();
    let region: BlockId | null = null;
    for (const temp of givenTo(instr)) {
      const value = state.get(temp);
      if (value.atoms.length === 0 || !standsForSeveral(state, value) || !maySwitch(machine, state, instr)) continue;
      const place = this.#placeOf(temp, instr);
      if (place === null) continue;
      const own = new Map<AbstractObject, Set<AbstractObject>>();
      for (const atom of value.atoms) {
        if (atom.kind !== 'object') continue;
        const tree = new Set<AbstractObject>();
        eachInTree(state, atom.object, true, (part) => void tree.add(part));
        own.set(atom.object, tree);
      }
      // What else the callee is given may lead to another of them.
      const others = operandsOf(instr).filter((other) => other !== temp && this.#placeOf(other, instr)?.variable !== place.variable);
      const all = new Set([...own.values()].flatMap((tree) => [...tree]));
      const found = leadToOthers(state, all, new Set(own.keys())) ? null : this.#regionOf(machine, state, all, place, instr, others.map((other) => state.get(other)));
      if (found === null || (region !== null && region !== found)) continue;
      region = found;
      for (const [object, tree] of own) trees.set(object, tree);
    }
    if (region === null) return null;
    this.#regions.set(instr, region);
    return { call: instr, frame: this.#frame, trees, all: new Set([...trees.values()].flatMap((tree) => [...tree])), used: new Set() };
  }

  /** After the call: what the callee has switched is switched up to the end of the round. */
  settle({ call, used }: Handed, before: State): void {
    if (used.size > 0) this.#leaveAside(this.#regions.get(call)!, used, before);
  }

  #leaveAside(region: BlockId, tree: ReadonlySet<AbstractObject>, before: State): void {
    const handed = this.#frame.handed;
    if (region === ACTIVATION && handed !== undefined && [...tree].every((part) => handed.all.has(part))) {
      for (const part of tree) handed.used.add(part);
      return;
    }
    let others = this.#others.get(region);
    if (others === undefined) this.#others.set(region, (others = new Map()));
    for (const part of tree) {
      const [known, now] = [others.get(part), before.object(part)];
      others.set(part, known === undefined ? now : joinObjects(known, now));
    }
  }

  /** Puts back what is known of the others where a way leads out of the rounds that they were left aside in; null: out of the function. */
  leave(state: State, source: BlockId | null, target: BlockId | null): void {
    if (this.#others.size === 0) return;
    const { bodies } = roundsOf(this.#func);
    for (const [head, others] of this.#others) {
      if (head === ACTIVATION ? target !== null : isWithin(bodies.get(head)!, head, source, target)) continue;
      putBack(state, others);
    }
  }

  /** Puts back what is known of the others where the function returns. */
  leaveActivation(state: State): void {
    const others = this.#others.get(ACTIVATION);
    if (others !== undefined) putBack(state, others);
  }

  /** Holds if a way from `source` to `target` leads out of a round in which something is left aside. */
  isLeft(source: BlockId, target: BlockId): boolean {
    const { bodies } = roundsOf(this.#func);
    return [...this.#others.keys()].some((head) => head !== ACTIVATION && source !== head && bodies.get(head)!.has(source) && (target === head || !bodies.get(head)!.has(target)));
  }

  /** The variable of this function that an operand of `instr` is read from, or an attribute of it: `self.net`. */
  #placeOf(temp: Temp, instr: CallInstr): Place | null {
    const { instrs } = this.#blockOf(instr);
    const at = instrs.findLastIndex((item) => (item.kind === 'load' || item.kind === 'get-attr') && item.dest === temp);
    const read = instrs[at];
    if (read?.kind === 'get-attr') {
      const holder = this.#placeOf(read.object, instr);
      return holder === null ? null : { variable: holder.variable, path: [...holder.path, read.name] };
    }
    if (read?.kind !== 'load') return null;
    const { variable } = read;
    const isOwn = variable.owner === this.#func.id && (!variable.captured || !assignedFromInside(this.#frame.context.ref.module).has(variable));
    return isOwn && !instrs.slice(at, instrs.indexOf(instr)).some((item) => item.kind === 'store' && item.variable === variable) ? { variable, path: [] } : null;
  }

  #blockOf(instr: CallInstr): Block {
    let known = blocksOf.get(instr);
    if (known === undefined) blocksOf.set(instr, (known = this.#func.blocks.find(({ instrs }) => instrs.includes(instr))!));
    return known;
  }

  /** In which round, or the activation, the variable means the only one of the networks that is met; null: in none. */
  #regionOf(machine: Machine, state: State, tree: ReadonlySet<AbstractObject>, place: Place, instr: CallInstr, given: readonly Value[] = []): BlockId | null {
    const { bodies, around } = roundsOf(this.#func);
    const block = this.#blockOf(instr).id;
    const innermost = around.get(block);
    if (innermost === block) return null;
    const isAssigned = (body: ReadonlySet<BlockId>): boolean => [...body].some((id) => this.#func.blocks[id]!.instrs.some((item) => item.kind === 'store' && item.variable === place.variable));
    const [assigning] = [...bodies].filter(([head, body]) => head !== block && body.has(block) && isAssigned(body)).sort(([, a], [, b]) => a.size - b.size);
    const regions = [assigning?.[0] ?? ACTIVATION, ...(innermost === undefined ? [] : [innermost])];
    return regions.find((region, at) => regions.indexOf(region) === at && !this.#isMetOtherwise(machine, state, tree, place, instr, region, given)) ?? null;
  }

  #usedIn(instr: Extract<Instr, { kind: 'function' }>): ReadonlySet<Variable> {
    const { module } = this.#frame.context.ref;
    return freeVariables(module, module.funcs[instr.func]!);
  }

  #isMetOtherwise(machine: Machine, state: State, sought: ReadonlySet<AbstractObject>, { variable, path }: Place, instr: CallInstr, region: BlockId, given: readonly Value[]): boolean {
    const held = new Set<AbstractObject>();
    const file = this.#frame.context.ref.module.funcs[0]!.id;
    const read = new Set<Variable>([variable]);
    let isKept = false;
    const readCell = (name: Variable): void => {
      if (read.has(name)) return;
      read.add(name);
      visit(state.cells.get(name) ?? NOTHING);
    };
    const visit = (value: Value): void => {
      eachMentioned(value, (object) => void held.add(object));
      for (const atom of value.atoms) {
        for (const name of usedBy(atom)) {
          // A function that was made in an earlier round may have kept the element of that round.
          isKept ||= name === variable;
          readCell(name);
        }
      }
    };
    const body = region === ACTIVATION ? new Set(this.#func.blocks.keys()) : roundsOf(this.#func).bodies.get(region)!;
    const live = region === ACTIVATION ? liveAfter(this.#func, instr) : liveInRound(this.#func, instr, region, body);
    if (live === null) return true;
    for (const value of given) visit(value);
    let holders = path.length === 0 ? NOTHING : ((variable.captured ? state.cells.get(variable) : state.locals.get(variable)) ?? NOTHING);
    for (const name of path) {
      const states = objectsOf(holders).map((object) => state.object(object));
      for (const { attrs } of states) for (const [other, value] of attrs) if (other !== name) visit(value);
      holders = states.reduce((joined, { attrs }) => joinValues(joined, attrs.get(name) ?? NOTHING), NOTHING);
    }
    for (const names of [state.locals, state.temps] as const) for (const [name, value] of names) if (name !== variable && live.has(name)) visit(value);
    for (const [name, value] of state.cells) if (name !== variable && (name.owner === file || live.has(name))) visit(value);
    for (const id of body) for (const item of this.#func.blocks[id]!.instrs) if (item.kind === 'function') for (const name of this.#usedIn(item)) readCell(name);
    for (const value of this.#frame.captured?.values() ?? []) visit(value);
    for (const value of heldByCode(machine)) visit(value);
    const { receiver } = this.#frame;
    if (receiver !== null && [...body].some((id) => this.#func.blocks[id]!.instrs.some((item) => item.kind === 'super'))) held.add(receiver);
    for (const object of held) {
      if (isKept || sought.has(object)) return true;
      for (const value of state.object(object).attrs.values()) visit(value);
    }
    machine.budget.steps += held.size >>> 3;
    return isKept;
  }
}

/** The receiver and the arguments of a call. */
function givenTo(instr: CallInstr): readonly Temp[] {
  let temps = given.get(instr);
  if (temps === undefined) given.set(instr, (temps = [...(instr.callee.kind === 'method' ? [instr.callee.object] : []), ...instr.args.flatMap(({ kind, value }) => (kind === 'positional' || kind === 'keyword' ? [value] : []))]));
  return temps;
}

function putBack(state: State, others: ReadonlyMap<AbstractObject, ObjectState>): void {
  for (const [object, before] of others) {
    const known = state.heap.get(object);
    if (known !== undefined) state.heap.set(object, joinObjects(known, before));
  }
}

/** Holds if networks lead to one another on a way that is none of their parts': `net.peers = nets`. */
function leadToOthers(state: State, tree: ReadonlySet<AbstractObject>, networks: ReadonlySet<AbstractObject>): boolean {
  const met = new Set<AbstractObject>();
  for (const part of tree) for (const value of state.object(part).attrs.values()) eachMentioned(value, (object) => void (tree.has(object) || met.add(object)));
  for (const object of met) {
    if (networks.has(object)) return true;
    for (const value of state.object(object).attrs.values()) eachMentioned(value, (other) => void ((!tree.has(other) || networks.has(other)) && met.add(other)));
  }
  return false;
}

/** Holds unless a way from `source` to `target` leads out of a round. */
function isWithin(body: ReadonlySet<BlockId>, head: BlockId, source: BlockId | null, target: BlockId | null): boolean {
  return source === head || (source !== null && !body.has(source)) || (target !== null && target !== head && body.has(target));
}

/** Holds if the call runs a function of the project that may set a mode. */
function maySwitch(machine: Machine, state: State, { callee }: CallInstr): boolean {
  const runs = (value: Value): boolean => value.atoms.some((atom) => (atom.kind === 'function' ? setsModes(atom.ref.module, atom.ref.func, machine.libraries) : atom.kind === 'partial' && runs(ofAtoms(atom.target))));
  if (callee.kind === 'value') return runs(state.get(callee.value));
  return state.get(callee.object).atoms.some((atom) => {
    if (atom.kind === 'namespace') return runs(exported(machine, state, atom.module, callee.name));
    const cls = atom.kind === 'class' ? atom.class : atom.kind === 'object' || atom.kind === 'super' ? atom.object.class : null;
    return cls !== null && runs(findMember(machine.order(cls), callee.name)?.entry.value ?? NOTHING);
  });
}

/** Holds if the value is one of several networks: of some in sight and perhaps one that is not, or of those that an object of the analysis stands for. */
function standsForSeveral(state: State, { atoms, unknown }: Value): boolean {
  if (!atoms.every((atom) => atom.kind === 'object' && atom.object.kind === 'module')) return false;
  return unknown || atoms.length > 1 || atoms.some((atom) => atom.kind === 'object' && state.object(atom.object).many);
}

/** The variables of functions around it that a function uses. */
function usedBy(atom: Atom): readonly Variable[] {
  if (atom.kind === 'partial') return boundIn(atom).flatMap((value) => value.atoms.flatMap(usedBy));
  if (atom.kind !== 'function') return [];
  return [...freeVariables(atom.ref.module, atom.ref.func), ...[...atom.prefix, ...(atom.ref.captured?.values() ?? [])].flatMap((value) => value.atoms.flatMap(usedBy))];
}

/** The elements that the loops of the running activation are at; null if that is a generator. */
export function focusOf(frame: Frame): Focus | null {
  return ofFrames.get(frame) ?? null;
}
