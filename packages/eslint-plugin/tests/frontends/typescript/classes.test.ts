// A class is its members, a field initialiser and, for static parts, code that runs with the class as `this`.
import { describe, expect, test } from 'vitest';
import { print } from './lowered.ts';

describe('classes', () => {
  test('members', () => {
    expect(print('class A extends B { m() {} get g() { return 1; } set g(v) {} static s() {} static get t() { return 1; } async *[Symbol.iterator]() {} #p() {} }')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global B
          %1 = class #0(%0)
          %2 = function #1
          define method %1.m = %2
          %3 = function #2
          define getter %1.g = %3
          %4 = function #3
          define setter %1.g = %4
          %5 = function #4
          define static %1.s = %5
          %6 = function #5
          define static %1.t = %6
          %7 = global Symbol
          %8 = %7.iterator
          %9 = function #6
          define method %1.[Symbol.iterator] = %9
          %10 = function #7
          define method %1.#p = %10
          store A, %1
          return

      method m#1()
        b0:
          return

      getter g#2()
        b0:
          %0 = 1
          return %0

      setter g#3(v)
        b0:
          return

      method s#4(this)
        b0:
          return

      getter t#5(this)
        b0:
          %0 = 1
          return %0

      async generator method [Symbol.iterator]#6()
        b0:
          return

      method #p#7()
        b0:
          return
      "
    `);
  });

  test('constructor and super', () => {
    expect(print('class A extends b.C { constructor(x) { super(x, 1); super.m(); this.x = super.y; } }')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global b
          %1 = %0.C
          %2 = class #0(%1)
          %3 = function #1
          define method %2.constructor = %3
          store A, %2
          return

      constructor constructor#1(x)
        b0:
          %0 = super
          %1 = load x
          %2 = 1
          %3 = call %0.constructor(%1, %2)
          %4 = super
          %5 = call %4.m()
          %6 = load this
          %7 = super
          %8 = %7.y
          %6.x = %8
          return
      "
    `);
  });

  test('instance fields run in a function of their own', () => {
    expect(print(`class A { a = 1; #b = () => this.a; 'c'; [k()] = 2; declare d: number; e!: number; accessor f = 3; abstract g: number; }`)).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = class #0()
          %1 = global k
          %2 = call %1()
          store field name, %2
          store A, %0
          return

      field-initializer A#1()
        b0:
          %0 = load this
          %1 = 1
          %0.a = %1
          %2 = load this
          %3 = function #2
          %2.#b = %3
          %4 = load this
          %5 = undefined
          %4.c = %5
          %6 = load this
          %7 = load field name
          %8 = 2
          %6[%7] = %8
          %9 = load this
          %10 = 3
          %9.f = %10
          return

      lambda #b#2()
        b0:
          %0 = load this
          %1 = %0.a
          return %1
      "
    `);
  });

  test('static fields and blocks run with the class as this', () => {
    expect(print('class A { static x = this.y; static { this.z = A.x; } }')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = class #0()
          store A, %0
          store this, %0
          %1 = load this
          %2 = %1.y
          define static %0.x = %2
          %3 = load this
          %4 = load A
          %5 = %4.x
          %3.z = %5
          return
      "
    `);
  });

  test('parameter properties are set after super', () => {
    expect(print('class A extends B { constructor(private readonly a: Net, b) { f(); super(b); g(); } } class C { constructor(public d = 1) { h(); } }')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global B
          %1 = class #0(%0)
          %2 = function #1
          define method %1.constructor = %2
          store A, %1
          %3 = class #1()
          %4 = function #2
          define method %3.constructor = %4
          store C, %3
          return

      constructor constructor#1(a, b)
        b0:
          %0 = global f
          %1 = call %0()
          %2 = super
          %3 = load b
          %4 = call %2.constructor(%3)
          %5 = load a
          %6 = load this
          %6.a = %5
          %7 = global g
          %8 = call %7()
          return

      constructor constructor#2(d?)
        b0:
          %0 = load d
          %1 = undefined
          %2 = == %0, %1
          branch %2 b1 b2
        b1:
          %3 = 1
          store d, %3
          goto b2
        b2:
          %4 = load d
          %5 = load this
          %5.d = %4
          %6 = global h
          %7 = call %6()
          return
      "
    `);
  });

  test('decorators', () => {
    expect(print('@a @b(1) class A { @c m() {} @d x = 1; constructor(@e y) {} }')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global a
          %1 = global b
          %2 = 1
          %3 = call %1(%2)
          %4 = class #0()
          %5 = global c
          %6 = function #2
          %7 = opaque decorator-context()
          %8 = call %5(%6, %7)
          branch %8 b1 b2
        b1:
          store ?, %8
          goto b3
        b2:
          store ?, %6
          goto b3
        b3:
          %9 = load ?
          define method %4.m = %9
          %10 = global d
          %11 = undefined
          %12 = opaque decorator-context()
          %13 = call %10(%11, %12)
          %14 = global e
          %15 = undefined
          %16 = opaque decorator-context()
          %17 = call %14(%15, %16)
          %18 = function #3
          define method %4.constructor = %18
          store A, %4
          %19 = opaque decorator-context()
          %20 = call %3(%4, %19)
          branch %20 b4 b5
        b4:
          store ?, %20
          goto b6
        b5:
          store ?, %4
          goto b6
        b6:
          %21 = load ?
          %22 = opaque decorator-context()
          %23 = call %0(%21, %22)
          branch %23 b7 b8
        b7:
          store ?, %23
          goto b9
        b8:
          store ?, %21
          goto b9
        b9:
          %24 = load ?
          store A, %24
          return

      field-initializer A#1()
        b0:
          %0 = load this
          %1 = 1
          %0.x = %1
          return

      method m#2()
        b0:
          return

      constructor constructor#3(y)
        b0:
          return
      "
    `);
  });

  test('class expressions', () => {
    expect(print('const A = class {}; const B = class C extends A { m() { return C; } };')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = class #0()
          store A, %0
          %1 = load A
          %2 = class #1(%1)
          %3 = function #1
          define method %2.m = %3
          store C, %2
          store B, %2
          return

      method m#1()
        b0:
          %0 = load C
          return %0
      "
    `);
  });

  test('a class that extends null', () => {
    expect(print('class A extends null {}')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = none
          %1 = class #0(%0)
          store A, %1
          return
      "
    `);
  });
});
