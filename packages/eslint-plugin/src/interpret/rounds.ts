// The rounds of a loop: which tests hold in its last round only, and which code of its body may therefore run in the last round only.
//
// `for epoch in range(n): … if epoch == n - 1: evaluate(net)` leaves nothing behind for a next round, and what follows the loop always comes after
// it: such a test is exact, and the analysis knows on which way out of the head of the loop a path goes on. `if epoch % 5 == 0:` says nothing of the kind,
// and a round that it holds in may be followed by another. Any other test of what counts the rounds (`if epoch >= start:`, `if epoch in marked:`) may be
// one that only the last round passes; the code that it decides on is told apart, and no certainty is drawn from what it leaves for the next round.
//
// Where the numbers are known (`EPOCHS = 2`), `counted-rounds.ts` says whether there is a next round at all.
//
// Refuses to know: what a test computed outside of the loop says, bounds that the loop itself changes, steps other than 1.
import { definitionsOf, storesOf, type Store } from '../ir/definitions.ts';
import { successorsOf, type BlockId, type Func, type Instr, type Temp, type Terminal, type Variable } from '../ir/ir.ts';

export interface Rounds {
  /** The blocks of each loop, by its head, which is one of them. */
  readonly bodies: ReadonlyMap<BlockId, ReadonlySet<BlockId>>;
  /** The head of the innermost loop around a block. */
  readonly around: ReadonlyMap<BlockId, BlockId>;
  /** Tests that hold exactly in the last round of the loop with this head; `negated`: exactly in the others. */
  readonly last: ReadonlyMap<Temp, { readonly head: BlockId; readonly negated: boolean }>;
  /** By the head of a loop: blocks that some test of what counts its rounds decides on. */
  readonly perhapsLast: ReadonlyMap<BlockId, ReadonlySet<BlockId>>;
  /** By the head: loops with one counter that runs from a start to a bound by ones. */
  readonly counted: ReadonlyMap<BlockId, CountedLoop>;
}

/** What says how many rounds a loop has, for whoever knows the numbers. */
export interface CountedLoop extends Bounds {
  readonly counter: Variable;
  readonly body: ReadonlySet<BlockId>;
  /** The tests inside of it, with the blocks that each decides on in the same round. */
  readonly tests: readonly { readonly test: Temp; readonly ifTrue: ReadonlySet<BlockId>; readonly ifFalse: ReadonlySet<BlockId> }[];
}

interface Bounds {
  /** The first value of the counter; null for 0. */
  readonly start: Temp | null;
  readonly stop: Temp;
  /** Whether the counter takes the value `stop` as well. */
  readonly inclusive: boolean;
  /** The `range` that the loop goes through; null for other loops. */
  readonly range: Temp | null;
}

const NO_ROUNDS: Rounds = { bodies: new Map(), around: new Map(), last: new Map(), perhapsLast: new Map(), counted: new Map() };
const known = new WeakMap<Func, Rounds>();

export function roundsOf(func: Func): Rounds {
  let rounds = known.get(func);
  if (rounds === undefined) known.set(func, (rounds = find(func)));
  return rounds;
}

/** The name under which it is known whether a path is in the last round of the loop. */
export function lastName(head: BlockId): string {
  return `z${head}`;
}

interface Loop {
  readonly head: BlockId;
  readonly body: ReadonlySet<BlockId>;
  /** Variables that count the rounds, or are the element of one. */
  readonly counters: ReadonlySet<Variable>;
  readonly end: LoopEnd | null;
}

/** The one counter that runs from a start to a bound. */
interface LoopEnd {
  readonly counter: Variable;
  /** What it is in the last round. */
  readonly last: Term;
  /** Null for the length of a list, and for a counter that starts in several ways. */
  readonly bounds: Bounds | null;
}

/** A number as `of + offset`; `of` names what is not known, and is empty for a constant. */
interface Term {
  readonly of: string;
  readonly offset: number;
}

