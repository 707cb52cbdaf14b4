// Assignment targets are evaluated once; patterns read parts in the order of the text, defaults on `undefined` only.
import { describe, expect, test } from 'vitest';
import { print } from './lowered.ts';

describe('assignments and destructuring', () => {
  test('targets are evaluated once', () => {
    expect(print('let x; f().a = 1; f()[g()] += 2; x++; --x; x **= 2; f().b++;')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = undefined
          store x, %0
          %1 = global f
          %2 = call %1()
          %3 = 1
          %2.a = %3
          %4 = global f
          %5 = call %4()
          %6 = global g
          %7 = call %6()
          %8 = %5[%7]
          %9 = 2
          %10 = + %8, %9
          %5[%7] = %10
          %11 = load x
          %12 = 1
          %13 = + %11, %12
          store x, %13
          %14 = load x
          %15 = 1
          %16 = - %14, %15
          store x, %16
          %17 = load x
          %18 = 2
          %19 = ** %17, %18
          store x, %19
          %20 = global f
          %21 = call %20()
          %22 = %21.b
          %23 = 1
          %24 = + %22, %23
          %21.b = %24
          return
      "
    `);
  });

  test('logical assignments store on one side only', () => {
    expect(print('let x, y, z; x &&= 1; y ||= 2; z.k ??= 3;')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = undefined
          store x, %0
          %1 = undefined
          store y, %1
          %2 = undefined
          store z, %2
          %3 = load x
          branch %3 b1 b2
        b1:
          %4 = 1
          store x, %4
          store ?, %4
          goto b3
        b2:
          store ?, %3
          goto b3
        b3:
          %5 = load ?
          %6 = load y
          branch %6 b4 b5
        b4:
          store ?, %6
          goto b6
        b5:
          %7 = 2
          store y, %7
          store ?, %7
          goto b6
        b6:
          %8 = load ?
          %9 = load z
          %10 = %9.k
          %11 = none
          %12 = == %10, %11
          branch %12 b7 b8
        b7:
          %13 = 3
          %9.k = %13
          store ?, %13
          goto b9
        b8:
          store ?, %10
          goto b9
        b9:
          %14 = load ?
          return
      "
    `);
  });

  test('an assignment is a value', () => {
    expect(print('let a, b; a = b = f(); if ((a = g())) h(a);')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = undefined
          store a, %0
          %1 = undefined
          store b, %1
          %2 = global f
          %3 = call %2()
          store b, %3
          store a, %3
          %4 = global g
          %5 = call %4()
          store a, %5
          branch %5 b1 b2
        b1:
          %6 = global h
          %7 = load a
          %8 = call %6(%7)
          goto b2
        b2:
          return
      "
    `);
  });

  test('an assignment to a name that the file does not declare', () => {
    expect(print('x = 1;')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = 1
          %1 = opaque assign x(%0)
          return
      "
    `);
  });

  test('delete', () => {
    expect(print('delete a.b; delete a[b]; delete a?.b; delete a;')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global a
          %1 = undefined
          %0.b = %1
          %2 = true
          %3 = global a
          %4 = global b
          %5 = undefined
          %3[%4] = %5
          %6 = true
          %7 = global a
          %8 = none
          %9 = == %7, %8
          branch %9 b2 b1
        b1:
          %10 = undefined
          %7.b = %10
          goto b2
        b2:
          %11 = true
          %12 = opaque delete()
          return
      "
    `);
  });

  test('object patterns', () => {
    expect(print(`const { a, b: c, 'd': e, [k]: f = 1, ...rest } = g();`)).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global g
          %1 = call %0()
          %2 = %1.a
          store a, %2
          %3 = %1.b
          store c, %3
          %4 = %1.d
          store e, %4
          %5 = global k
          %6 = %1[%5]
          %7 = undefined
          %8 = == %6, %7
          branch %8 b1 b2
        b1:
          %9 = 1
          store ?, %9
          goto b3
        b2:
          store ?, %6
          goto b3
        b3:
          %10 = load ?
          store f, %10
          %11 = dict [...%1 without a b d]
          store rest, %11
          return
      "
    `);
  });

  test('array patterns', () => {
    expect(print('const [a, , b = 1, ...[c]] = g();')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global g
          %1 = call %0()
          %2 = 0
          %3 = %1[%2]
          store a, %3
          %4 = 2
          %5 = %1[%4]
          %6 = undefined
          %7 = == %5, %6
          branch %7 b1 b2
        b1:
          %8 = 1
          store ?, %8
          goto b3
        b2:
          store ?, %5
          goto b3
        b3:
          %9 = load ?
          store b, %9
          %10 = %1[3:]
          %11 = 0
          %12 = %10[%11]
          store c, %12
          return
      "
    `);
  });

  test('nested patterns with defaults', () => {
    expect(print('const { a: { b } = {}, c: [d] = f() } = g();')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global g
          %1 = call %0()
          %2 = %1.a
          %3 = undefined
          %4 = == %2, %3
          branch %4 b1 b2
        b1:
          %5 = dict []
          store ?, %5
          goto b3
        b2:
          store ?, %2
          goto b3
        b3:
          %6 = load ?
          %7 = %6.b
          store b, %7
          %8 = %1.c
          %9 = undefined
          %10 = == %8, %9
          branch %10 b4 b5
        b4:
          %11 = global f
          %12 = call %11()
          store ?, %12
          goto b6
        b5:
          store ?, %8
          goto b6
        b6:
          %13 = load ?
          %14 = 0
          %15 = %13[%14]
          store d, %15
          return
      "
    `);
  });

  test('patterns as assignment targets', () => {
    expect(print('let a, b, c; [a, b.x = 1, ...c] = f(); ({ a, b = 2, x: c.y, z: c[0] = 3, ...b.r } = g());')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = undefined
          store a, %0
          %1 = undefined
          store b, %1
          %2 = undefined
          store c, %2
          %3 = global f
          %4 = call %3()
          %5 = 0
          %6 = %4[%5]
          store a, %6
          %7 = load b
          %8 = 1
          %9 = %4[%8]
          %10 = undefined
          %11 = == %9, %10
          branch %11 b1 b2
        b1:
          %12 = 1
          store ?, %12
          goto b3
        b2:
          store ?, %9
          goto b3
        b3:
          %13 = load ?
          %7.x = %13
          %14 = %4[2:]
          store c, %14
          %15 = global g
          %16 = call %15()
          %17 = %16.a
          store a, %17
          %18 = %16.b
          %19 = undefined
          %20 = == %18, %19
          branch %20 b4 b5
        b4:
          %21 = 2
          store ?, %21
          goto b6
        b5:
          store ?, %18
          goto b6
        b6:
          %22 = load ?
          store b, %22
          %23 = load c
          %24 = %16.x
          %23.y = %24
          %25 = load c
          %26 = 0
          %27 = %16.z
          %28 = undefined
          %29 = == %27, %28
          branch %29 b7 b8
        b7:
          %30 = 3
          store ?, %30
          goto b9
        b8:
          store ?, %27
          goto b9
        b9:
          %31 = load ?
          %25[%26] = %31
          %32 = load b
          %33 = dict [...%16 without a b x z]
          %32.r = %33
          return
      "
    `);
  });

  test('a swap', () => {
    expect(print('let a, b; [a, b] = [b, a];')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = undefined
          store a, %0
          %1 = undefined
          store b, %1
          %2 = load b
          %3 = load a
          %4 = list [%2, %3]
          %5 = 0
          %6 = %4[%5]
          store a, %6
          %7 = 1
          %8 = %4[%7]
          store b, %8
          return
      "
    `);
  });

  test('declarations', () => {
    expect(print('var a; let b; const c = 1, d = c; declare const e: number;')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = undefined
          store b, %0
          %1 = 1
          store c, %1
          %2 = load c
          store d, %2
          return
      "
    `);
  });
});
