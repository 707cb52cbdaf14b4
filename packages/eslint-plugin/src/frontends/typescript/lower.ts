// Lowers a parsed TypeScript or JavaScript file to the IR.
//
// What it guarantees: it never throws, it needs no types and no other file, and every function of the file is one `Func`; the
// statements of the file are function 0. A file that cannot be lowered (a bug here, or a stack that is nearly used up by the
// caller) gives an empty module with a syntax error that spans the whole text, and so no finding.
//
// What it refuses: libraries. `model.eval()` is a method call like any other.
import ts from '#typescript';
import type { Module } from '../../ir/ir.ts';
import { ModuleBuilder } from '../../ir/builder.ts';
import type { Span } from '../../source/span.ts';
import { lowerCondition } from './conditionals.ts';
import { FunctionLowering, ModuleLowering, type Dispatch } from './context.ts';
import { lowerEffect, lowerExpression } from './expressions.ts';
import { declareBody, storeFunctions } from './functions.ts';
import { declareExports, storeImports } from './modules.ts';
import { syntaxErrorsOf } from './parse.ts';
import { Scope } from './scopes.ts';
import { isStrict } from './sloppy.ts';
import { lowerStatement, lowerStatements } from './statements.ts';

const DISPATCH: Dispatch = {
  expression: lowerExpression,
  effect: lowerEffect,
  condition: lowerCondition,
  statement: lowerStatement,
  statements: lowerStatements,
};

export function lowerTypeScript(sourceFile: ts.SourceFile, file: string): Module {
  const whole: Span = { start: 0, end: sourceFile.text.length };
  try {
    return lowerStatementsOfFile(sourceFile, sourceFile.statements, file, whole, syntaxErrorsOf(sourceFile));
  } catch {
    return lowerStatementsOfFile(sourceFile, [], file, whole, [whole]);
  }
}

function lowerStatementsOfFile(sourceFile: ts.SourceFile, statements: readonly ts.Statement[], file: string, whole: Span, errors: readonly Span[]): Module {
  const builder = new ModuleBuilder(file, 'typescript');
  const module = new ModuleLowering(sourceFile, builder, DISPATCH);
  const id = builder.reserveFunc();
  const fn = new FunctionLowering(module, id, new Scope(null), null, null);
  fn.isSloppy = /\.(?:c?js|jsx)$/i.test(file) && !ts.isExternalModule(sourceFile) && !isStrict(statements);
  declareBody(fn, statements);
  declareExports(fn, statements);
  storeImports(fn, statements);
  storeFunctions(fn, statements);
  fn.statements(statements);
  const [first] = statements;
  const bodyStart = first === undefined ? 0 : module.span(first).start;
  fn.builder.finish(
    {
      id, name: '<module>', kind: 'module', isAsync: false, isGenerator: false, params: [], thisVariable: null,
      parent: null, owner: null, span: whole, nameSpan: whole, bodyStart, defStart: 0,
    },
    { start: whole.end, end: whole.end },
  );
  module.drain();
  return builder.finish(errors);
}
