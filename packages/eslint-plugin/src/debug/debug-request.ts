// What somebody wants to see, as it is typed for `--debug` and in the variable MODEGUARD_DEBUG: `app.py`, `app.py:evaluate`, `app.py:Trainer.fit`.
//
// In the variable, `:evaluate` means the functions of that name in whichever file is linted, and `1` asks for nothing to be printed: with any value, faults
// of the analysis are thrown and not swallowed, and nothing is taken from the cache.
import { normalize, resolve } from 'node:path';

export interface DebugRequest {
  /** As it was typed; empty: any. */
  readonly file: string;
  /** Null: all of them. */
  readonly functionName: string | null;
}

/** Reads the value; a drive letter is no file. */
export function readDebugRequest(typed: string): DebugRequest {
  const colon = typed.lastIndexOf(':');
  if (colon < 0 || (colon === 1 && /^[a-z]:[\\/]/i.test(typed))) return { file: typed, functionName: null };
  return { file: typed.slice(0, colon), functionName: colon === typed.length - 1 ? null : typed.slice(colon + 1) };
}

/** What MODEGUARD_DEBUG asks for in `file`, or null. */
export function requestFor(file: string, folder: string): DebugRequest | null {
  const typed = process.env['MODEGUARD_DEBUG'];
  if (typed === undefined || /^(?:|0|1|true)$/.test(typed)) return null;
  const request = readDebugRequest(typed);
  const wanted = request.file === '' ? null : normalize(resolve(folder, request.file));
  return wanted === null || wanted === normalize(file) ? request : null;
}
