// TypeScript's namespaces, and what they share with enums: a declaration in parts that gives one value.
//
// What it guarantees: the statements of a namespace run in place, in a scope of their own; then the namespace is a `dict` of
// what it exports. A second declaration of the same name (also after a class, a function or an enum) adds attributes to the
// first value, and its statements see what the earlier parts export.
//
// Approximation: a namespace's exported variable and the attribute of the same name are two places, equal when the namespace
// ends.
import ts from '#typescript';
import type { Element, Temp, Variable } from '../../ir/ir.ts';
import type { FunctionLowering } from './context.ts';
import { enterBody } from './functions.ts';
import { declaredNames } from './modules.ts';
import { hasModifier, isAmbient, Scope } from './scopes.ts';

export interface Member {
  readonly name: string;
  readonly value: Temp;
}

/** What the parts of `name` have exported so far. */
export function partsOf(fn: FunctionLowering, name: string): Map<string, Variable> {
  const owner = fn.scope.lookup(name);
  if (owner === null) return new Map();
  const known = fn.module.parts.get(owner) ?? new Map<string, Variable>();
  fn.module.parts.set(owner, known);
  return known;
}

export function lowerNamespace(fn: FunctionLowering, node: ts.ModuleDeclaration): void {
  const { name, body } = node;
  // `declare module 'x'`, `declare global` and namespaces of types have no variable.
  if (isAmbient(node) || body === undefined || !ts.isIdentifier(name) || fn.scope.lookup(name.text) === null) return;
  const parts = partsOf(fn, name.text);
  // What earlier parts export is known around this part: its own names are stronger.
  const scope = fn.module.scope(body, fn.scope, (outer) => {
    for (const [known, variable] of parts) outer.declare(known, () => variable);
  });
  const inner = new Scope(scope);
  const members = fn.inScope(inner, () => lowerBody(fn, body, parts));
  fn.at(fn.module.header(node, body.pos));
  storeMembers(fn, node, name.text, members);
}

function lowerBody(fn: FunctionLowering, body: ts.ModuleBody | ts.ModuleDeclaration, parts: Map<string, Variable>): readonly Member[] {
  if (ts.isModuleDeclaration(body)) {
    // `namespace A.B {}`: the inner name is a member of the outer one.
    if (!ts.isIdentifier(body.name)) return [];
    shareParts(fn, body, [body.name.text], parts);
    fn.declare(fn.scope, body.name.text);
    fn.nested(() => lowerNamespace(fn, body), () => void fn.tooDeep(body));
    return exportedMembers(fn, body, [body.name.text], parts);
  }
  if (!ts.isModuleBlock(body)) return [];
  const exported = body.statements.filter((statement) => hasModifier(statement, ts.SyntaxKind.ExportKeyword));
  for (const statement of exported) if (ts.isModuleDeclaration(statement) || ts.isEnumDeclaration(statement)) shareParts(fn, statement, declaredNames(statement), parts);
  enterBody(fn, body.statements);
  fn.statements(body.statements);
  return exportedMembers(fn, body, exported.flatMap((statement) => declaredNames(statement)), parts);
}

/** A namespace or enum that an earlier part exports goes on here: its name is the same variable. */
function shareParts(fn: FunctionLowering, node: ts.Node, names: readonly string[], parts: ReadonlyMap<string, Variable>): void {
  for (const name of names) {
    const variable = parts.get(name);
    if (variable === undefined) continue;
    fn.scope.declare(name, () => variable);
    fn.module.extensions.add(node);
  }
}

function exportedMembers(fn: FunctionLowering, body: ts.Node, names: readonly string[], parts: Map<string, Variable>): readonly Member[] {
  const span = fn.span(body);
  return [...new Set(names)].flatMap((name) => {
    const variable = fn.scope.lookup(name);
    if (variable === null) return [];
    parts.set(name, variable);
    return [{ name, value: fn.builder.load(variable, span) }];
  });
}

export function storeMembers(fn: FunctionLowering, node: ts.Node, name: string, members: readonly Member[]): void {
  const { builder } = fn;
  const span = fn.span(node);
  const variable = fn.scope.lookup(name);
  if (variable === null) return;
  if (fn.module.extensions.has(node)) {
    const object = builder.load(variable, span);
    for (const member of members) builder.emit({ kind: 'set-attr', object, name: member.name, value: member.value }, span);
    return;
  }
  const elements = members.map((member): Element => ({ kind: 'element', key: fn.constant(member.name, span), value: member.value }));
  const dest = builder.temp();
  builder.emit({ kind: 'collection', dest, form: 'dict', elements }, span);
  builder.store(variable, dest, span);
}
