// Operators: folds what is certain, and follows what a tensor derives from.
import type { Instr } from '../ir/ir.ts';
import type { State } from '../domains/state.ts';
import { ANYTHING, derive, distinctNoise, forwardsOf, INPUT, mustConstant, ofBoolean, ofConstant, TARGET, type InputSet, type NoiseOrigin, type Value } from '../domains/value.ts';
import { isInstance } from './instances.ts';
import type { Machine } from './machine.ts';
import { hasShape, SHAPES } from './match-shapes.ts';
import { areSame, isAmong } from './names.ts';
import { settled } from './settled.ts';
import { truthOf } from './truth.ts';

const COMPARISONS = new Set(['==', '!=', '<', '>', '<=', '>=', 'in', 'not in', 'is', 'is not', 'instanceof']);
const SCALINGS = new Set(['*', '/', '@', '**', '&']);

export function evaluateOperator(machine: Machine, state: State, operator: string, operands: readonly Value[], instr: Instr): Value {
  if (operator === 'not') return negate(operands[0] ?? ANYTHING);
  if (operator === 'typeof') return ANYTHING;
  if (operator === 'instanceof') {
    const answer = isInstance(machine, state, operands[0] ?? ANYTHING, operands[1] ?? ANYTHING);
    if (answer !== null) return ofBoolean(answer);
  }
  if (SHAPES.has(operator)) {
    const answer = hasShape(state, operator, operands);
    return answer === null ? ANYTHING : ofBoolean(answer);
  }
  if (COMPARISONS.has(operator)) return compare(machine, state, operator, operands, instr);
  return arithmetic(machine, state, operator, operands);
}

/** Holds if the value is certainly 0 or false. */
function isZero(value: Value): boolean {
  const only = value.atoms.length === 1 && !value.unknown ? value.atoms[0]! : null;
  return (only?.kind === 'flag' || (only?.kind === 'constant' && (only.value.type === 'number' || only.value.type === 'boolean'))) && !truthOf(value).mayBeTrue;
}

/** What arithmetic makes of its operands; also for the methods that stand for operators (`x.add(y)`). */
export function arithmetic(machine: Machine, state: State, operator: string, operands: readonly Value[]): Value {
  const counted = numberOf(operator, operands);
  if (counted !== null) return ofConstant({ type: 'number', value: counted });
  const derived = derive(operands.map((operand) => settled(state, operand)));
  // `self.training * noise`: a factor that is off takes the noise with it.
  if (operator.replace(/=$/, '') === '*' && operands.some(isZero)) return derived.with({ atoms: [{ kind: 'constant', value: { type: 'number', value: 0 } }], unknown: false, noise: [] });
  const noise = combineNoise(operator, operands);
  if (noise.perturbing.length > 0) {
    for (const number of noise.perturbing) {
      const draw = machine.draws[number];
      if (draw?.operation.kind === 'random') draw.operation.perturbs = true;
    }
  }
  return derived.with({ noise: noise.origins });
}

/** The sum or difference of two numbers that are known: `depth - 1`; and `-1`. */
function numberOf(operator: string, operands: readonly Value[]): number | null {
  const [left, right] = operands.map(mustConstant);
  if (operands.length === 1 && left?.type === 'number') return operator === '-' ? -left.value : null;
  if (operands.length !== 2 || left?.type !== 'number' || right?.type !== 'number') return null;
  const plain = operator.replace(/=$/, '');
  return plain === '+' ? left.value + right.value : plain === '-' ? left.value - right.value : null;
}

function negate(value: Value): Value {
  const only = value.atoms.length === 1 && !value.unknown ? value.atoms[0]! : null;
  if (only?.kind === 'flag') return value.with({ atoms: [{ ...only, negated: !only.negated }] });
  const truth = truthOf(value);
  const stale = { stale: value.stale };
  if (truth.mayBeTrue !== truth.mayBeFalse) return ofBoolean(!truth.mayBeTrue).with(stale);
  return ANYTHING.with(stale);
}

