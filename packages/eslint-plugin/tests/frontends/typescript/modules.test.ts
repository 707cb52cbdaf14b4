// Imports, re-exports, enums and namespaces as values of the module.
import { describe, expect, test } from 'vitest';
import { print } from './lowered.ts';

describe('modules', () => {
  test('imports are stored at the start', () => {
    expect(print(`f(a); import a, { b as c, default as d, type T } from 'x'; import * as e from 'y'; import type { U } from 'z'; import 'w'; import type V from 'v';`)).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = import x :: default
          store a, %0
          %1 = import x :: b
          store c, %1
          %2 = import x :: default
          store d, %2
          %3 = import y
          store e, %3
          %4 = import w
          %5 = global f
          %6 = load a
          %7 = call %5(%6)
          return
      "
    `);
  });

  test('import equals', () => {
    expect(print(`import a = require('x'); import B = a.b.c; import type D = require('y');`)).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = import x
          store a, %0
          %1 = load a
          %2 = %1.b
          %3 = %2.c
          store B, %3
          return
      "
    `);
  });

  test('re-exports', () => {
    expect(print(`export { a as b, type T } from 'x'; export * from 'y'; export * as z from 'z'; export type { U } from 'u';`)).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = import x :: a
          store b, %0
          import-all y
          %1 = import z
          store z, %1
          return
      "
    `);
  });

  test('enums', () => {
    expect(print(`enum A { X, Y = 5, Z, 'w' = f(), V } declare enum B { X } const enum C { X = 'x' } enum A { Q = 1 }`)).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = 0
          %1 = 5
          %2 = 6
          %3 = global f
          %4 = call %3()
          %5 = opaque enum-member()
          %6 = "X"
          %7 = "Y"
          %8 = "Z"
          %9 = "w"
          %10 = "V"
          %11 = dict [%6: %0, %7: %1, %8: %2, %9: %4, %10: %5]
          store A, %11
          %12 = "x"
          %13 = "X"
          %14 = dict [%13: %12]
          store C, %14
          %15 = 1
          %16 = load A
          %16.Q = %15
          return
      "
    `);
  });

  test('namespaces', () => {
    expect(print('namespace A { export const x = 1; const y = x; export function f() { return y; } export type T = 1; } namespace B.C { export let z = A.x; } namespace T { export interface U {} }')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = function #1
          store f, %0
          %1 = 1
          store x, %1
          %2 = load x
          store y, %2
          %3 = load x
          %4 = load f
          %5 = "x"
          %6 = "f"
          %7 = dict [%5: %3, %6: %4]
          store A, %7
          %8 = load A
          %9 = %8.x
          store z, %9
          %10 = load z
          %11 = "z"
          %12 = dict [%11: %10]
          store C, %12
          %13 = load C
          %14 = "C"
          %15 = dict [%14: %13]
          store B, %15
          return

      function f#1()
        b0:
          %0 = load y
          return %0
      "
    `);
  });

  test('a namespace that extends a function', () => {
    expect(print('function f() {} namespace f { export const x = 1; }')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = function #1
          store f, %0
          %1 = 1
          store x, %1
          %2 = load x
          %3 = load f
          %3.x = %2
          return

      function f#1()
        b0:
          return
      "
    `);
  });
});
