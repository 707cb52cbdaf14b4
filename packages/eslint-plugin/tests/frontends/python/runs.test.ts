// The order of evaluation and every way out of `try`, `with` and loops, against runs of CPython. `runs.json` is what
// `record-runs.py` wrote: random programs, and what was seen of them.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { admits } from './admits.ts';
import { lower } from './dump.ts';

const programs = JSON.parse(readFileSync(new URL('runs.json', import.meta.url), 'utf8')) as readonly { readonly text: string; readonly runs: readonly string[] }[];

describe('recorded runs', () => {
  it('are many, and end in all ways', () => {
    const ends = programs.flatMap((program) => program.runs.map((run) => /(?:return|raise)(?: \d)?$/u.exec(run)?.[0].replace(/\d/u, 'value')));
    expect(ends.length).toBeGreaterThan(500);
    expect([...new Set(ends)].sort()).toEqual(['raise', 'return', 'return value']);
  });

  it('can all be taken through the IR', () => {
    const impossible = programs.flatMap(({ text, runs }) => {
      const func = lower(text).funcs.find((each) => each.name === 'f')!;
      return runs.filter((run) => !admits(func, run)).map((run) => `${text}\n${run}`);
    });
    expect(impossible).toEqual([]);
  });

  it('cannot be taken when an event is missing, or two are swapped', () => {
    const func = lower('def f():\n    with manager(1):\n        event(2)\n        return event(3)\n').funcs.find((each) => each.name === 'f')!;
    expect(admits(func, 'manager:1:0 enter:1:1 event:2:0 event:3:2 exit:1:normal return 2')).toBe(true);
    expect(admits(func, 'manager:1:0 enter:1:1 event:2:raise exit:1:exception raise')).toBe(true);
    expect(admits(func, 'manager:1:0 enter:1:1 event:2:0 event:3:2 return 2')).toBe(false);
    expect(admits(func, 'manager:1:0 enter:1:1 event:3:0 event:2:2 exit:1:normal return 2')).toBe(false);
    expect(admits(func, 'manager:1:0 enter:1:1 event:2:raise exit:1:normal raise')).toBe(false);
    expect(admits(func, 'manager:1:0 enter:1:1 event:2:0 event:3:2 exit:1:normal return 3')).toBe(false);
  });
});