function compare(machine: Machine, state: State, operator: string, operands: readonly Value[], instr: Instr): Value {
  const [left, right] = [operands[0] ?? ANYTHING, operands[1] ?? ANYTHING];
  // The result of a comparison carries no gradient: what was compared was read, unless it was asked what it is and not which value it has.
  const asksWhatItIs = operator === 'is' || operator === 'is not' || operator === 'instanceof' || operands.some(isNothing);
  for (const operand of operands) machine.use(forwardsOf(operand), asksWhatItIs ? 'shape' : 'read', instr.span);
  const noise = comparedNoise(left, right);
  const rest = { stale: left.stale ?? right.stale, noise };
  const named = comparedNames(machine, state, operator, left, right);
  if (named !== null) return ofBoolean(named).with(rest);
  const [a, b] = [mustConstant(left), mustConstant(right)];
  if (a === null || b === null) {
    const [other, nothing] = a === null ? [left, b] : [right, a];
    if ((nothing?.type === 'none' || nothing?.type === 'undefined') && isSomething(other) && (operator === '==' || operator === 'is' || operator === '!=' || operator === 'is not')) return ofBoolean(operator === '!=' || operator === 'is not').with(rest);
    // `flag is True`, `flag == False`
    const flag = a === null ? left : right;
    const constant = a ?? b;
    const only = flag.atoms.length === 1 && !flag.unknown ? flag.atoms[0]! : null;
    if (only?.kind === 'flag' && constant?.type === 'boolean' && (operator === '==' || operator === 'is' || operator === '!=' || operator === 'is not')) {
      const same = operator === '==' || operator === 'is';
      return flag.with({ atoms: [{ ...only, negated: only.negated !== (constant.value !== same) }] });
    }
    return ANYTHING.with(rest);
  }
  const [x, y] = ['value' in a ? a.value : a.type === 'none' ? null : undefined, 'value' in b ? b.value : b.type === 'none' ? null : undefined];
  switch (operator) {
    case '==':
    case 'is':
      return ofBoolean(x === y || (x == null && y == null)).with(rest);
    case '!=':
    case 'is not':
      return ofBoolean(!(x === y || (x == null && y == null))).with(rest);
    case '<':
      return typeof x === 'number' && typeof y === 'number' ? ofBoolean(x < y).with(rest) : ANYTHING.with(rest);
    case '>':
      return typeof x === 'number' && typeof y === 'number' ? ofBoolean(x > y).with(rest) : ANYTHING.with(rest);
    case '<=':
      return typeof x === 'number' && typeof y === 'number' ? ofBoolean(x <= y).with(rest) : ANYTHING.with(rest);
    case '>=':
      return typeof x === 'number' && typeof y === 'number' ? ofBoolean(x >= y).with(rest) : ANYTHING.with(rest);
    default:
      return ANYTHING.with(rest);
  }
}

const SAME = new Set(['==', 'is']);
const OTHER = new Set(['!=', 'is not']);

/** What a comparison of classes, or of a text with others, comes to; null if it is not one, or not known. */
function comparedNames(machine: Machine, state: State, operator: string, left: Value, right: Value): boolean | null {
  const isNegated = operator === 'not in' || OTHER.has(operator);
  const answer = SAME.has(operator) || OTHER.has(operator) ? areSame(machine, left, right) : (operator === 'in' && machine.language === 'python') || operator === 'not in' ? isAmong(machine, state, left, right) : null;
  return answer === null ? null : answer !== isNegated;
}

/** Holds if the value is certainly `None`, `null` or `undefined`. */
function isNothing(value: Value): boolean {
  const constant = mustConstant(value);
  return constant?.type === 'none' || constant?.type === 'undefined';
}

/** Holds if the value is certainly neither `None` nor `null` nor `undefined`. */
function isSomething(value: Value): boolean {
  return !value.unknown && value.atoms.length > 0 && value.atoms.every((atom) => (atom.kind === 'constant' ? atom.value.type !== 'none' && atom.value.type !== 'undefined' : atom.kind !== 'library' && (atom.kind !== 'object' || atom.object.kind !== 'opaque')));
}

/** A draw compared with a number is a mask; compared with something computed, it is a sample from it. */
export function comparedNoise(left: Value, right: Value): readonly NoiseOrigin[] {
  const sampled = (other: Value): boolean => other.input !== 0 || other.learned || other.from.length > 0;
  const through = (value: Value, other: Value): readonly NoiseOrigin[] => value.noise.map((origin) => ({ draw: origin.draw, plain: origin.plain && !sampled(other), shaped: true }));
  return distinctNoise([...through(left, right), ...through(right, left)]);
}

/**
 * Tells noise that regularises from noise that is the point. Scaled by plain numbers and added to (or multiplied with) an
 * input of `forward`, a draw perturbs that input: a regulariser. Scaled by something learned or computed from the input, it
 * is a sample (a reparameterised latent, a learned noise strength) and meant in both modes. Where targets are perturbed, and not
 * what is to be told from them, undoing it is what the network is trained for.
 */
function combineNoise(operator: string, operands: readonly Value[]): { readonly origins: readonly NoiseOrigin[]; readonly perturbing: readonly number[] } {
  const noisy = operands.filter((operand) => operand.noise.length > 0);
  if (noisy.length === 0) return { origins: [], perturbing: [] };
  const others = operands.filter((operand) => operand.noise.length === 0);
  const scales = SCALINGS.has(operator.replace(/=$/, ''));
  const scaledByTensor = scales && others.some((operand) => operand.learned || operand.from.length > 0);
  const meets = (from: InputSet): boolean => operands.some((operand) => (operand.input & from) !== 0 && !operand.learned && !operand.noise.some((origin) => origin.plain));
  const [meetsInput, meetsTarget] = [meets(INPUT), meets(TARGET)];
  const origins: NoiseOrigin[] = [];
  const perturbing: number[] = [];
  for (const operand of noisy) {
    for (const origin of operand.noise) {
      const { draw } = origin;
      // A bare draw times something computed from the input is a sample with that scale.
      const samples = scaledByTensor || (scales && meetsInput && !origin.shaped);
      if (samples) origins.push({ draw, plain: false, shaped: true });
      else if (meetsInput && origin.plain) {
        perturbing.push(draw);
        origins.push({ draw, plain: false, shaped: true });
      } else origins.push({ draw, plain: origin.plain && !meetsTarget, shaped: true });
    }
  }
  return { origins: distinctNoise(origins), perturbing: [...new Set(perturbing)] };
}
