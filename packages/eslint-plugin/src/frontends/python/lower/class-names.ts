// The names of a class body while it does not bind them: reading one finds the module's variable or a built-in.
//
// Approximation: only bindings that stand in the body itself, outside of branches and loops, are taken to have happened; a
// name too many costs one instruction.
import type { PyNode, Stmt } from '../ast.ts';
import { childrenOf } from '../visitor-keys.ts';
import type { Lowering } from './lowering.ts';
import { bindingsOf, type Scope } from './scopes.ts';
import type { Temp } from '../../../ir/ir.ts';
import type { Span } from '../../../source/span.ts';

const BINDS_FOR_SURE = new Set<Stmt['type']>(['Assign', 'AnnAssign', 'FunctionDef', 'AsyncFunctionDef', 'ClassDef', 'Import', 'ImportFrom', 'TypeAlias']);

/** `x = x` in a class body reads the module's `x` (or a built-in), never that of a function around the class. */
export function bindOutside(l: Lowering, scope: Scope, name: string, span: Span): void {
  const own = scope.variables.get(name);
  if (own === undefined) return;
  const outside = scope.lookupInModule(name);
  let value: Temp;
  if (outside !== null) value = l.builder.load(outside, span);
  else {
    value = l.builder.temp();
    l.builder.emit({ kind: 'global', dest: value, name }, span);
  }
  l.builder.store(own, value, span);
}

/** The names that `body` binds or not, and may read before. */
export function namesReadEarly(body: readonly Stmt[], walrus: boolean): ReadonlySet<string> {
  const bound = new Set<string>();
  const early = new Set<string>();
  for (const statement of body) {
    for (const name of namesRead(statement)) if (!bound.has(name)) early.add(name);
    if (statement.type === 'Delete') for (const name of bindingsOf([statement], walrus).names) bound.delete(name);
    if (!BINDS_FOR_SURE.has(statement.type) || (statement.type === 'AnnAssign' && statement.value === null)) continue;
    for (const name of bindingsOf([statement], walrus).names) bound.add(name);
  }
  return early;
}

/** The names that `statement` reads in its own scope: not those in bodies of functions and classes. */
function namesRead(statement: Stmt): Set<string> {
  const names = new Set<string>();
  const stack: PyNode[] = [statement];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    switch (node.type) {
      case 'Name':
        if (node.ctx === 'Load') names.add(node.id);
        break;
      case 'AugAssign':
        if (node.target.type === 'Name') names.add(node.target.id);
        stack.push(node.target, node.value);
        break;
      case 'AnnAssign':
        // Annotations are not evaluated.
        stack.push(node.target);
        if (node.value !== null) stack.push(node.value);
        break;
      case 'FunctionDef':
      case 'AsyncFunctionDef':
        stack.push(...node.decorator_list, ...defaultsOf(node.args));
        break;
      case 'Lambda':
        stack.push(...defaultsOf(node.args));
        break;
      case 'ClassDef':
        stack.push(...node.decorator_list, ...node.bases, ...node.keywords);
        break;
      case 'ListComp':
      case 'SetComp':
      case 'DictComp':
      case 'GeneratorExp':
        // Only the first iterable is evaluated in the class body.
        if (node.generators[0] !== undefined) stack.push(node.generators[0].iter);
        break;
      default:
        // Not spread: a table may have more rows than a call can have arguments.
        for (const child of childrenOf(node)) stack.push(child);
    }
  }
  return names;
}

function defaultsOf(args: Extract<PyNode, { type: 'arguments' }>): PyNode[] {
  return [...args.defaults, ...args.kw_defaults.filter((value) => value !== null)];
}
