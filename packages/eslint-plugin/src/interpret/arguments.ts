// Finds an argument that a library model names: by keyword, as a key of an options object, or by position.
import { elementName } from '../domains/heap.ts';
import type { State } from '../domains/state.ts';
import { ANYTHING, mustConstant, objectsOf, ofConstant, type Value } from '../domains/value.ts';
import type { ArgumentRow } from '../libraries/schema.ts';
import type { ArgValues } from './activation.ts';

export interface FoundArgument {
  /** The value that counts: as given, or the documented default. */
  readonly value: Value;
  /** Holds if the call leaves it out. */
  readonly omitted: boolean;
}

export function findArgument(state: State, args: ArgValues, row: ArgumentRow): FoundArgument {
  const named = args.keywords.get(row.name);
  if (named !== undefined) return { value: named, omitted: false };
  if (row.options !== undefined) {
    const options = args.positional[row.options];
    for (const object of options === undefined ? [] : objectsOf(options)) {
      const entry = state.attr(object, elementName(row.name));
      if (entry !== undefined) return { value: entry, omitted: false };
    }
    // An options object that we do not see in full may hold the key.
    if (options !== undefined && (options.unknown || objectsOf(options).some((object) => state.attr(object, '[]') !== undefined))) return { value: ANYTHING, omitted: false };
  }
  const positional = row.position === null ? undefined : args.positional[row.position];
  if (positional !== undefined && mustConstant(positional)?.type !== 'undefined') return { value: positional, omitted: false };
  if (args.more !== null) return { value: ANYTHING, omitted: false };
  return { value: defaultOf(row), omitted: true };
}

function defaultOf(row: ArgumentRow): Value {
  switch (typeof row.default) {
    case 'boolean':
      return ofConstant({ type: 'boolean', value: row.default });
    case 'number':
      return ofConstant({ type: 'number', value: row.default });
    case 'string':
      return ofConstant({ type: 'string', value: row.default });
    default:
      return row.default === null ? ofConstant({ type: 'none' }) : ANYTHING;
  }
}

/** The span of an argument as written, or null if it was left out or came through a spread. */
export function writtenArgument(args: ArgValues, row: ArgumentRow): ArgValues['written'][number] | null {
  return args.written.find((arg) => arg.kind === 'keyword' && arg.name === row.name) ?? (row.position === null ? null : (args.written.filter((arg) => arg.kind === 'positional')[row.position] ?? null));
}
