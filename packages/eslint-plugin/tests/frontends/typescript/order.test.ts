// The order of evaluation where it is easy to get wrong.
import { describe, expect, test } from 'vitest';
import { print } from './lowered.ts';

describe('order', () => {
  test('the place of a pattern comes before its part and its default', () => {
    expect(print(`[f().a = g(), ...h().b] = i(); ({ [j()]: k()[l()] = m(), ...n().c } = o());`)).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global i
          %1 = call %0()
          %2 = global f
          %3 = call %2()
          %4 = 0
          %5 = %1[%4]
          %6 = undefined
          %7 = == %5, %6
          branch %7 b1 b2
        b1:
          %8 = global g
          %9 = call %8()
          store ?, %9
          goto b3
        b2:
          store ?, %5
          goto b3
        b3:
          %10 = load ?
          %3.a = %10
          %11 = global h
          %12 = call %11()
          %13 = %1[1:]
          %12.b = %13
          %14 = global o
          %15 = call %14()
          %16 = global j
          %17 = call %16()
          %18 = global k
          %19 = call %18()
          %20 = global l
          %21 = call %20()
          %22 = %15[%17]
          %23 = undefined
          %24 = == %22, %23
          branch %24 b4 b5
        b4:
          %25 = global m
          %26 = call %25()
          store ?, %26
          goto b6
        b5:
          store ?, %22
          goto b6
        b6:
          %27 = load ?
          %19[%21] = %27
          %28 = global n
          %29 = call %28()
          %30 = dict [...%15]
          %29.c = %30
          return
      "
    `);
  });

  test('a pattern in a pattern', () => {
    expect(print(`[{ a: b.c = 1 } = f(), [d[0]]] = g();`)).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global g
          %1 = call %0()
          %2 = 0
          %3 = %1[%2]
          %4 = undefined
          %5 = == %3, %4
          branch %5 b1 b2
        b1:
          %6 = global f
          %7 = call %6()
          store ?, %7
          goto b3
        b2:
          store ?, %3
          goto b3
        b3:
          %8 = load ?
          %9 = global b
          %10 = %8.a
          %11 = undefined
          %12 = == %10, %11
          branch %12 b4 b5
        b4:
          %13 = 1
          store ?, %13
          goto b6
        b5:
          store ?, %10
          goto b6
        b6:
          %14 = load ?
          %9.c = %14
          %15 = 1
          %16 = %1[%15]
          %17 = global d
          %18 = 0
          %19 = 0
          %20 = %16[%19]
          %17[%18] = %20
          return
      "
    `);
  });

  test('a compound assignment reads before its right side', () => {
    expect(print(`f()[g()] += h(); a.b ??= c();`)).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global f
          %1 = call %0()
          %2 = global g
          %3 = call %2()
          %4 = %1[%3]
          %5 = global h
          %6 = call %5()
          %7 = + %4, %6
          %1[%3] = %7
          %8 = global a
          %9 = %8.b
          %10 = none
          %11 = == %9, %10
          branch %11 b1 b2
        b1:
          %12 = global c
          %13 = call %12()
          %8.b = %13
          store ?, %13
          goto b3
        b2:
          store ?, %9
          goto b3
        b3:
          %14 = load ?
          return
      "
    `);
  });

  test('the left of a comma, of in and of instanceof first', () => {
    expect(print(`x((f(), g()) in h(), i() instanceof j());`)).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global x
          %1 = global f
          %2 = call %1()
          %3 = global g
          %4 = call %3()
          %5 = global h
          %6 = call %5()
          %7 = in %4, %6
          %8 = global i
          %9 = call %8()
          %10 = global j
          %11 = call %10()
          %12 = instanceof %9, %11
          %13 = call %0(%7, %12)
          return
      "
    `);
  });

  test('a default of a parameter does not see the body', () => {
    expect(print(`const x = 1; function f(a = () => x, b = a()) { var x = 2; return [a, x]; }`)).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = function #1
          store f, %0
          %1 = 1
          store x, %1
          return

      function f#1(a?, b?)
        b0:
          %0 = load a
          %1 = undefined
          %2 = == %0, %1
          branch %2 b1 b2
        b1:
          %3 = function #2
          store a, %3
          goto b2
        b2:
          %4 = load b
          %5 = undefined
          %6 = == %4, %5
          branch %6 b3 b4
        b3:
          %7 = load a
          %8 = call %7()
          store b, %8
          goto b4
        b4:
          %9 = 2
          store x, %9
          %10 = load a
          %11 = load x
          %12 = list [%10, %11]
          return %12

      lambda a#2()
        b0:
          %0 = load x
          return %0
      "
    `);
  });

  test('var of a parameter with a default is the parameter', () => {
    expect(print(`function f(a = 1) { var a; var b = a; return b; }`)).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = function #1
          store f, %0
          return

      function f#1(a?)
        b0:
          %0 = load a
          %1 = undefined
          %2 = == %0, %1
          branch %2 b1 b2
        b1:
          %3 = 1
          store a, %3
          goto b2
        b2:
          %4 = load a
          store b, %4
          %5 = load b
          return %5
      "
    `);
  });

  test('heads of for: patterns, places, defaults', () => {
    expect(print(`for (const { a = f(), ...b } of c) g(a, b); for ([x.y = 1] of z) h(); for (let [i, j] = k(); i; i--, j()) {}`)).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global c
          goto b1
        b1:
          %1 = each %0 b2 b6
        b2:
          %2 = %1.a
          %3 = undefined
          %4 = == %2, %3
          branch %4 b3 b4
        b3:
          %5 = global f
          %6 = call %5()
          store ?, %6
          goto b5
        b4:
          store ?, %2
          goto b5
        b5:
          %7 = load ?
          store a, %7
          %8 = dict [...%1 without a]
          store b, %8
          %9 = global g
          %10 = load a
          %11 = load b
          %12 = call %9(%10, %11)
          goto b1
        b6:
          %13 = global z
          goto b7
        b7:
          %14 = each %13 b8 b12
        b8:
          %15 = global x
          %16 = 0
          %17 = %14[%16]
          %18 = undefined
          %19 = == %17, %18
          branch %19 b9 b10
        b9:
          %20 = 1
          store ?, %20
          goto b11
        b10:
          store ?, %17
          goto b11
        b11:
          %21 = load ?
          %15.y = %21
          %22 = global h
          %23 = call %22()
          goto b7
        b12:
          %24 = global k
          %25 = call %24()
          %26 = 0
          %27 = %25[%26]
          store i, %27
          %28 = 1
          %29 = %25[%28]
          store j, %29
          goto b13
        b13:
          %30 = load i
          branch %30 b14 b16
        b14:
          goto b15
        b15:
          %31 = load i
          %32 = 1
          %33 = - %31, %32
          store i, %33
          %34 = load j
          %35 = call %34()
          goto b13
        b16:
          return
      "
    `);
  });

  test('return in finally wins over break and throw', () => {
    expect(print(`function f() { for (;;) { try { if (a) break; throw b; } catch { continue; } finally { if (c()) return d(); } } return e; }`)).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = function #1
          store f, %0
          return

      function f#1()
        b0:
          goto b1
        b1:
          goto b2
        b2:
          goto b3
        b3 (handler b16):
          goto b4
        b4 (handler b11):
          %0 = global a
          branch %0 b5 b10
        b5 (handler b11):
          goto b6
        b6:
          %1 = global c
          %2 = call %1()
          branch %2 b7 b8
        b7:
          %3 = global d
          %4 = call %3()
          return %4
        b8:
          goto b9
        b9:
          %19 = global e
          return %19
        b10 (handler b11):
          %5 = global b
          throw %5
        b11 (handler b16):
          %6 = catch
          goto b12
        b12:
          %7 = global c
          %8 = call %7()
          branch %8 b13 b14
        b13:
          %9 = global d
          %10 = call %9()
          return %10
        b14:
          goto b15
        b15:
          goto b1
        b16:
          %15 = global c
          %16 = call %15()
          branch %16 b17 b18
        b17:
          %17 = global d
          %18 = call %17()
          return %18
        b18:
          rethrow
      "
    `);
  });

  test('catch with a pattern and a default', () => {
    expect(print(`try { f(); } catch ({ a, b: [c = g()] }) { h(a, c); } finally { i(); }`)).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          goto b1
        b1 (handler b11):
          goto b2
        b2 (handler b4):
          %0 = global f
          %1 = call %0()
          goto b3
        b3 (handler b11):
          goto b8
        b4 (handler b11):
          %2 = catch
          %3 = %2.a
          store a, %3
          %4 = %2.b
          %5 = 0
          %6 = %4[%5]
          %7 = undefined
          %8 = == %6, %7
          branch %8 b5 b6
        b5 (handler b11):
          %9 = global g
          %10 = call %9()
          store ?, %10
          goto b7
        b6 (handler b11):
          store ?, %6
          goto b7
        b7 (handler b11):
          %11 = load ?
          store c, %11
          %12 = global h
          %13 = load a
          %14 = load c
          %15 = call %12(%13, %14)
          goto b8
        b8 (handler b11):
          goto b9
        b9:
          %16 = global i
          %17 = call %16()
          goto b10
        b10:
          return
        b11:
          %18 = global i
          %19 = call %18()
          rethrow
      "
    `);
  });

  test('yield in try, await in finally', () => {
    expect(print(`async function* f() { try { const x = yield a(); yield* b(x); } finally { await c(); } for await (const d of e()) yield d; }`)).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = function #1
          store f, %0
          return

      async generator function f#1()
        b0:
          goto b1
        b1 (handler b7):
          %0 = global a
          %1 = call %0()
          %2 = yield %1
          store x, %2
          %3 = global b
          %4 = load x
          %5 = call %3(%4)
          %6 = yield* %5
          goto b2
        b2:
          %7 = global c
          %8 = call %7()
          %9 = await %8
          goto b3
        b3:
          %13 = global e
          %14 = call %13()
          goto b4
        b4:
          %15 = each-async %14 b5 b6
        b5:
          store d, %15
          %16 = load d
          %17 = yield %16
          goto b4
        b6:
          return
        b7:
          %10 = global c
          %11 = call %10()
          %12 = await %11
          rethrow
      "
    `);
  });
});
