// Every syntax of Python 3.8 to 3.14 is lowered with its meaning: `opaque` stands only where it is listed here, with a reason.
// The files are valid programs of their version, and of none before it; `python-base.py` holds what is older.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { PyNode } from '../../../src/frontends/python/ast.ts';
import { lowerPython } from '../../../src/frontends/python/lower.ts';
import { parsePython } from '../../../src/frontends/python/parse.ts';
import { childrenOf } from '../../../src/frontends/python/visitor-keys.ts';
import type { Module } from '../../../src/ir/ir.ts';
import { printModule } from '../../../src/ir/print.ts';
import { verifyModule } from '../../../src/ir/verify.ts';

const REASONS: Readonly<Record<string, string>> = {
  bases: '`class A(*classes)`: how many classes stand there is not known; the list keeps its place among the bases',
  complex: 'the constants of the IR have no imaginary numbers, and no mode depends on one',
  ellipsis: '`...` is a value of its own that nothing here compares',
  'match-argument': '`case Point(x)`: which attribute that is says `Point.__match_args__`',
  't-string': 'whoever gets the template decides what becomes of its values',
  'type-alias': 'the right-hand side is evaluated when somebody asks for it',
  'type-parameter': 'a type variable is a value without modes',
};

const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  'python-base.py': ['bases', 'complex', 'ellipsis'],
  'python-3.8.py': [],
  'python-3.9.py': [],
  'python-3.10.py': ['complex', 'match-argument'],
  'python-3.11.py': [],
  'python-3.12.py': ['type-alias', 'type-parameter'],
  'python-3.13.py': ['type-alias', 'type-parameter'],
  'python-3.14.py': ['t-string'],
};

function source(file: string): string {
  return readFileSync(new URL(`../zoo/${file}`, import.meta.url), 'utf8');
}

function lower(text: string): Module {
  const tree = parsePython(text);
  expect(tree.errors).toEqual([]);
  const module = lowerPython(tree, 'zoo.py');
  expect(verifyModule(module)).toEqual([]);
  return module;
}

function opaqueConstructs(module: Module): string[] {
  const instrs = module.funcs.flatMap((func) => func.blocks).flatMap((block) => block.instrs);
  return [...new Set(instrs.flatMap((instr) => (instr.kind === 'opaque' ? [instr.construct] : [])))].sort();
}

function unplaced(node: PyNode): PyNode[] {
  return [...(node.type === 'Unknown' || node.type === 'Error' ? [node] : []), ...childrenOf(node).flatMap(unplaced)];
}

describe('the zoo', () => {
  it('holds a file for every version', () => {
    const files = readdirSync(new URL('../zoo/', import.meta.url)).filter((file) => file.endsWith('.py'));
    expect(files.sort()).toEqual(Object.keys(EXPECTED).sort());
  });

  it('has a reason for everything that stays opaque', () => {
    expect(Object.keys(REASONS).sort()).toEqual([...new Set(Object.values(EXPECTED).flat())].sort());
  });

  describe.each(Object.entries(EXPECTED))('%s', (file, expected) => {
    it('is understood to the last node', () => {
      expect(unplaced(parsePython(source(file)).ast).map((node) => source(file).slice(...node.range))).toEqual([]);
    });

    it('is lowered, opaque only where listed', () => {
      expect(opaqueConstructs(lower(source(file)))).toEqual(expected);
    });

    it('is lowered on top of the base', () => {
      lower(`${source('python-base.py')}\n${source(file)}`);
    });

    const layouts: readonly (readonly [string, (text: string) => string])[] = [
      ['CRLF', (text) => text.replace(/\n/gu, '\r\n')],
      ['carriage returns alone', (text) => text.replace(/\n/gu, '\r')],
      ['a byte order mark', (text) => `\uFEFF${text}`],
      ['form feeds between definitions', (text) => text.replace(/\n\n\n(?=\S)/gu, '\n\f\n\n')],
      ['no line break at the end', (text) => text.trimEnd()],
      ['tabs', (text) => text.replace(/^(?: {4})+/gmu, (indent) => '\t'.repeat(indent.length / 4))],
    ];
    it.each(layouts)('means the same with %s', (_name, change) => {
      expect(printModule(lower(change(source(file))))).toBe(printModule(lower(source(file))));
    });
  });
});
