// Method calls keep their receiver, and `?.` skips exactly the rest of its chain.
import { describe, expect, test } from 'vitest';
import { print } from './lowered.ts';

describe('chains of accesses and calls', () => {
  test('a call of a property keeps its receiver', () => {
    expect(print('a.b.c(d).e(f)[g].h;')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global a
          %1 = %0.b
          %2 = global d
          %3 = call %1.c(%2)
          %4 = global f
          %5 = call %3.e(%4)
          %6 = global g
          %7 = %5[%6]
          %8 = %7.h
          return
      "
    `);
  });

  test('parentheses, casts and string keys keep the receiver', () => {
    expect(print(`(model as any).eval(); (model!.eval)(); (model.eval as any)(); model['eval'](); model[key]();`)).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global model
          %1 = call %0.eval()
          %2 = global model
          %3 = call %2.eval()
          %4 = global model
          %5 = call %4.eval()
          %6 = global model
          %7 = call %6.eval()
          %8 = global model
          %9 = global key
          %10 = %8[%9]
          %11 = call %10()
          %12 = opaque computed-method(%8, %10)
          return
      "
    `);
  });

  test('spread arguments', () => {
    expect(print('f(a, ...b, c);')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global f
          %1 = global a
          %2 = global b
          %3 = global c
          %4 = call %0(%1, *%2, %3)
          return
      "
    `);
  });

  test('an optional access skips the rest of its chain', () => {
    expect(print('x = a?.b.c(d());')).toMatchInlineSnapshot(`
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
          %4 = global d
          %5 = call %4()
          %6 = call %3.c(%5)
          store ?., %6
          goto b3
        b3:
          %8 = load ?.
          %9 = opaque assign x(%8)
          return
      "
    `);
  });

  test('an optional call tests the function and keeps the receiver', () => {
    expect(print('x = a.b?.(c);')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global a
          %1 = %0.b
          %2 = none
          %3 = == %1, %2
          branch %3 b1 b2
        b1:
          %6 = undefined
          store ?., %6
          goto b3
        b2:
          %4 = global c
          %5 = call %0.b(%4)
          store ?., %5
          goto b3
        b3:
          %7 = load ?.
          %8 = opaque assign x(%7)
          return
      "
    `);
  });

  test('each ?. skips to the same place', () => {
    expect(print('x = a?.b?.[c]?.(d);')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global a
          %1 = none
          %2 = == %0, %1
          branch %2 b3 b1
        b1:
          %3 = %0.b
          %4 = none
          %5 = == %3, %4
          branch %5 b3 b2
        b2:
          %6 = global c
          %7 = %3[%6]
          %8 = none
          %9 = == %7, %8
          branch %9 b3 b4
        b3:
          %13 = undefined
          store ?., %13
          goto b5
        b4:
          %10 = global d
          %11 = call %7(%10)
          %12 = opaque computed-method(%3, %7)
          store ?., %11
          goto b5
        b5:
          %14 = load ?.
          %15 = opaque assign x(%14)
          return
      "
    `);
  });

  test('parentheses end what ?. skips', () => {
    expect(print('x = (a?.b).c;')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global a
          %1 = none
          %2 = == %0, %1
          branch %2 b1 b2
        b1:
          %4 = undefined
          store ?., %4
          goto b3
        b2:
          %3 = %0.b
          store ?., %3
          goto b3
        b3:
          %5 = load ?.
          %6 = %5.c
          %7 = opaque assign x(%6)
          return
      "
    `);
  });

  test('an optional chain as a test goes where the test fails', () => {
    expect(print('if (model?.training) f(); if (!model?.training) g();')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global model
          %1 = none
          %2 = == %0, %1
          branch %2 b3 b1
        b1:
          %3 = %0.training
          branch %3 b2 b3
        b2:
          %4 = global f
          %5 = call %4()
          goto b3
        b3:
          %6 = global model
          %7 = none
          %8 = == %6, %7
          branch %8 b5 b4
        b4:
          %9 = %6.training
          branch %9 b6 b5
        b5:
          %10 = global g
          %11 = call %10()
          goto b6
        b6:
          return
      "
    `);
  });

  test('tagged templates', () => {
    expect(print('a.b`x${c}y`; d`x`;')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global a
          %1 = "x"
          %2 = "y"
          %3 = list [%1, %2]
          %4 = global c
          %5 = call %0.b(%3, %4)
          %6 = global d
          %7 = "x"
          %8 = list [%7]
          %9 = call %6(%8)
          return
      "
    `);
  });

  test('private names', () => {
    expect(print('class A { #x = 1; m(o: A) { return #x in o && o.#x; } }')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = class #0()
          %1 = function #2
          define method %0.m = %1
          store A, %0
          return

      field-initializer A#1()
        b0:
          %0 = load this
          %1 = 1
          %0.#x = %1
          return

      method m#2(o)
        b0:
          %0 = "#x"
          %1 = load o
          %2 = in %0, %1
          branch %2 b1 b2
        b1:
          %3 = load o
          %4 = %3.#x
          store ?, %4
          goto b3
        b2:
          store ?, %2
          goto b3
        b3:
          %5 = load ?
          return %5
      "
    `);
  });

  test('imports in expressions', () => {
    expect(print(`const a = require('x'), { b } = require('y'); const c = await import('z'); const d = await import(c);`)).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = import x
          store a, %0
          %1 = import y
          %2 = %1.b
          store b, %2
          %3 = import z
          %4 = await %3
          store c, %4
          %5 = load c
          %6 = opaque import(%5)
          %7 = await %6
          store d, %7
          return
      "
    `);
  });

  test('require that the file declares is a function', () => {
    expect(print(`const require = f; require('x');`)).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global f
          store require, %0
          %1 = load require
          %2 = "x"
          %3 = call %1(%2)
          return
      "
    `);
  });
});
