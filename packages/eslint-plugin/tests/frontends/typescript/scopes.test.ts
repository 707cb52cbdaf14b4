// Which variable a name means, told by letters: see `bindings` in lowered.ts.
import { describe, expect, test } from 'vitest';
import { bindings, funcNamed, instrsOfKind, lower } from './lowered.ts';

describe('scopes', () => {
  test.each([
    ['a block has its own let', 'let x = 1; { let x = 2; f(x); } g(x);', 'A B B A'],
    ['a block sees what is around it', 'let x = 1; { f(x); }', 'A A'],
    ['var belongs to the function, whatever block it stands in', 'function f() { if (a) { var x = 1; } return x; } x;', 'A A -'],
    ['var in loop heads, try, switch and labels', 'function f() { for (var x of a); l: try { g(x); } finally { switch (b) { case 1: var x = 2; } } }', 'A A A'],
    ['var is known before its declaration and shadows', 'let x = 1; function f() { g(x); var x = 2; }', 'A B B'],
    ['let is known in all of its block', 'let x = 1; { f(x); let x = 2; }', 'A B B'],
    ['a closure shares the variable', 'let x = 1; const f = () => x; x = 2;', 'A A A'],
    ['a parameter shadows', 'let x = 1; function f(x) { return x; } f(x);', 'A B A'],
    ['var of a parameter\'s name is the parameter', 'function f(x) { var x; x = 1; return x; }', 'A A'],
    ['a pattern parameter binds its names', 'const x = 1; ({ x }) => x;', 'A B B'],
    ['a default sees earlier parameters', 'const x = 1; (x, y = x) => y;', 'A B'],
    ['catch has its own name', 'let x = 1; try {} catch (x) { f(x); } g(x);', 'A B B A'],
    ['a let of a loop head ends with the loop', 'for (let x = 0; x < 1; x++) f(x); x;', 'A A A A -'],
    ['the head of for-of is not in the scope of its name', 'const x = f(); for (const x of g()) h(x); x;', 'A B B A'],
    ['the name of a function expression is known in it only', 'const f = function x() { return x; }; x;', 'A A -'],
    ['a function expression\'s own parameter is stronger than its name', 'f(function x(x) { return x; });', 'A B'],
    ['the name of a class expression is known in it only', 'const f = class x { m() { return x; } }; x;', 'A A -'],
    ['a class is known in its members', 'class x { static y = x; m() { return x; } }', 'A A A'],
    ['a function of a block is not known outside', '{ x(); function x() {} } x();', 'A A -'],
    ['the cases of a switch share a scope', 'let x = 1; switch (a) { case 1: let x = 2; case 2: f(x); } x;', 'A B B A'],
    ['imports', "import { x } from 'y'; { const x = 1; f(x); } g(x);", 'A B B A'],
    ['type-only imports are no values', "import type { x } from 'y'; import { type x as z } from 'y'; f(x);", '-'],
    ['declare is no value', 'declare const x: number; declare function x(): void; declare class x {} f(x);', '-'],
    ['enums and namespaces are values', 'f(x); enum x { A } { namespace x { export const y = 1; } f(x); }', 'A A B B'],
    ['names of a namespace end with it', 'namespace N { export const x = 1; f(x); } x;', 'A A A -'],
    ['static blocks have their own var', 'var x = 1; class A { static { var x = 2; f(x); } } x;', 'A B B A'],
    ['static blocks have their own var, whatever the parameters', 'function f(x, y = 1) { class A { static { var x = 2; f(x); } } return x; }', 'A A B'],
    ['a var in a body with defaults is not seen by them', 'function f(y = () => x) { var x = 1; g(x); }', '- A A'],
    ['a function of a block in sloppy mode is no other variable', 'let x; { let y; x(); function x() {} }', 'A B B'],
    ['fields see what is around the class', 'const x = 1; class A { y = x; }', 'A A'],
    ['labels and property names are no uses', 'x: for (;;) { f({ x: 1 }, a.x); break x; }', ''],
    ['shorthand properties are uses', 'const x = 1; f({ x });', 'A A'],
    ['destructuring assignment writes what is there', 'let x; { ({ x } = f()); [x] = g(); }', 'A A A'],
    ['finally copies share their variables', 'function f() { try { return a; } finally { let x = 1; g(x); } }', 'A A'],
    ['typeof, delete and compound assignment are uses', 'let x = 1; typeof x; x += 1; x++;', 'A A A A'],
  ])('%s', (_, text, expected) => {
    expect(bindings(text, 'x')).toBe(expected);
  });

  test('a variable is owned by its function and captured when another one uses it', () => {
    const module = lower('function f(a) { const b = 1; let c; return () => { c = a; return this; }; }');
    const f = funcNamed(module, 'f');
    const variables = new Map(instrsOfKind(module, 'store').map((instr) => [instr.variable.name, instr.variable]));
    expect(variables.get('b')).toMatchObject({ owner: f.id, captured: false, origin: 'declared' });
    expect(variables.get('c')).toMatchObject({ owner: f.id, captured: true });
    expect(f.params[0]!.variable).toMatchObject({ owner: f.id, captured: true, origin: 'parameter' });
    expect(f.thisVariable).toMatchObject({ owner: f.id, captured: true, origin: 'this' });
    expect(variables.get('f')).toMatchObject({ owner: 0, captured: false });
  });

  test('a module owns the variables of its blocks', () => {
    const module = lower('{ const a = 1; (() => a)(); }');
    expect(instrsOfKind(module, 'store')[0]!.variable).toMatchObject({ name: 'a', owner: 0, captured: true });
  });
});
