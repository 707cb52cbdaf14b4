// Lowers the statements and expressions of one function: holds its builder and its scope, and hands every node to its family.
import type { Expr, PyNode, Stmt, TypeParam } from '../ast.ts';
import { lowerCondition, lowerExpression } from './expressions.ts';
import { spanOf, type FileLowering, type Lowering } from './lowering.ts';
import { Scope, type Bindings } from './scopes.ts';
import { lowerStatement } from './statements.ts';
import { assignTo } from './targets.ts';
import { FuncBuilder } from '../../../ir/builder.ts';
import type { BlockId, FuncId, Temp } from '../../../ir/ir.ts';
import type { Span } from '../../../source/span.ts';

export class FunctionLowering implements Lowering {
  readonly file: FileLowering;
  readonly builder: FuncBuilder;
  isGenerator = false;
  #scope: Scope;

  constructor(file: FileLowering, builder: FuncBuilder, scope: Scope) {
    this.file = file;
    this.builder = builder;
    this.#scope = scope;
  }

  get scope(): Scope {
    return this.#scope;
  }

  statements(body: readonly Stmt[]): void {
    for (const statement of body) lowerStatement(this, statement);
  }

  expression(node: Expr): Temp {
    return lowerExpression(this, node);
  }

  condition(test: Expr, then: BlockId, otherwise: BlockId): void {
    lowerCondition(this, test, then, otherwise);
  }

  assign(target: Expr, value: Temp): void {
    assignTo(this, target, value);
  }

  loadName(name: string, span: Span): Temp {
    const variable = this.#scope.lookup(name);
    if (variable !== null) return this.builder.load(variable, span);
    const dest = this.builder.temp();
    this.builder.emit({ kind: 'global', dest, name }, span);
    return dest;
  }

  storeName(name: string, value: Temp, span: Span, member: 'method' | 'getter' | 'cached' | 'setter' | 'static' = 'static'): void {
    const scope = this.#scope;
    const variable = scope.target(name);
    this.builder.store(variable, value, span);
    if (scope.kind === 'class' && scope.classValue !== null && scope.variables.get(name) === variable) {
      this.builder.emit({ kind: 'define-member', class: scope.classValue, name, value, member }, span);
    }
  }

  inScope<T>(scope: Scope, body: () => T): T {
    const outer = this.#scope;
    this.#scope = scope;
    const result = body();
    this.#scope = outer;
    return result;
  }

  nested(id: FuncId, bindings: Bindings, kind: 'function' | 'comprehension' = 'function'): Lowering {
    const scope = new Scope(this.file.module, kind, this.#scope, id, bindings);
    return new FunctionLowering(this.file, new FuncBuilder(this.file.module, id), scope);
  }

  withTypeParameters<T>(params: readonly TypeParam[], body: () => T): T {
    const [first] = params;
    if (first === undefined) return body();
    const scope = this.scopeOf(first, 'type-parameters', () => ({ names: new Set(params.map((param) => param.name)), globals: new Set(), nonlocals: new Set() }));
    return this.inScope(scope, () => {
      // Bounds and defaults are evaluated when somebody asks for them.
      for (const param of params) this.storeName(param.name, this.builder.opaque('type-parameter', [], spanOf(param)), spanOf(param));
      return body();
    });
  }

  scopeOf(node: PyNode, kind: 'class' | 'comprehension' | 'type-parameters', bindings: () => Bindings): Scope {
    const known = this.file.scopes.get(node);
    if (known !== undefined) return known;
    const scope = new Scope(this.file.module, kind, this.#scope, this.builder.id, bindings());
    this.file.scopes.set(node, scope);
    return scope;
  }
}

