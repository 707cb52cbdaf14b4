// Operators and short circuits: operands once, in order, with control flow where the language has it.
import { describe, expect, test } from 'vitest';
import { print } from './lowered.ts';

describe('expressions', () => {
  test('operators are spelled as Python spells them where both have them', () => {
    expect(print(`f(a === b, a !== b, a == b, !a, a + b, typeof a, a instanceof b, 'k' in a, ~a);`)).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global f
          %1 = global a
          %2 = global b
          %3 = == %1, %2
          %4 = global a
          %5 = global b
          %6 = != %4, %5
          %7 = global a
          %8 = global b
          %9 = == %7, %8
          %10 = global a
          %11 = not %10
          %12 = global a
          %13 = global b
          %14 = + %12, %13
          %15 = global a
          %16 = typeof %15
          %17 = global a
          %18 = global b
          %19 = instanceof %17, %18
          %20 = "k"
          %21 = global a
          %22 = in %20, %21
          %23 = global a
          %24 = ~ %23
          %25 = call %0(%3, %6, %9, %11, %14, %16, %19, %22, %24)
          return
      "
    `);
  });

  test('a chain of operators', () => {
    expect(print('f(a + b * c - d);')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global f
          %1 = global a
          %2 = global b
          %3 = global c
          %4 = * %2, %3
          %5 = + %1, %4
          %6 = global d
          %7 = - %5, %6
          %8 = call %0(%7)
          return
      "
    `);
  });

  test('short circuits give one of two values', () => {
    expect(print('f(a && b, a || b, a ?? b);')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global f
          %1 = global a
          branch %1 b1 b2
        b1:
          %2 = global b
          store ?, %2
          goto b3
        b2:
          store ?, %1
          goto b3
        b3:
          %3 = load ?
          %4 = global a
          branch %4 b4 b5
        b4:
          store ?, %4
          goto b6
        b5:
          %5 = global b
          store ?, %5
          goto b6
        b6:
          %6 = load ?
          %7 = global a
          %8 = none
          %9 = == %7, %8
          branch %9 b7 b8
        b7:
          %10 = global b
          store ?, %10
          goto b9
        b8:
          store ?, %7
          goto b9
        b9:
          %11 = load ?
          %12 = call %0(%3, %6, %11)
          return
      "
    `);
  });

  test('a conditional expression tests the plain values', () => {
    expect(print('f(a && !b ? c : d);')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global f
          %1 = global a
          branch %1 b1 b3
        b1:
          %2 = global b
          branch %2 b3 b2
        b2:
          %3 = global c
          store ?, %3
          goto b4
        b3:
          %4 = global d
          store ?, %4
          goto b4
        b4:
          %5 = load ?
          %6 = call %0(%5)
          return
      "
    `);
  });

  test('a chain of conditional expressions shares its result', () => {
    expect(print('f(a ? 1 : b ? 2 : 3);')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global f
          %1 = global a
          branch %1 b1 b2
        b1:
          %2 = 1
          store ?, %2
          goto b5
        b2:
          %3 = global b
          branch %3 b3 b4
        b3:
          %4 = 2
          store ?, %4
          goto b5
        b4:
          %5 = 3
          store ?, %5
          goto b5
        b5:
          %6 = load ?
          %7 = call %0(%6)
          return
      "
    `);
  });

  test('a short circuit as a statement has no result', () => {
    expect(print('a && b.c(); d || e(); f ? g() : h();')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global a
          branch %0 b1 b2
        b1:
          %1 = global b
          %2 = call %1.c()
          goto b2
        b2:
          %3 = global d
          branch %3 b4 b3
        b3:
          %4 = global e
          %5 = call %4()
          goto b4
        b4:
          %6 = global f
          branch %6 b5 b6
        b5:
          %7 = global g
          %8 = call %7()
          goto b7
        b6:
          %9 = global h
          %10 = call %9()
          goto b7
        b7:
          return
      "
    `);
  });

  test('comma, void, await', () => {
    expect(print(`
      f((a, b), void c());
      await d;
    `)).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global f
          %1 = global a
          %2 = global b
          %3 = global c
          %4 = call %3()
          %5 = undefined
          %6 = call %0(%2, %5)
          %7 = global d
          %8 = await %7
          return
      "
    `);
  });

  test('yield', () => {
    expect(print('function* f() { const x = yield a; yield; yield* b; }')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = function #1
          store f, %0
          return

      generator function f#1()
        b0:
          %0 = global a
          %1 = yield %0
          store x, %1
          %2 = yield
          %3 = global b
          %4 = yield* %3
          return
      "
    `);
  });

  test('types leave no trace', () => {
    expect(print('f(a as T, <T>b, c!, d satisfies T, e<T>, (((g))));')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global f
          %1 = global a
          %2 = global b
          %3 = global c
          %4 = global d
          %5 = global e
          %6 = global g
          %7 = call %0(%1, %2, %3, %4, %5, %6)
          return
      "
    `);
  });

  test('new', () => {
    expect(print('new A; new nn.Linear(1, ...b); new (f())();')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global A
          %1 = new %0()
          %2 = global nn
          %3 = %2.Linear
          %4 = 1
          %5 = global b
          %6 = new %3(%4, *%5)
          %7 = global f
          %8 = call %7()
          %9 = new %8()
          return
      "
    `);
  });

  test('meta properties', () => {
    expect(print('function f() { return [new.target, import.meta.url]; }')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = function #1
          store f, %0
          return

      function f#1()
        b0:
          %0 = opaque new.target()
          %1 = opaque import.meta()
          %2 = %1.url
          %3 = list [%0, %2]
          return %3
      "
    `);
  });
});
