/**
 * Every check of the mode inventory on this engine: what the program of a check returned on PyTorch, it must return here. The checks that do not apply
 * are listed with their reasons; none may be in neither list.
 */
import { describe, expect, test, vi } from 'vitest';
import { manualSeed } from '../../src/index.ts';
import { recorded } from '../recorded.ts';
import notApplicable from './not-applicable.json' with { type: 'json' };
import { attentionChecks } from './attention-checks.ts';
import { Part, type Checks } from './check.ts';
import { gradientChecks } from './gradient-checks.ts';
import { layerChecks } from './layer-checks.ts';
import { moduleChecks } from './module-checks.ts';
import { normAndDropoutChecks } from './norm-and-dropout-checks.ts';
import { wrapperChecks } from './wrapper-checks.ts';

const file = recorded<{ torch: string; checks: Record<string, { title: string; value: unknown }> }>('semantics');
const checks: Checks = { ...layerChecks, ...normAndDropoutChecks, ...moduleChecks, ...gradientChecks, ...attentionChecks, ...wrapperChecks };

/** JavaScript writes 2 where Python writes 2.0. */
function asWritten(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(/(\d)\.0\b/g, '$1');
  if (Array.isArray(value)) return value.map(asWritten);
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value).map(([key, part]) => [key, asWritten(part)])) : value;
}

function at(value: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce((part, step) => (part as Record<string | number, unknown>)[step], value);
}

describe(`as on PyTorch ${file.torch}`, () => {
  test.each(Object.keys(checks).sort())('%s', (code) => {
    const { title, value } = file.checks[code]!;
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    manualSeed(0);
    const result = checks[code]!();
    vi.restoreAllMocks();
    const list = Array.isArray(result) && result.length > 0 && result.every((part) => part instanceof Part) ? (result as Part[]) : [new Part([], result, '')];
    for (const part of list) expect(asWritten(part.value), `${title}, ${part.path.join('/')}`).toEqual(asWritten(at(value, part.path)));
  });
});

test('every check is made or has a reason not to be, and none both', () => {
  const [made, excused] = [Object.keys(checks), Object.keys(notApplicable)];
  expect(made.filter((code) => excused.includes(code))).toEqual([]);
  expect([...made, ...excused].sort()).toEqual(Object.keys(file.checks).sort());
  for (const [code, reason] of Object.entries(notApplicable)) expect(reason.length, code).toBeGreaterThan(15);
});
