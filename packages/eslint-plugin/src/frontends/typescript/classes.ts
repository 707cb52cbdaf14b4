// Classes.
//
// What it guarantees: a class is a `class` instruction with its base, followed by one `define-member` for each member that has
// a body. The constructor is the method `constructor`. Instance fields are assigned by a function of their own, the class's
// field initialiser, in the order of the text and on its `this`; private names keep their `#`. Static fields and blocks run
// where the class is defined, with the class as `this`. Decorators and computed names are evaluated in the order of the text. A
// decorator is a call of the decorator on the member or the class, whose result takes its place unless it is nothing.
//
// What it refuses: the context object of a decorator, what a decorator makes of a field, and
// members that are types only (overloads, `declare`, `abstract`, index signatures). A method with a computed name is called
// `[source of the name]`.
import ts from '#typescript';
import type { Arg, ClassId, FuncId, Temp, Variable } from '../../ir/ir.ts';
import type { Span } from '../../source/span.ts';
import { FunctionLowering } from './context.ts';
import { enterBody, functionValue, startWithoutDecorators } from './functions.ts';
import { staticPropertyName } from './patterns.ts';
import { hasModifier, Scope } from './scopes.ts';

type ClassNode = ts.ClassDeclaration | ts.ClassExpression;
interface Field {
  readonly node: ts.PropertyDeclaration;
  /** The name, or the variable that holds the value of a computed one. */
  readonly key: { readonly name: string } | { readonly variable: Variable };
}

/** The class value. `bind` stores it to the variable of a declaration. */
export function lowerClass(fn: FunctionLowering, node: ClassNode, bind: (value: Temp) => void): Temp {
  const hint = fn.takeNameHint();
  const name = node.name?.text ?? hint ?? 'anonymous';
  const own = ts.isClassExpression(node) ? node.name : undefined;
  const scope = fn.module.scope(node, fn.scope, (inner) => {
    if (own !== undefined) fn.declare(inner, own.text);
  });
  return fn.keepingStatement(() =>
    fn.inScope(scope, () => {
      const bindAll = (value: Temp): void => {
        if (own !== undefined) fn.builder.store(fn.declare(scope, own.text), value, fn.span(own));
        bind(value);
      };
      return lowerBody(fn, node, name, bindAll);
    }),
  );
}

function lowerBody(fn: FunctionLowering, node: ClassNode, name: string, bind: (value: Temp) => void): Temp {
  const header = fn.module.header(node, node.members.pos);
  fn.at(header);
  const decorators = decoratorsOf(fn, node);
  const heritage = node.heritageClauses?.find((clause) => clause.token === ts.SyntaxKind.ExtendsKeyword)?.types[0];
  const bases = heritage === undefined ? [] : [fn.expression(heritage.expression)];
  const fields = node.members.filter((member) => isInstanceField(member));
  const [classId, lowerFields] = declareClass(fn, node, name, fields.length > 0);
  const value = fn.builder.temp();
  fn.builder.emit({ kind: 'class', dest: value, class: classId, bases }, header);
  const keys: Field[] = [];
  const statics: (() => void)[] = [];
  for (const member of node.members) {
    fn.at(memberHeader(fn, member));
    if (ts.isPropertyDeclaration(member) && hasModifier(member, ts.SyntaxKind.DeclareKeyword)) continue;
    if (ts.isPropertyDeclaration(member)) {
      const decorators = decoratorsOf(fn, member);
      const field = fieldOf(fn, member);
      if (hasModifier(member, ts.SyntaxKind.StaticKeyword)) statics.push(() => defineStaticField(fn, field, value));
      else if (isInstanceField(member)) keys.push(field);
      for (const decorator of [...decorators].reverse()) callDecorator(fn, decorator, fn.undefined(fn.span(member.name)));
    } else if (ts.isClassStaticBlockDeclaration(member)) statics.push(() => lowerStaticBlock(fn, member));
    else defineMember(fn, member, value, classId, heritage !== undefined);
  }
  lowerFields(keys);
  fn.at(header);
  bind(value);
  if (statics.length > 0) asReceiver(fn, value, bases[0] ?? null, header, () => statics.forEach((lower) => lower()));
  if (decorators.length === 0) return value;
  fn.at(header);
  const decorated = decorators.reduceRight((inner, decorator) => applyDecorator(fn, decorator, inner), value);
  bind(decorated);
  return decorated;
}

