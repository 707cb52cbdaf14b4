// Places that can be assigned: a name, `object.name`, `object[index]`. A reference is evaluated once and can then be read and
// written, as `object().count += 1` needs it. `super.x` is read from the `super` value and written to `this`. A name in the body
// of a `with` is an attribute of the object or what it means outside: either.
//
// What it refuses: destructuring patterns, which are no single place (see patterns.ts). A name that the file does not declare
// cannot be assigned in the IR: the value escapes into an `opaque`.
import ts from '#typescript';
import type { Temp, Variable } from '../../ir/ir.ts';
import type { Span } from '../../source/span.ts';
import { skipTransparent, type FunctionLowering } from './context.ts';
import { exportedVariable } from './exports-object.ts';

export type Reference =
  | { readonly kind: 'variable'; readonly variable: Variable }
  | { readonly kind: 'global'; readonly name: string }
  /** `target`: the object that is written. It is another one than `object`, which is read, for `super.name`. */
  | { readonly kind: 'attribute'; readonly object: Temp; readonly target: Temp; readonly name: string }
  | { readonly kind: 'item'; readonly object: Temp; readonly target: Temp; readonly index: Temp }
  /** A name in the body of a `with`: an attribute of its object, or what the name means outside. */
  | { readonly kind: 'with'; readonly object: Variable; readonly name: string; readonly outer: Reference }
  /** No valid target: its value. */
  | { readonly kind: 'other'; readonly value: Temp };

/** Evaluates the parts of `target`. */
export function prepareReference(fn: FunctionLowering, target: ts.Expression): Reference {
  const node = skipTransparent(target);
  if (ts.isIdentifier(node)) return nameReference(fn, node.text);
  const exported = exportedVariable(fn, node);
  if (exported !== null) return { kind: 'variable', variable: exported };
  if (ts.isPropertyAccessExpression(node)) return { kind: 'attribute', ...objectsOf(fn, node.expression), name: node.name.text };
  if (ts.isElementAccessExpression(node)) {
    const objects = objectsOf(fn, node.expression);
    return { kind: 'item', ...objects, index: fn.expression(node.argumentExpression) };
  }
  return { kind: 'other', value: fn.expression(node) };
}

/** `super.name` is read from the base class and written to `this`. */
function objectsOf(fn: FunctionLowering, node: ts.Expression): { readonly object: Temp; readonly target: Temp } {
  const object = fn.expression(node);
  return { object, target: node.kind === ts.SyntaxKind.SuperKeyword ? fn.thisValue(fn.span(node)) : object };
}

export function nameReference(fn: FunctionLowering, name: string): Reference {
  const variable = fn.scope.lookup(name);
  let reference: Reference = variable === null ? { kind: 'global', name } : { kind: 'variable', variable };
  for (const object of fn.scope.withObjects(name)) reference = { kind: 'with', object, name, outer: reference };
  return reference;
}

export function readReference(fn: FunctionLowering, reference: Reference, span: Span): Temp {
  switch (reference.kind) {
    case 'variable':
      return fn.builder.load(reference.variable, span);
    case 'global':
      return readGlobal(fn, reference.name, span);
    case 'attribute':
      return fn.builder.getAttr(reference.object, reference.name, span);
    case 'item': {
      const dest = fn.builder.temp();
      fn.builder.emit({ kind: 'get-item', dest, object: reference.object, index: reference.index }, span);
      return dest;
    }
    case 'with':
      return fn.builder.choose(
        null,
        () => fn.builder.getAttr(fn.builder.load(reference.object, span), reference.name, span),
        () => readReference(fn, reference.outer, span),
        span,
      );
    case 'other':
      return reference.value;
  }
}

export function writeReference(fn: FunctionLowering, reference: Reference, value: Temp, span: Span): void {
  switch (reference.kind) {
    case 'variable':
      fn.builder.store(reference.variable, value, span);
      break;
    case 'global':
      fn.builder.opaque(`assign ${reference.name}`, [value], span);
      break;
    case 'attribute':
      fn.builder.emit({ kind: 'set-attr', object: reference.target, name: reference.name, value }, span);
      break;
    case 'item':
      fn.builder.emit({ kind: 'set-item', object: reference.target, index: reference.index, value }, span);
      break;
    case 'with': {
      const { builder } = fn;
      const [inner, outer, after] = [builder.newBlock(), builder.newBlock(), builder.newBlock()];
      builder.terminate({ kind: 'branch', test: null, then: inner, else: outer }, span);
      builder.startBlock(inner, span);
      builder.emit({ kind: 'set-attr', object: builder.load(reference.object, span), name: reference.name, value }, span);
      builder.terminate({ kind: 'goto', target: after }, span);
      builder.startBlock(outer, span);
      writeReference(fn, reference.outer, value, span);
      builder.startBlock(after, span);
      break;
    }
    case 'other':
      fn.builder.opaque('assignment', [reference.value, value], span);
      break;
  }
}

/** The value of a name. */
export function readName(fn: FunctionLowering, name: string, span: Span): Temp {
  return readReference(fn, nameReference(fn, name), span);
}

function readGlobal(fn: FunctionLowering, name: string, span: Span): Temp {
  if (name === 'undefined') return fn.undefined(span);
  if (name === 'arguments' && fn.parameters !== null) {
    // Through `arguments` the callee can reach every parameter.
    const values = fn.parameters.map((variable) => fn.builder.load(variable, span));
    return fn.builder.opaque('arguments', values, span);
  }
  // The parser puts an empty name where one is missing.
  if (name === '') return fn.builder.opaque('missing', [], span);
  const dest = fn.builder.temp();
  fn.builder.emit({ kind: 'global', dest, name }, span);
  return dest;
}
