// Lowers text for a test, and refuses IR that breaks a promise of ir.ts or a lowering that gave up.
import { expect } from 'vitest';
import { lowerTypeScript } from '../../../src/frontends/typescript/lower.ts';
import { parseTypeScript } from '../../../src/frontends/typescript/parse.ts';
import type { Func, Instr, InstrKind, Module } from '../../../src/ir/ir.ts';
import { printModule } from '../../../src/ir/print.ts';
import { verifyModule } from '../../../src/ir/verify.ts';

export function lower(text: string, file = 'test.ts'): Module {
  const module = lowerTypeScript(parseTypeScript(text, file), file);
  expect(verifyModule(module)).toEqual([]);
  expect(module.syntaxErrors).toEqual([]);
  return module;
}

export function print(text: string, file = 'test.ts'): string {
  return printModule(lower(text, file));
}

export function instrsOf(module: Module): readonly Instr[] {
  return module.funcs.flatMap((func) => func.blocks.flatMap((block) => block.instrs));
}

export function instrsOfKind<K extends InstrKind>(module: Module, kind: K): readonly Extract<Instr, { kind: K }>[] {
  return instrsOf(module).filter((instr): instr is Extract<Instr, { kind: K }> => instr.kind === kind);
}

export function funcNamed(module: Module, name: string): Func {
  const func = module.funcs.find((candidate) => candidate.name === name);
  if (func === undefined) throw new Error(`There is no function ${name}: ${module.funcs.map((candidate) => candidate.name).join(', ')}`);
  return func;
}

/**
 * Which variable each use of `name` means, in the order of the text: `A`, `B`, ... for variables, `-` for a global. A place
 * that is written and read at once (`x++`) stands once.
 */
export function bindings(text: string, name: string, file = 'test.ts'): string {
  const letters = new Map<number, string>();
  const uses = new Map<number, number | null>();
  for (const instr of instrsOf(lower(text, file))) {
    if ((instr.kind === 'load' || instr.kind === 'store') && instr.variable.name === name) uses.set(instr.span.start, instr.variable.id);
    if (instr.kind === 'global' && instr.name === name) uses.set(instr.span.start, null);
  }
  return [...uses]
    .sort(([a], [b]) => a - b)
    .map(([, id]) => {
      if (id === null) return '-';
      if (!letters.has(id)) letters.set(id, String.fromCharCode(65 + letters.size));
      return letters.get(id)!;
    })
    .join(' ');
}
