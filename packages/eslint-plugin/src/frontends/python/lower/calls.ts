// Calls. `object.name(x)` keeps receiver and name together; `super()` is an instruction of its own, because what it means
// depends on the class around the function and not on any value.
import type { Call, Expr, Keyword } from '../ast.ts';
import { lowerComprehension } from './comprehensions.ts';
import { spanOf, type Lowering } from './lowering.ts';
import type { Arg, Callee, Temp } from '../../../ir/ir.ts';

export function lowerCall(l: Lowering, node: Call): Temp {
  if (isSuper(l, node)) {
    // What is named as the receiver is one that a nested function takes along.
    for (const arg of node.args) l.expression(arg);
    const dest = l.builder.temp();
    l.builder.emit({ kind: 'super', dest }, spanOf(node));
    return dest;
  }
  const callee: Callee = node.func.type === 'Attribute' ? { kind: 'method', object: l.expression(node.func.value), name: node.func.attr } : { kind: 'value', value: l.expression(node.func) };
  return l.builder.call(callee, lowerArguments(l, node.args, node.keywords), spanOf(node), { start: node.range[0], end: node.argsStart });
}

/** `super()` and `super(Class, self)`; with two arguments the class is nearly always the one around the call. */
function isSuper(l: Lowering, node: Call): boolean {
  return node.func.type === 'Name' && node.func.id === 'super' && (node.args.length === 0 || node.args.length === 2) && node.keywords.length === 0 && l.scope.lookup('super') === null;
}

/** Arguments in the order of the text. `f(*a, k=v, *b)` is legal, and evaluates `b` before `v`: keywords come last. */
export function lowerArguments(l: Lowering, args: readonly Expr[], keywords: readonly Keyword[]): Arg[] {
  const lowered = [...args, ...keywords].map((arg): Arg => {
    const span = spanOf(arg);
    if (arg.type === 'keyword') return { kind: arg.arg === null ? 'keyword-spread' : 'keyword', name: arg.arg, value: l.expression(arg.value), span };
    if (arg.type === 'Starred') return { kind: 'spread', name: null, value: l.expression(arg.value), span };
    return { kind: 'positional', name: null, value: arg.type === 'GeneratorExp' ? lowerComprehension(l, arg) : l.expression(arg), span };
  });
  return args.length > 0 && keywords.length > 0 ? lowered.sort((a, b) => a.span.start - b.span.start) : lowered;
}