function find(func: Func): Rounds {
  const bodies = bodiesOf(func);
  if (bodies.size === 0) return NO_ROUNDS;
  const code = new Code(func);
  const around = new Map<BlockId, BlockId>();
  // The smaller of two loops around a block is the inner one.
  for (const [head, body] of [...bodies].sort(([, a], [, b]) => b.size - a.size)) for (const block of body) around.set(block, head);
  const last = new Map<Temp, { head: BlockId; negated: boolean }>();
  const perhapsLast = new Map<BlockId, ReadonlySet<BlockId>>();
  const counted = new Map<BlockId, CountedLoop>();
  for (const [head, body] of bodies) {
    const loop = code.loopAt(head, body, around);
    const decided = new Set<BlockId>();
    const tests: CountedLoop['tests'][number][] = [];
    perhapsLast.set(head, decided);
    if (loop.end !== null && loop.end.bounds !== null) counted.set(head, { ...loop.end.bounds, counter: loop.end.counter, body, tests });
    for (const id of body) {
      const { terminal } = func.blocks[id]!;
      if (id === head || terminal.kind !== 'branch' || terminal.test === null) continue;
      const when = code.whenHolds(terminal.test, id, loop);
      if (when === 'last' || when === 'not-last') {
        last.set(terminal.test, { head, negated: when === 'not-last' });
        continue;
      }
      const { ifTrue, ifFalse } = decidedBy(func, terminal, loop);
      if (when === 'perhaps-last') for (const block of [...ifTrue, ...ifFalse]) decided.add(block);
      else if (loop.end !== null) tests.push({ test: terminal.test, ifTrue, ifFalse });
    }
  }
  return { bodies, around, last, perhapsLast, counted };
}

/** The blocks of each loop, by its head: those from which the head is reached again without leaving through it. */
function bodiesOf(func: Func): ReadonlyMap<BlockId, ReadonlySet<BlockId>> {
  const sources = new Map<BlockId, BlockId[]>();
  const bodies = new Map<BlockId, Set<BlockId>>();
  for (const block of func.blocks) {
    const targets = block.handler === null ? successorsOf(block.terminal) : [...successorsOf(block.terminal), block.handler];
    for (const target of targets) {
      const before = sources.get(target);
      if (before === undefined) sources.set(target, [block.id]);
      else before.push(block.id);
      if (target <= block.id) bodies.set(target, new Set([target]));
    }
  }
  for (const [head, body] of bodies) {
    const pending = sources.get(head)!.filter((source) => source >= head);
    for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
      if (body.has(id) || id < head) continue;
      body.add(id);
      pending.push(...(sources.get(id) ?? []));
    }
  }
  return bodies;
}

/** Blocks of the loop that one side of a branch reaches in the same round, and the other does not. */
function decidedBy(func: Func, terminal: Extract<Terminal, { kind: 'branch' }>, { head, body }: Loop): { readonly ifTrue: ReadonlySet<BlockId>; readonly ifFalse: ReadonlySet<BlockId> } {
  const reached = (from: BlockId): ReadonlySet<BlockId> => {
    const seen = new Set<BlockId>();
    const pending = [from];
    for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
      if (id === head || seen.has(id) || !body.has(id)) continue;
      seen.add(id);
      pending.push(...successorsOf(func.blocks[id]!.terminal));
    }
    return seen;
  };
  const [one, other] = [reached(terminal.then), reached(terminal.else)];
  return { ifTrue: new Set([...one].filter((id) => !other.has(id))), ifFalse: new Set([...other].filter((id) => !one.has(id))) };
}

type When = 'last' | 'not-last' | 'perhaps-last' | 'any';

const MAX_DEPTH = 8;
const COMPARE = new Map<string, (a: number, b: number) => boolean>([
  ['==', (a, b) => a === b],
  ['is', (a, b) => a === b],
  ['!=', (a, b) => a !== b],
  ['is not', (a, b) => a !== b],
  ['<', (a, b) => a < b],
  ['<=', (a, b) => a <= b],
  ['>', (a, b) => a > b],
  ['>=', (a, b) => a >= b],
]);

