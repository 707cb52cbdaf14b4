// Hoisting, parameters and `this`.
import { describe, expect, test } from 'vitest';
import { print } from './lowered.ts';

describe('functions', () => {
  test('functions are stored at the start of their scope', () => {
    expect(print('f(); function f() { return 1; } { g(); function g() {} }')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = function #1
          store f, %0
          %1 = load f
          %2 = call %1()
          %3 = function #2
          store g, %3
          %4 = load g
          %5 = call %4()
          return

      function f#1()
        b0:
          %0 = 1
          return %0

      function g#2()
        b0:
          return
      "
    `);
  });

  test('parameters with defaults are branches at the entry', () => {
    expect(print('function f(a, b = a, c?: nn.Module, ...d) { return b; }')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = function #1
          store f, %0
          return

      function f#1(a, b?, c?, rest d?)
        b0:
          %0 = load b
          %1 = undefined
          %2 = == %0, %1
          branch %2 b1 b2
        b1:
          %3 = load a
          store b, %3
          goto b2
        b2:
          %4 = load b
          return %4
      "
    `);
  });

  test('pattern parameters', () => {
    expect(print('function f({ a, b = 1 }, [c] = g()) { return c; }')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = function #1
          store f, %0
          return

      function f#1(param0, param1?)
        b0:
          %0 = load param0
          %1 = %0.a
          store a, %1
          %2 = %0.b
          %3 = undefined
          %4 = == %2, %3
          branch %4 b1 b2
        b1:
          %5 = 1
          store ?, %5
          goto b3
        b2:
          store ?, %2
          goto b3
        b3:
          %6 = load ?
          store b, %6
          %7 = load param1
          %8 = undefined
          %9 = == %7, %8
          branch %9 b4 b5
        b4:
          %10 = global g
          %11 = call %10()
          store ?, %11
          goto b6
        b5:
          store ?, %7
          goto b6
        b6:
          %12 = load ?
          %13 = 0
          %14 = %12[%13]
          store c, %14
          %15 = load c
          return %15
      "
    `);
  });

  test('arrows read this and arguments of the function around them', () => {
    expect(print('function f(a) { return () => () => [this, arguments[0]]; }')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = function #1
          store f, %0
          return

      function f#1(a)
        b0:
          %0 = function #2
          return %0

      lambda anonymous#2()
        b0:
          %0 = function #3
          return %0

      lambda anonymous#3()
        b0:
          %0 = load this
          %1 = load a
          %2 = opaque arguments(%1)
          %3 = 0
          %4 = %2[%3]
          %5 = list [%0, %4]
          return %5
      "
    `);
  });

  test('this of the module is unknown', () => {
    expect(print('const f = () => this;')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = function #1
          store f, %0
          return

      lambda f#1()
        b0:
          %0 = opaque this()
          return %0
      "
    `);
  });

  test('a named function expression knows itself', () => {
    expect(print('const f = function g() { return g; };')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = function #1
          store g, %0
          store f, %0
          return

      function g#1()
        b0:
          %0 = load g
          return %0
      "
    `);
  });

  test('async, generators', () => {
    expect(print('async function a() { return await b; } function* c() { yield 1; } const d = async () => 1; async function* e() {}')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = function #1
          store a, %0
          %1 = function #2
          store c, %1
          %2 = function #3
          store e, %2
          %3 = function #4
          store d, %3
          return

      async function a#1()
        b0:
          %0 = global b
          %1 = await %0
          return %1

      generator function c#2()
        b0:
          %0 = 1
          %1 = yield %0
          return

      async generator function e#3()
        b0:
          return

      async lambda d#4()
        b0:
          %0 = 1
          return %0
      "
    `);
  });

  test('overloads and this parameters are types', () => {
    expect(print('function f(a: string): void; function f(this: Foo, a: any) { return this.b(a); }')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = function #1
          store f, %0
          return

      function f#1(a)
        b0:
          %0 = load this
          %1 = load a
          %2 = call %0.b(%1)
          return %2
      "
    `);
  });
});
