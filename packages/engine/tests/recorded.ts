/**
 * Reads a recorded file and compares nested numbers with a tolerance.
 */
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';

export function recorded<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`recorded/${name}.json`, import.meta.url), 'utf8')) as T;
}

/** Every number within `tolerance` relative to the larger of 1 and itself, the nesting the same. */
export function expectClose(actual: unknown, wanted: unknown, tolerance = 1e-5, path = 'value'): void {
  if (Array.isArray(wanted)) {
    expect(Array.isArray(actual) && actual.length, path).toBe(wanted.length);
    for (const [index, part] of wanted.entries()) expectClose((actual as unknown[])[index], part, tolerance, `${path}[${index}]`);
    return;
  }
  const [a, b] = [Number(actual), Number(wanted)];
  if (Math.abs(a - b) > tolerance * Math.max(1, Math.abs(b))) expect.fail(`${path}: ${a} is not ${b} within ${tolerance}`);
}
