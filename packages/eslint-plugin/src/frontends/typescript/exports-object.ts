// What CommonJS files export through: `exports.name` and `module.exports.name`.
//
// What it guarantees: files that declare `exports` or `module` themselves have no such object.
//
// Approximation: `exports` and `module.exports` are one object, and nobody else assigns its properties.
import ts from '#typescript';
import type { Variable } from '../../ir/ir.ts';
import type { FunctionLowering } from './context.ts';

/** The variable that `exports.name` means, if statements of the module that were lowered before have assigned it. */
export function exportedVariable(fn: FunctionLowering, node: ts.Expression): Variable | null {
  const name = fn.module.commonJs.size === 0 ? null : exportedName(fn, node);
  return name === null ? null : (fn.module.commonJs.get(name) ?? null);
}

/** The name of `exports.name`, `exports['name']` and the same with `module.exports`. */
export function exportedName(fn: FunctionLowering, node: ts.Expression): string | null {
  const name = nameOfAccess(node);
  return name !== null && isExportsObject(fn, (node as ts.AccessExpression).expression) ? name : null;
}

function nameOfAccess(node: ts.Expression): string | null {
  if (ts.isPropertyAccessExpression(node)) return node.name.text;
  return ts.isElementAccessExpression(node) && ts.isStringLiteralLike(node.argumentExpression) ? node.argumentExpression.text : null;
}

/** `exports` or `module.exports`. */
export function isExportsObject(fn: FunctionLowering, node: ts.Expression): boolean {
  if (ts.isIdentifier(node)) return node.text === 'exports' && fn.scope.lookup('exports') === null;
  if (nameOfAccess(node) !== 'exports') return false;
  const { expression } = node as ts.AccessExpression;
  return ts.isIdentifier(expression) && expression.text === 'module' && fn.scope.lookup('module') === null;
}