const ONLY_AT_END = new Set(['==', 'is', '>=']);
const ONLY_BEFORE_END = new Set(['!=', 'is not', '<']);

/** The definitions of a function's temps and variables, and what they come to. */
class Code {
  readonly #func: Func;
  readonly #definitions: ReadonlyMap<Temp, Instr>;
  readonly #stores: ReadonlyMap<Variable, readonly Store[]>;

  constructor(func: Func) {
    this.#func = func;
    this.#definitions = definitionsOf(func);
    this.#stores = storesOf(func);
  }

  loopAt(head: BlockId, body: ReadonlySet<BlockId>, around: Rounds['around']): Loop {
    const { terminal } = this.#func.blocks[head]!;
    const counters = new Set<Variable>();
    for (const [variable, stores] of this.#stores) {
      const inside = stores.filter((store) => body.has(store.block));
      const isElement = terminal.kind === 'each' && inside.some((store) => this.#isPartOf(store.value, terminal.dest, 0));
      // What an inner loop counts are its own rounds.
      if (isElement || inside.some((store) => around.get(store.block) === head && this.#stepOf(store.value, variable) !== null)) counters.add(variable);
    }
    if (terminal.kind === 'branch' && terminal.test !== null) for (const variable of this.#variablesIn(terminal.test, 0)) counters.add(variable);
    return { head, body, counters, end: this.#endOf(terminal, body) };
  }

  /** The last value of the counter: of `for i in range(n)`, `for i, x in enumerate(list)` and `for (…; i < n; i++)`. */
  #endOf(terminal: Terminal, body: ReadonlySet<BlockId>): LoopEnd | null {
    if (terminal.kind === 'branch' && terminal.test !== null) {
      const test = this.#definitions.get(terminal.test);
      if (test?.kind !== 'operator' || (test.operator !== '<' && test.operator !== '<=')) return null;
      const [counter, bound] = [this.#definitions.get(test.operands[0]!), this.#termOf(test.operands[1]!, body)];
      if (counter?.kind !== 'load' || bound === null) return null;
      const inside = (this.#stores.get(counter.variable) ?? []).filter((store) => body.has(store.block));
      if (inside.length !== 1 || this.#stepOf(inside[0]!.value, counter.variable) !== 1) return null;
      const [outside, ...others] = (this.#stores.get(counter.variable) ?? []).filter((store) => !body.has(store.block));
      const inclusive = test.operator === '<=';
      return { counter: counter.variable, last: { ...bound, offset: bound.offset - (inclusive ? 0 : 1) }, bounds: outside === undefined || others.length > 0 ? null : { start: outside.value, stop: test.operands[1]!, inclusive, range: null } };
    }
    if (terminal.kind !== 'each') return null;
    const call = this.#definitions.get(this.#behindProgress(terminal.iterable));
    if (call?.kind !== 'call' || call.callee.kind !== 'value' || call.args.some((arg) => arg.kind !== 'positional')) return null;
    const callee = this.#definitions.get(call.callee.value);
    if (callee?.kind !== 'global') return null;
    const isRange = callee.name === 'range' && call.args.length < 3;
    if (!isRange && (callee.name !== 'enumerate' || call.args.length !== 1)) return null;
    const argument = call.args[call.args.length - 1]?.value;
    const bound = argument === undefined ? null : isRange ? this.#termOf(argument, body) : this.#lengthOf(argument, body);
    const element = [...this.#stores].find(([, stores]) => stores.some((store) => (isRange ? store.value === terminal.dest : this.#isFirstOf(store.value, terminal.dest))));
    if (bound === null || element === undefined || element[1].filter((store) => body.has(store.block)).length !== 1) return null;
    const bounds = isRange ? { start: call.args.length === 1 ? null : call.args[0]!.value, stop: argument!, inclusive: false, range: call.dest } : null;
    return { counter: element[0], last: { ...bound, offset: bound.offset - 1 }, bounds };
  }

  /** What `tqdm(range(n))` goes through, which is no other than without the bar. */
  #behindProgress(iterable: Temp): Temp {
    const call = this.#definitions.get(iterable);
    const [first] = call?.kind === 'call' ? call.args : [];
    if (call?.kind !== 'call' || first?.kind !== 'positional') return iterable;
    const callee = call.callee.kind === 'value' ? this.#definitions.get(call.callee.value) : undefined;
    const name = call.callee.kind === 'method' ? call.callee.name : callee?.kind === 'load' ? callee.variable.name : null;
    return name === 'tqdm' ? first.value : iterable;
  }

  /** In which rounds the test of block `at` holds. */
  whenHolds(temp: Temp, at: BlockId, loop: Loop): When {
    const instr = this.#definitions.get(temp);
    const [only, ...others] = instr?.kind === 'load' ? (this.#stores.get(instr.variable) ?? []) : [];
    // `const isLast = epoch === epochs - 1`, further up in the same round.
    if (only !== undefined && others.length === 0 && loop.body.has(only.block) && only.block <= at) return this.whenHolds(only.value, only.block, loop);
    if (instr?.kind === 'operator' && instr.operator === 'not') {
      const inner = this.whenHolds(instr.operands[0]!, at, loop);
      return inner === 'last' ? 'not-last' : inner === 'not-last' ? 'last' : inner;
    }
    const compare = instr?.kind === 'operator' && instr.operands.length === 2 ? COMPARE.get(instr.operator) : undefined;
    if (instr?.kind === 'operator' && compare !== undefined && loop.end !== null) {
      const { counter, last } = loop.end;
      const count = this.#countAt(instr.operands[0]!, counter);
      const right = count === null ? null : this.#termOf(instr.operands[1]!, loop.body);
      if (count !== null && right !== null) {
        const end = { ...last, offset: last.offset + count };
        const isEnd = right.of === end.of && right.offset === end.offset;
        if (isEnd && ONLY_AT_END.has(instr.operator)) return 'last';
        if (isEnd && ONLY_BEFORE_END.has(instr.operator)) return 'not-last';
        // A number that has nothing to do with how many rounds there are is met before the last one, unless there are too few of them.
        if (right.of === '' && (end.of !== '' || compare(end.offset - 1, right.offset))) return 'any';
      }
    }
    return this.#counts(temp, loop, 0) ? 'perhaps-last' : 'any';
  }

  /** Holds if the value comes from a counter of the loop, and not only through a remainder, which comes again. */
  #counts(temp: Temp, loop: Loop, depth: number): boolean {
    const instr = this.#definitions.get(temp);
    if (depth > MAX_DEPTH) return true;
    if (instr === undefined) return false;
    if (instr.kind === 'load') {
      if (loop.counters.has(instr.variable)) return true;
      return (this.#stores.get(instr.variable) ?? []).some((store) => loop.body.has(store.block) && this.#counts(store.value, loop, depth + 1));
    }
    if (instr.kind === 'operator') return instr.operator !== '%' && instr.operands.some((operand) => this.#counts(operand, loop, depth + 1));
    if (instr.kind === 'call') return instr.args.some((arg) => this.#counts(arg.value, loop, depth + 1)) || (instr.callee.kind === 'method' && this.#counts(instr.callee.object, loop, depth + 1));
    if (instr.kind === 'get-attr') return this.#counts(instr.object, loop, depth + 1);
    if (instr.kind === 'get-item') return this.#counts(instr.object, loop, depth + 1) || (instr.index !== null && this.#counts(instr.index, loop, depth + 1));
    return false;
  }

  /** `temp` as the counter and a number: what is added to it; null if it is not that. */
  #countAt(temp: Temp, counter: Variable): number | null {
    const instr = this.#definitions.get(temp);
    return instr?.kind === 'load' && instr.variable === counter ? 0 : this.#stepOf(temp, counter);
  }

  /** `value` as `variable + step`: what is added; null if it is not that. */
  #stepOf(value: Temp, variable: Variable): number | null {
    const instr = this.#definitions.get(value);
    if (instr?.kind !== 'operator' || (instr.operator !== '+' && instr.operator !== '+=' && instr.operator !== '-' && instr.operator !== '-=')) return null;
    const [left, right] = instr.operands.map((operand) => this.#definitions.get(operand));
    if (left?.kind !== 'load' || left.variable !== variable || right?.kind !== 'const' || right.value.type !== 'number') return null;
    return instr.operator.startsWith('+') ? right.value.value : -right.value.value;
  }

  #isFirstOf(value: Temp, pair: Temp): boolean {
    const instr = this.#definitions.get(value);
    if (instr?.kind !== 'get-item' || instr.object !== pair || instr.index === null) return false;
    const index = this.#definitions.get(instr.index);
    return index?.kind === 'const' && index.value.type === 'number' && index.value.value === 0;
  }

  #isPartOf(value: Temp, whole: Temp, depth: number): boolean {
    if (value === whole) return true;
    const instr = this.#definitions.get(value);
    return instr?.kind === 'get-item' && depth < MAX_DEPTH && this.#isPartOf(instr.object, whole, depth + 1);
  }

  #variablesIn(temp: Temp, depth: number): readonly Variable[] {
    const instr = this.#definitions.get(temp);
    if (instr?.kind === 'load') return [instr.variable];
    return instr?.kind === 'operator' && depth < MAX_DEPTH ? instr.operands.flatMap((operand) => this.#variablesIn(operand, depth + 1)) : [];
  }

  #termOf(temp: Temp, body: ReadonlySet<BlockId>): Term | null {
    const instr = this.#definitions.get(temp);
    if (instr?.kind === 'const') return instr.value.type === 'number' ? { of: '', offset: instr.value.value } : null;
    if (instr?.kind === 'operator' && (instr.operator === '+' || instr.operator === '-') && instr.operands.length === 2) {
      const [left, right] = instr.operands.map((operand) => this.#termOf(operand, body));
      return left && right?.of === '' ? { of: left.of, offset: instr.operator === '+' ? left.offset + right.offset : left.offset - right.offset } : null;
    }
    if (instr?.kind === 'call' && instr.callee.kind === 'value' && instr.args.length === 1) {
      const callee = this.#definitions.get(instr.callee.value);
      return callee?.kind === 'global' && callee.name === 'len' ? this.#lengthOf(instr.args[0]!.value, body) : null;
    }
    const of = this.#nameAt(temp, body, 0);
    return of === null ? null : { of, offset: 0 };
  }

  #lengthOf(temp: Temp, body: ReadonlySet<BlockId>): Term | null {
    const of = this.#nameAt(temp, body, 0);
    return of === null ? null : { of: `len ${of}`, offset: 0 };
  }

  /** One name for whatever has the same value all through the loop: a variable that it does not assign, an attribute of one. */
  #nameAt(temp: Temp, body: ReadonlySet<BlockId>, depth: number): string | null {
    const instr = this.#definitions.get(temp);
    if (instr === undefined || depth > MAX_DEPTH) return null;
    if (instr.kind === 'global') return `global ${instr.name}`;
    if (instr.kind === 'load') return (this.#stores.get(instr.variable) ?? []).some((store) => body.has(store.block)) ? null : `v${instr.variable.id}`;
    if (instr.kind !== 'get-attr' || this.#func.blocks.some((block) => block.instrs.some((other) => other.kind === 'set-attr' && other.name === instr.name))) return null;
    const object = this.#nameAt(instr.object, body, depth + 1);
    return object === null ? null : `${object}.${instr.name}`;
  }
}
