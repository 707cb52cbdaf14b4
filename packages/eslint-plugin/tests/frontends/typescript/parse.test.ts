// The parser never throws, and the extension of a file decides its syntax.
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { parseTypeScript, syntaxErrorsOf } from '../../../src/frontends/typescript/parse.ts';
import { lowerTypeScript } from '../../../src/frontends/typescript/lower.ts';

describe('parseTypeScript', () => {
  test.each([
    ['a.ts', '<T>(x)', true],
    ['a.mts', '<T>(x)', true],
    ['a.cts', '<T>(x)', true],
    ['a.TS', '<T>(x)', true],
    ['a.tsx', '<T>(x)', false],
    ['a.tsx', '<a/>', true],
    ['a.jsx', '<a/>', true],
    ['a.js', '<a/>', true],
    ['a.ts', '<a/>', false],
    ['a.mjs', 'f()', true],
    ['a.cjs', 'f()', true],
    ['dir.ts/a', '<T>(x)', true],
  ])('%s: %s', (file, text, valid) => {
    expect(syntaxErrorsOf(parseTypeScript(text, file)).length === 0).toBe(valid);
  });

  test('the extension decides the kind', () => {
    expect(parseTypeScript('', 'a.tsx').languageVariant).toBe(ts.LanguageVariant.JSX);
    expect(parseTypeScript('', 'a.ts').languageVariant).toBe(ts.LanguageVariant.Standard);
    expect(parseTypeScript('', 'a.d.ts').isDeclarationFile).toBe(true);
  });

  test('a syntax error has a span', () => {
    const [error] = syntaxErrorsOf(parseTypeScript('f(1;', 'a.ts'));
    expect(error).toEqual({ start: 3, end: 4 });
    expect(lowerTypeScript(parseTypeScript('f(1;', 'a.ts'), 'a.ts').syntaxErrors).toEqual([error]);
  });

  test('nesting beyond the parser gives an empty tree and one error', () => {
    const text = '('.repeat(50_000);
    const sourceFile = parseTypeScript(text, 'a.ts');
    expect(sourceFile.statements).toHaveLength(0);
    expect(syntaxErrorsOf(sourceFile)).toEqual([{ start: 0, end: text.length }]);
  });

  test('the text may have a byte order mark or a shebang', () => {
    expect(syntaxErrorsOf(parseTypeScript('\uFEFFf();', 'a.js'))).toEqual([]);
    expect(syntaxErrorsOf(parseTypeScript('#!/usr/bin/env node\nf();', 'a.js'))).toEqual([]);
  });
});
