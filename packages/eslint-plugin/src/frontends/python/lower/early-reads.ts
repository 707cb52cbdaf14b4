// Which names a class body binds and may read before: those reads find the module's variable or a built-in.
//
// Approximation: only bindings that stand in the body itself, outside of branches and loops, are taken to have happened; a
// name too many costs one instruction.
import type { PyNode, Stmt } from '../ast.ts';
import { childrenOf } from '../visitor-keys.ts';
import { bindingsOf } from './scopes.ts';

const BINDS_FOR_SURE = new Set<Stmt['type']>(['Assign', 'AnnAssign', 'FunctionDef', 'AsyncFunctionDef', 'ClassDef', 'Import', 'ImportFrom', 'TypeAlias']);

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
