// One element of a list, for the rest of a round: `for net in nets: net.eval(); score(net(x))`.
//
// Of a long list, or of one that a loop has filled, one object stands for several networks, and an `eval()` of one of them is added to what is known of all. In the round that makes the call the
// variable means one of them, and as long as nothing else leads to any, whatever is met there is that one: its mode is set for certain up to where the round is left, and
// there what was known of the others is joined to it again (the focus of Fähndrich and DeLine, "Adoption and focus: practical linear types for imperative programming", 2002).
//
// Guarantees: what is met in the rest of the round is the network that the call has switched; behind it nothing is more certain than it was without. Looked through is what can be reached from the other variables and intermediate
// results that the rest of the round reads, from all variables that outlive a call but those of functions around that no function which is met uses, from the defaults of functions and the members of classes. What only callers lead to cannot be met before the function returns.
//
// Refuses: receivers that are no variable of the function's own, or one that functions inside of it write to, or that one of an earlier round may have kept; generators (others run between their steps); calls outside of loops;
// a list that the rest of the round reads (`nets[0](x)`).
//
// Worked example: after `nets = [make() for _ in range(5)]`, in `for net in nets: net.eval(); net(x)` the network is in evaluation mode at the call. In `for net in nets: net.eval(); nets[0](x)` it is in either.
import { joinObjects, type ObjectState } from '../domains/heap.ts';
import type { AbstractObject } from '../domains/object.ts';
import type { State } from '../domains/state.ts';
import { boundIn, NOTHING, type Atom, type Value } from '../domains/value.ts';
import type { BlockId, Func, Instr, Variable } from '../ir/ir.ts';
import { liveInRound } from '../ir/liveness.ts';
import type { Frame } from './activation.ts';
import { freeVariables } from './closures.ts';
import type { Machine } from './machine.ts';
import { eachMentioned } from './renaming.ts';
import { roundsOf } from './rounds.ts';
import { eachInTree } from './set-mode.ts';

type CallInstr = Extract<Instr, { kind: 'call' }>;

const ofFrames = new WeakMap<Frame, Focus>();
const setAlone = new WeakMap<Variable, boolean>();

/** The elements that the loops of one activation are at. */
export class Focus {
  readonly #func: Func;
  readonly #frame: Frame;
  /** What was known, before one of them was switched, of the networks that an object stands for; by the head of the loop. */
  readonly #others = new Map<BlockId, Map<AbstractObject, ObjectState>>();

  constructor(frame: Frame, func: Func) {
    this.#frame = frame;
    this.#func = func;
    if (!func.isGenerator) ofFrames.set(frame, this);
  }

