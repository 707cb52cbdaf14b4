// What the lowering of the single families sees: the function that is being built, the scope that it is in, and the entry
// points of the other families. The families import this and not one another.
import type { ClassDef, Expr, PyNode, Stmt, TypeParam } from '../ast.ts';
import type { FuncBuilder, ModuleBuilder } from '../../../ir/builder.ts';
import type { BlockId, ClassId, FuncId, Temp } from '../../../ir/ir.ts';
import type { Span } from '../../../source/span.ts';
import type { Bindings, Scope } from './scopes.ts';

/** One file. A `finally` body is lowered once for each way out, so what it defines is kept by node and defined once. */
export interface FileLowering {
  readonly module: ModuleBuilder;
  readonly hasWalrus: boolean;
  readonly funcs: Map<PyNode, FuncId>;
  readonly classes: Map<ClassDef, ClassId>;
  readonly scopes: Map<PyNode, Scope>;
  /** How many `except*` stand around, in handlers of one another. */
  readonly groups: { depth: number };
}

export interface Lowering {
  readonly file: FileLowering;
  readonly builder: FuncBuilder;
  readonly scope: Scope;
  /** Set by the first `yield`. */
  isGenerator: boolean;
  statements(body: readonly Stmt[]): void;
  expression(node: Expr): Temp;
  /** Ends the current block with the branches that decide `test`; `and`, `or` and `not` become control flow. */
  condition(test: Expr, then: BlockId, otherwise: BlockId): void;
  assign(target: Expr, value: Temp): void;
  loadName(name: string, span: Span): Temp;
  storeName(name: string, value: Temp, span: Span, member?: 'method' | 'getter' | 'cached' | 'setter' | 'static'): void;
  inScope<T>(scope: Scope, body: () => T): T;
  /** A lowering for a function nested in this one, whose scope's parent is the present scope. */
  nested(id: FuncId, bindings: Bindings, kind?: 'function' | 'comprehension'): Lowering;
  /** `node`'s scope: made by the first call, found by later ones. */
  scopeOf(node: PyNode, kind: 'class' | 'comprehension' | 'type-parameters', bindings: () => Bindings): Scope;
  /** Lowers `body` where `params` are bound: in a scope of their own, if there are any. */
  withTypeParameters<T>(params: readonly TypeParam[], body: () => T): T;
}

export function spanOf(node: PyNode): Span {
  return { start: node.range[0], end: node.range[1] };
}

/** A compound statement up to and including its colon. */
export function headerOf(node: { readonly range: readonly [number, number]; readonly headerEnd: number }): Span {
  return { start: node.range[0], end: node.headerEnd };
}
