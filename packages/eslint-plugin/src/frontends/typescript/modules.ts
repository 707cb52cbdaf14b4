// Imports and exports of ECMAScript modules, and TypeScript's `import x = ...` and `export = x`.
//
// What it guarantees: every name that an import declaration binds is an `import` instruction and a store at the start of the
// module, since imports are hoisted. What other files can import is in `Module.exports` under the exported name. A re-export
// is an import into a variable that nothing else can name; `export * from` is an `import-all`.
//
// What it refuses: type-only imports and exports, and to find the file that a module name means.
import ts from '#typescript';
import type { Temp } from '../../ir/ir.ts';
import type { FunctionLowering } from './context.ts';
import { DEFAULT_EXPORT } from './functions.ts';
import { boundIdentifiers, hasModifier, isAmbient } from './scopes.ts';

/** Imports `name` of `module`; null: the whole module. */
function importValue(fn: FunctionLowering, module: string, name: string | null, node: ts.Node): Temp {
  const dest = fn.builder.temp();
  fn.builder.emit({ kind: 'import', dest, module, name }, fn.span(node));
  return dest;
}

function bindImport(fn: FunctionLowering, local: ts.Identifier, module: string, name: string | null): void {
  const variable = fn.scope.lookup(local.text);
  if (variable !== null) fn.builder.store(variable, importValue(fn, module, name, local), fn.span(local));
}

/** Lowers the import declarations of the module. */
export function storeImports(fn: FunctionLowering, statements: readonly ts.Statement[]): void {
  for (const node of statements) {
    if (!ts.isImportDeclaration(node) || !ts.isStringLiteral(node.moduleSpecifier)) continue;
    const module = node.moduleSpecifier.text;
    const clause = node.importClause;
    fn.at(fn.span(node));
    if (clause === undefined) {
      importValue(fn, module, null, node);
      continue;
    }
    if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) continue;
    if (clause.name !== undefined) bindImport(fn, clause.name, module, 'default');
    const bindings = clause.namedBindings;
    if (bindings === undefined) continue;
    if (ts.isNamespaceImport(bindings)) bindImport(fn, bindings.name, module, null);
    else for (const element of bindings.elements) if (!element.isTypeOnly) bindImport(fn, element.name, module, (element.propertyName ?? element.name).text);
  }
}

/** `import x = require('y')`, `import x = A.B`. */
export function lowerImportEquals(fn: FunctionLowering, node: ts.ImportEqualsDeclaration): void {
  if (node.isTypeOnly) return;
  const variable = fn.scope.lookup(node.name.text);
  if (variable === null) return;
  const reference = node.moduleReference;
  if (ts.isExternalModuleReference(reference)) {
    const value = ts.isStringLiteralLike(reference.expression) ? importValue(fn, reference.expression.text, null, node) : fn.expression(reference.expression);
    fn.builder.store(variable, value, fn.span(node));
    return;
  }
  const names: ts.Identifier[] = [];
  let entity: ts.EntityName = reference;
  while (ts.isQualifiedName(entity)) {
    names.push(entity.right);
    entity = entity.left;
  }
  let value = fn.expression(entity);
  for (const name of names.reverse()) value = fn.builder.getAttr(value, name.text, fn.span(reference));
  fn.builder.store(variable, value, fn.span(node));
}

/** The names that an exported declaration declares. */
export function declaredNames(node: ts.Statement): readonly string[] {
  if (isAmbient(node)) return [];
  if (ts.isVariableStatement(node)) return node.declarationList.declarations.flatMap((item) => boundIdentifiers(item.name).map((name) => name.text));
  if (ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node) || ts.isEnumDeclaration(node)) return node.name === undefined ? [] : [node.name.text];
  if (ts.isModuleDeclaration(node)) return ts.isIdentifier(node.name) ? [node.name.text] : [];
  return ts.isImportEqualsDeclaration(node) ? [node.name.text] : [];
}

/** Declares the variable of a nameless default export and exports what declarations export. */
export function declareExports(fn: FunctionLowering, statements: readonly ts.Statement[]): void {
  const { builder } = fn.module;
  for (const node of statements) {
    if (ts.isExportDeclaration(node)) {
      exportLocals(fn, node);
      continue;
    }
    if (!hasModifier(node, ts.SyntaxKind.ExportKeyword) || isAmbient(node)) continue;
    if (hasModifier(node, ts.SyntaxKind.DefaultKeyword)) {
      const hasValue = ts.isClassDeclaration(node) || (ts.isFunctionDeclaration(node) && node.body !== undefined);
      if (!hasValue) continue;
      builder.export('default', fn.declare(fn.scope, node.name?.text ?? DEFAULT_EXPORT));
      continue;
    }
    for (const name of declaredNames(node)) {
      const variable = fn.scope.lookup(name);
      if (variable !== null) builder.export(name, variable);
    }
  }
}

/** `export { a as b }`. A name without a value is a type. */
function exportLocals(fn: FunctionLowering, node: ts.ExportDeclaration): void {
  const clause = node.exportClause;
  if (node.isTypeOnly || node.moduleSpecifier !== undefined || clause === undefined || !ts.isNamedExports(clause)) return;
  for (const element of clause.elements) {
    const variable = element.isTypeOnly ? null : fn.scope.lookup((element.propertyName ?? element.name).text);
    if (variable !== null) fn.module.builder.export(element.name.text, variable);
  }
}

/** `export ... from 'x'`; a list of local names was read before. */
export function lowerExportDeclaration(fn: FunctionLowering, node: ts.ExportDeclaration): void {
  const specifier = node.moduleSpecifier;
  if (node.isTypeOnly || specifier === undefined || !ts.isStringLiteral(specifier)) return;
  const module = specifier.text;
  const clause = node.exportClause;
  if (clause === undefined) {
    fn.builder.emit({ kind: 'import-all', module }, fn.span(node));
    return;
  }
  if (ts.isNamespaceExport(clause)) {
    exportValue(fn, clause.name.text, importValue(fn, module, null, clause), clause);
    return;
  }
  for (const element of clause.elements) {
    if (element.isTypeOnly) continue;
    exportValue(fn, element.name.text, importValue(fn, module, (element.propertyName ?? element.name).text, element), element);
  }
}

/** `export default value`, `export = value`. */
export function lowerExportAssignment(fn: FunctionLowering, node: ts.ExportAssignment): void {
  const name = node.isExportEquals === true ? 'export=' : 'default';
  exportValue(fn, name, fn.named(node.expression, 'default'), node);
}

function exportValue(fn: FunctionLowering, name: string, value: Temp, node: ts.Node): void {
  const variable = fn.builder.synthetic(name);
  fn.builder.store(variable, value, fn.span(node));
  fn.module.builder.export(name, variable);
}
