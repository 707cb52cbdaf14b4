/**
 * `@modeguard/engine/core`: which methods it leaves out, and that every part of the engine that calls one of those brings it along.
 */
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { tensor, Tensor } from '../src/core.ts';

const engine = join(import.meta.dirname, '..');
const methods = (): readonly string[] => Object.getOwnPropertyNames(Tensor.prototype);

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

test('the package adds what core leaves out', async () => {
  const before = methods();
  expect(before).not.toContain('cumsum');
  expect(before).not.toContain('scatter');
  expect(String(tensor([1, 2]))).toBe('tensor(..., size=(2))');
  await import('../src/index.ts');
  expect(methods().filter((name) => !before.includes(name))).toEqual(expect.arrayContaining(['cumsum', 'scatter', 'logicalAnd', 'topk']));
  expect(String(tensor([1, 2]))).toBe('tensor([1., 2.])');
  expect(tensor([1, 2]).cumsum(0).toArray()).toEqual([1, 3]);
});
