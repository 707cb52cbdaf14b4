// Lexical scopes: which variable a name means at a place in the text.
//
// What it guarantees: a name is looked up as JavaScript does it, in the innermost block first. `var` names belong to the
// function, whatever block they stand in; `let`, `const`, `using`, classes, functions, enums and namespaces belong to their
// block and are known in all of it, also before their declaration. All walks are iterative.
//
// What it refuses: names that exist for the type checker only. An interface, a type, `declare const x`, an overload without a
// body or a type-only import declares nothing, so that a use of such a name (a syntax or type error) is a global. What
// sloppy mode does with functions in blocks is in sloppy.ts.
import ts from '#typescript';
import type { Variable } from '../../ir/ir.ts';

export class Scope {
  readonly parent: Scope | null;
  /** The object of a `with`, whose attributes are names here. */
  readonly object: Variable | null;
  readonly #names = new Map<string, Variable>();

  constructor(parent: Scope | null, object: Variable | null = null) {
    this.parent = parent;
    this.object = object;
  }

  has(name: string): boolean {
    return this.#names.has(name);
  }

  /** Declares `name`; a second declaration of a name is the same variable. */
  declare(name: string, make: (name: string) => Variable): Variable {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    const variable = make(name);
    this.#names.set(name, variable);
    return variable;
  }

  lookup(name: string): Variable | null {
    for (let scope: Scope | null = this; scope !== null; scope = scope.parent) {
      const variable = scope.#names.get(name);
      if (variable !== undefined) return variable;
    }
    return null;
  }

  /** The objects of the `with` statements between here and the declaration of `name`, outermost first. */
  withObjects(name: string): readonly Variable[] {
    const objects: Variable[] = [];
    for (let scope: Scope | null = this; scope !== null && !scope.#names.has(name); scope = scope.parent) {
      if (scope.object !== null) objects.unshift(scope.object);
    }
    return objects;
  }
}

/** The identifiers that a binding name binds, in the order of the text. */
export function boundIdentifiers(name: ts.BindingName): readonly ts.Identifier[] {
  if (ts.isIdentifier(name)) return [name];
  const identifiers: ts.Identifier[] = [];
  const pending: ts.BindingName[] = [name];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (ts.isIdentifier(next)) {
      identifiers.push(next);
      continue;
    }
    for (let i = next.elements.length - 1; i >= 0; i -= 1) {
      const element = next.elements[i]!;
      if (ts.isBindingElement(element)) pending.push(element.name);
    }
  }
  return identifiers;
}

export function isBlockScoped(list: ts.VariableDeclarationList): boolean {
  return (list.flags & ts.NodeFlags.BlockScoped) !== 0;
}

export function hasModifier(node: ts.Node, kind: ts.SyntaxKind): boolean {
  return ts.canHaveModifiers(node) && node.modifiers !== undefined && node.modifiers.some((modifier) => modifier.kind === kind);
}

export function isAmbient(node: ts.Node): boolean {
  return hasModifier(node, ts.SyntaxKind.DeclareKeyword);
}

/** The names that `var` declares in `statements` and the statements in them, but not in nested functions. */
export function varIdentifiers(statements: readonly ts.Statement[]): readonly ts.Identifier[] {
  const identifiers: ts.Identifier[] = [];
  const pending: ts.Node[] = [];
  const pushAll = (nodes: readonly ts.Node[]): void => {
    for (let i = nodes.length - 1; i >= 0; i -= 1) pending.push(nodes[i]!);
  };
  pushAll(statements);
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    switch (node.kind) {
      case ts.SyntaxKind.VariableStatement:
        if (!isAmbient(node)) pending.push((node as ts.VariableStatement).declarationList);
        break;
      case ts.SyntaxKind.VariableDeclarationList: {
        const list = node as ts.VariableDeclarationList;
        if (!isBlockScoped(list)) for (const declaration of list.declarations) identifiers.push(...boundIdentifiers(declaration.name));
        break;
      }
      case ts.SyntaxKind.IfStatement: {
        const { thenStatement, elseStatement } = node as ts.IfStatement;
        if (elseStatement !== undefined) pending.push(elseStatement);
        pending.push(thenStatement);
        break;
      }
      case ts.SyntaxKind.ForStatement:
      case ts.SyntaxKind.ForInStatement:
      case ts.SyntaxKind.ForOfStatement: {
        const { initializer, statement } = node as ts.ForStatement | ts.ForInOrOfStatement;
        pending.push(statement);
        if (initializer !== undefined) pending.push(initializer);
        break;
      }
      case ts.SyntaxKind.WhileStatement:
      case ts.SyntaxKind.DoStatement:
      case ts.SyntaxKind.LabeledStatement:
      case ts.SyntaxKind.WithStatement:
        pending.push((node as ts.WhileStatement | ts.DoStatement | ts.LabeledStatement | ts.WithStatement).statement);
        break;
      case ts.SyntaxKind.Block:
        pushAll((node as ts.Block).statements);
        break;
      case ts.SyntaxKind.SwitchStatement:
        pushAll((node as ts.SwitchStatement).caseBlock.clauses.flatMap((clause) => [...clause.statements]));
        break;
      case ts.SyntaxKind.TryStatement: {
        const { tryBlock, catchClause, finallyBlock } = node as ts.TryStatement;
        if (finallyBlock !== undefined) pending.push(finallyBlock);
        if (catchClause !== undefined) pending.push(catchClause.block);
        pending.push(tryBlock);
        break;
      }
      default:
        break;
    }
  }
  return identifiers;
}

