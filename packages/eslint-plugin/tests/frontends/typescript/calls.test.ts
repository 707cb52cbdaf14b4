// Callees whose name or receiver is not plain: computed methods, symbols, `super`, dynamic imports, optional calls in parentheses.
import { describe, expect, test } from 'vitest';
import { print } from './lowered.ts';

describe('calls', () => {
  test('a computed method had the object as this', () => {
    expect(print(`model[key](x); model[key]?.(x); fns[0](x);`)).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global model
          %1 = global key
          %2 = %0[%1]
          %3 = global x
          %4 = call %2(%3)
          %5 = opaque computed-method(%0, %2)
          %6 = global model
          %7 = global key
          %8 = %6[%7]
          %9 = none
          %10 = == %8, %9
          branch %10 b1 b2
        b1:
          %14 = undefined
          store ?., %14
          goto b3
        b2:
          %11 = global x
          %12 = call %8(%11)
          %13 = opaque computed-method(%6, %8)
          store ?., %12
          goto b3
        b3:
          %15 = load ?.
          %16 = global fns
          %17 = 0
          %18 = %16[%17]
          %19 = global x
          %20 = call %18(%19)
          return
      "
    `);
  });

  test('one of two methods', () => {
    expect(print(`model[isTraining ? 'train' : 'eval'](x).y;`)).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global model
          %1 = global isTraining
          %2 = global x
          branch %1 b1 b2
        b1:
          %3 = call %0.train(%2)
          store ?, %3
          goto b3
        b2:
          %4 = call %0.eval(%2)
          store ?, %4
          goto b3
        b3:
          %5 = load ?
          %6 = %5.y
          return
      "
    `);
  });

  test('symbols are members', () => {
    expect(print(`a[Symbol.iterator]().next(); const Symbol_ = 1; a[Symbol_]();`)).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global a
          %1 = call %0.[Symbol.iterator]()
          %2 = call %1.next()
          %3 = 1
          store Symbol_, %3
          %4 = global a
          %5 = load Symbol_
          %6 = %4[%5]
          %7 = call %6()
          %8 = opaque computed-method(%4, %6)
          return
      "
    `);
  });

  test('an optional call in parentheses has its receiver', () => {
    expect(print(`x = (a?.b)(c);`)).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global a
          %1 = none
          %2 = == %0, %1
          branch %2 b1 b2
        b1:
          %5 = undefined
          store ?., %5
          goto b3
        b2:
          %3 = global c
          %4 = call %0.b(%3)
          store ?., %4
          goto b3
        b3:
          %6 = load ?.
          %7 = opaque assign x(%6)
          return
      "
    `);
  });

  test('non-null in an optional chain', () => {
    expect(print(`x = a?.b!.c[d]!;`)).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global a
          %1 = none
          %2 = == %0, %1
          branch %2 b1 b2
        b1:
          %7 = undefined
          store ?., %7
          goto b3
        b2:
          %3 = %0.b
          %4 = %3.c
          %5 = global d
          %6 = %4[%5]
          store ?., %6
          goto b3
        b3:
          %8 = load ?.
          %9 = opaque assign x(%8)
          return
      "
    `);
  });

  test('delete of optional chains', () => {
    expect(print(`delete a?.b.c; delete a.b?.[c()]; delete f(); delete super_; let super_;`)).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global a
          %1 = none
          %2 = == %0, %1
          branch %2 b2 b1
        b1:
          %3 = %0.b
          %4 = undefined
          %3.c = %4
          goto b2
        b2:
          %5 = true
          %6 = global a
          %7 = %6.b
          %8 = none
          %9 = == %7, %8
          branch %9 b4 b3
        b3:
          %10 = global c
          %11 = call %10()
          %12 = undefined
          %7[%11] = %12
          goto b4
        b4:
          %13 = true
          %14 = global f
          %15 = call %14()
          %16 = true
          %17 = false
          %18 = undefined
          store super_, %18
          return
      "
    `);
  });

  test('super is read from the base and written to this', () => {
    expect(print(`class A extends B { m() { super.x = super.y; super[f()] += 1; super.n(); delete super.z; } static s() { return super.s(); } }`)).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global B
          %1 = class #0(%0)
          %2 = function #1
          define method %1.m = %2
          %3 = function #2
          define static %1.s = %3
          store A, %1
          return

      method m#1()
        b0:
          %0 = super
          %1 = load this
          %2 = super
          %3 = %2.y
          %1.x = %3
          %4 = super
          %5 = load this
          %6 = global f
          %7 = call %6()
          %8 = %4[%7]
          %9 = 1
          %10 = + %8, %9
          %5[%7] = %10
          %11 = super
          %12 = call %11.n()
          %13 = super
          %14 = load this
          %15 = undefined
          %14.z = %15
          %16 = true
          return

      method s#2(this)
        b0:
          %0 = super
          %1 = call %0.s()
          return %1
      "
    `);
  });

  test('the options of an import are evaluated', () => {
    expect(print(`import('x', { with: f() }); import.defer('y'); import('z' + a, g());`)).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = "with"
          %1 = global f
          %2 = call %1()
          %3 = dict [%0: %2]
          %4 = import x
          %5 = import y
          %6 = "z"
          %7 = global a
          %8 = + %6, %7
          %9 = global g
          %10 = call %9()
          %11 = opaque import(%8, %10)
          return
      "
    `);
  });

  test('import defer and attributes', () => {
    expect(print(`import defer * as a from 'x'; import b from 'y' with { type: 'json' }; f(a, b);`)).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = import x
          store a, %0
          %1 = import y :: default
          store b, %1
          %2 = global f
          %3 = load a
          %4 = load b
          %5 = call %2(%3, %4)
          return
      "
    `);
  });

  test('new with spread, new.target, tagged member of super', () => {
    expect(print(`function F() { return new.target ? new F(...arguments) : tag.raw\`a\${b}\`; }`)).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = function #1
          store F, %0
          return

      function F#1()
        b0:
          %0 = opaque new.target()
          branch %0 b1 b2
        b1:
          %1 = load F
          %2 = opaque arguments()
          %3 = new %1(*%2)
          store ?, %3
          goto b3
        b2:
          %4 = global tag
          %5 = "a"
          %6 = ""
          %7 = list [%5, %6]
          %8 = global b
          %9 = call %4.raw(%7, %8)
          store ?, %9
          goto b3
        b3:
          %10 = load ?
          return %10
      "
    `);
  });

  test('spreads in calls, arrays, objects and new', () => {
    expect(print(`f(...a, b, ...c); g([...a, , b], { ...a, b, ...c }); new h(...a);`)).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global f
          %1 = global a
          %2 = global b
          %3 = global c
          %4 = call %0(*%1, %2, *%3)
          %5 = global g
          %6 = global a
          %7 = undefined
          %8 = global b
          %9 = list [...%6, %7, %8]
          %10 = global a
          %11 = "b"
          %12 = global b
          %13 = global c
          %14 = dict [...%10, %11: %12, ...%13]
          %15 = call %5(%9, %14)
          %16 = global h
          %17 = global a
          %18 = new %16(*%17)
          return
      "
    `);
  });
});
