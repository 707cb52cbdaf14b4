// Prints a Python syntax tree the way CPython's `ast.dump` does, with what is empty left out, and lowers snippets for tests.
import { expect } from 'vitest';
import type { PyNode } from '../../../src/frontends/python/ast.ts';
import { lowerPython } from '../../../src/frontends/python/lower.ts';
import { parsePython } from '../../../src/frontends/python/parse.ts';
import type { Module } from '../../../src/ir/ir.ts';
import { printModule } from '../../../src/ir/print.ts';
import { verifyModule } from '../../../src/ir/verify.ts';

const LEFT_OUT = new Set(['type', 'range', 'parent', 'ctx', 'headerEnd', 'defStart', 'nameRange', 'attrRange', 'argsStart', 'elif']);

export function dump(node: PyNode): string {
  if (node.type === 'Constant') return node.literal === 'ellipsis' ? '...' : node.literal === 'bytes' ? `b${JSON.stringify(node.value)}` : JSON.stringify(node.value);
  if (node.type === 'Name') return node.id;
  const fields: string[] = [];
  for (const [key, value] of Object.entries(node) as [string, unknown][]) {
    if (LEFT_OUT.has(key) || value === null || value === false || value === 0 || (Array.isArray(value) && value.length === 0)) continue;
    fields.push(`${key}=${dumpValue(value)}`);
  }
  return `${node.type}(${fields.join(', ')})`;
}

function dumpValue(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(dumpValue).join(', ')}]`;
  if (value !== null && typeof value === 'object') return dump(value as PyNode);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The statements of `text`, one a line. */
export function dumpText(text: string): string {
  const { ast, errors } = parsePython(text);
  expect(errors, `syntax errors in ${text}`).toEqual([]);
  return ast.body.map(dump).join('\n');
}

export function lower(text: string): Module {
  const tree = parsePython(text);
  expect(tree.errors, `syntax errors in ${text}`).toEqual([]);
  const module = lowerPython(tree, 'file.py');
  expect(verifyModule(module)).toEqual([]);
  return module;
}

/** The IR of `text`; with `name`, of that function alone. */
export function print(text: string, name?: string): string {
  const module = lower(text);
  const funcs = name === undefined ? module.funcs : module.funcs.filter((func) => func.name === name);
  return `\n${printModule({ ...module, funcs }).trimEnd()}\n`;
}
