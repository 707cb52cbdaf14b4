/**
 * The engine's own mode table, row by row against the one of PyTorch (recorded by the mode inventory), and the list of what remains different.
 */
import { describe, expect, test, vi } from 'vitest';
import { formatModeTable, modeTable, type ModeFacts, type ModeRow } from '../src/mode-table/mode-table.ts';
import differences from './mode-table-differences.json' with { type: 'json' };
import { recorded } from './recorded.ts';

interface Recorded {
  readonly module: string;
  readonly config: string;
  readonly [field: string]: unknown;
}
const file = recorded<{ torch: string; rows: Recorded[] }>('mode-table');

const key = (row: { readonly module: string; readonly config: string }): string => `${row.module} | ${row.config}`;
const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
const rows = new Map(modeTable().map((row) => [key(row), row]));
warn.mockRestore();

/** A row in the names of the recording; what the recording leaves out is null. */
function inItsNames(row: ModeRow): Record<string, unknown> {
  const mode = (name: 'train' | 'eval', facts: ModeFacts | null, error: string | null): object => ({
    [`${name}_deterministic`]: facts?.deterministic ?? null,
    [`${name}_stateful`]: facts?.stateful ?? null,
    [`buffer_names_${name}`]: facts?.buffers ?? null,
    [`params_change_${name}`]: facts?.parameters ?? null,
    [`rng_${name}`]: facts?.drawsRandomNumbers ?? null,
    [`input_mutated_${name}`]: facts?.changesInput ?? null,
    [`alias_${name}`]: facts?.returnsInput ?? null,
    [`error_${name}`]: error,
  });
  return { ...mode('train', row.train, row.trainError), ...mode('eval', row.eval, row.evalError), same_output: row.sameOutput, same_grad: row.sameGradient, mode_sensitive: row.modeSensitive };
}

const known = (row: Recorded): readonly { readonly field: string; readonly engine: unknown }[] => differences.fields.filter((entry) => entry.module === row.module && entry.config === row.config);
const missing = (row: Recorded): string | undefined => differences.missing.find((entry) => (entry.modules as readonly string[]).some((name) => row.module === name || (name.endsWith('*') && row.module.startsWith(name.slice(0, -1)))) && (!('configs' in entry) || (entry.configs as readonly string[]).includes(row.config)))?.reason;

describe(`as on PyTorch ${file.torch}`, () => {
  test.each(file.rows.filter((row) => rows.has(key(row))).map((row) => [key(row), row] as const))('%s', (name, row) => {
    const own = inItsNames(rows.get(name)!);
    const wanted = Object.fromEntries(Object.keys(own).map((field) => [field, row[field] ?? null]));
    for (const { field, engine } of known(row)) {
      // A difference that is gone has to leave the list.
      expect(wanted[field], field).not.toEqual(engine);
      wanted[field] = engine;
    }
    expect(own).toEqual(wanted);
  });
});

test('every row of PyTorch is here or has a reason not to be', () => {
  const unexplained = file.rows.filter((row) => !rows.has(key(row)) && missing(row) === undefined).map(key);
  expect(unexplained).toEqual([]);
  expect(file.rows.filter((row) => rows.has(key(row)) && missing(row) !== undefined).map(key)).toEqual([]);
  expect([...rows.keys()].filter((name) => !file.rows.some((row) => key(row) === name))).toEqual([]);
  expect(rows.size).toBe(new Set(rows.keys()).size);
});

test('every listed difference is of a row that is there, with a reason', () => {
  for (const entry of differences.fields) expect([rows.has(key(entry)), entry.reason.length > 15], key(entry)).toEqual([true, true]);
  for (const entry of differences.missing) expect(entry.reason.length).toBeGreaterThan(15);
});

test('the printed table has a line for each row, and says what the rows say', () => {
  const text = formatModeTable([...rows.values()]);
  expect(text.split('\n')).toHaveLength(rows.size + 2);
  expect(text).toContain('| Dropout | p=0.5 | yes | no | yes | no | no | - | - | yes | no | evaluation returns its input |');
  expect(text).toContain('| BatchNorm1d | default | yes | yes | yes | no | no | num_batches_tracked, running_mean, running_var | - | no | no |  |');
});
