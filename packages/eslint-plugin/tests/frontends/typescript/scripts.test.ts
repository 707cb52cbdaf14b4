// What only sloppy scripts may write: `with`, functions in blocks that are known outside, labelled functions, comments of HTML.
import { describe, expect, test } from 'vitest';
import { print } from './lowered.ts';

describe('scripts', () => {
  test('with: a name is an attribute of the object or what it is outside', () => {
    expect(print(`var y; with (f()) { y = 1; let z = y; z; }`, 'test.js')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global f
          %1 = call %0()
          store with, %1
          %2 = 1
          branch ? b1 b2
        b1:
          %3 = load with
          %3.y = %2
          goto b3
        b2:
          store y, %2
          goto b3
        b3:
          branch ? b4 b5
        b4:
          %4 = load with
          %5 = %4.y
          store ?, %5
          goto b6
        b5:
          %6 = load y
          store ?, %6
          goto b6
        b6:
          %7 = load ?
          store z, %7
          %8 = load z
          return
      "
    `);
  });

  test('functions in with see its object', () => {
    expect(print(`with (a) { f(() => b); }`, 'test.js')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global a
          store with, %0
          branch ? b1 b2
        b1:
          %1 = load with
          %2 = %1.f
          store ?, %2
          goto b3
        b2:
          %3 = global f
          store ?, %3
          goto b3
        b3:
          %4 = load ?
          %5 = function #1
          %6 = call %4(%5)
          return

      lambda anonymous#1()
        b0:
          branch ? b1 b2
        b1:
          %0 = load with
          %1 = %0.b
          store ?, %1
          goto b3
        b2:
          %2 = global b
          store ?, %2
          goto b3
        b3:
          %3 = load ?
          return %3
      "
    `);
  });

  test('a function of a block is known in the whole script', () => {
    expect(print(`if (a) { function f() { return 1; } } f();`, 'test.js')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global a
          branch %0 b1 b2
        b1:
          %1 = function #1
          store f, %1
          goto b2
        b2:
          %2 = load f
          %3 = call %2()
          return

      function f#1()
        b0:
          %0 = 1
          return %0
      "
    `);
  });

  test('a function as the branch of an if', () => {
    expect(print(`if (a) function f() {} else function g() {} f(g);`, 'test.js')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global a
          branch %0 b1 b2
        b1:
          %1 = function #1
          store f, %1
          goto b3
        b2:
          %2 = function #2
          store g, %2
          goto b3
        b3:
          %3 = load f
          %4 = load g
          %5 = call %3(%4)
          return

      function f#1()
        b0:
          return

      function g#2()
        b0:
          return
      "
    `);
  });

  test('strict code knows it in the block only', () => {
    expect(print(`'use strict'; { function f() {} } f();`, 'test.js')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = "use strict"
          %1 = function #1
          store f, %1
          %2 = global f
          %3 = call %2()
          return

      function f#1()
        b0:
          return
      "
    `);
  });

  test('modules are strict', () => {
    expect(print(`{ function f() {} } f(); export {};`, 'test.js')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = function #1
          store f, %0
          %1 = global f
          %2 = call %1()
          return

      function f#1()
        b0:
          return
      "
    `);
  });

  test('a name that a block in between declares stops it', () => {
    expect(print(`{ let f = 1; { function f() {} } } f;`, 'test.js')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = 1
          store f, %0
          %1 = function #1
          store f, %1
          %2 = global f
          return

      function f#1()
        b0:
          return
      "
    `);
  });

  test('a parameter and a let are stronger', () => {
    expect(print(`function g(f) { { function f() {} } return f; } let h = 1; { function h() {} }`, 'test.js')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = function #1
          store g, %0
          %1 = 1
          store h, %1
          %2 = function #2
          store h, %2
          return

      function g#1(f)
        b0:
          %0 = function #3
          store f, %0
          %1 = load f
          return %1

      function h#2()
        b0:
          return

      function f#3()
        b0:
          return
      "
    `);
  });

  test('async functions and generators stay in their block', () => {
    expect(print(`{ async function f() {} function* g() {} } f(g);`, 'test.js')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = function #1
          store f, %0
          %1 = function #2
          store g, %1
          %2 = global f
          %3 = global g
          %4 = call %2(%3)
          return

      async function f#1()
        b0:
          return

      generator function g#2()
        b0:
          return
      "
    `);
  });

  test('a labelled function is a function', () => {
    expect(print(`f(); a: b: function f() {}`, 'test.js')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = function #1
          store f, %0
          %1 = load f
          %2 = call %1()
          goto b1
        b1:
          return

      function f#1()
        b0:
          return
      "
    `);
  });

  test('comments of HTML', () => {
    expect(print(`<!-- a
f(); <!-- b
  --> c
g();`, 'test.js')).toMatchInlineSnapshot(`
  "module <module>#0()
    b0:
      %0 = global f
      %1 = call %0()
      %2 = global g
      %3 = call %2()
      return
  "
`);
  });

  test('an initializer in the head of for-in', () => {
    expect(print(`for (var k = f() in g()) h(k);`, 'test.js')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global f
          %1 = call %0()
          store k, %1
          %2 = global g
          %3 = call %2()
          %4 = keys %3
          goto b1
        b1:
          %5 = each %4 b2 b3
        b2:
          store k, %5
          %6 = global h
          %7 = load k
          %8 = call %6(%7)
          goto b1
        b3:
          return
      "
    `);
  });

  test('line ends of Windows, a mark of the byte order, a shebang', () => {
    const plain = print('f();\n// c\ng(`a\nb`);\n', 'test.js');
    for (const start of ['', '\uFEFF', '#!/usr/bin/env node\r\n']) expect(print(`${start}f();\r\n// c\r\ng(\`a\r\nb\`);\r\n`, 'test.js')).toBe(plain);
  });
});
