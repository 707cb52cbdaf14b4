// The zoo: valid files that together hold all syntax. Each is lowered without a fault, nothing in it is `opaque` but what the
// list below says, and no kind of node is missing.
import { readdirSync, readFileSync } from 'node:fs';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { parseTypeScript } from '../../../src/frontends/typescript/parse.ts';
import { instrsOfKind, lower } from './lowered.ts';

const ZOO = new URL('../zoo/', import.meta.url);
const names = readdirSync(ZOO).filter((name) => !name.endsWith('.py') && !name.endsWith('.test.ts')).sort();
const textOf = (name: string): string => readFileSync(new URL(name, ZOO), 'utf8');

/** What stays `opaque`, and why that is all that the analysis can use. */
const OPAQUE: ReadonlyMap<string, string> = new Map([
  ['arguments', 'gives access to all parameters: they escape'],
  ['bigint', 'the IR has no such constant'],
  ['regex', 'an object of the language that holds nothing of the program'],
  ['new.target', 'a class or nothing: the caller decides'],
  ['import.meta', 'the host decides'],
  ['import', 'the module of a dynamic import with a computed name'],
  ['this', '`this` of a module or a script: the host decides'],
  ['super', '`super` in the method of an object: its prototype may be set later'],
  ['jsx', 'the library decides what becomes of the parts'],
  ['computed-method', 'a method whose name is not known had its object as `this`'],
  ['decorator-context', 'the second argument of a decorator'],
  ['delete', 'whether an undeclared variable could be deleted'],
  ['assign NAME', 'a variable that the file does not declare'],
]);

/** Kinds of nodes that no text gives. */
const ABSENT: ReadonlyMap<ts.SyntaxKind, string> = new Map([
  [ts.SyntaxKind.MissingDeclaration, 'after a syntax error only'],
  [ts.SyntaxKind.ImportTypeAssertionContainer, 'an older syntax that the parser does not make any more'],
  [ts.SyntaxKind.Bundle, 'made by the emitter'],
  [ts.SyntaxKind.SyntaxList, 'made by the language service'],
  [ts.SyntaxKind.NotEmittedStatement, 'made by a transformation'],
  [ts.SyntaxKind.NotEmittedTypeElement, 'made by a transformation'],
  [ts.SyntaxKind.PartiallyEmittedExpression, 'made by a transformation'],
  [ts.SyntaxKind.CommaListExpression, 'made by a transformation'],
  [ts.SyntaxKind.SyntheticReferenceExpression, 'made by a transformation'],
  [ts.SyntaxKind.SyntheticExpression, 'made by the checker'],
]);

/** Literals, names, keywords that are expressions, and operators are tokens; everything else that matters is a node. */
const TOKENS: readonly ts.SyntaxKind[] = [
  ts.SyntaxKind.NumericLiteral, ts.SyntaxKind.BigIntLiteral, ts.SyntaxKind.StringLiteral, ts.SyntaxKind.JsxText, ts.SyntaxKind.RegularExpressionLiteral,
  ts.SyntaxKind.NoSubstitutionTemplateLiteral, ts.SyntaxKind.TemplateHead, ts.SyntaxKind.TemplateMiddle, ts.SyntaxKind.TemplateTail,
  ts.SyntaxKind.Identifier, ts.SyntaxKind.PrivateIdentifier, ts.SyntaxKind.ThisKeyword, ts.SyntaxKind.SuperKeyword, ts.SyntaxKind.NullKeyword,
  ts.SyntaxKind.TrueKeyword, ts.SyntaxKind.FalseKeyword, ts.SyntaxKind.ImportKeyword, ts.SyntaxKind.QuestionDotToken, ts.SyntaxKind.DotDotDotToken,
];

/** Punctuation among the operators that is no binary operator. */
const NO_BINARY: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.LessThanSlashToken, ts.SyntaxKind.EqualsGreaterThanToken, ts.SyntaxKind.PlusPlusToken, ts.SyntaxKind.MinusMinusToken, ts.SyntaxKind.ExclamationToken,
  ts.SyntaxKind.TildeToken, ts.SyntaxKind.QuestionToken, ts.SyntaxKind.ColonToken, ts.SyntaxKind.AtToken, ts.SyntaxKind.BacktickToken, ts.SyntaxKind.HashToken,
]);

function expectedKinds(): readonly ts.SyntaxKind[] {
  const kinds = new Set<ts.SyntaxKind>(TOKENS);
  for (let kind: ts.SyntaxKind = ts.SyntaxKind.LessThanToken; kind <= ts.SyntaxKind.LastAssignment; kind += 1) if (!NO_BINARY.has(kind)) kinds.add(kind);
  for (let kind = ts.SyntaxKind.FirstNode as number; kind < ts.SyntaxKind.Count; kind += 1) {
    const inComments = kind >= ts.SyntaxKind.FirstJSDocNode && kind <= ts.SyntaxKind.LastJSDocNode;
    if (!inComments && !ABSENT.has(kind)) kinds.add(kind);
  }
  return [...kinds];
}

function kindsIn(name: string): ReadonlySet<ts.SyntaxKind> {
  const kinds = new Set<ts.SyntaxKind>();
  const pending: ts.Node[] = [parseTypeScript(textOf(name), name)];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    kinds.add(node.kind);
    ts.forEachChild(node, (child) => void pending.push(child));
  }
  return kinds;
}

describe('the zoo', () => {
  const opaque = new Set<string>();

  test.each(names)('%s is lowered', (name) => {
    // `lower` holds the IR against the verifier and refuses syntax errors.
    const module = lower(textOf(name), name);
    for (const instr of instrsOfKind(module, 'opaque')) {
      const construct = instr.construct.replace(/^assign \w+$/, 'assign NAME');
      expect(OPAQUE.has(construct), `${construct} in ${name}: ${textOf(name).slice(instr.span.start, instr.span.end)}`).toBe(true);
      opaque.add(construct);
    }
  });

  test('every reason for opaque is needed', () => {
    expect([...opaque].sort()).toEqual([...OPAQUE.keys()].sort());
  });

  test('every kind of node occurs', () => {
    const found = new Set(names.flatMap((name) => [...kindsIn(name)]));
    expect(expectedKinds().filter((kind) => !found.has(kind)).map((kind) => ts.SyntaxKind[kind])).toEqual([]);
    expect([...ABSENT.keys()].filter((kind) => found.has(kind)).map((kind) => ts.SyntaxKind[kind])).toEqual([]);
  });

  test('every function of the zoo has a body that was lowered', () => {
    for (const name of names) {
      const bodies: ts.Node[] = [];
      const pending: ts.Node[] = [parseTypeScript(textOf(name), name)];
      for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
        if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) bodies.push(node);
        ts.forEachChild(node, (child) => void pending.push(child));
      }
      const starts = new Set(lower(textOf(name), name).funcs.filter(({ kind }) => kind !== 'module' && kind !== 'field-initializer').map(({ span }) => span.end));
      expect(bodies.filter((node) => !starts.has(node.end)).map((node) => textOf(name).slice(node.pos, node.end))).toEqual([]);
    }
  });
});
