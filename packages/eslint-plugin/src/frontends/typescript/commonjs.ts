// What a CommonJS file exports: `module.exports = value`, `module.exports.name = value`, `exports.name = value`.
//
// What it guarantees: such an assignment in the statements of the module stores its value to a variable that the module
// exports. `module.exports = value` is exported as `export=`, and for an object literal each property also under its name.
// From then on, `exports.name` is that variable, in functions too (see exports-object.ts).
//
// What it refuses: exports that only a function assigns, computed names, `Object.assign(exports, ...)`, and files that declare
// `module` or `exports` themselves. Those are ordinary assignments.
import ts from '#typescript';
import type { Temp } from '../../ir/ir.ts';
import type { Span } from '../../source/span.ts';
import { skipTransparent, type FunctionLowering } from './context.ts';
import { exportedName, isExportsObject } from './exports-object.ts';
import { staticPropertyName } from './patterns.ts';

/** Lowers `target = right` if it exports something; null if it does not. */
export function lowerCommonJsExport(fn: FunctionLowering, target: ts.Expression, right: ts.Expression, span: Span): Temp | null {
  if (fn.id !== 0) return null;
  if (isExportsObject(fn, target)) {
    const value = fn.expression(right);
    // `exports = module.exports = value`: the inner assignment exports.
    if (ts.isIdentifier(target)) return value;
    exportValue(fn, 'export=', value, span);
    const literal = skipTransparent(right);
    if (ts.isObjectLiteralExpression(literal)) exportProperties(fn, literal, value);
    return value;
  }
  const name = exportedName(fn, target);
  if (name === null) return null;
  const value = fn.named(right, name);
  exportValue(fn, name, value, span);
  return value;
}

function exportValue(fn: FunctionLowering, name: string, value: Temp, span: Span): void {
  const variable = fn.module.commonJs.get(name) ?? fn.builder.synthetic(name);
  fn.module.commonJs.set(name, variable);
  fn.builder.store(variable, value, span);
  fn.module.builder.export(name, variable);
}

function exportProperties(fn: FunctionLowering, literal: ts.ObjectLiteralExpression, object: Temp): void {
  for (const property of literal.properties) {
    const name = property.name === undefined ? null : staticPropertyName(property.name);
    if (name === null) continue;
    const variable = ts.isShorthandPropertyAssignment(property) ? fn.scope.lookup(name) : null;
    if (variable !== null) fn.module.builder.export(name, variable);
    else exportValue(fn, name, fn.builder.getAttr(object, name, fn.span(property)), fn.span(property));
  }
}
