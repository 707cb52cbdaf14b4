// What other files can import from a module, for ECMAScript modules, `export =` and CommonJS.
import { describe, expect, test } from 'vitest';
import type { Module } from '../../../src/ir/ir.ts';
import { instrsOfKind, lower, print } from './lowered.ts';

const exported = (module: Module): Record<string, string> => Object.fromEntries([...module.exports].map(([name, variable]) => [name, variable.name]));

describe('exports', () => {
  test('declarations', () => {
    const module = lower('export const a = 1, { b, c: [d] } = f(); export function g() {} export class H {} export enum I {} export namespace J { export const k = 1; }');
    expect(exported(module)).toEqual({ a: 'a', b: 'b', d: 'd', g: 'g', H: 'H', I: 'I', J: 'J' });
  });

  test('lists of names, also before the declaration and under another name', () => {
    const module = lower("export { a as b, c as default, d as 'e f' }; const a = 1; let c; import { d } from 'x';");
    expect(exported(module)).toEqual({ b: 'a', default: 'c', 'e f': 'd' });
  });

  test('types are not exported', () => {
    const module = lower('export type A = 1; export interface B {} export declare const c: number; export { type D, E }; export type { F }; class F {} type E = 1; export default interface G {} export abstract class H {}');
    expect(exported(module)).toEqual({ H: 'H' });
  });

  test('default exports', () => {
    expect(exported(lower('export default function f() {}'))).toEqual({ default: 'f' });
    expect(exported(lower('export default class A {}'))).toEqual({ default: 'A' });
    expect(exported(lower('export default a;'))).toEqual({ default: 'default' });
    expect(print('export default function () {} export { x }; const x = 1;')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = function #1
          store *default*, %0
          %1 = 1
          store x, %1
          return

      function default#1()
        b0:
          return
      "
    `);
    expect(print('export default class { m() {} }')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = class #0()
          %1 = function #1
          define method %0.m = %1
          store *default*, %0
          return

      method m#1()
        b0:
          return
      "
    `);
    expect(print('const a = f(); export default a;')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global f
          %1 = call %0()
          store a, %1
          %2 = load a
          store default, %2
          return
      "
    `);
  });

  test('an exported variable is the variable of the file', () => {
    const module = lower('export let a = 1; export function f() { a = 2; }');
    const stores = instrsOfKind(module, 'store').filter((instr) => instr.variable.name === 'a');
    expect(stores.map((instr) => instr.variable)).toEqual([module.exports.get('a'), module.exports.get('a')]);
  });

  test('re-exports', () => {
    expect(exported(lower("export { a, b as c, default as d } from 'x'; export * as e from 'y'; export * from 'z';"))).toEqual({ a: 'a', c: 'c', d: 'd', e: 'e' });
  });

  test('export =', () => {
    expect(exported(lower('class A {} export = A;'))).toEqual({ 'export=': 'export=' });
  });

  test('CommonJS', () => {
    const text = "const a = require('x'); module.exports = { a, b: 1, 'c'() {}, ...d, [e]: 2 }; module.exports.f = 3; exports.g = exports.h = () => 4;";
    expect(exported(lower(text, 'test.js'))).toEqual({ 'export=': 'export=', a: 'a', b: 'b', c: 'c', f: 'f', g: 'g', h: 'h' });
    expect(print('module.exports = { a: f() }; exports.b = exports.b || g();', 'test.js')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = "a"
          %1 = global f
          %2 = call %1()
          %3 = dict [%0: %2]
          store export=, %3
          %4 = %3.a
          store a, %4
          %5 = global exports
          %6 = %5.b
          branch %6 b1 b2
        b1:
          store ?, %6
          goto b3
        b2:
          %7 = global g
          %8 = call %7()
          store ?, %8
          goto b3
        b3:
          %9 = load ?
          store b, %9
          return
      "
    `);
  });

  test('CommonJS: what is assigned twice is one variable', () => {
    const module = lower('if (a) exports.b = 1; else exports.b = 2;', 'test.js');
    expect(new Set(instrsOfKind(module, 'store').map((instr) => instr.variable))).toEqual(new Set([module.exports.get('b')]));
  });

  test('CommonJS: string keys, and what was assigned is read', () => {
    expect(exported(lower("exports['a'] = 1; module['exports'].b = 2; module['exports']['c'] = 3;", 'test.js'))).toEqual({ a: 'a', b: 'b', c: 'c' });
    expect(print('exports.a = () => 1; exports.a(exports.b); function f() { exports.a ||= 2; exports.a = 3; return module.exports.a.c; }', 'test.js')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = function #1
          store f, %0
          %1 = function #2
          store a, %1
          %2 = load a
          %3 = global exports
          %4 = %3.b
          %5 = call %2(%4)
          return

      function f#1()
        b0:
          %0 = load a
          branch %0 b1 b2
        b1:
          store ?, %0
          goto b3
        b2:
          %1 = 2
          store a, %1
          store ?, %1
          goto b3
        b3:
          %2 = load ?
          %3 = 3
          store a, %3
          %4 = load a
          %5 = %4.c
          return %5

      lambda a#2()
        b0:
          %0 = 1
          return %0
      "
    `);
  });

  test('CommonJS: names that the file declares, and functions, are refused', () => {
    expect(exported(lower('const exports = {}, module = {}; exports.a = 1; module.exports = 2;', 'test.js'))).toEqual({});
    expect(exported(lower('function f() { exports.a = 1; }', 'test.js'))).toEqual({});
  });
});
