// Literals: arrays, objects, templates, JSX.
//
// What it guarantees: elements are evaluated in the order of the text. An object literal is a `dict` whose known keys are
// constant strings; methods and getters in it are function values under their name, a setter is one under `set name`; `__proto__: value` is spread
// before all others.
//
// Approximation: the elements of a table are unknown: of an array of more than 32 numbers, or of arrays of numbers, none is looked at by
// itself, and files of weights, filters and expected results have many thousands.
//
// What it refuses: what JSX means. Its tag, attributes and children are operands of an `opaque`.
import ts from '#typescript';
import type { Element, Temp } from '../../ir/ir.ts';
import type { FunctionLowering } from './context.ts';
import { functionValue } from './functions.ts';
import { propertyKey, staticPropertyName } from './patterns.ts';
import { readName } from './references.ts';

const LARGEST_LIST = 32;

export function lowerArray(fn: FunctionLowering, node: ts.ArrayLiteralExpression): Temp {
  if (node.elements.length > LARGEST_LIST && isTable(node)) return collection(fn, 'list', [{ kind: 'spread', key: null, value: fn.builder.opaque('table', [], fn.span(node)) }], node);
  const elements = node.elements.map((element): Element => {
    if (ts.isSpreadElement(element)) return { kind: 'spread', key: null, value: fn.expression(element.expression) };
    return { kind: 'element', key: null, value: fn.expression(element) };
  });
  return collection(fn, 'list', elements, node);
}

/** `1`, `-0.5`, `[1, [2, 3]]`. */
function isTable(node: ts.Expression): boolean {
  if (ts.isArrayLiteralExpression(node)) return node.elements.every(isTable);
  return ts.isNumericLiteral(node) || (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.MinusToken && ts.isNumericLiteral(node.operand));
}

export function lowerTemplate(fn: FunctionLowering, node: ts.TemplateExpression): Temp {
  const elements = node.templateSpans.map((part): Element => ({ kind: 'element', key: null, value: fn.expression(part.expression) }));
  return collection(fn, 'string', elements, node);
}

export function lowerObject(fn: FunctionLowering, node: ts.ObjectLiteralExpression): Temp {
  const elements: Element[] = [];
  for (const property of node.properties) {
    if (ts.isSpreadAssignment(property)) {
      elements.push({ kind: 'spread', key: null, value: fn.expression(property.expression) });
      continue;
    }
    if (ts.isPropertyAssignment(property) && isPrototype(property.name)) {
      // Own properties are stronger than those of the prototype, wherever it stands.
      elements.unshift({ kind: 'spread', key: null, value: fn.expression(property.initializer) });
      continue;
    }
    const span = fn.span(property.name);
    const known = propertyKey(fn, property.name);
    const isSetter = ts.isSetAccessor(property);
    const key = known.kind === 'static' ? fn.constant(isSetter ? `set ${known.name}` : known.name, span) : known.value;
    const value = propertyValue(fn, property);
    // Which entry a setter with a computed name is for is not told.
    if (value !== null && (known.kind === 'static' || !isSetter)) elements.push({ kind: 'element', key, value });
  }
  return collection(fn, 'dict', elements, node);
}

/** `__proto__: value`, but not `['__proto__']: value`, `__proto__` or `__proto__() {}`. */
function isPrototype(name: ts.PropertyName): boolean {
  return (ts.isIdentifier(name) || ts.isStringLiteral(name)) && name.text === '__proto__';
}

function propertyValue(fn: FunctionLowering, property: Exclude<ts.ObjectLiteralElementLike, ts.SpreadAssignment>): Temp | null {
  if (ts.isShorthandPropertyAssignment(property)) return readName(fn, property.name.text, fn.span(property.name));
  const name = staticPropertyName(property.name);
  if (ts.isPropertyAssignment(property)) return fn.named(property.initializer, name);
  if (property.body === undefined) return null;
  const kind = ts.isMethodDeclaration(property) ? 'method' : ts.isGetAccessorDeclaration(property) ? 'getter' : 'setter';
  return functionValue(fn, property, kind, name ?? fn.module.text(property.name), null);
}

function collection(fn: FunctionLowering, form: 'list' | 'dict' | 'string', elements: readonly Element[], node: ts.Node): Temp {
  const dest = fn.builder.temp();
  fn.builder.emit({ kind: 'collection', dest, form, elements }, fn.span(node));
  return dest;
}

export function lowerJsx(fn: FunctionLowering, node: ts.JsxElement | ts.JsxSelfClosingElement | ts.JsxFragment): Temp {
  const operands: Temp[] = [];
  if (!ts.isJsxFragment(node)) {
    const { tagName, attributes } = ts.isJsxElement(node) ? node.openingElement : node;
    // A lower-case tag is an element of the host, not a value.
    if (!ts.isJsxNamespacedName(tagName) && !(ts.isIdentifier(tagName) && /^[a-z]|-/.test(tagName.text))) operands.push(fn.expression(tagName));
    for (const attribute of attributes.properties) {
      const value = ts.isJsxSpreadAttribute(attribute) ? attribute.expression : attributeValue(attribute);
      if (value !== null) operands.push(fn.expression(value));
    }
  }
  if (!ts.isJsxSelfClosingElement(node)) {
    for (const child of node.children) {
      if (ts.isJsxText(child)) continue;
      const value = ts.isJsxExpression(child) ? child.expression : child;
      if (value !== undefined) operands.push(fn.expression(value));
    }
  }
  return fn.builder.opaque('jsx', operands, fn.span(node));
}

function attributeValue(attribute: ts.JsxAttribute): ts.Expression | null {
  const value = attribute.initializer;
  if (value === undefined || ts.isStringLiteral(value)) return null;
  return ts.isJsxExpression(value) ? (value.expression ?? null) : value;
}
