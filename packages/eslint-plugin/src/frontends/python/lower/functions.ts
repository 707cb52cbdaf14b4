// Functions, lambdas and decorators. Decorators are evaluated from the top, then called on the function from the bottom:
// `@torch.no_grad()` is `call(call(torch.no_grad))(f)`. What they mean is a matter of library models, with one exception that
// is part of the language's object model: `@property` (with `.setter`) makes an accessor, and is not called.
import type { Arg, AsyncFunctionDef, Expr, FunctionDef, Lambda, Stmt } from '../ast.ts';
import { annotationName } from './annotations.ts';
import { spanOf, type Lowering } from './lowering.ts';
import { bindingsOf, type Bindings } from './scopes.ts';
import type { ClassId, FuncId, FuncKind, Param, Temp } from '../../../ir/ir.ts';

type Definition = FunctionDef | AsyncFunctionDef;
type Member = 'method' | 'getter' | 'cached' | 'setter' | 'deleter';

export function lowerFunction(l: Lowering, node: Definition): void {
  const { builder } = l;
  const classId = l.scope.kind === 'class' ? l.scope.classId : null;
  const accessor = classId === null ? null : accessorOf(l, node);
  const member = accessor?.member ?? 'method';
  const decoratorNodes = node.decorator_list.filter((decorator) => decorator !== accessor?.decorator);
  const decorators = lowerDecorators(l, decoratorNodes);
  const defaults = lowerDefaults(l, node.args);
  const id = l.withTypeParameters(node.type_params, () => {
    const known = l.file.funcs.get(node);
    if (known !== undefined) return known;
    const reserved = l.file.module.reserveFunc();
    l.file.funcs.set(node, reserved);
    const kind: FuncKind = classId === null ? 'function' : member === 'cached' ? 'getter' : member === 'getter' || member === 'setter' ? member : node.name === '__init__' ? 'constructor' : 'method';
    lowerBody(l, node, reserved, kind, classId);
    return reserved;
  });
  const dest = builder.temp();
  builder.emit({ kind: 'function', dest, func: id, defaults }, spanOf(node));
  const value = applyDecorators(l, decoratorNodes, decorators, dest);
  // A deleter leaves the property as it is for readers and writers.
  if (member !== 'deleter') l.storeName(node.name, value, { start: node.nameRange[0], end: node.nameRange[1] }, member);
}

/** The outermost decorator that makes an accessor; the others are called on the function itself. */
function accessorOf(l: Lowering, node: Definition): { readonly decorator: Expr; readonly member: Member } | null {
  for (const decorator of node.decorator_list) {
    const member = memberOf(l, node, decorator);
    if (member !== 'method') return { decorator, member };
  }
  return null;
}

/** `@property`, `@cached_property`, `@name.setter` and the like. */
function memberOf(l: Lowering, node: Definition, decorator: Expr): Member {
  if (decorator.type === 'Name' && decorator.id === 'property' && l.scope.lookup('property') === null) return 'getter';
  if (decorator.type === 'Name' && decorator.id === 'cached_property') return 'cached';
  if (decorator.type !== 'Attribute') return 'method';
  if (decorator.attr === 'cached_property') return 'cached';
  if (decorator.value.type !== 'Name' || decorator.value.id !== node.name) return 'method';
  return decorator.attr === 'getter' || decorator.attr === 'setter' || decorator.attr === 'deleter' ? decorator.attr : 'method';
}

export function lowerDecorators(l: Lowering, decorators: readonly Expr[]): Temp[] {
  return decorators.map((decorator) => l.expression(decorator));
}

export function applyDecorators(l: Lowering, nodes: readonly Expr[], decorators: readonly Temp[], value: Temp): Temp {
  let decorated = value;
  for (let i = decorators.length - 1; i >= 0; i -= 1) {
    const span = spanOf(nodes[i]!);
    decorated = l.builder.call({ kind: 'value', value: decorators[i]! }, [{ kind: 'positional', name: null, value: decorated, span }], span, span);
  }
  return decorated;
}

