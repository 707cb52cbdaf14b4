// No text makes the front end throw or print broken IR: long chains, deep nesting, syntax errors.
import { describe, expect, test } from 'vitest';
import { lowerTypeScript } from '../../../src/frontends/typescript/lower.ts';
import { parseTypeScript } from '../../../src/frontends/typescript/parse.ts';
import type { Module } from '../../../src/ir/ir.ts';
import { verifyModule } from '../../../src/ir/verify.ts';
import { instrsOf, instrsOfKind, lower } from './lowered.ts';

function survive(text: string, file = 'test.ts'): Module {
  const module = lowerTypeScript(parseTypeScript(text, file), file);
  expect(verifyModule(module)).toEqual([]);
  expect(module.funcs[0]!.kind).toBe('module');
  return module;
}

describe('robustness', () => {
  const times = 5_000;
  const repeat = (open: string, inner: string, close = ''): string => open.repeat(times) + inner + close.repeat(times);

  test.each([
    ['+', `f(a${' + a'.repeat(2 * times)});`, 'operator', 2 * times],
    ['properties and calls', `a${'.b()'.repeat(times)};`, 'call', times],
    ['&& as a test', `if (a${' && a'.repeat(times)}) f();`, 'global', times + 2],
    ['&& as a value', `f(a${' && a'.repeat(times)});`, 'global', times + 2],
    ['?.', `a${'?.b()'.repeat(times)};`, 'call', times],
    ['cases', `switch (a) { ${'case 1: f();'.repeat(times)} }`, 'call', times],
    ['commas', `a${', f()'.repeat(times)};`, 'call', times],
    ['statements', 'const { a, b } = f(x, (y) => y + 1);\n'.repeat(4 * times).replaceAll('const', 'var'), 'call', 4 * times],
  ] as const)('a long chain of %s is lowered in full', (_, text, kind, count) => {
    const module = lower(text);
    expect(instrsOfKind(module, 'opaque')).toEqual([]);
    expect(instrsOfKind(module, kind)).toHaveLength(count);
  });

  // The parser recurses in these, so that they cannot be longer.
  test('long chains of else-if and of ? : are lowered in full', () => {
    expect(instrsOfKind(lower(`${'if (a) f(); else '.repeat(1000)}g();`), 'call')).toHaveLength(1001);
    const module = lower(`f(${'a ? 1 : '.repeat(1000)}2);`);
    expect(instrsOfKind(module, 'opaque')).toEqual([]);
    expect(instrsOfKind(module, 'const')).toHaveLength(1001);
  });

  test('functions in functions need no stack', () => {
    expect(lower(`f(${'() => '.repeat(1000)}1);`).funcs).toHaveLength(1001);
  });

  test.each([
    ['parentheses', repeat('(', 'a', ')')],
    ['arrays', repeat('[', 'a', ']')],
    ['objects', `f(${repeat('{ a: ', 'a', '}')})`],
    ['calls', repeat('f(', 'a', ')')],
    ['conditions', repeat('a ? ', 'a', ' : a')],
    ['blocks', repeat('{', 'a', '}')],
    ['ifs', repeat('if (a) ', 'b')],
    ['else-ifs', repeat('if (a) b; else ', 'b')],
    ['functions', repeat('function f() {', 'a', '}')],
    ['classes', repeat('(class { static a = ', 'a', '})')],
    ['try and finally', repeat('try { } finally {', 'a', '}')],
    ['patterns', `let ${repeat('[', 'a', ']')} = b`],
    ['assignment patterns', `${repeat('[', 'a', ']')} = b`],
    ['assignments', repeat('a = ', 'b')],
    ['not', repeat('!', 'a')],
    ['labels', repeat('a: ', 'f()')],
    ['namespaces', `namespace A${'.A'.repeat(times)} {}`],
    ['types', `let a: ${repeat('A<', 'b', '>')}`],
    ['using', 'using x = f();\n'.repeat(times)],
    ['templates', repeat('`${', 'a', '}`')],
    ['decorators', `${repeat('@a ', '')}class A {}`],
    ['optional chains', repeat('(', 'a', '?.b)')],
  ])('deep nesting of %s does no harm', (_, text) => {
    survive(text);
    survive(text.slice(0, text.length / 2));
    // Short enough for the parser, too deep for the lowering.
    survive(text.slice(0, text.length / 10));
  });

  // What is lowered in several ways must not grow with each level.
  test.each([
    ['methods with one of two names', `${"a[b ? 'c' : 'd'](".repeat(100)}e${')'.repeat(100)}`],
    ['finally in finally', `function f() { ${'try { a(); } finally { if (b) return 1; if (c) return 2; '.repeat(30)} ${'}'.repeat(30)} }`],
    ['returns through cleanups', `function f() { ${'try { '.repeat(60)} ${'if (a) return b(); '.repeat(60)} ${'} finally { c(); }'.repeat(60)} }`],
    ['returns between resources', `function f() { ${'using a = b(); if (a) return; '.repeat(100)} }`],
    ['names in with', `${'with (a) '.repeat(100)} b(c);`],
    ['parts of a namespace', 'namespace A { export const b = 1; export namespace B { export const c = b; } }'.repeat(200)],
    ['decorators', `${'@a @b() '.repeat(200)} class A { ${'@a @b() '.repeat(200)} c() {} }`],
    ['default parameters', `(${'(a = '.repeat(60)}1${') => a)'.repeat(60)}`],
  ])('%s give IR of bearable size', (_, text) => {
    expect(instrsOf(survive(text, 'test.js')).length).toBeLessThan(100_000);
  });

  test('what is nested too deeply escapes', () => {
    const module = lower(`const a = 1; f(${'['.repeat(300)}a, () => a${']'.repeat(300)});`);
    const [opaque] = instrsOfKind(module, 'opaque');
    expect(opaque).toMatchObject({ construct: 'too-deep' });
    expect(opaque!.operands).toHaveLength(1);
  });

  test('text that the parser cannot follow gives an empty module and an error', () => {
    const text = repeat('(', 'a', ')').repeat(4);
    const module = survive(text);
    expect(module.syntaxErrors.length).toBeGreaterThan(0);
  });

  test.each([
    '', ' ', '\uFEFF', '#!/usr/bin/env node\nf();', '\u0000', 'a.', 'a.b(', 'f(...', 'class', 'class {', 'class A { constructor( }', 'class A { static {', 'function', 'function (', 'function* (a = ',
    'for (', 'for (const', 'for (const x of', 'for (;;', 'while', 'do', 'do {} while', 'if', 'if (a) else', 'switch (', 'switch (a) { case', 'switch (a) { f(); }', 'try', 'try {}', 'try {} catch (', 'try { catch {',
    'break;', 'continue;', 'break a;', 'a: a: continue a;', 'return 1;', 'yield 1;', 'await', 'await;', 'super', 'super()', 'super.a()', 'new', 'new.target', 'import', 'import(', 'import()', 'import.meta', 'import a',
    'import { from', 'import a, from "x"', 'import x = ', 'export', 'export default', 'export default class', 'export {', 'export { a as', 'export * as', 'export =', 'let', 'let [', 'let [a', 'let {', 'let { a:', 'const a', 'let a, a; var a;',
    '({ a = 1 })', '[a = 1] = 1', '1 = 2', 'f() = 1', '++1', 'f()++', '({}) = a', '[...a, b] = c', 'delete 1', 'a ? b', 'a ? b :', 'a ?? b || c', 'a?.b = 1', 'a?.`x`', 'new a?.b()', '`${', '`${a', '/', '/a', "'", '"a', '1n.', '0x', '@', '@a',
    '@a function f() {}', 'enum', 'enum A { [a] = 1, b, "c" }', 'namespace', 'namespace A', 'declare', 'declare global { const x: number }', 'interface', 'type', 'abstract class A { abstract a(): void; abstract b: number }', 'using', 'using x', 'using { a } = b',
    'await using x = f()', 'for (using x = f();;) break;', 'for await (const x', 'async', 'async () =>', '=>', '() =>', 'a =>', '(a, b', 'with (a) b', '<T>', '<T>(a) => a', 'a < b > (c)', 'a as', 'a satisfies', 'a!', '#a', '#a in b', 'class A { #a; #a() {} }',
    'class A extends {}', 'class A extends B, C {}', 'class A { get a }', 'class A { a b c }', 'class A { [a]; [b]() {} static [c] = 1; get [d]() {} }', 'class A { constructor(); constructor() {} constructor(a) {} }', 'function f(a, a) {}', 'function f(...a, b) {}',
    'function f({ a, ...b }, [c, ...d], ...[e]) {}', 'function f(this) {}', 'x = { get a() {}, set a(b) {}, __proto__: c, async *d() {}, "e": 1, 2: 3, [f]: g, ...h }', 'x = { a b }', 'x = { a, b = 1 }', 'debugger', ';', '{', '}', ')', ']', 'else', 'case 1:', 'finally {}',
    'label: function f() {}', 'if (a) function f() {}', 'arguments', 'arguments = 1', 'undefined = 1', 'this = 1', 'eval("x")', 'require()', 'require(a)', 'require("a", b)', 'module.exports', 'exports = module.exports = f', 'export as namespace A;', 'accessor x', 'throw', 'throw\na',
  ])('%j does no harm', (text) => {
    for (const file of ['test.ts', 'test.tsx', 'test.js', 'test.jsx', 'test.d.ts', 'test', 'Makefile.unknown']) survive(text, file);
  });

  test.each(['<a', '<a>', '<a></b>', '<a {...}/>', '<a b={}/>', '<></>', '<a.b.c/>', '<a:b/>', '<this.a/>', '<a>{...b}</a>', '<a b=<c/>/>', '<A<T>/>'])('JSX %j does no harm', (text) => {
    for (const file of ['test.tsx', 'test.jsx', 'test.js']) survive(`x = ${text}`, file);
  });

  test('every beginning of a text does no harm', () => {
    const text = `import a, { b } from 'c'; export default class D extends a.b { #x = 1; static { using y = f(); } async *m({ p = 1, ...q }, [r] = s) { for await (const t of this.#x?.u ?? v) { if (!w && (x ||= y)) continue; else try { yield* \`z\${a}\`; } catch ({ e }) { throw e; } finally { g(); } } } }`;
    for (let end = 0; end <= text.length; end += 1) survive(text.slice(0, end));
  });
});
