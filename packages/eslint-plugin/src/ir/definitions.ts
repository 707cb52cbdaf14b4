// Which instruction gives a temp, and which instructions use it: looked up once for each function. Both see what the text says and nothing of
// values; a variable is followed by whoever asks.
import { destOf, type Func, type Instr, type Temp } from './ir.ts';
import { operandsOf } from './operands.ts';

const defined = new WeakMap<Func, ReadonlyMap<Temp, Instr>>();
const used = new WeakMap<Func, ReadonlyMap<Temp, readonly Instr[]>>();

/** The instruction that gives each temp. */
export function definitionsOf(func: Func): ReadonlyMap<Temp, Instr> {
  let definitions = defined.get(func);
  if (definitions === undefined) {
    const found = new Map<Temp, Instr>();
    for (const block of func.blocks) {
      for (const instr of block.instrs) {
        const dest = destOf(instr);
        if (dest !== null) found.set(dest, instr);
      }
    }
    defined.set(func, (definitions = found));
  }
  return definitions;
}

/** The instructions that each temp is an operand of; the tests of branches and what a `return` gives back are not among them. */
export function usesOf(func: Func): ReadonlyMap<Temp, readonly Instr[]> {
  let uses = used.get(func);
  if (uses === undefined) {
    const found = new Map<Temp, Instr[]>();
    for (const block of func.blocks) {
      for (const instr of block.instrs) {
        for (const operand of operandsOf(instr)) {
          const known = found.get(operand);
          if (known === undefined) found.set(operand, [instr]);
          else known.push(instr);
        }
      }
    }
    used.set(func, (uses = found));
  }
  return uses;
}
