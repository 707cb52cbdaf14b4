// Asks whether a function's IR admits a run that was recorded: whether some way through its blocks makes the same observable
// calls in the same order, given their outcomes, and ends the same way. Where the IR does not say which way is taken (a
// `branch` without a test, the type of an exception), all ways are tried.
import type { BlockId, Func, Instr, Temp, Variable } from '../../../src/ir/ir.ts';

type Value = number | boolean | string | null | undefined | readonly Value[] | { readonly name: string; readonly number: number };

interface Step {
  block: BlockId;
  at: number;
  /** How many of the recorded events were seen. */
  seen: number;
  temps: Map<Temp, Value>;
  variables: Map<Variable, Value>;
  /** How far the loops have come, by the block of their head. */
  loops: Map<BlockId, { readonly iterable: Value; readonly next: number }>;
}

const MAX_STEPS = 100_000;
const OBSERVED = new Set(['event', 'items', 'table', 'thing', 'kind', 'manager']);

/** `recorded`: events as `name:number:outcome`, then `return`, `return 1` or `raise`. */
export function admits(func: Func, recorded: string): boolean {
  const words = recorded.split(' ');
  const end = words.findIndex((word) => !word.includes(':'));
  const run = new Replay(func, words.slice(0, end), words.slice(end).join(' '));
  return run.succeeds();
}

class Replay {
  readonly #func: Func;
  readonly #events: readonly string[];
  readonly #end: string;
  #open: Step[] = [];

  constructor(func: Func, events: readonly string[], end: string) {
    this.#func = func;
    this.#events = events;
    this.#end = end;
  }

  succeeds(): boolean {
    this.#open = [{ block: 0, at: 0, seen: 0, temps: new Map(), variables: new Map(), loops: new Map() }];
    let steps = 0;
    for (let step = this.#open.pop(); step !== undefined; step = this.#open.pop()) {
      for (let state: 'on' | 'end' | 'dead' = 'on'; state !== 'dead'; state = this.#advance(step)) {
        if (state === 'end') return true;
        steps += 1;
        if (steps > MAX_STEPS) throw new Error('The run branches too often.');
      }
    }
    return false;
  }

