// Enums and namespaces: members that name each other, and declarations in parts.
import { describe, expect, test } from 'vitest';
import { print } from './lowered.ts';

describe('enums and namespaces', () => {
  test('members of an enum see each other', () => {
    expect(print(`enum A { X = 1 << 2, Y, Z = X | Y, W = A.Z + 1, V, U = f(V) }`)).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = 1
          %1 = 2
          %2 = << %0, %1
          store X, %2
          %3 = 5
          store Y, %3
          %4 = load X
          %5 = load Y
          %6 = | %4, %5
          store Z, %6
          %7 = load A
          %8 = %7.Z
          %9 = 1
          %10 = + %8, %9
          %11 = 7
          store V, %11
          %12 = global f
          %13 = load V
          %14 = call %12(%13)
          %15 = "X"
          %16 = "Y"
          %17 = "Z"
          %18 = "W"
          %19 = "V"
          %20 = "U"
          %21 = dict [%15: %2, %16: %3, %17: %6, %18: %10, %19: %11, %20: %14]
          store A, %21
          return
      "
    `);
  });

  test('constants count on', () => {
    expect(print(`enum A { X = -1, Y, Z = ~Y, W, V = 2 ** 3, U, T = 7 % 4 - 1, S, R = (8 >>> 1) as number, Q, P = 'p', O = 1 }`)).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = -1
          %1 = 0
          store Y, %1
          %2 = load Y
          %3 = ~ %2
          %4 = 0
          %5 = 2
          %6 = 3
          %7 = ** %5, %6
          %8 = 9
          %9 = 7
          %10 = 4
          %11 = % %9, %10
          %12 = 1
          %13 = - %11, %12
          %14 = 3
          %15 = 8
          %16 = 1
          %17 = >>> %15, %16
          %18 = 5
          %19 = "p"
          %20 = 1
          %21 = "X"
          %22 = "Y"
          %23 = "Z"
          %24 = "W"
          %25 = "V"
          %26 = "U"
          %27 = "T"
          %28 = "S"
          %29 = "R"
          %30 = "Q"
          %31 = "P"
          %32 = "O"
          %33 = dict [%21: %0, %22: %1, %23: %3, %24: %4, %25: %7, %26: %8, %27: %13, %28: %14, %29: %17, %30: %18, %31: %19, %32: %20]
          store A, %33
          return
      "
    `);
  });

  test('later parts see what earlier ones export', () => {
    expect(print(`namespace A { export const x = f(); const y = 1; } namespace A { export const z = x; g(y); }`)).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global f
          %1 = call %0()
          store x, %1
          %2 = 1
          store y, %2
          %3 = load x
          %4 = "x"
          %5 = dict [%4: %3]
          store A, %5
          %6 = load x
          store z, %6
          %7 = global g
          %8 = global y
          %9 = call %7(%8)
          %10 = load z
          %11 = load A
          %11.z = %10
          return
      "
    `);
  });

  test('namespaces in namespaces in parts', () => {
    expect(print(`namespace A.B { export const x = 1; } namespace A.B { export const y = x; } namespace A { export namespace B { export const z = y; } }`)).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = 1
          store x, %0
          %1 = load x
          %2 = "x"
          %3 = dict [%2: %1]
          store B, %3
          %4 = load B
          %5 = "B"
          %6 = dict [%5: %4]
          store A, %6
          %7 = load x
          store y, %7
          %8 = load y
          %9 = load B
          %9.y = %8
          %10 = load B
          %11 = load A
          %11.B = %10
          %12 = load y
          store z, %12
          %13 = load z
          %14 = load B
          %14.z = %13
          %15 = load B
          %16 = load A
          %16.B = %15
          return
      "
    `);
  });

  test('a name of the part is stronger', () => {
    expect(print(`namespace A { export const x = 1; } namespace A { const x = 2; f(x); }`)).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = 1
          store x, %0
          %1 = load x
          %2 = "x"
          %3 = dict [%2: %1]
          store A, %3
          %4 = 2
          store x, %4
          %5 = global f
          %6 = load x
          %7 = call %5(%6)
          %8 = load A
          return
      "
    `);
  });

  test('a class and an enum with a namespace', () => {
    expect(print(`class A {} namespace A { export const x = new A(); } enum B { C } namespace B { export function f() { return B.C; } }`)).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = class #0()
          store A, %0
          %1 = load A
          %2 = new %1()
          store x, %2
          %3 = load x
          %4 = load A
          %4.x = %3
          %5 = 0
          %6 = "C"
          %7 = dict [%6: %5]
          store B, %7
          %8 = function #1
          store f, %8
          %9 = load f
          %10 = load B
          %10.f = %9
          return

      function f#1()
        b0:
          %0 = load B
          %1 = %0.C
          return %1
      "
    `);
  });

  test('export import and aliases', () => {
    expect(print(`namespace A { export const b = 1; } export import c = A.b; import type D = A.b; export = c;`)).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = 1
          store b, %0
          %1 = load b
          %2 = "b"
          %3 = dict [%2: %1]
          store A, %3
          %4 = load A
          %5 = %4.b
          store c, %5
          %6 = load c
          store export=, %6
          return
      "
    `);
  });
});
