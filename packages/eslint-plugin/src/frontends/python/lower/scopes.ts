// Python's scoping, to the letter: a name that a function binds anywhere is local to the whole of it; `global` and `nonlocal`
// redirect; the names of a class body are seen by that body alone, not by the functions in it; a comprehension has a scope of
// its own, and `:=` inside it binds outside of it. A name that no scope binds is a built-in or comes from `import *`.
import type { Expr, Pattern, PyNode, Stmt } from '../ast.ts';
import { childrenOf } from '../visitor-keys.ts';
import type { ModuleBuilder } from '../../../ir/builder.ts';
import type { ClassId, FuncId, Temp, Variable } from '../../../ir/ir.ts';

export interface Bindings {
  readonly names: Set<string>;
  readonly globals: Set<string>;
  readonly nonlocals: Set<string>;
}

/** `type-parameters`: between a generic function or class and what is around it. */
export type ScopeKind = 'module' | 'function' | 'class' | 'comprehension' | 'type-parameters';

export class Scope {
  readonly kind: ScopeKind;
  readonly parent: Scope | null;
  /** The function whose invocation creates the scope's variables. */
  readonly owner: FuncId;
  readonly variables = new Map<string, Variable>();
  /** The class and its value, while its body is being lowered. */
  classId: ClassId | null = null;
  classValue: Temp | null = null;
  readonly #module: ModuleBuilder;
  readonly #globals: ReadonlySet<string>;
  readonly #nonlocals: ReadonlySet<string>;

  constructor(module: ModuleBuilder, kind: ScopeKind, parent: Scope | null, owner: FuncId, bindings: Bindings) {
    this.#module = module;
    this.kind = kind;
    this.parent = parent;
    this.owner = owner;
    this.#globals = bindings.globals;
    this.#nonlocals = bindings.nonlocals;
    for (const name of bindings.names) {
      if (!bindings.globals.has(name) && !bindings.nonlocals.has(name)) this.declare(name, 'declared');
    }
  }

  declare(name: string, origin: Variable['origin']): Variable {
    const variable = this.#module.variable(this.owner, name, origin);
    this.variables.set(name, variable);
    return variable;
  }

  /** The variable that `name` means here; null: none of this file. */
  lookup(name: string): Variable | null {
    if (this.#globals.has(name)) return this.#root().variables.get(name) ?? null;
    const own = this.#nonlocals.has(name) ? undefined : this.variables.get(name);
    if (own !== undefined) return own;
    let scope = this.parent;
    while (scope !== null) {
      // The scope of type parameters sees the class body that it stands in (its bases are evaluated there).
      if (scope.kind !== 'class' || (this.kind === 'type-parameters' && scope === this.parent)) {
        if (scope.#globals.has(name)) return scope.#root().variables.get(name) ?? null;
        const found = scope.variables.get(name);
        if (found !== undefined) return found;
      }
      scope = scope.parent;
    }
    return null;
  }

  /** The variable that an assignment to `name` writes. Declares it where the binding was not foreseen (broken syntax). */
  target(name: string): Variable {
    return this.lookup(name) ?? this.declare(name, 'declared');
  }

  /** The scope that `:=` binds in. */
  outsideComprehension(): Scope {
    return this.kind === 'comprehension' && this.parent !== null ? this.parent.outsideComprehension() : this;
  }

  /** The variable of the module that `name` means where it is not bound yet; null: none of this file. */
  lookupInModule(name: string): Variable | null {
    return this.#root().variables.get(name) ?? null;
  }

  #root(): Scope {
    return this.parent === null ? this : this.parent.#root();
  }
}

/** Statements and parts that can contain bindings; expressions can only through `:=`. */
const CONTAINERS = new Set<PyNode['type']>(['If', 'For', 'AsyncFor', 'While', 'With', 'AsyncWith', 'Try', 'TryStar', 'ExceptHandler', 'Match', 'match_case', 'Error', 'Unknown']);

/** What `body` binds in its own scope. `walrus`: the file contains `:=`, so that expressions must be looked into. */
export function bindingsOf(body: readonly PyNode[], walrus: boolean): Bindings {
  const bindings: Bindings = { names: new Set(), globals: new Set(), nonlocals: new Set() };
  const stack: PyNode[] = [...body];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    bindNode(node, bindings);
    if (node.type === 'FunctionDef' || node.type === 'AsyncFunctionDef' || node.type === 'ClassDef' || node.type === 'Lambda') {
      // The body is a scope of its own; decorators, bases and defaults are evaluated out here.
      if (walrus) stack.push(...evaluatedOutside(node));
      continue;
    }
    // Not spread: a table may have more rows than a call can have arguments.
    if (walrus || CONTAINERS.has(node.type)) for (const child of childrenOf(node)) stack.push(child);
  }
  return bindings;
}