/** The class's entry in the module, and the function that receives its fields once their names are known. */
function declareClass(fn: FunctionLowering, node: ClassNode, name: string, hasFields: boolean): readonly [ClassId, (fields: readonly Field[]) => void] {
  const { module } = fn;
  const known = module.classIds.get(node);
  if (known !== undefined) return [known, () => undefined];
  let fields: readonly Field[] = [];
  const scope = fn.scope;
  const parent = fn.id;
  const initializer = hasFields ? module.function(node, (id) => lowerFieldInitializer(id)) : null;
  const id = module.builder.addClass({ name, span: fn.span(node), nameSpan: fn.span(node.name ?? node), fieldInitializer: initializer, annotated: [] });
  module.classIds.set(node, id);

  function lowerFieldInitializer(func: FuncId): void {
    const receiver = module.builder.variable(func, 'this', 'this');
    const inner = new FunctionLowering(module, func, new Scope(scope), receiver, null);
    for (const field of fields) lowerField(inner, field);
    const span = module.span(node);
    inner.builder.finish(
      {
        id: func, name, kind: 'field-initializer', isAsync: false, isGenerator: false, params: [], thisVariable: receiver,
        parent, owner: id, span, nameSpan: module.span(node.name ?? node), bodyStart: node.members.pos, defStart: startWithoutDecorators(module, node),
      },
      { start: span.end, end: span.end },
    );
  }
  return [id, (known) => void (fields = known)];
}

function lowerField(fn: FunctionLowering, { node, key }: Field): void {
  const span = fn.span(node);
  fn.at(span);
  const object = fn.thisValue(span);
  if ('name' in key) {
    const value = node.initializer === undefined ? fn.undefined(span) : fn.named(node.initializer, key.name);
    fn.builder.emit({ kind: 'set-attr', object, name: key.name, value }, span);
    return;
  }
  const index = fn.builder.load(key.variable, fn.span(node.name));
  const value = node.initializer === undefined ? fn.undefined(span) : fn.expression(node.initializer);
  fn.builder.emit({ kind: 'set-item', object, index, value }, span);
}

/** Instance fields that exist at run time: not `declare x: T` nor `abstract x: T`, nor `x!: T`, which promises another assignment. */
function isInstanceField(member: ts.ClassElement): member is ts.PropertyDeclaration {
  if (!ts.isPropertyDeclaration(member) || member.exclamationToken !== undefined) return false;
  const refused = [ts.SyntaxKind.StaticKeyword, ts.SyntaxKind.DeclareKeyword, ts.SyntaxKind.AbstractKeyword];
  return !refused.some((kind) => hasModifier(member, kind));
}

/** A computed name is evaluated once, where the class is defined. */
function fieldOf(fn: FunctionLowering, node: ts.PropertyDeclaration): Field {
  const name = staticPropertyName(node.name);
  if (name !== null) return { node, key: { name } };
  const variable = fn.builder.synthetic('field name');
  fn.builder.store(variable, fn.expression((node.name as ts.ComputedPropertyName).expression), fn.span(node.name));
  return { node, key: { variable } };
}

function defineStaticField(fn: FunctionLowering, { node, key }: Field, target: Temp): void {
  const span = fn.span(node);
  fn.at(span);
  const value = node.initializer === undefined ? fn.undefined(span) : fn.named(node.initializer, 'name' in key ? key.name : null);
  if ('name' in key) fn.builder.emit({ kind: 'define-member', class: target, name: key.name, value, member: 'static' }, span);
  else fn.builder.emit({ kind: 'set-item', object: target, index: fn.builder.load(key.variable, fn.span(node.name)), value }, span);
}

