// Prints functions of one file as the analysis sees them: their IR, and the states that it found in each chain of calls that leads to them. For people
// who want to know why there is a finding, or why there is none.
//
// Refuses: a name that no function of the file has (the error lists those that there are). A function that the analysis never ran, and why that is so,
// is said in the output.
import { normalize } from 'node:path';
import { analyze, lower, type SourceInput } from '../analyze.ts';
import { Recorder } from '../interpret/recorder.ts';
import type { Func, Module } from '../ir/ir.ts';
import { printFunc } from '../ir/print.ts';
import { LineIndex } from '../source/line-index.ts';
import { qualifiedName } from '../ir/qualified-name.ts';
import { isCalled } from './function-names.ts';
import { printRun } from './print-run.ts';

/** So many chains of calls are shown of one function. */
const MAX_RUNS = 12;

export class NoSuchFunction extends Error {
  override readonly name = 'NoSuchFunction';
}

/** @param name as in `function-names.ts`; null: all functions of the file */
export function printFunctions(input: SourceInput, name: string | null): string {
  const module = lower(input);
  const wanted = module.funcs.filter((func) => name === null || isCalled(module, func, name));
  if (wanted.length === 0) throw new NoSuchFunction(`There is no function '${name}' in ${input.file}. There are: ${namesOf(module, input.text)}.`);
  const file = normalize(input.file);
  const starts = new Set(wanted.map((func) => placeOf(func)));
  const recorder = new Recorder((other, func) => normalize(other.file) === file && starts.has(placeOf(func)));
  const analysis = analyze({ ...input, recorder });
  const parts = wanted.map((func) => {
    const runs = recorder.runs.filter((run) => placeOf(run.func) === placeOf(func));
    const heading = `; ${qualifiedName(module, func)}, line ${analysis.lines.lineOf(func.defStart)} of ${input.file}`;
    if (runs.length === 0) return `${heading}\n; never run: it is defined where control does not come, or only in a call that was not followed (recursion, depth, budget)\n${printFunc(func)}`;
    const more = runs.length > MAX_RUNS ? [`; ${runs.length - MAX_RUNS} more chains of calls lead here\n`] : [];
    return [heading, ...runs.slice(0, MAX_RUNS).map((run) => printRun(analysis, run)), ...more].join('\n');
  });
  return parts.join('\n');
}

/** The same in every lowering of the file. The module and a function that it begins with may share a place, but not their kind. */
function placeOf(func: Func): string {
  return `${func.kind} ${func.span.start} ${func.span.end} ${func.nameSpan.start}`;
}

function namesOf(module: Module, text: string): string {
  const lines = new LineIndex(text);
  return module.funcs.map((func) => (func.kind === 'module' ? func.name : `${qualifiedName(module, func)} (line ${lines.lineOf(func.nameSpan.start)})`)).join(', ');
}
