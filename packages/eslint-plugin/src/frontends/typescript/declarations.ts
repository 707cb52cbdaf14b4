// Variable declarations, and `using`.
//
// What it guarantees: `let x;` stores `undefined`, `var x;` stores nothing. `using x = value` is an `enter`; the matching `exit`
// stands on every way out of what follows in the block.
//
// What it refuses: `declare` declarations, which have no value.
import ts from '#typescript';
import type { Temp } from '../../ir/ir.ts';
import type { FunctionLowering } from './context.ts';
import { bindName } from './patterns.ts';
import { boundIdentifiers, isBlockScoped, type Scope } from './scopes.ts';

/** The scope of the names that the head of a loop declares. */
export function declarationScope(fn: FunctionLowering, owner: ts.Node, list: ts.VariableDeclarationList): Scope {
  if (!isBlockScoped(list)) return fn.scope;
  return fn.module.scope(owner, fn.scope, (scope) => {
    for (const declaration of list.declarations) for (const name of boundIdentifiers(declaration.name)) fn.declare(scope, name.text);
  });
}

export function isResource(list: ts.VariableDeclarationList): boolean {
  // `Using` is a bit that `AwaitUsing` has too; `Const` is the other one.
  return (list.flags & ts.NodeFlags.Using) !== 0;
}

export function lowerDeclarations(fn: FunctionLowering, list: ts.VariableDeclarationList): void {
  for (const declaration of list.declarations) {
    const { name, initializer } = declaration;
    if (initializer !== undefined) bindName(fn, name, fn.named(initializer, ts.isIdentifier(name) ? name.text : null));
    else if (isBlockScoped(list)) bindName(fn, name, fn.undefined(fn.span(name)));
  }
}

/** Lowers a declaration list and then `rest`, which is what its resources are released after. */
export function bindInitialized(fn: FunctionLowering, list: ts.VariableDeclarationList, rest: () => void): void {
  if (!isResource(list)) {
    lowerDeclarations(fn, list);
    rest();
    return;
  }
  bindResources(fn, list, 0, rest);
}

function bindResources(fn: FunctionLowering, list: ts.VariableDeclarationList, index: number, rest: () => void): void {
  const declaration = list.declarations[index];
  if (declaration === undefined) {
    rest();
    return;
  }
  const span = fn.span(declaration);
  const manager = declaration.initializer === undefined ? fn.undefined(span) : fn.expression(declaration.initializer);
  enterResource(fn, list, declaration.name, manager, () => bindResources(fn, list, index + 1, rest));
}

/** `using name = manager`, in force for `rest`. */
export function enterResource(fn: FunctionLowering, list: ts.VariableDeclarationList, name: ts.BindingName, manager: Temp, rest: () => void): void {
  const { builder } = fn;
  const span = fn.span(list);
  const scope = builder.scope();
  const dest = builder.temp();
  const isAsync = (list.flags & ts.NodeFlags.BlockScoped) === ts.NodeFlags.AwaitUsing;
  builder.emit({ kind: 'enter', dest, manager, scope, isAsync }, span);
  // Unlike `with ... as name`, `using` binds the resource itself.
  bindName(fn, name, manager);
  builder.withCleanup(rest, (how) => builder.emit({ kind: 'exit', manager, scope, how }, span), span);
}
