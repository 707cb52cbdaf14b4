// Which temps of a function outlive their block. Most do not, and a state that leaves a block without them stays small.
import { destOf, type Func, type Temp } from '../ir/ir.ts';
import { operandsOf, terminalOperandsOf } from '../ir/operands.ts';

const crossing = new WeakMap<Func, ReadonlySet<Temp>>();

/** The temps that are read in another block than the one that defines them. */
export function crossingTemps(func: Func): ReadonlySet<Temp> {
  let temps = crossing.get(func) as Set<Temp> | undefined;
  if (temps !== undefined) return temps;
  temps = new Set();
  for (const block of func.blocks) {
    const own = new Set<Temp>();
    for (const instr of block.instrs) {
      for (const operand of operandsOf(instr)) if (!own.has(operand)) temps.add(operand);
      const dest = destOf(instr);
      if (dest !== null) own.add(dest);
    }
    for (const operand of terminalOperandsOf(block.terminal)) if (!own.has(operand)) temps.add(operand);
    if (block.terminal.kind === 'each') temps.add(block.terminal.dest);
  }
  crossing.set(func, temps);
  return temps;
}
