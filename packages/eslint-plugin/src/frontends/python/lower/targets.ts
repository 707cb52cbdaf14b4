// What stands left of an assignment. Unpacking reads the value item by item with constant indices: from the front before a
// starred target, from the end (negative) after it; the starred target takes a slice.
import type { AugAssign, Expr, PyNode } from '../ast.ts';
import { bindOutside } from './class-names.ts';
import { lowerFragments } from './expressions.ts';
import { spanOf, type Lowering } from './lowering.ts';
import type { Part, Temp } from '../../../ir/ir.ts';

export function assignTo(l: Lowering, target: Expr, value: Temp): void {
  const span = spanOf(target);
  switch (target.type) {
    case 'Name':
      l.storeName(target.id, value, span);
      return;
    case 'Attribute':
      l.builder.emit({ kind: 'set-attr', object: l.expression(target.value), name: target.attr, value }, span);
      return;
    case 'Subscript': {
      const object = l.expression(target.value);
      const index = indexOf(l, target.slice);
      l.builder.emit({ kind: 'set-item', object, index, value }, span);
      return;
    }
    case 'Starred':
      assignTo(l, target.value, value);
      return;
    case 'Tuple':
    case 'List':
      unpack(l, target.elts, value);
      return;
    case 'Error':
    case 'Unknown':
      l.builder.opaque('target', [value, ...lowerFragments(l, target.children)], span);
      return;
    default:
      l.builder.opaque('target', [value, l.expression(target)], span);
  }
}

/** The index of the item at `at` among `count` targets: null for the starred one (at `star`), negative after it. */
export function unpackIndex(l: Lowering, at: number, star: number, count: number, node: PyNode): Temp | null {
  if (at === star) return null;
  return l.builder.constant({ type: 'number', value: star === -1 || at < star ? at : at - count }, spanOf(node));
}

function unpack(l: Lowering, targets: readonly Expr[], value: Temp): void {
  const star = targets.findIndex((target) => target.type === 'Starred');
  targets.forEach((target, at) => {
    const index = unpackIndex(l, at, star, targets.length, target);
    const dest = l.builder.temp();
    l.builder.emit({ kind: 'get-item', dest, object: value, index, ...(at === star ? { part: starredPart(star, targets.length) } : {}) }, spanOf(target));
    assignTo(l, target, dest);
  });
}

/** What the starred one (at `star`) of `count` targets takes. */
export function starredPart(star: number, count: number): Part {
  return { from: star, to: star === count - 1 ? null : star + 1 - count };
}

/** What a slice takes whose bounds are numbers in the text. */
export function partOf(slice: Expr): Part | undefined {
  if (slice.type !== 'Slice' || slice.step !== null) return undefined;
  const [from, to] = [slice.lower, slice.upper].map((bound) => (bound === null ? null : numberOf(bound)));
  return from === undefined || to === undefined ? undefined : { from: from ?? 0, to };
}

function numberOf(node: Expr): number | undefined {
  if (node.type === 'UnaryOp' && node.op === '-') {
    const value = numberOf(node.operand);
    return value === undefined || value === 0 ? value : -value;
  }
  return node.type === 'Constant' && typeof node.value === 'number' ? node.value : undefined;
}

/** Evaluates an index; null when it selects more than one item. */
export function indexOf(l: Lowering, slice: Expr): Temp | null {
  if (slice.type === 'Slice') {
    for (const bound of [slice.lower, slice.upper, slice.step]) if (bound !== null) l.expression(bound);
    return null;
  }
  if (slice.type === 'Tuple' && slice.elts.some((element) => element.type === 'Slice' || element.type === 'Starred' || (element.type === 'Constant' && element.literal === 'ellipsis'))) {
    for (const element of slice.elts) indexOf(l, element.type === 'Starred' ? element.value : element);
    return null;
  }
  return l.expression(slice);
}

/** `f().x: int` without a value evaluates `f()` and assigns nothing. Annotations themselves are not evaluated (as in 3.14). */
export function evaluateTarget(l: Lowering, target: Expr): void {
  if (target.type !== 'Attribute' && target.type !== 'Subscript') return;
  l.expression(target.value);
  if (target.type === 'Subscript') indexOf(l, target.slice);
}

/** `target op= value`: the operator keeps its `=` (`+=`), because objects may change in place. */
export function lowerAugmented(l: Lowering, node: AugAssign): void {
  const span = spanOf(node);
  const { target } = node;
  const { builder } = l;
  switch (target.type) {
    case 'Attribute': {
      const object = l.expression(target.value);
      const old = builder.getAttr(object, target.attr, spanOf(target));
      const value = builder.operator(node.op, [old, l.expression(node.value)], span);
      builder.emit({ kind: 'set-attr', object, name: target.attr, value }, span);
      return;
    }
    case 'Subscript': {
      const object = l.expression(target.value);
      const index = indexOf(l, target.slice);
      const old = builder.temp();
      builder.emit({ kind: 'get-item', dest: old, object, index }, spanOf(target));
      const value = builder.operator(node.op, [old, l.expression(node.value)], span);
      builder.emit({ kind: 'set-item', object, index, value }, span);
      return;
    }
    default: {
      const old = l.expression(target);
      const value = builder.operator(node.op, [old, l.expression(node.value)], span);
      l.assign(target, value);
    }
  }
}

/** `del`: the place holds nothing afterwards. */
export function lowerDelete(l: Lowering, target: Expr): void {
  const span = spanOf(target);
  switch (target.type) {
    case 'Tuple':
    case 'List':
      for (const element of target.elts) lowerDelete(l, element);
      return;
    case 'Name':
      l.assign(target, l.builder.constant({ type: 'undefined' }, span));
      if (l.scope.kind === 'class') bindOutside(l, l.scope, target.id, span);
      return;
    case 'Attribute':
    case 'Subscript':
      l.assign(target, l.builder.constant({ type: 'undefined' }, span));
      return;
    default:
      l.expression(target);
  }
}
