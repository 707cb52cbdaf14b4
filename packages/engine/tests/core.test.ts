/**
 * `@modeguard/engine/core`: which methods it leaves out, and that every part of the engine that calls one of those brings it along.
 */
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { TensorBase } from '../src/autograd/tensor-base.ts';
import { tensor, Tensor } from '../src/core.ts';
import { Module } from '../src/nn/module.ts';
import { Optimizer } from '../src/optim/optimizer.ts';

const engine = join(import.meta.dirname, '..');
const CLASSES = [Tensor, TensorBase, Module, Optimizer];

test('a file that calls a method which core leaves out imports the file that adds it', () => {
  const { config } = ts.readConfigFile(join(engine, 'tsconfig.json'), (path) => readFileSync(path, 'utf8')) as { config: unknown };
  const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, engine);
  const program = ts.createProgram(fileNames, options);
  const checker = program.getTypeChecker();
  const missing: string[] = [];
  let calls = 0;
  for (const file of program.getSourceFiles()) {
    const name = relative(join(engine, 'src'), file.fileName);
    if (name.startsWith('..') || name.startsWith('mode-table')) continue;
    const imported = file.statements.flatMap((statement) => (ts.isImportDeclaration(statement) && ts.isStringLiteral(statement.moduleSpecifier) ? [statement.moduleSpecifier.text.split('/').at(-1)] : []));
    const visit = (node: ts.Node): void => {
      if (ts.isPropertyAccessExpression(node)) {
        const adding = checker.getSymbolAtLocation(node.name)?.declarations?.[0]?.getSourceFile().fileName.split('/').at(-1);
        if (adding?.endsWith('-methods.ts') === true && adding !== name.split('/').at(-1)) {
          calls++;
          if (!imported.includes(adding)) missing.push(`${name} calls ${node.name.text} and does not import ${adding}`);
        }
      }
      ts.forEachChild(node, visit);
    };
    visit(file);
  }
  expect(missing).toEqual([]);
  expect(calls).toBeGreaterThan(5);
});

test('the package adds what core leaves out, and until then it says so', async () => {
  const known = CLASSES.map(({ prototype }) => Object.getOwnPropertyNames(prototype));
  expect(() => tensor([1, 2]).cumsum(0)).toThrow("cumsum() has to be imported: write import '@modeguard/engine' beside the other imports");
  expect(String(tensor([1, 2]))).toBe('tensor(..., size=(2))');
  await import('../src/index.ts');
  expect(String(tensor([1, 2]))).toBe('tensor([1., 2.])');
  expect(tensor([1, 2]).cumsum(0).toArray()).toEqual([1, 3]);
  CLASSES.forEach(({ prototype }, at) => {
    const names = Object.getOwnPropertyNames(prototype);
    expect(names.filter((name) => !known[at]!.includes(name)), 'methods that nothing announces').toEqual([]);
    expect(names.filter((name) => String(Object.getOwnPropertyDescriptor(prototype, name)!.value).includes('has to be imported')), 'methods that do not come').toEqual([]);
  });
});
