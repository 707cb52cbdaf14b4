// The order of roots: callers before what they call.
import { describe, expect, test } from 'vitest';
import { lower } from '../../src/analyze.ts';
import { callersFirst } from '../../src/interpret/callers-first.ts';

function order(text: string): readonly string[] {
  const module = lower({ file: 'order.ts', text, language: 'typescript' });
  return callersFirst(module, module.funcs.filter(({ kind }) => kind !== 'module')).map(({ name }) => name);
}

describe('callersFirst', () => {
  test('callers come first, however far away', () => {
    expect(order('class A { load() {} check() { this.load(); } run() { this.check(); } other() {} }')).toEqual(['run', 'check', 'load', 'other']);
    expect(order('function a() { b(); } function b() {} function c() { a(); }')).toEqual(['c', 'a', 'b']);
  });

  test('a call in a function inside counts', () => {
    expect(order('class A { load() {} run() { function now(self: A) { self.load(); } now(this); } }')).toEqual(['run', 'now', 'load']);
  });

  test('the order of the text stays where nothing calls another, and in a circle', () => {
    expect(order('function a() {} function b() {} function c() {}')).toEqual(['a', 'b', 'c']);
    expect(order('function a() { b(); } function b() { a(); } function c() {}')).toHaveLength(3);
  });

  test('ten thousand functions that call the next one', () => {
    const text = Array.from({ length: 10_000 }, (_, at) => `function f${at}() { f${at + 1}(); }`).toReversed().join('\n');
    expect(order(text)).toEqual(Array.from({ length: 10_000 }, (_, at) => `f${at}`));
  });

  test('an anonymous function is one example of a call', () => {
    expect(order('function a() {} export const runs = [() => a()];')).toEqual(['a', 'anonymous']);
  });
});
