// Destructuring: `{ a, b: [c], ...rest } = value`, as a declaration, a parameter, a loop head, a `catch` or an assignment.
//
// What it guarantees: parts are read and bound in the order of the text; a default is evaluated only where the part is
// `undefined`. An object pattern reads attributes, an array pattern reads constant indices.
//
// Approximation: the rest of an object holds every attribute of the object but those that the pattern names in plain words; an
// array pattern indexes its value instead of running its iterator. Both keep more aliases than there are.
import ts from '#typescript';
import type { Temp } from '../../ir/ir.ts';
import type { Span } from '../../source/span.ts';
import { skipTransparent, type FunctionLowering } from './context.ts';
import { nameReference, prepareReference, writeReference } from './references.ts';
import { boundIdentifiers } from './scopes.ts';

/** A property name that is known, or the value of a computed one. */
export type PropertyKey = { readonly kind: 'static'; readonly name: string } | { readonly kind: 'computed'; readonly value: Temp };

export function propertyKey(fn: FunctionLowering, name: ts.PropertyName): PropertyKey {
  const known = staticPropertyName(name);
  if (known !== null) return { kind: 'static', name: known };
  const { expression } = name as ts.ComputedPropertyName;
  const inner = skipTransparent(expression);
  // As classes.ts names such members, and chains.ts looks them up.
  const isSymbol = ts.isPropertyAccessExpression(inner) && ts.isIdentifier(inner.expression) && inner.expression.text === 'Symbol' && fn.scope.lookup('Symbol') === null;
  return isSymbol ? { kind: 'static', name: `[Symbol.${inner.name.text}]` } : { kind: 'computed', value: fn.expression(expression) };
}

/** The name that a property name spells, or null if it is computed. */
export function staticPropertyName(name: ts.PropertyName): string | null {
  // A big integer names the same property as its digits.
  if (ts.isBigIntLiteral(name)) return name.text.slice(0, -1);
  if (!ts.isComputedPropertyName(name)) return name.text;
  const inner = skipTransparent(name.expression);
  return ts.isStringLiteralLike(inner) || ts.isNumericLiteral(inner) ? inner.text : null;
}

/** Binds declared names to `value`. */
export function bindName(fn: FunctionLowering, name: ts.BindingName, value: Temp): void {
  if (ts.isIdentifier(name)) {
    writeReference(fn, nameReference(fn, name.text), value, fn.span(name));
    return;
  }
  fn.nested(
    () => (ts.isObjectBindingPattern(name) ? bindObject(fn, name, value) : bindArray(fn, name, value)),
    () => {
      const span = fn.span(name);
      const unknown = fn.builder.opaque('too-deep', [value], span);
      for (const identifier of boundIdentifiers(name)) writeReference(fn, nameReference(fn, identifier.text), unknown, span);
    },
  );
}

function bindObject(fn: FunctionLowering, pattern: ts.ObjectBindingPattern, value: Temp): void {
  for (const element of pattern.elements) {
    const span = fn.span(element);
    if (element.dotDotDotToken !== undefined) {
      bindName(fn, element.name, restOfObject(fn, value, pattern.elements.flatMap((other) => namedIn(other.propertyName ?? other.name, other.dotDotDotToken)), span));
      continue;
    }
    const name = element.propertyName ?? element.name;
    const part = ts.isObjectBindingPattern(name) || ts.isArrayBindingPattern(name) ? value : readProperty(fn, value, name, span);
    bindName(fn, element.name, withDefault(fn, part, element.initializer, nameOf(element.name)));
  }
}

function bindArray(fn: FunctionLowering, pattern: ts.ArrayBindingPattern, value: Temp): void {
  pattern.elements.forEach((element, index) => {
    if (!ts.isBindingElement(element)) return;
    const part = readIndex(fn, value, index, element.dotDotDotToken !== undefined, fn.span(element));
    bindName(fn, element.name, withDefault(fn, part, element.initializer, nameOf(element.name)));
  });
}

/** `value`, or that of `initializer` where `value` is `undefined`. */
export function withDefault(fn: FunctionLowering, value: Temp, initializer: ts.Expression | undefined, name: string | null): Temp {
  if (initializer === undefined) return value;
  const span = fn.span(initializer);
  return fn.builder.choose(fn.isUndefined(value, span), () => fn.named(initializer, name), () => value, span);
}