interface FlatParam {
  readonly arg: Arg;
  readonly kind: Param['kind'];
  readonly defaultValue: Expr | null;
}

/** The parameters in the order of the text. */
function flatten(args: Definition['args']): FlatParam[] {
  const positional = [...args.posonlyargs, ...args.args];
  const firstDefault = positional.length - args.defaults.length;
  const flat: FlatParam[] = positional.map((arg, i) => ({ arg, kind: 'positional', defaultValue: args.defaults[i - firstDefault] ?? null }));
  if (args.vararg !== null) flat.push({ arg: args.vararg, kind: 'rest', defaultValue: null });
  args.kwonlyargs.forEach((arg, i) => flat.push({ arg, kind: 'keyword-only', defaultValue: args.kw_defaults[i] ?? null }));
  if (args.kwarg !== null) flat.push({ arg: args.kwarg, kind: 'keyword-rest', defaultValue: null });
  return flat;
}

function lowerDefaults(l: Lowering, args: Definition['args']): { param: number; value: Temp }[] {
  return flatten(args).flatMap(({ defaultValue }, param) => (defaultValue === null ? [] : [{ param, value: l.expression(defaultValue) }]));
}

function declareParams(inner: Lowering, args: Definition['args']): Param[] {
  return flatten(args).map(({ arg, kind, defaultValue }) => ({
    variable: inner.scope.declare(arg.arg, 'parameter'),
    kind,
    annotation: arg.annotation === null ? null : annotationName(arg.annotation),
    optional: defaultValue !== null || kind === 'rest' || kind === 'keyword-rest',
  }));
}

function lowerBody(l: Lowering, node: Definition, id: FuncId, kind: FuncKind, owner: ClassId | null): void {
  const inner = l.nested(id, bindingsOf(node.body, l.file.hasWalrus));
  const params = declareParams(inner, node.args);
  inner.statements(node.body);
  const end = node.range[1];
  inner.builder.finish(
    {
      id,
      name: node.name,
      kind,
      isAsync: node.type === 'AsyncFunctionDef',
      isGenerator: inner.isGenerator,
      params,
      thisVariable: null,
      parent: l.builder.id,
      owner,
      span: spanOf(node),
      nameSpan: { start: node.nameRange[0], end: node.nameRange[1] },
      bodyStart: bodyStartOf(node.body, node.headerEnd),
      defStart: node.defStart,
    },
    { start: end, end },
  );
}

/** Where an inserted first statement belongs: after the docstring, unless that is all there is. */
export function bodyStartOf(body: readonly Stmt[], otherwise: number): number {
  const [first, second] = body;
  if (first === undefined) return otherwise;
  const isDocstring = first.type === 'Expr' && first.value.type === 'Constant' && first.value.literal === 'string';
  return (isDocstring && second !== undefined ? second : first).range[0];
}

export function lowerLambda(l: Lowering, node: Lambda): Temp {
  const { builder } = l;
  const defaults = lowerDefaults(l, node.args);
  const known = l.file.funcs.get(node);
  const id = known ?? l.file.module.reserveFunc();
  if (known === undefined) {
    l.file.funcs.set(node, id);
    const bindings: Bindings = l.file.hasWalrus ? bindingsOf([node.body], true) : { names: new Set(), globals: new Set(), nonlocals: new Set() };
    const inner = l.nested(id, bindings);
    const params = declareParams(inner, node.args);
    const body = spanOf(node.body);
    inner.builder.atStatement(body);
    inner.builder.return(inner.expression(node.body), body);
    const span = spanOf(node);
    const header = { id, name: '<lambda>', kind: 'lambda', isAsync: false, isGenerator: inner.isGenerator, params, thisVariable: null, parent: builder.id, owner: null } as const;
    inner.builder.finish({ ...header, span, nameSpan: span, bodyStart: body.start, defStart: span.start }, { start: span.end, end: span.end });
  }
  const dest = builder.temp();
  builder.emit({ kind: 'function', dest, func: id, defaults }, spanOf(node));
  return dest;
}