function lowerStaticBlock(fn: FunctionLowering, node: ts.ClassStaticBlockDeclaration): void {
  const { statements } = node.body;
  // A body of its own, in strict mode: the parameters of the function around it are not its own.
  const { parameterScope, isSloppy } = fn;
  fn.parameterScope = null;
  fn.isSloppy = false;
  fn.inScope(fn.module.scope(node, fn.scope, () => undefined), () => {
    enterBody(fn, statements);
    fn.statements(statements);
  });
  fn.parameterScope = parameterScope;
  fn.isSloppy = isSloppy;
}

/** Runs `body` with the class as `this` and its base as `super`. */
function asReceiver(fn: FunctionLowering, value: Temp, base: Temp | null, span: Span, body: () => void): void {
  const { receiver: outer, base: outerBase } = fn;
  fn.receiver = fn.builder.synthetic('this');
  fn.builder.store(fn.receiver, value, span);
  fn.base = null;
  if (base !== null) {
    fn.base = fn.builder.synthetic('super');
    fn.builder.store(fn.base, base, span);
  }
  body();
  fn.receiver = outer;
  fn.base = outerBase;
}

function defineMember(fn: FunctionLowering, node: ts.ClassElement, target: Temp, classId: ClassId, derived: boolean): void {
  const isMethod = ts.isMethodDeclaration(node);
  const isConstructor = ts.isConstructorDeclaration(node);
  if (!isMethod && !isConstructor && !ts.isGetAccessorDeclaration(node) && !ts.isSetAccessorDeclaration(node)) return;
  if (node.body === undefined) return;
  const decorators = decoratorsOf(fn, node);
  const name = isConstructor ? 'constructor' : memberName(fn, node.name);
  // A decorator of a parameter does not see the function.
  for (const parameter of node.parameters) for (const decorator of decoratorsOf(fn, parameter)) callDecorator(fn, decorator, fn.undefined(decorator.span));
  const kind = isConstructor ? 'constructor' : isMethod ? 'method' : ts.isGetAccessorDeclaration(node) ? 'getter' : 'setter';
  const func = functionValue(fn, node, kind, name, classId, derived);
  const value = decorators.reduceRight((inner, decorator) => applyDecorator(fn, decorator, inner), func);
  if (!hasModifier(node, ts.SyntaxKind.StaticKeyword)) {
    fn.builder.emit({ kind: 'define-member', class: target, name, value, member: kind === 'constructor' ? 'method' : kind }, fn.span(node));
    return;
  }
  // A static setter is a value beside that of the getter.
  fn.builder.emit({ kind: 'define-member', class: target, name: kind === 'setter' ? `set ${name}` : name, value, member: 'static' }, fn.span(node));
}

function memberName(fn: FunctionLowering, name: ts.PropertyName): string {
  const known = staticPropertyName(name);
  if (known !== null) return known;
  fn.effect((name as ts.ComputedPropertyName).expression);
  return fn.module.text(name);
}

interface Decoration {
  readonly value: Temp;
  readonly span: Span;
}

function decoratorsOf(fn: FunctionLowering, node: ts.Node): readonly Decoration[] {
  if (!ts.canHaveDecorators(node)) return [];
  return (ts.getDecorators(node) ?? []).map((decorator) => ({ value: fn.expression(decorator.expression), span: fn.span(decorator) }));
}

function callDecorator(fn: FunctionLowering, decorator: Decoration, target: Temp): Temp {
  const { span } = decorator;
  const context = fn.builder.opaque('decorator-context', [], span);
  const args = [target, context].map((value): Arg => ({ kind: 'positional', name: null, value, span }));
  return fn.builder.call({ kind: 'value', value: decorator.value }, args, span, span);
}

/** What a decorator makes of `target`: its result, or `target` itself if it returns nothing. */
function applyDecorator(fn: FunctionLowering, decorator: Decoration, target: Temp): Temp {
  const result = callDecorator(fn, decorator, target);
  return fn.builder.choose(result, () => result, () => target, decorator.span);
}

function memberHeader(fn: FunctionLowering, member: ts.ClassElement): Span {
  const body = 'body' in member ? (member.body as ts.Block | undefined) : undefined;
  return fn.module.header(member, body?.pos ?? member.end);
}
