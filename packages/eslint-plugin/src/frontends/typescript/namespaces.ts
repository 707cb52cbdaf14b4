// TypeScript's enums and namespaces: declarations that are values.
//
// What it guarantees: an enum is a `dict` of its members. The statements of a namespace run in place, in a scope of their own;
// then the namespace is a `dict` of what it exports. A second declaration of the same name adds attributes to the first value.
//
// Approximation: a namespace's exported variable and the attribute of the same name are two places, equal when the namespace
// ends. The members of an enum do not see each other by their bare names.
import ts from 'typescript';
import type { Element, Temp } from '../../ir/ir.ts';
import type { FunctionLowering } from './context.ts';
import { enterBody } from './functions.ts';
import { declaredNames } from './modules.ts';
import { staticPropertyName } from './patterns.ts';
import { hasModifier, isAmbient } from './scopes.ts';

interface Member {
  readonly name: string;
  readonly value: Temp;
}

export function lowerEnum(fn: FunctionLowering, node: ts.EnumDeclaration): void {
  if (isAmbient(node)) return;
  fn.at(fn.span(node));
  // Members without a value count on from the last number.
  let next: number | null = 0;
  const members: Member[] = [];
  for (const member of node.members) {
    const span = fn.span(member);
    const { initializer } = member;
    const value: Temp = initializer !== undefined ? fn.expression(initializer) : next === null ? fn.builder.opaque('enum-member', [], span) : fn.constant(next, span);
    if (initializer !== undefined) next = ts.isNumericLiteral(initializer) ? Number(initializer.text) : null;
    if (next !== null) next += 1;
    members.push({ name: staticPropertyName(member.name) ?? fn.module.text(member.name), value });
  }
  storeMembers(fn, node, node.name.text, members);
}

export function lowerNamespace(fn: FunctionLowering, node: ts.ModuleDeclaration): void {
  const { name, body } = node;
  // `declare module 'x'`, `declare global` and namespaces of types have no variable.
  if (isAmbient(node) || body === undefined || !ts.isIdentifier(name) || fn.scope.lookup(name.text) === null) return;
  const members = fn.inScope(fn.module.scope(body, fn.scope, () => undefined), () => {
    if (ts.isModuleDeclaration(body)) {
      // `namespace A.B {}`: the inner name is a member of the outer one.
      if (!ts.isIdentifier(body.name)) return [];
      fn.declare(fn.scope, body.name.text);
      fn.nested(() => lowerNamespace(fn, body), () => void fn.tooDeep(body));
      return exportedMembers(fn, body, [body.name.text]);
    }
    if (!ts.isModuleBlock(body)) return [];
    enterBody(fn, body.statements);
    fn.statements(body.statements);
    const exported = body.statements.filter((statement) => hasModifier(statement, ts.SyntaxKind.ExportKeyword));
    return exportedMembers(fn, body, exported.flatMap((statement) => declaredNames(statement)));
  });
  fn.at(fn.module.header(node, body.pos));
  storeMembers(fn, node, name.text, members);
}

function exportedMembers(fn: FunctionLowering, body: ts.Node, names: readonly string[]): readonly Member[] {
  const span = fn.span(body);
  return [...new Set(names)].flatMap((name) => {
    const variable = fn.scope.lookup(name);
    return variable === null ? [] : [{ name, value: fn.builder.load(variable, span) }];
  });
}

function storeMembers(fn: FunctionLowering, node: ts.Node, name: string, members: readonly Member[]): void {
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
