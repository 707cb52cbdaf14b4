// How many rounds a loop has where the program says so in numbers, and which of its code only the last of them runs. Nothing that is certain may rest on
// a round that the numbers rule out.
//
// `EPOCHS = 2` and `for epoch in range(EPOCHS): step(net); if epoch > 0: evaluate(net)` evaluates in the second round, which is the last one: no step
// comes after it as the program stands, and one that trains asleep is *possible* at most. With `EPOCHS = 10` it is certain. A loop with one round has no second
// one, as a branch on a constant has no other side.
//
// Refuses to know: numbers that are not certain (an argument of the command line, one of two that a branch has chosen), loops whose
// counter does not run by ones, more rounds than MAX_ROUNDS.
import { definitionsOf, tempsOf } from '../ir/definitions.ts';
import type { BlockId, Func, Temp, Variable } from '../ir/ir.ts';
import type { State } from '../domains/state.ts';
import { mustConstant } from '../domains/value.ts';
import { rangeBounds } from './attributes.ts';
import { roundsOf, type CountedLoop } from './rounds.ts';

const MAX_ROUNDS = 1000;
const MAX_DEPTH = 8;

/** The loops of one function. */
export class CountedRounds {
  readonly #func: Func;
  readonly #loops: ReadonlyMap<BlockId, CountedLoop>;

  constructor(func: Func) {
    this.#func = func;
    this.#loops = roundsOf(func).counted;
  }

  /** Holds if the loop is left after its first round: `EPOCHS = 1`. */
  hasOneRound(head: BlockId, state: State): boolean {
    const loop = this.#loops.get(head);
    const numbers = loop === undefined ? null : this.#numbersOf(loop, state);
    return numbers !== null && numbers.last <= numbers.first;
  }

  /** Holds if a test that decides on `block` lets no round but the last one come there. */
  onlyLastRuns(head: BlockId, block: BlockId, state: State): boolean {
    const loop = this.#loops.get(head);
    const tests = loop?.tests.filter(({ ifTrue, ifFalse }) => ifTrue.has(block) || ifFalse.has(block)) ?? [];
    const numbers = loop === undefined || tests.length === 0 ? null : this.#numbersOf(loop, state);
    if (loop === undefined || numbers === null || numbers.last - numbers.first >= MAX_ROUNDS) return false;
    return tests.some(({ test, ifTrue }) => {
      for (let count = numbers.first; count < numbers.last; count += 1) {
        const outcome = this.#valueOf(test, state, { variable: loop.counter, count }, 0);
        if (outcome === null || Boolean(outcome) === ifTrue.has(block)) return false;
      }
      return true;
    });
  }

  #numbersOf({ start, stop, range, inclusive }: CountedLoop, state: State): { readonly first: number; readonly last: number } | null {
    const made = range === null ? null : rangeBounds(state, state.get(range));
    if (made !== null) return { first: made.start, last: made.stop - 1 };
    const [first, end] = [start === null ? 0 : this.#valueOf(start, state, null, 0), this.#valueOf(stop, state, null, 0)];
    return typeof first !== 'number' || typeof end !== 'number' ? null : { first, last: inclusive ? end : end - 1 };
  }

  /** What a temp comes to while the counter is at `count`; null if that is not certain. */
  #valueOf(temp: Temp, state: State, counter: { readonly variable: Variable; readonly count: number } | null, depth: number): number | boolean | null {
    const instr = definitionsOf(this.#func).get(temp);
    if (instr === undefined || depth > MAX_DEPTH) return null;
    if (instr.kind === 'const') return instr.value.type === 'number' || instr.value.type === 'boolean' ? instr.value.value : null;
    if (instr.kind === 'load') {
      if (instr.variable === counter?.variable) return counter.count;
      const { stored } = tempsOf(this.#func, instr.variable);
      // A name for a test of this round: `is_last = epoch == 2`.
      if (counter !== null && stored.length === 1) {
        const value = this.#valueOf(stored[0]!, state, counter, depth + 1);
        if (value !== null) return value;
      }
      const known = mustConstant((instr.variable.captured ? state.cells : state.locals).get(instr.variable) ?? state.get(temp));
      return known?.type === 'number' || known?.type === 'boolean' ? known.value : null;
    }
    if (instr.kind !== 'operator') return null;
    const operands = instr.operands.map((operand) => this.#valueOf(operand, state, counter, depth + 1));
    const [left, right] = operands;
    if (left === null || left === undefined || right === null) return null;
    if (right === undefined) return instr.operator === 'not' ? !left : instr.operator === '-' ? -Number(left) : null;
    return compute(instr.operator, Number(left), Number(right));
  }
}

function compute(operator: string, left: number, right: number): number | boolean | null {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    // Python's remainder has the sign of the divisor; counters and what they are divided by are not negative.
    case '%':
      return right === 0 ? null : left % right;
    case '//':
      return right === 0 ? null : Math.floor(left / right);
    case '==':
    case 'is':
      return left === right;
    case '!=':
    case 'is not':
      return left !== right;
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
    default:
      return null;
  }
}
