// Where an argument comes from, as far as its own function shows: through local variables, operators and calls of functions that are in sight.
// What another function has handed in (a parameter, a captured variable) has no source here.
import { definitionsOf, tempsOf } from '../ir/definitions.ts';
import type { Func, Instr, Temp } from '../ir/ir.ts';
import { operandsOf } from '../ir/operands.ts';

/** The instructions that may have made the value of `temp`; `dropout_p = self.rate` before the call is looked through. */
export function sourcesOf(func: Func, temp: Temp): readonly Instr[] {
  const definitions = definitionsOf(func);
  const found = new Set<Instr>();
  // Each once: variables may be assigned to one another in a circle.
  const seen = new Set<Temp>([temp]);
  for (const wanted of seen) {
    const instr = definitions.get(wanted);
    if (instr?.kind === 'load') for (const value of tempsOf(func, instr.variable).stored) seen.add(value);
    else if (instr !== undefined) found.add(instr);
  }
  return [...found];
}

/** Holds if some part of the value of `temp` was computed by one of `calls`. */
export function comesFrom(func: Func, temp: Temp, calls: ReadonlySet<Instr>, depth = 0): boolean {
  if (depth > 8) return true;
  return sourcesOf(func, temp).some((instr) => calls.has(instr) || (isComputation(instr) && operandsOf(instr).some((operand) => comesFrom(func, operand, calls, depth + 1))));
}

/** An attribute of an object is the author's own setting, whoever has made the object. */
function isComputation(instr: Instr): boolean {
  return instr.kind === 'call' || instr.kind === 'operator';
}
