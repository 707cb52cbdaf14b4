// Array, object, template and JSX literals evaluate their parts in order.
import { describe, expect, test } from 'vitest';
import { print } from './lowered.ts';

describe('literals', () => {
  test('literals', () => {
    expect(print(`f(1, -2, 'x', true, null, undefined, /r/, 1n, \`plain\`);`)).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global f
          %1 = 1
          %2 = -2
          %3 = "x"
          %4 = true
          %5 = none
          %6 = undefined
          %7 = opaque regex()
          %8 = opaque bigint()
          %9 = "plain"
          %10 = call %0(%1, %2, %3, %4, %5, %6, %7, %8, %9)
          return
      "
    `);
  });

  test('the numbers of a table are not looked at one by one', () => {
    const row = (last: string): string => `[${'1, -2, '.repeat(16)}[3, ${last}]]`;
    const table = `module <module>#0()
  b0:
    %0 = opaque table()
    %1 = list [...%0]
    return
`;
    expect(print(`${row('4')};`)).toBe(table);
    // A name, or a text, may be what matters.
    for (const last of ['x', "'x'"]) expect(print(`${row(last)};`).match(/ = -2/g)).toHaveLength(16);
    expect(print(`[${'1, '.repeat(31)}1];`).match(/ = 1\b/g)).toHaveLength(32);
  });

  test('arrays, objects and templates', () => {
    expect(print(`f([a, ...b], { a, b: 1, 'c': 2, 3: 4, [d]: 5, ...e }, \`x\${a}y\${b}\`);`)).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global f
          %1 = global a
          %2 = global b
          %3 = list [%1, ...%2]
          %4 = "a"
          %5 = global a
          %6 = "b"
          %7 = 1
          %8 = "c"
          %9 = 2
          %10 = "3"
          %11 = 4
          %12 = global d
          %13 = 5
          %14 = global e
          %15 = dict [%4: %5, %6: %7, %8: %9, %10: %11, %12: %13, ...%14]
          %16 = global a
          %17 = global b
          %18 = string [%16, %17]
          %19 = call %0(%3, %15, %18)
          return
      "
    `);
  });

  test('functions in object literals', () => {
    expect(print('f({ m() { return this; }, get g() { return 1; }, set g(v) { h(v); }, async *n() { yield 1; }, p: () => 2 });')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global f
          %1 = "m"
          %2 = function #1
          %3 = "g"
          %4 = function #2
          %5 = "set g"
          %6 = function #3
          %7 = "n"
          %8 = function #4
          %9 = "p"
          %10 = function #5
          %11 = dict [%1: %2, %3: %4, %5: %6, %7: %8, %9: %10]
          %12 = call %0(%11)
          return

      method m#1()
        b0:
          %0 = load this
          return %0

      getter g#2()
        b0:
          %0 = 1
          return %0

      setter g#3(v)
        b0:
          %0 = global h
          %1 = load v
          %2 = call %0(%1)
          return

      async generator method n#4()
        b0:
          %0 = 1
          %1 = yield %0
          return

      lambda p#5()
        b0:
          %0 = 2
          return %0
      "
    `);
  });

  test('an array with a hole', () => {
    expect(print('f([, a]);')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global f
          %1 = undefined
          %2 = global a
          %3 = list [%1, %2]
          %4 = call %0(%3)
          return
      "
    `);
  });

  test('JSX is opaque, its parts are not', () => {
    expect(print('f(<A.B x={a} y="s" {...b}><div>{c}text{/* nothing */}</div></A.B>, <>{d}</>, <x:y/>);', 'test.tsx')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global f
          %1 = global A
          %2 = %1.B
          %3 = global a
          %4 = global b
          %5 = global c
          %6 = opaque jsx(%5)
          %7 = opaque jsx(%2, %3, %4, %6)
          %8 = global d
          %9 = opaque jsx(%8)
          %10 = opaque jsx()
          %11 = call %0(%7, %9, %10)
          return
      "
    `);
  });
});