/** The function of `label: function f() {}`, which scripts may write; any other statement is itself. */
export function withoutLabels(statement: ts.Statement): ts.Statement {
  let inner = statement;
  while (ts.isLabeledStatement(inner)) inner = inner.statement;
  return ts.isFunctionDeclaration(inner) ? inner : statement;
}

export interface LexicalName {
  readonly name: string;
  /** The statement, when it may extend a value of the same name (a namespace that follows a function, an enum in parts). */
  readonly extension: ts.Node | null;
  readonly isFunction: boolean;
}

/** The names that the statements of one block declare in that block. */
export function lexicalNames(statements: readonly ts.Statement[]): readonly LexicalName[] {
  const names: LexicalName[] = [];
  const add = (name: ts.Identifier | undefined, extension: ts.Node | null = null, isFunction = false): void => {
    if (name !== undefined) names.push({ name: name.text, extension, isFunction });
  };
  for (const labelled of statements) {
    const statement = withoutLabels(labelled);
    if (isAmbient(statement)) continue;
    switch (statement.kind) {
      case ts.SyntaxKind.VariableStatement: {
        const list = (statement as ts.VariableStatement).declarationList;
        if (isBlockScoped(list)) for (const declaration of list.declarations) boundIdentifiers(declaration.name).forEach((name) => add(name));
        break;
      }
      case ts.SyntaxKind.ClassDeclaration:
        add((statement as ts.ClassDeclaration).name);
        break;
      case ts.SyntaxKind.FunctionDeclaration:
        if ((statement as ts.FunctionDeclaration).body !== undefined) add((statement as ts.FunctionDeclaration).name, null, true);
        break;
      case ts.SyntaxKind.EnumDeclaration:
        add((statement as ts.EnumDeclaration).name, statement);
        break;
      case ts.SyntaxKind.ModuleDeclaration: {
        const { name, body } = statement as ts.ModuleDeclaration;
        if (ts.isIdentifier(name) && body !== undefined && !isTypeOnlyNamespace(statement as ts.ModuleDeclaration)) add(name, statement);
        break;
      }
      case ts.SyntaxKind.ImportDeclaration:
        for (const name of importedIdentifiers(statement as ts.ImportDeclaration)) add(name);
        break;
      case ts.SyntaxKind.ImportEqualsDeclaration:
        if (!(statement as ts.ImportEqualsDeclaration).isTypeOnly) add((statement as ts.ImportEqualsDeclaration).name);
        break;
      default:
        break;
    }
  }
  return names;
}

/** A namespace without a statement that runs: it declares types and no value. */
function isTypeOnlyNamespace(node: ts.ModuleDeclaration): boolean {
  let body = node.body;
  while (body !== undefined && ts.isModuleDeclaration(body)) body = body.body as ts.ModuleBody | undefined;
  if (body === undefined || !ts.isModuleBlock(body)) return true;
  return body.statements.every((statement) => isAmbient(statement) || ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement));
}

/** The local names that an import declaration binds to values. */
function importedIdentifiers(node: ts.ImportDeclaration): readonly ts.Identifier[] {
  const clause = node.importClause;
  if (clause === undefined || clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return [];
  const names = clause.name === undefined ? [] : [clause.name];
  const bindings = clause.namedBindings;
  if (bindings === undefined) return names;
  if (ts.isNamespaceImport(bindings)) return [...names, bindings.name];
  return [...names, ...bindings.elements.filter((element) => !element.isTypeOnly).map((element) => element.name)];
}
