// Members of classes: accessors, computed names, private names, what decorators give, what is a type only.
import { describe, expect, test } from 'vitest';
import { print } from './lowered.ts';

describe('members', () => {
  test('static accessors', () => {
    expect(print(`class A { static get a() { return 1; } static set a(v) {} static set b(v) {} static async *c() {} }`)).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = class #0()
          %1 = function #1
          define static %0.a = %1
          %2 = function #2
          define static %0.set a = %2
          %3 = function #3
          define static %0.set b = %3
          %4 = function #4
          define static %0.c = %4
          store A, %0
          return

      getter a#1(this)
        b0:
          %0 = 1
          return %0

      setter a#2(this, v)
        b0:
          return

      setter b#3(this, v)
        b0:
          return

      async generator method c#4(this)
        b0:
          return
      "
    `);
  });

  test('computed names are evaluated once, in order', () => {
    expect(print(`class A { [f()] = 1; static [g()] = 2; [h()]() {} get [i()]() { return 1; } }`)).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = class #0()
          %1 = global f
          %2 = call %1()
          store field name, %2
          %3 = global g
          %4 = call %3()
          store field name, %4
          %5 = global h
          %6 = call %5()
          %7 = function #2
          define method %0.[h()] = %7
          %8 = global i
          %9 = call %8()
          %10 = function #3
          define getter %0.[i()] = %10
          store A, %0
          store this, %0
          %11 = 2
          %12 = load field name
          %0[%12] = %11
          return

      field-initializer A#1()
        b0:
          %0 = load this
          %1 = load field name
          %2 = 1
          %0[%1] = %2
          return

      method [h()]#2()
        b0:
          return

      getter [i()]#3()
        b0:
          %0 = 1
          return %0
      "
    `);
  });

  test('decorators come before the computed name', () => {
    expect(print(`class A { @a() @b [c()]() {} @d() static [e()] = f; }`)).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = class #0()
          %1 = global a
          %2 = call %1()
          %3 = global b
          %4 = global c
          %5 = call %4()
          %6 = function #1
          %7 = opaque decorator-context()
          %8 = call %3(%6, %7)
          branch %8 b1 b2
        b1:
          store ?, %8
          goto b3
        b2:
          store ?, %6
          goto b3
        b3:
          %9 = load ?
          %10 = opaque decorator-context()
          %11 = call %2(%9, %10)
          branch %11 b4 b5
        b4:
          store ?, %11
          goto b6
        b5:
          store ?, %9
          goto b6
        b6:
          %12 = load ?
          define method %0.[c()] = %12
          %13 = global d
          %14 = call %13()
          %15 = global e
          %16 = call %15()
          store field name, %16
          %17 = undefined
          %18 = opaque decorator-context()
          %19 = call %14(%17, %18)
          store A, %0
          store this, %0
          %20 = global f
          %21 = load field name
          %0[%21] = %20
          return

      method [c()]#1()
        b0:
          return
      "
    `);
  });

  test('a decorator that returns nothing keeps what it is given', () => {
    expect(print(`function log(value, context) { g(context); } class A { @log m() {} } @log class B {}`)).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = function #1
          store log, %0
          %1 = class #0()
          %2 = load log
          %3 = function #2
          %4 = opaque decorator-context()
          %5 = call %2(%3, %4)
          branch %5 b1 b2
        b1:
          store ?, %5
          goto b3
        b2:
          store ?, %3
          goto b3
        b3:
          %6 = load ?
          define method %1.m = %6
          store A, %1
          %7 = load log
          %8 = class #1()
          store B, %8
          %9 = opaque decorator-context()
          %10 = call %7(%8, %9)
          branch %10 b4 b5
        b4:
          store ?, %10
          goto b6
        b5:
          store ?, %8
          goto b6
        b6:
          %11 = load ?
          store B, %11
          return

      function log#1(value, context)
        b0:
          %0 = global g
          %1 = load context
          %2 = call %0(%1)
          return

      method m#2()
        b0:
          return
      "
    `);
  });

  test('private methods, accessors and static names', () => {
    expect(print(`class A { #a = 1; static #b = 2; #c() { return this.#a; } get #d() { return A.#b; } set #d(v) { this.#a = v; } static has(o) { return #a in o && #c in o; } e() { this.#a++; this.#d ||= 3; delete this.f?.g; } }`)).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = class #0()
          %1 = function #2
          define method %0.#c = %1
          %2 = function #3
          define getter %0.#d = %2
          %3 = function #4
          define setter %0.#d = %3
          %4 = function #5
          define static %0.has = %4
          %5 = function #6
          define method %0.e = %5
          store A, %0
          store this, %0
          %6 = 2
          define static %0.#b = %6
          return

      field-initializer A#1()
        b0:
          %0 = load this
          %1 = 1
          %0.#a = %1
          return

      method #c#2()
        b0:
          %0 = load this
          %1 = %0.#a
          return %1

      getter #d#3()
        b0:
          %0 = load A
          %1 = %0.#b
          return %1

      setter #d#4(v)
        b0:
          %0 = load this
          %1 = load v
          %0.#a = %1
          return

      method has#5(this, o)
        b0:
          %0 = "#a"
          %1 = load o
          %2 = in %0, %1
          branch %2 b1 b2
        b1:
          %3 = "#c"
          %4 = load o
          %5 = in %3, %4
          store ?, %5
          goto b3
        b2:
          store ?, %2
          goto b3
        b3:
          %6 = load ?
          return %6

      method e#6()
        b0:
          %0 = load this
          %1 = %0.#a
          %2 = 1
          %3 = + %1, %2
          %0.#a = %3
          %4 = load this
          %5 = %4.#d
          branch %5 b1 b2
        b1:
          store ?, %5
          goto b3
        b2:
          %6 = 3
          %4.#d = %6
          store ?, %6
          goto b3
        b3:
          %7 = load ?
          %8 = load this
          %9 = %8.f
          %10 = none
          %11 = == %9, %10
          branch %11 b5 b4
        b4:
          %12 = undefined
          %9.g = %12
          goto b5
        b5:
          %13 = true
          return
      "
    `);
  });

  test('auto-accessors', () => {
    expect(print(`class A { accessor a = 1; static accessor b = this.c; accessor #d; @e accessor f = 2; }`)).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = class #0()
          %1 = global e
          %2 = undefined
          %3 = opaque decorator-context()
          %4 = call %1(%2, %3)
          store A, %0
          store this, %0
          %5 = load this
          %6 = %5.c
          define static %0.b = %6
          return

      field-initializer A#1()
        b0:
          %0 = load this
          %1 = 1
          %0.a = %1
          %2 = load this
          %3 = undefined
          %2.#d = %3
          %4 = load this
          %5 = 2
          %4.f = %5
          return
      "
    `);
  });

  test('types only', () => {
    expect(print(`abstract class A { declare a: number; declare static b: number; abstract c: number; abstract d(): void; e?: number; f!: number; static g?: string; [key: string]: unknown; h(): void; h(x?: number) {} constructor(); constructor(readonly i?: number) {} ; }`)).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = class #0()
          %1 = function #2
          define method %0.h = %1
          %2 = function #3
          define method %0.constructor = %2
          store A, %0
          store this, %0
          %3 = undefined
          define static %0.g = %3
          return

      field-initializer A#1()
        b0:
          %0 = load this
          %1 = undefined
          %0.e = %1
          return

      method h#2(x?)
        b0:
          return

      constructor constructor#3(i?)
        b0:
          %0 = load i
          %1 = load this
          %1.i = %0
          return
      "
    `);
  });

  test('a class expression names itself, and extends a call', () => {
    expect(print(`const A = class B extends f(C) { static d = B; e = () => super.g(); };`)).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global f
          %1 = global C
          %2 = call %0(%1)
          %3 = class #0(%2)
          store B, %3
          store this, %3
          store super, %2
          %4 = load B
          define static %3.d = %4
          store A, %3
          return

      field-initializer B#1()
        b0:
          %0 = load this
          %1 = function #2
          %0.e = %1
          return

      lambda e#2()
        b0:
          %0 = load this
          %1 = super
          %2 = call %1.g()
          return %2
      "
    `);
  });

  test('super in the methods of an object, and __proto__', () => {
    expect(print(`const a = { __proto__: b, m() { return super.m(); }, ['__proto__']: 1 }; const c = { '__proto__': d, __proto__() {} };`)).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global b
          %1 = "m"
          %2 = function #1
          %3 = "__proto__"
          %4 = 1
          %5 = dict [...%0, %1: %2, %3: %4]
          store a, %5
          %6 = global d
          %7 = "__proto__"
          %8 = function #2
          %9 = dict [...%6, %7: %8]
          store c, %9
          return

      method m#1()
        b0:
          %0 = opaque super()
          %1 = call %0.m()
          return %1

      method __proto__#2()
        b0:
          return
      "
    `);
  });

  test('super in static parts is the base', () => {
    expect(print(`class A extends f() { static a = super.b; static { super.c = () => super.d(); } static e() { return super.e(); } }`)).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global f
          %1 = call %0()
          %2 = class #0(%1)
          %3 = function #1
          define static %2.e = %3
          store A, %2
          store this, %2
          store super, %1
          %4 = load super
          %5 = %4.b
          define static %2.a = %5
          %6 = load super
          %7 = load this
          %8 = function #2
          %7.c = %8
          return

      method e#1(this)
        b0:
          %0 = super
          %1 = call %0.e()
          return %1

      lambda c#2()
        b0:
          %0 = load super
          %1 = call %0.d()
          return %1
      "
    `);
  });

  test('accessors of an object', () => {
    expect(print(`const a = { get b() { return 1; }, set b(v) {}, get [c()]() { return 2; }, 1n: 3, 0x10: 4, 1_000: 5 };`)).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = "b"
          %1 = function #1
          %2 = "set b"
          %3 = function #2
          %4 = global c
          %5 = call %4()
          %6 = function #3
          %7 = "1"
          %8 = 3
          %9 = "16"
          %10 = 4
          %11 = "1000"
          %12 = 5
          %13 = dict [%0: %1, %2: %3, %5: %6, %7: %8, %9: %10, %11: %12]
          store a, %13
          return

      getter b#1()
        b0:
          %0 = 1
          return %0

      setter b#2(v)
        b0:
          return

      getter [c()]#3()
        b0:
          %0 = 2
          return %0
      "
    `);
  });
});
