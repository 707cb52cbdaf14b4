// What rules and edits read from definitions: spans, owners, names, parameters, the statement of an instruction.
import { describe, expect, test } from 'vitest';
import type { Span } from '../../../src/source/span.ts';
import { funcNamed, instrsOf, instrsOfKind, lower } from './lowered.ts';

const slice = (text: string, span: Span): string => text.slice(span.start, span.end);

describe('definitions', () => {
  test('spans of a function', () => {
    const text = '/** doc */ export async function f(a) { /* c */ return a; }';
    const func = funcNamed(lower(text), 'f');
    expect(slice(text, func.span)).toBe('export async function f(a) { /* c */ return a; }');
    expect(slice(text, func.nameSpan)).toBe('f');
    expect(text.slice(func.bodyStart)).toBe('return a; }');
    expect(text.slice(func.defStart)).toBe('export async function f(a) { /* c */ return a; }');
  });

  test('spans of an arrow function and of an empty body', () => {
    const text = 'const f = (a) => a + 1; function g() {}';
    const module = lower(text);
    expect(slice(text, funcNamed(module, 'f').nameSpan)).toBe('(a) => a + 1');
    expect(text.slice(funcNamed(module, 'f').bodyStart)).toBe('a + 1; function g() {}');
    expect(text.slice(funcNamed(module, 'g').bodyStart)).toBe('}');
  });

  test('decorators are not part of the definition', () => {
    const text = 'class A {\n  @a() // x\n  @b /* y */ get v() { return 1; }\n  @c static async m() {}\n}';
    const module = lower(text);
    expect(text.slice(funcNamed(module, 'v').defStart)).toMatch(/^get v/);
    expect(text.slice(funcNamed(module, 'm').defStart)).toMatch(/^static async m/);
    expect(slice(text, funcNamed(module, 'v').span)).toMatch(/^@a\(\)/);
  });

  test('parents, owners and kinds', () => {
    const module = lower('class A { x = () => 1; constructor() {} m() { return function g() {}; } get p() { return 1; } }');
    expect(module.funcs.map(({ name, kind, parent, owner }) => [name, kind, parent, owner])).toEqual([
      ['<module>', 'module', null, null],
      ['A', 'field-initializer', 0, 0],
      ['constructor', 'constructor', 0, 0],
      ['m', 'method', 0, 0],
      ['p', 'getter', 0, 0],
      ['x', 'lambda', 1, null],
      ['g', 'function', 3, null],
    ]);
    expect(module.classes).toMatchObject([{ id: 0, name: 'A', fieldInitializer: 1 }]);
    expect(funcNamed(module, 'm').thisVariable).not.toBeNull();
    expect(funcNamed(module, 'x').thisVariable).toBeNull();
  });

  test('a class without fields has no initialiser', () => {
    expect(lower('class A { m() {} static x = 1; declare y: number; z!: number; }').classes[0]!.fieldInitializer).toBeNull();
  });

  test('parameters', () => {
    const [, func] = lower('function f(this: X, a, b?: nn.Module, c: Module<T> = d, e: Net | null | undefined, f: A | B, g: string, ...h: (Net)[]) {}').funcs;
    expect(func!.params.map(({ variable, kind, annotation, optional }) => [variable.name, kind, annotation, optional])).toEqual([
      ['a', 'positional', null, false],
      ['b', 'positional', 'Module', true],
      ['c', 'positional', 'Module', true],
      ['e', 'positional', 'Net', false],
      ['f', 'positional', null, false],
      ['g', 'positional', null, false],
      ['h', 'rest', null, true],
    ]);
  });

  test('names that functions and classes take from their place', () => {
    const text = 'const a = () => 1; let b = (function () {}) as T; c.d = () => 2; f({ e: () => 3 }); const { g = () => 4 } = h; class A { i = () => 5; } const K = class {}; x ??= () => 6; export default () => 7; y(() => 8); z = class N { s = () => 9 };';
    const module = lower(text);
    expect(module.funcs.filter(({ kind }) => kind === 'lambda' || kind === 'function').map(({ name }) => name)).toEqual(
      ['a', 'b', 'd', 'e', 'g', 'x', 'default', 'anonymous', 'i', 's'],
    );
    expect(module.classes.map(({ name }) => name)).toEqual(['A', 'K', 'N']);
  });

  test('spans of calls and their arguments', () => {
    const text = 'f = (a as B).c<T>(x, ...y);';
    const [call] = instrsOfKind(lower(text), 'call');
    expect(slice(text, call!.span)).toBe('(a as B).c<T>(x, ...y)');
    expect(slice(text, call!.calleeSpan)).toBe('(a as B).c');
    expect(call!.args.map((arg) => slice(text, arg.span))).toEqual(['x', '...y']);
    expect(slice(text, call!.statement)).toBe(text);
  });

  test('spans count UTF-16 code units', () => {
    const text = "f('\u{1F600}'); model.eval();";
    const call = instrsOfKind(lower(text), 'call')[1]!;
    expect(slice(text, call.span)).toBe('model.eval()');
  });

  test('the statement of an instruction is the simple statement or the header', () => {
    const text = 'if (a()) { b(); } else if (c()) d(); for (const x of e()) f(); while (g()) {} do h(); while (i()); switch (j()) { case k(): } function l(x = m()) {} class N extends o() { static p = q(); } return r(), class { static s = t(); }, u();';
    const statements = new Map(
      instrsOf(lower(text)).flatMap((instr) => (instr.kind === 'global' ? [[instr.name, slice(text, instr.statement)] as const] : [])),
    );
    expect(Object.fromEntries(statements)).toMatchObject({
      a: 'if (a())',
      b: 'b();',
      c: 'if (c())',
      d: 'd();',
      e: 'for (const x of e())',
      g: 'while (g())',
      i: ' while (i());',
      j: 'switch (j())',
      k: 'case k()',
      m: 'function l(x = m())',
      o: 'class N extends o() {',
      q: 'static p = q();',
      t: 'static s = t();',
      u: 'return r(), class { static s = t(); }, u();',
    });
  });
});
