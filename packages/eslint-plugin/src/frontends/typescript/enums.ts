// TypeScript's enums.
//
// What it guarantees: an enum is a `dict` of its members, in the order of the text; a second declaration of the same name adds
// attributes to the first value. Members see each other by their bare names, also across declarations; a member without a
// value counts on from the last one if that is a constant expression.
//
// What it refuses: the reverse mapping from numbers to names.
import ts from '#typescript';
import type { Temp } from '../../ir/ir.ts';
import { skipTransparent, type FunctionLowering } from './context.ts';
import { partsOf, storeMembers, type Member } from './namespaces.ts';
import { staticPropertyName } from './patterns.ts';
import { isAmbient } from './scopes.ts';

export function lowerEnum(fn: FunctionLowering, node: ts.EnumDeclaration): void {
  if (isAmbient(node)) return;
  fn.at(fn.span(node));
  const members: Member[] = [];
  const mentioned = mentionedNames(node);
  const known = partsOf(fn, node.name.text);
  const scope = fn.module.scope(node, fn.scope, (inner) => {
    for (const member of node.members) {
      const name = memberName(fn, member);
      if (mentioned.has(name)) known.set(name, fn.declare(inner, name));
    }
    for (const [name, variable] of known) inner.declare(name, () => variable);
  });
  const constants = new Map<string, number>();
  // Members without a value count on from the last number.
  let last: number | null = -1;
  for (const member of node.members) {
    const name = memberName(fn, member);
    const { initializer } = member;
    const value = fn.inScope(scope, () => (initializer === undefined ? counted(fn, last, member) : fn.expression(initializer)));
    last = initializer === undefined ? (last === null ? null : last + 1) : constantOf(initializer, constants, node.name.text);
    if (last !== null) constants.set(name, last);
    const variable = scope.has(name) ? scope.lookup(name) : null;
    if (variable !== null) fn.builder.store(variable, value, fn.span(member));
    members.push({ name, value });
  }
  storeMembers(fn, node, node.name.text, members);
}

function memberName(fn: FunctionLowering, member: ts.EnumMember): string {
  return staticPropertyName(member.name) ?? fn.module.text(member.name);
}

function counted(fn: FunctionLowering, last: number | null, member: ts.EnumMember): Temp {
  // After a value that is no constant, a member must have its own.
  return last === null ? fn.builder.opaque('enum-member', [], fn.span(member)) : fn.constant(last + 1, fn.span(member));
}

/** The names that the values of the members spell: only those need a variable. */
function mentionedNames(node: ts.EnumDeclaration): ReadonlySet<string> {
  const names = new Set<string>();
  const pending: ts.Node[] = node.members.flatMap((member) => member.initializer ?? []);
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (ts.isIdentifier(next)) names.add(next.text);
    ts.forEachChild(next, (child) => void pending.push(child));
  }
  return names;
}

/** By the text of the operator. */
const BINARY: ReadonlyMap<string | undefined, (a: number, b: number) => number> = new Map([
  ['+', (a, b) => a + b],
  ['-', (a, b) => a - b],
  ['*', (a, b) => a * b],
  ['/', (a, b) => a / b],
  ['%', (a, b) => a % b],
  ['**', (a, b) => a ** b],
  ['|', (a, b) => a | b],
  ['&', (a, b) => a & b],
  ['^', (a, b) => a ^ b],
  ['<<', (a, b) => a << b],
  ['>>', (a, b) => a >> b],
  ['>>>', (a, b) => a >>> b],
]);

// What nests deeper is no number that anybody counts on from.
const MAX_CONSTANT_DEPTH = 50;

/** The number that a constant expression of an enum gives, or null. */
function constantOf(node: ts.Expression, members: ReadonlyMap<string, number>, owner: string, depth = 0): number | null {
  if (depth > MAX_CONSTANT_DEPTH) return null;
  const inner = skipTransparent(node);
  if (ts.isNumericLiteral(inner)) return Number(inner.text);
  if (ts.isIdentifier(inner)) return members.get(inner.text) ?? null;
  if (ts.isPropertyAccessExpression(inner)) return ts.isIdentifier(inner.expression) && inner.expression.text === owner ? (members.get(inner.name.text) ?? null) : null;
  if (ts.isPrefixUnaryExpression(inner)) {
    const operand = constantOf(inner.operand, members, owner, depth + 1);
    if (operand === null) return null;
    if (inner.operator === ts.SyntaxKind.MinusToken) return -operand;
    if (inner.operator === ts.SyntaxKind.TildeToken) return ~operand;
    return inner.operator === ts.SyntaxKind.PlusToken ? operand : null;
  }
  if (!ts.isBinaryExpression(inner)) return null;
  const apply = BINARY.get(ts.tokenToString(inner.operatorToken.kind));
  const [left, right] = [constantOf(inner.left, members, owner, depth + 1), constantOf(inner.right, members, owner, depth + 1)];
  return apply === undefined || left === null || right === null ? null : apply(left, right);
}
