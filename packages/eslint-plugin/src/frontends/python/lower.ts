// Lowers a Python file to IR: syntax only, no library is known here. Never throws on a tree that `parsePython` made.
//
// Worked example: `@torch.no_grad()` above `def f(model, x): return model(x)` gives, in the module,
//
//     %0 = load torch ; %1 = call %0.no_grad() ; %2 = function #1 ; %3 = call %1(%2) ; store f, %3
import type { PythonTree } from './parse.ts';
import type { FileLowering } from './lower/lowering.ts';
import { FunctionLowering } from './lower/function-lowering.ts';
import { bodyStartOf } from './lower/functions.ts';
import { bindingsOf, globalNames, Scope } from './lower/scopes.ts';
import { FuncBuilder, ModuleBuilder } from '../../ir/builder.ts';
import type { Module } from '../../ir/ir.ts';

export function lowerPython(tree: PythonTree, file: string): Module {
  const { ast, hasWalrus } = tree;
  const module = new ModuleBuilder(file, 'python');
  const id = module.reserveFunc();
  const bindings = bindingsOf(ast.body, hasWalrus);
  for (const name of globalNames(ast.body)) bindings.names.add(name);
  // `global` at module level says nothing new.
  const scope = new Scope(module, 'module', null, id, { names: bindings.names, globals: new Set(), nonlocals: new Set() });
  for (const [name, variable] of scope.variables) module.export(name, variable);
  const fileLowering: FileLowering = { module, hasWalrus, funcs: new Map(), classes: new Map(), scopes: new Map(), groups: { depth: 0 } };
  const builder = new FuncBuilder(module, id);
  const lowering = new FunctionLowering(fileLowering, builder, scope);
  lowering.statements(ast.body);
  const span = { start: ast.range[0], end: ast.range[1] };
  builder.finish(
    { id, name: '<module>', kind: 'module', isAsync: false, isGenerator: false, params: [], thisVariable: null, parent: null, owner: null, span, nameSpan: span, bodyStart: bodyStartOf(ast.body, 0), defStart: 0 },
    { start: span.end, end: span.end },
  );
  return module.finish(tree.errors);
}
