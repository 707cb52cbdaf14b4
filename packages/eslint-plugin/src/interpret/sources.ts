// Where an argument comes from, as far as its own function shows: through local variables, operators and calls of functions that are in sight.
// What another function has handed in (a parameter, a captured variable) has no source here.
import { destOf, type Func, type Instr, type Temp } from '../ir/ir.ts';
import { operandsOf } from '../ir/operands.ts';

/** The instructions that may have made the value of `temp`; `dropout_p = self.rate` before the call is looked through. */
export function sourcesOf(func: Func, temp: Temp): readonly Instr[] {
  const instrs = func.blocks.flatMap((block) => block.instrs);
  const found = new Set<Instr>();
  const visit = (wanted: Temp): void => {
    for (const instr of instrs) {
      if (destOf(instr) !== wanted || found.has(instr)) continue;
      if (instr.kind !== 'load') {
        found.add(instr);
        continue;
      }
      for (const store of instrs) if (store.kind === 'store' && store.variable === instr.variable && store.value !== wanted) visit(store.value);
    }
  };
  visit(temp);
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