function evaluatedOutside(node: Extract<PyNode, { type: 'FunctionDef' | 'AsyncFunctionDef' | 'ClassDef' | 'Lambda' }>): PyNode[] {
  if (node.type === 'ClassDef') return [...node.decorator_list, ...node.bases, ...node.keywords];
  const defaults = [...node.args.defaults, ...node.args.kw_defaults.filter((value) => value !== null)];
  return node.type === 'Lambda' ? defaults : [...node.decorator_list, ...defaults];
}

function bindNode(node: PyNode, bindings: Bindings): void {
  const { names } = bindings;
  switch (node.type) {
    case 'FunctionDef':
    case 'AsyncFunctionDef':
    case 'ClassDef':
      names.add(node.name);
      break;
    case 'Assign':
    case 'Delete':
      for (const target of node.targets) bindTarget(target, names);
      break;
    case 'AugAssign':
    case 'AnnAssign':
    case 'For':
    case 'AsyncFor':
    case 'NamedExpr':
      bindTarget(node.target, names);
      break;
    case 'TypeAlias':
      bindTarget(node.name, names);
      break;
    case 'With':
    case 'AsyncWith':
      for (const item of node.items) if (item.optional_vars !== null) bindTarget(item.optional_vars, names);
      break;
    case 'ExceptHandler':
      if (node.name !== null) names.add(node.name);
      break;
    case 'match_case':
      bindPattern(node.pattern, names);
      break;
    case 'Import':
      for (const alias of node.names) names.add(alias.asname ?? alias.name.split('.')[0]!);
      break;
    case 'ImportFrom':
      for (const alias of node.names) if (alias.name !== '*') names.add(alias.asname ?? alias.name);
      break;
    case 'Global':
      for (const name of node.names) bindings.globals.add(name);
      break;
    case 'Nonlocal':
      for (const name of node.names) bindings.nonlocals.add(name);
      break;
    default:
  }
}

/** Adds the names that an assignment to `target` binds. */
export function bindTarget(target: Expr, names: Set<string>): void {
  if (target.type === 'Name') names.add(target.id);
  else if (target.type === 'Starred') bindTarget(target.value, names);
  else if (target.type === 'Tuple' || target.type === 'List') for (const element of target.elts) bindTarget(element, names);
}

function bindPattern(pattern: Pattern, names: Set<string>): void {
  if ((pattern.type === 'MatchAs' || pattern.type === 'MatchStar') && pattern.name !== null) names.add(pattern.name);
  if (pattern.type === 'MatchMapping' && pattern.rest !== null) names.add(pattern.rest);
  for (const child of childrenOf(pattern)) if (child.type.startsWith('Match')) bindPattern(child as Pattern, names);
}

/** Names that a function anywhere in the file declares `global`: they are variables of the module. */
export function globalNames(module: readonly Stmt[]): Set<string> {
  const names = new Set<string>();
  const stack: PyNode[] = [...module];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node.type === 'Global') for (const name of node.names) names.add(name);
    else if (node.type === 'FunctionDef' || node.type === 'AsyncFunctionDef' || node.type === 'ClassDef') for (const child of node.body) stack.push(child);
    else if (CONTAINERS.has(node.type)) for (const child of childrenOf(node)) stack.push(child);
  }
  return names;
}