/** Assigns `value` to an expression, which may be a pattern. */
export function assignTo(fn: FunctionLowering, target: ts.Expression, value: Temp): void {
  const node = skipTransparent(target);
  if (ts.isObjectLiteralExpression(node) || ts.isArrayLiteralExpression(node)) {
    fn.nested(
      () => (ts.isObjectLiteralExpression(node) ? assignObject(fn, node, value) : assignArray(fn, node, value)),
      () => void fn.builder.opaque('too-deep', [value, fn.tooDeep(node)], fn.span(node)),
    );
    return;
  }
  writeReference(fn, prepareReference(fn, node), value, fn.span(node));
}

/** A target in a pattern, with its default: `[a = 1] = xs`. */
function assignPart(fn: FunctionLowering, target: ts.Expression, read: () => Temp): void {
  const hasDefault = ts.isBinaryExpression(target) && target.operatorToken.kind === ts.SyntaxKind.EqualsToken;
  const place = skipTransparent(hasDefault ? target.left : target);
  const value = (): Temp => withDefault(fn, read(), hasDefault ? target.right : undefined, ts.isIdentifier(place) ? place.text : null);
  if (ts.isObjectLiteralExpression(place) || ts.isArrayLiteralExpression(place)) {
    assignTo(fn, place, value());
    return;
  }
  // The place comes first: `[f().x = g()] = xs` calls `f`, reads the element and then, perhaps, calls `g`.
  const reference = prepareReference(fn, place);
  writeReference(fn, reference, value(), fn.span(place));
}

function assignObject(fn: FunctionLowering, pattern: ts.ObjectLiteralExpression, value: Temp): void {
  for (const property of pattern.properties) {
    const span = fn.span(property);
    if (ts.isSpreadAssignment(property)) assignPart(fn, property.expression, () => restOfObject(fn, value, pattern.properties.flatMap((other) => namedIn(other.name, undefined)), span));
    else if (ts.isShorthandPropertyAssignment(property)) {
      const part = fn.builder.getAttr(value, property.name.text, span);
      const chosen = withDefault(fn, part, property.objectAssignmentInitializer, property.name.text);
      writeReference(fn, nameReference(fn, property.name.text), chosen, fn.span(property.name));
    } else if (ts.isPropertyAssignment(property)) {
      const key = propertyKey(fn, property.name);
      assignPart(fn, property.initializer, () => readKey(fn, value, key, span));
    }
  }
}

function assignArray(fn: FunctionLowering, pattern: ts.ArrayLiteralExpression, value: Temp): void {
  pattern.elements.forEach((element, index) => {
    if (ts.isOmittedExpression(element)) return;
    const span = fn.span(element);
    if (ts.isSpreadElement(element)) assignPart(fn, element.expression, () => readIndex(fn, value, index, true, span));
    else assignPart(fn, element, () => readIndex(fn, value, index, false, span));
  });
}

function readProperty(fn: FunctionLowering, object: Temp, name: ts.PropertyName, span: Span): Temp {
  return readKey(fn, object, propertyKey(fn, name), span);
}

function readKey(fn: FunctionLowering, object: Temp, key: PropertyKey, span: Span): Temp {
  if (key.kind === 'static') return fn.builder.getAttr(object, key.name, span);
  const dest = fn.builder.temp();
  fn.builder.emit({ kind: 'get-item', dest, object, index: key.value }, span);
  return dest;
}

/** `object[index]`, or the elements from there on. */
function readIndex(fn: FunctionLowering, object: Temp, index: number, isRest: boolean, span: Span): Temp {
  const key = isRest ? null : fn.constant(index, span);
  const dest = fn.builder.temp();
  fn.builder.emit({ kind: 'get-item', dest, object, index: key, ...(isRest ? { part: { from: index, to: null } } : {}) }, span);
  return dest;
}

/** The key that a part of an object pattern takes out, if it is spelled. */
function namedIn(name: ts.PropertyName | ts.BindingName | undefined, rest: ts.DotDotDotToken | undefined): readonly string[] {
  if (name === undefined || rest !== undefined || ts.isObjectBindingPattern(name) || ts.isArrayBindingPattern(name)) return [];
  const known = staticPropertyName(name);
  return known === null ? [] : [known];
}

/** @param without the keys that the pattern has taken out */
function restOfObject(fn: FunctionLowering, object: Temp, without: readonly string[], span: Span): Temp {
  const dest = fn.builder.temp();
  fn.builder.emit({ kind: 'collection', dest, form: 'dict', elements: [{ kind: 'spread', key: null, value: object, ...(without.length === 0 ? {} : { without }) }] }, span);
  return dest;
}

function nameOf(name: ts.BindingName): string | null {
  return ts.isIdentifier(name) ? name.text : null;
}
