// Tests that speak of a mode where the analysis does not know it: through a stale copy of the flag, or by the name of what is tested
// (`if is_training:`), or leave it to the caller (`if noise:`, a parameter that may be left out). That is weak evidence: it keeps a probe of `forward` from
// calling a draw unguarded, and never makes a finding.
import { definitionsOf } from '../ir/definitions.ts';
import type { Func, Instr, Temp } from '../ir/ir.ts';
import { operandsOf } from '../ir/operands.ts';
import type { StaleGuard } from '../domains/state.ts';
import { mustConstant, type Value } from '../domains/value.ts';
import type { Machine } from './machine.ts';

const MODE_WORDS = /train|eval|infer|test|determin|stochastic|sampl|augment|phase|stage|mode|valid/i;
/** So far back from the test to what it is computed from. */
const MAX_DEPTH = 4;

/** The guard that one side of a branch on `temp` is under while a `forward` is probed; null if the test says nothing of a mode. */
export function guardOf(machine: Machine, func: Func, temp: Temp, test: Value, side: boolean): StaleGuard | null {
  if (machine.probe === null) return null;
  const guard: StaleGuard = { test, block: temp + func.id * 1_000_000, side };
  if (test.stale !== null) return guard;
  if (test.atoms.some((atom) => atom.kind === 'flag')) return null;
  // The argument of the call that is probed is no hint at a mode, but the mode.
  if (machine.probe.options !== null && mustConstant(test) !== null) return null;
  const definitions = definitionsOf(func);
  return speaksOfMode(definitions, temp, 0) || isLeftToCaller(func, definitions.get(temp)) ? guard : null;
}

/** `forward(x, noise=True)`: whoever calls it says whether there is any. */
function isLeftToCaller(func: Func, instr: Instr | undefined): boolean {
  return instr?.kind === 'load' && func.params.some((param) => param.variable === instr.variable && param.optional);
}

function speaksOfMode(definitions: ReadonlyMap<Temp, Instr>, temp: Temp, depth: number): boolean {
  const instr = definitions.get(temp);
  if (instr === undefined || depth > MAX_DEPTH) return false;
  if (instr.kind === 'load') return MODE_WORDS.test(instr.variable.name);
  if (instr.kind === 'get-attr') return MODE_WORDS.test(instr.name) || speaksOfMode(definitions, instr.object, depth + 1);
  return operandsOf(instr).some((operand) => speaksOfMode(definitions, operand, depth + 1));
}
