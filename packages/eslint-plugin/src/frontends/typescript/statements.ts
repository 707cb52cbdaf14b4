// Every statement, by its kind, and lists of statements.
//
// What it guarantees: a statement list opens its scope, stores its functions first and then runs its statements in order; a
// `using` declaration takes the rest of its list under its cleanup. Types, interfaces and `declare` leave no trace.
//
// Approximation: in the body of a `with`, a name is an attribute of the object or what it means outside, whatever the object has.
import ts from '#typescript';
import { MAX_DEPTH, type FunctionLowering } from './context.ts';
import { lowerClass } from './classes.ts';
import { lowerIf } from './conditionals.ts';
import { bindInitialized, isResource, lowerDeclarations } from './declarations.ts';
import { lowerEnum } from './enums.ts';
import { DEFAULT_EXPORT, declareLexical, storeFunctions } from './functions.ts';
import { isLoop, lowerLoop } from './loops.ts';
import { lowerExportAssignment, lowerExportDeclaration, lowerImportEquals } from './modules.ts';
import { lowerNamespace } from './namespaces.ts';
import { isAmbient } from './scopes.ts';
import { lowerSwitch } from './switch.ts';
import { lowerTry } from './try.ts';

function lowerBlock(fn: FunctionLowering, node: ts.Block): void {
  const scope = fn.module.scope(node, fn.scope, (inner) => declareLexical(fn, inner, node.statements));
  fn.inScope(scope, () => {
    storeFunctions(fn, node.statements);
    lowerStatements(fn, node.statements);
  });
}

export function lowerStatements(fn: FunctionLowering, list: readonly ts.Statement[]): void {
  for (let i = 0; i < list.length; i += 1) {
    const statement = list[i]!;
    if (ts.isVariableStatement(statement) && isResource(statement.declarationList) && !isAmbient(statement)) {
      const rest = list.slice(i + 1);
      fn.at(fn.span(statement));
      // Each resource nests in the one before it.
      fn.nested(
        () => bindInitialized(fn, statement.declarationList, () => lowerStatements(fn, rest)),
        () => rest.forEach((next) => void fn.tooDeep(next)),
      );
      return;
    }
    fn.statement(statement);
  }
}

export function lowerStatement(fn: FunctionLowering, node: ts.Statement): void {
  const { builder } = fn;
  if (isLoop(node)) {
    lowerLoop(fn, node, []);
    return;
  }
  switch (node.kind) {
    case ts.SyntaxKind.ExpressionStatement:
      fn.at(fn.span(node));
      fn.effect((node as ts.ExpressionStatement).expression);
      return;
    case ts.SyntaxKind.VariableStatement:
      if (isAmbient(node)) return;
      fn.at(fn.span(node));
      lowerDeclarations(fn, (node as ts.VariableStatement).declarationList);
      return;
    case ts.SyntaxKind.ReturnStatement: {
      const { expression } = node as ts.ReturnStatement;
      const span = fn.span(node);
      fn.at(span);
      builder.return(expression === undefined ? null : fn.expression(expression), span);
      return;
    }
    case ts.SyntaxKind.ThrowStatement: {
      const span = fn.span(node);
      fn.at(span);
      builder.throw(fn.expression((node as ts.ThrowStatement).expression), span);
      return;
    }
    case ts.SyntaxKind.IfStatement:
      return lowerIf(fn, node as ts.IfStatement);
    case ts.SyntaxKind.Block:
      return lowerBlock(fn, node as ts.Block);
    case ts.SyntaxKind.TryStatement:
      return lowerTry(fn, node as ts.TryStatement);
    case ts.SyntaxKind.SwitchStatement:
      return lowerSwitch(fn, node as ts.SwitchStatement, []);
    case ts.SyntaxKind.LabeledStatement:
      return lowerLabeled(fn, node as ts.LabeledStatement);
    case ts.SyntaxKind.BreakStatement:
    case ts.SyntaxKind.ContinueStatement: {
      const { label } = node as ts.BreakOrContinueStatement;
      fn.at(fn.span(node));
      return builder.jump(ts.isBreakStatement(node) ? 'break' : 'continue', label?.text ?? null, fn.span(node));
    }
    case ts.SyntaxKind.ClassDeclaration:
      return lowerClassDeclaration(fn, node as ts.ClassDeclaration);
    case ts.SyntaxKind.EnumDeclaration:
      return lowerEnum(fn, node as ts.EnumDeclaration);
    case ts.SyntaxKind.ModuleDeclaration:
      return lowerNamespace(fn, node as ts.ModuleDeclaration);
    case ts.SyntaxKind.ImportEqualsDeclaration:
      fn.at(fn.span(node));
      return lowerImportEquals(fn, node as ts.ImportEqualsDeclaration);
    case ts.SyntaxKind.ExportDeclaration:
      fn.at(fn.span(node));
      return lowerExportDeclaration(fn, node as ts.ExportDeclaration);
    case ts.SyntaxKind.ExportAssignment:
      fn.at(fn.span(node));
      return lowerExportAssignment(fn, node as ts.ExportAssignment);
    case ts.SyntaxKind.WithStatement: {
      const { expression, statement } = node as ts.WithStatement;
      const header = fn.module.header(node, statement.pos);
      fn.at(header);
      const value = fn.expression(expression);
      const scope = fn.module.scope(node, fn.scope, () => undefined, builder.synthetic('with'));
      builder.store(scope.object!, value, header);
      return fn.inScope(scope, () => fn.statement(statement));
    }
    default:
      // Imports and functions were stored at the start; types, `debugger` and the empty statement do nothing.
      return;
  }
}

function lowerLabeled(fn: FunctionLowering, node: ts.LabeledStatement): void {
  const labels = [node.label.text];
  let statement = node.statement;
  while (ts.isLabeledStatement(statement)) {
    labels.push(statement.label.text);
    statement = statement.statement;
  }
  if (labels.length > MAX_DEPTH) return void fn.tooDeep(node);
  if (isLoop(statement)) return lowerLoop(fn, statement, labels);
  if (ts.isSwitchStatement(statement)) return lowerSwitch(fn, statement, labels);
  const span = fn.module.header(node, statement.pos);
  const after = fn.builder.newBlock();
  const inner = statement;
  let body = (): void => fn.statement(inner);
  for (const label of labels) {
    const whole = body;
    body = () => fn.builder.withTarget(label, after, null, whole);
  }
  body();
  fn.builder.startBlock(after, span);
}

function lowerClassDeclaration(fn: FunctionLowering, node: ts.ClassDeclaration): void {
  if (isAmbient(node)) return;
  if (node.name === undefined) fn.nameHint = 'default';
  const variable = fn.scope.lookup(node.name?.text ?? DEFAULT_EXPORT);
  lowerClass(fn, node, (value) => {
    if (variable !== null) fn.builder.store(variable, value, fn.span(node.name ?? node));
  });
}