  /** Holds if what `instr` does to its receiver, one of the networks that `objects` stand for, is done to the only one that the rest of the round may meet. */
  take(machine: Machine, state: State, objects: readonly AbstractObject[], instr: CallInstr): boolean {
    const found = this.#receiverOf(instr);
    if (found === null) return false;
    const { variable, head } = found;
    const tree = new Set<AbstractObject>();
    for (const object of objects) eachInTree(state, object, true, (part) => void tree.add(part));
    if (this.#isMetOtherwise(machine, state, tree, variable, instr, head)) return false;
    let others = this.#others.get(head);
    if (others === undefined) this.#others.set(head, (others = new Map()));
    for (const part of tree) {
      const [known, now] = [others.get(part), state.object(part)];
      others.set(part, known === undefined ? now : joinObjects(known, now));
    }
    return true;
  }

  /** Puts back what is known of the others where a way leads out of the rounds that they were left aside in; null: out of the function. */
  leave(state: State, source: BlockId | null, target: BlockId | null): void {
    if (this.#others.size === 0) return;
    const { bodies } = roundsOf(this.#func);
    for (const [head, others] of this.#others) {
      const body = bodies.get(head)!;
      if (source === head || (source !== null && !body.has(source)) || (target !== null && target !== head && body.has(target))) continue;
      for (const [object, before] of others) {
        const known = state.heap.get(object);
        if (known !== undefined) state.heap.set(object, joinObjects(known, before));
      }
    }
  }

  /** Holds if a way from `source` to `target` leads out of a round in which something is left aside. */
  isLeft(source: BlockId, target: BlockId): boolean {
    const { bodies } = roundsOf(this.#func);
    return [...this.#others.keys()].some((head) => source !== head && bodies.get(head)!.has(source) && (target === head || !bodies.get(head)!.has(target)));
  }

  /** The variable that the receiver is read from, and the loop around. */
  #receiverOf(instr: CallInstr): { readonly variable: Variable; readonly head: BlockId } | null {
    if (instr.callee.kind !== 'method') return null;
    const receiver = instr.callee.object;
    const rounds = roundsOf(this.#func);
    if (rounds.around.size === 0) return null;
    const block = this.#func.blocks.find(({ instrs }) => instrs.includes(instr))!;
    const head = rounds.around.get(block.id);
    const at = block.instrs.findLastIndex((item) => item.kind === 'load' && item.dest === receiver);
    const load = block.instrs[at];
    if (head === undefined || head === block.id || load?.kind !== 'load') return null;
    const { variable } = load;
    const isOwn = variable.owner === this.#func.id && (!variable.captured || this.#setsAlone(variable));
    return isOwn && !block.instrs.slice(at, block.instrs.indexOf(instr)).some((item) => item.kind === 'store' && item.variable === variable) ? { variable, head } : null;
  }

  /** Holds if no function inside of this one writes to the variable. */
  #setsAlone(variable: Variable): boolean {
    let isAlone = setAlone.get(variable);
    if (isAlone === undefined) {
      const { funcs } = this.#frame.context.ref.module;
      isAlone = funcs.every((func) => func === this.#func || !func.blocks.some(({ instrs }) => instrs.some((item) => item.kind === 'store' && item.variable === variable)));
      setAlone.set(variable, isAlone);
    }
    return isAlone;
  }

  #usedIn(instr: Extract<Instr, { kind: 'function' }>): ReadonlySet<Variable> {
    const { module } = this.#frame.context.ref;
    return freeVariables(module, module.funcs[instr.func]!);
  }

  /** Variables of this function and of those around it, but for the file: who uses them can be told from the functions that are met. */
  #nearby(): ReadonlySet<Variable> {
    const found = new Set<Variable>();
    for (const { instrs } of this.#func.blocks) {
      for (const item of instrs) {
        if (item.kind === 'load' || item.kind === 'store') found.add(item.variable);
        else if (item.kind === 'function') for (const variable of this.#usedIn(item)) found.add(variable);
      }
    }
    const { funcs } = this.#frame.context.ref.module;
    return new Set([...found].filter((variable) => variable.owner !== funcs[0]!.id));
  }

  #isMetOtherwise(machine: Machine, state: State, sought: ReadonlySet<AbstractObject>, variable: Variable, instr: CallInstr, head: BlockId): boolean {
    const held = new Set<AbstractObject>();
    const nearby = this.#nearby();
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
    const body = roundsOf(this.#func).bodies.get(head)!;
    const live = liveInRound(this.#func, instr, head, body);
    for (const names of [state.locals, state.temps] as const) for (const [name, value] of names) if (name !== variable && live.has(name)) visit(value);
    for (const [name, value] of state.cells) if (name !== variable && (!nearby.has(name) || live.has(name))) visit(value);
    for (const id of body) for (const item of this.#func.blocks[id]!.instrs) if (item.kind === 'function') for (const name of this.#usedIn(item)) readCell(name);
    for (const value of this.#frame.captured?.values() ?? []) visit(value);
    for (const defaults of machine.defaults.values()) for (const value of defaults.values()) visit(value);
    for (const { members } of machine.classes.values()) for (const { value } of members.values()) visit(value);
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
