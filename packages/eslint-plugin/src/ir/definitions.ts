// Which instruction gives a temp, which instructions use it, what is stored in and loaded from a variable, and which call stands where: looked up once for each function. All see
// what the text says and nothing of values; a variable is followed by whoever asks.
import { destOf, type BlockId, type Func, type Instr, type Temp, type Variable } from './ir.ts';
import { operandsOf } from './operands.ts';
import type { Span } from '../source/span.ts';

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

/** The temps that a function stores in a variable, and those that it loads from it. */
export interface VariableTemps {
  readonly stored: readonly Temp[];
  readonly loaded: readonly Temp[];
}

const NEVER: VariableTemps = { stored: [], loaded: [] };
const byVariable = new WeakMap<Func, ReadonlyMap<Variable, VariableTemps>>();

export function tempsOf(func: Func, variable: Variable): VariableTemps {
  let known = byVariable.get(func);
  if (known === undefined) {
    const found = new Map<Variable, { stored: Temp[]; loaded: Temp[] }>();
    for (const block of func.blocks) {
      for (const instr of block.instrs) {
        if (instr.kind !== 'store' && instr.kind !== 'load') continue;
        let temps = found.get(instr.variable);
        if (temps === undefined) found.set(instr.variable, (temps = { stored: [], loaded: [] }));
        if (instr.kind === 'store') temps.stored.push(instr.value);
        else temps.loaded.push(instr.dest);
      }
    }
    byVariable.set(func, (known = found));
  }
  return known.get(variable) ?? NEVER;
}

const called = new WeakMap<Func, ReadonlyMap<Span, Extract<Instr, { kind: 'call' }>>>();

/** The call that `span` is the place of; null if it is none of the function itself. */
export function callAt(func: Func, span: Span): Extract<Instr, { kind: 'call' }> | null {
  let calls = called.get(func);
  if (calls === undefined) {
    const found = new Map<Span, Extract<Instr, { kind: 'call' }>>();
    for (const block of func.blocks) for (const instr of block.instrs) if (instr.kind === 'call' && !found.has(instr.span)) found.set(instr.span, instr);
    called.set(func, (calls = found));
  }
  return calls.get(span) ?? null;
}

/** A temp that is stored in a variable, and the block where. */
export interface Store {
  readonly block: BlockId;
  readonly value: Temp;
}

const stores = new WeakMap<Func, ReadonlyMap<Variable, readonly Store[]>>();

/** What is stored in each variable, in the order of the text. */
export function storesOf(func: Func): ReadonlyMap<Variable, readonly Store[]> {
  let known = stores.get(func);
  if (known === undefined) {
    const found = new Map<Variable, Store[]>();
    for (const block of func.blocks) {
      for (const instr of block.instrs) {
        if (instr.kind !== 'store') continue;
        const before = found.get(instr.variable);
        if (before === undefined) found.set(instr.variable, [{ block: block.id, value: instr.value }]);
        else before.push({ block: block.id, value: instr.value });
      }
    }
    stores.set(func, (known = found));
  }
  return known;
}
