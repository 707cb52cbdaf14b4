// What sloppy mode does with functions in blocks (ECMAScript's Annex B.3.3): they are also names of the function around them.
//
// What it guarantees: strict code is told from sloppy code by its directive; a name that a block in between declares itself
// stops there. All walks are iterative.
import ts from '#typescript';
import { boundIdentifiers, hasModifier, isBlockScoped, lexicalNames } from './scopes.ts';

/** Holds for statements that begin with the directive `'use strict'`. */
export function isStrict(statements: readonly ts.Statement[]): boolean {
  for (const statement of statements) {
    if (!ts.isExpressionStatement(statement) || !ts.isStringLiteral(statement.expression)) return false;
    if (statement.expression.text === 'use strict') return true;
  }
  return false;
}

interface Place {
  readonly node: ts.Node;
  /** The names of the blocks between the function and this place. */
  readonly taken: ReadonlySet<string>;
}

/** The functions in nested blocks of `statements` that are also names of the function around them. */
export function functionsOfBlocks(statements: readonly ts.Statement[]): ReadonlySet<string> {
  const names = new Set<string>();
  const nobody: ReadonlySet<string> = new Set();
  const pending: Place[] = statements.map((node) => ({ node, taken: nobody }));
  const enter = (block: readonly ts.Statement[], taken: ReadonlySet<string>): void => {
    const own: string[] = [];
    for (const statement of block) {
      if (!ts.isFunctionDeclaration(statement)) own.push(...lexicalNames([statement]).map(({ name }) => name));
      else if (isPlainFunction(statement) && !taken.has(statement.name.text)) names.add(statement.name.text);
    }
    const inner = union(taken, own);
    for (const node of block) pending.push({ node, taken: inner });
  };
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { node, taken } = next;
    if (ts.isBlock(node)) enter(node.statements, taken);
    else if (ts.isSwitchStatement(node)) enter(node.caseBlock.clauses.flatMap((clause) => [...clause.statements]), taken);
    else if (ts.isLabeledStatement(node) || ts.isWithStatement(node)) pending.push({ node: node.statement, taken });
    else if (ts.isIterationStatement(node, false)) pending.push({ node: node.statement, taken: union(taken, namesOfHead(node)) });
    else if (ts.isIfStatement(node)) {
      for (const branch of [node.thenStatement, node.elseStatement]) {
        if (branch !== undefined && ts.isFunctionDeclaration(branch)) enter([branch], taken);
        else if (branch !== undefined) pending.push({ node: branch, taken });
      }
    } else if (ts.isTryStatement(node)) {
      pending.push({ node: node.tryBlock, taken });
      if (node.catchClause !== undefined) pending.push({ node: node.catchClause.block, taken: union(taken, namesOfCatch(node.catchClause)) });
      if (node.finallyBlock !== undefined) pending.push({ node: node.finallyBlock, taken });
    }
  }
  return names;
}

function isPlainFunction(node: ts.FunctionDeclaration): node is ts.FunctionDeclaration & { readonly name: ts.Identifier } {
  return node.body !== undefined && node.name !== undefined && node.asteriskToken === undefined && !hasModifier(node, ts.SyntaxKind.AsyncKeyword);
}

function namesOfHead(node: ts.IterationStatement): readonly string[] {
  if (!ts.isForStatement(node) && !ts.isForInStatement(node) && !ts.isForOfStatement(node)) return [];
  const { initializer } = node;
  if (initializer === undefined || !ts.isVariableDeclarationList(initializer) || !isBlockScoped(initializer)) return [];
  return initializer.declarations.flatMap(({ name }) => boundIdentifiers(name).map(({ text }) => text));
}

/** A plain `catch (e)` does not clash, a pattern does. */
function namesOfCatch({ variableDeclaration }: ts.CatchClause): readonly string[] {
  if (variableDeclaration === undefined || ts.isIdentifier(variableDeclaration.name)) return [];
  return boundIdentifiers(variableDeclaration.name).map(({ text }) => text);
}

function union(taken: ReadonlySet<string>, own: readonly string[]): ReadonlySet<string> {
  return own.length === 0 ? taken : new Set([...taken, ...own]);
}