  #advance(step: Step): 'on' | 'end' | 'dead' {
    const block = this.#func.blocks[step.block]!;
    const instr = block.instrs[step.at];
    if (instr === undefined) return this.#leave(step);
    step.at += 1;
    const outcome = this.#execute(step, instr);
    return outcome === 'raise' ? this.#raise(step) : outcome;
  }

  #raise(step: Step): 'on' | 'end' | 'dead' {
    const { handler } = this.#func.blocks[step.block]!;
    if (handler === null) return this.#ends(step, 'raise');
    [step.block, step.at] = [handler, 0];
    return 'on';
  }

  #ends(step: Step, end: string): 'end' | 'dead' {
    return step.seen === this.#events.length && end === this.#end ? 'end' : 'dead';
  }

  /** Takes the next event if it is the one that happens here. */
  #observe(step: Step, name: string, number: number, dest: Temp | null, value: (outcome: number) => Value): 'on' | 'raise' | 'dead' {
    const [seenName, seenNumber, outcome] = this.#events[step.seen]?.split(':') ?? [];
    if (seenName !== name || Number(seenNumber) !== number) return 'dead';
    step.seen += 1;
    if (outcome === 'raise') return 'raise';
    if (dest !== null) step.temps.set(dest, value(Number(outcome)));
    return 'on';
  }

  #execute(step: Step, instr: Instr): 'on' | 'raise' | 'dead' {
    const { temps } = step;
    const read = (temp: Temp): Value => {
      if (!temps.has(temp)) throw new Error(`%${temp} has no value`);
      return temps.get(temp);
    };
    switch (instr.kind) {
      case 'const':
        temps.set(instr.dest, instr.value.type === 'none' ? null : instr.value.type === 'undefined' ? undefined : instr.value.value);
        return 'on';
      case 'load': {
        const value = step.variables.get(instr.variable);
        temps.set(instr.dest, value);
        return value === undefined ? 'raise' : 'on';
      }
      case 'store':
        step.variables.set(instr.variable, read(instr.value));
        return 'on';
      case 'global':
        temps.set(instr.dest, { name: instr.name, number: 0 });
        return 'on';
      case 'get-item': {
        const [object, index] = [read(instr.object), instr.index === null ? null : read(instr.index)];
        temps.set(instr.dest, Array.isArray(object) && typeof index === 'number' ? (object as readonly Value[]).at(index) ?? 0 : 0);
        return 'on';
      }
      case 'collection':
        temps.set(instr.dest, instr.form === 'string' ? 'text' : instr.elements.flatMap((element) => (element.kind === 'spread' ? (read(element.value) as Value[]) : [read(element.value)])));
        return 'on';
      case 'operator':
        temps.set(instr.dest, compute(instr.operator, instr.operands.map(read)));
        return 'on';
      case 'get-attr':
      case 'opaque':
      case 'catch':
        temps.set(instr.dest, 0);
        return 'on';
      case 'enter':
        return this.#observe(step, 'enter', numberOf(read(instr.manager)), instr.dest, (outcome) => outcome);
      case 'exit': {
        const [name, number, how] = this.#events[step.seen]?.split(':') ?? [];
        if (name !== 'exit' || Number(number) !== numberOf(read(instr.manager)) || how !== instr.how) return 'dead';
        step.seen += 1;
        // No manager of the recorded runs swallows.
        return how === 'exception' ? 'raise' : 'on';
      }
      case 'call': {
        const args = instr.args.map((arg) => read(arg.value));
        if (instr.callee.kind === 'method') {
          (read(instr.callee.object) as Value[]).push(args[0]);
          temps.set(instr.dest, null);
          return 'on';
        }
        const callee = read(instr.callee.value);
        const name = callee !== null && typeof callee === 'object' && 'name' in callee ? callee.name : '';
        if (!OBSERVED.has(name)) {
          temps.set(instr.dest, name === 'bool' ? isTrue(args[0]) : 1);
          return 'on';
        }
        const number = Number(args[0]);
        return this.#observe(step, name, number, instr.dest, (outcome) => (name === 'items' ? Array.from({ length: outcome }, (_, i) => i) : name === 'table' ? [] : name === 'event' ? outcome : { name, number }));
      }
      default:
        return 'on';
    }
  }

  #leave(step: Step): 'on' | 'end' | 'dead' {
    const { terminal } = this.#func.blocks[step.block]!;
    const go = (block: BlockId): 'on' => {
      [step.block, step.at] = [block, 0];
      return 'on';
    };
    switch (terminal.kind) {
      case 'goto':
        return go(terminal.target);
      case 'branch':
        if (terminal.test !== null) return go(isTrue(step.temps.get(terminal.test)) ? terminal.then : terminal.else);
        this.#open.push({ block: terminal.else, at: 0, seen: step.seen, temps: new Map(step.temps), variables: new Map(step.variables), loops: new Map(step.loops) });
        return go(terminal.then);
      case 'each': {
        const iterable = step.temps.get(terminal.iterable) as readonly Value[];
        const known = step.loops.get(step.block);
        const next = known?.iterable === iterable ? known.next : 0;
        if (next === iterable.length) {
          step.loops.delete(step.block);
          return go(terminal.done);
        }
        step.loops.set(step.block, { iterable, next: next + 1 });
        step.temps.set(terminal.dest, iterable[next]);
        return go(terminal.body);
      }
      case 'return': {
        const value = terminal.value === null ? null : step.temps.get(terminal.value);
        return this.#ends(step, value === null ? 'return' : `return ${Number(value)}`);
      }
      case 'throw':
        return this.#raise(step);
      case 'unreachable':
        return 'dead';
    }
  }
}

function numberOf(value: Value): number {
  return value !== null && typeof value === 'object' && 'number' in value ? value.number : -1;
}

function isTrue(value: Value): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

function compute(operator: string, operands: readonly Value[]): Value {
  const [left, right] = operands;
  if (operator === 'not') return !isTrue(left);
  if (operator === '<') return Number(left) < Number(right);
  if (operator === 'is') return left === right;
  if (operator === 'sequence of') return Array.isArray(left) && left.length === right;
  if (operator === 'sequence from') return Array.isArray(left) && left.length >= Number(right);
  // The programs ask for `int` alone.
  if (operator === 'instanceof') return typeof left === 'number' || typeof left === 'boolean';
  if (operator !== '==') return 0;
  return typeof left === 'object' || typeof right === 'object' ? left === right : Number(left) === Number(right);
}
