// The marker `modeguard-reveal`: a comment at the end of a line of code that shows the state after that line, in the report of the linter.
//
//     model.eval()                # modeguard-reveal                   all networks of the function, and the gradient mode
//     y = model(x)                # modeguard-reveal model, self.bn    these only
//
// What is shown is what the analysis has computed where control has come past the line: with several chains of calls, or several paths that were kept
// apart, each one that has something else to say is named. After the header of a compound statement it is the state in which its body begins.
// A marker without code on its line, or with code that is never run, and a name that the function does not know, say so.
import type { Analysis } from '../analyze.ts';
import type { State } from '../domains/state.ts';
import { Recorder, type RecordedRun } from '../interpret/recorder.ts';
import type { Func, Instr, Module } from '../ir/ir.ts';
import type { LineIndex } from '../source/line-index.ts';
import type { Span } from '../source/span.ts';
import { normalize } from 'node:path';
import { Places } from './places.ts';
import { showCalls, showFacts } from './show-path.ts';
import { showName, showState } from './show-state.ts';

const MARKER = /^\s*modeguard-reveal(?:\s+(.*?))?\s*$/s;
const PATH = /^[\p{ID_Start}_$][\p{ID_Continue}$]*(?:\.#?[\p{ID_Start}_$][\p{ID_Continue}$]*)*$/u;

export interface RevealMarker {
  /** Of the comment. */
  readonly span: Span;
  /** Empty: everything. */
  readonly names: readonly string[];
}

/** Holds unless no comment of the text can be a marker. */
export function mayReveal(text: string): boolean {
  return text.includes('modeguard-reveal');
}

/** @param content the comment without what opens and closes it */
export function readRevealMarker(content: string, span: Span): RevealMarker | null {
  const match = MARKER.exec(content);
  if (match === null) return null;
  return { span, names: (match[1] ?? '').split(',').map((name) => name.trim()).filter((name) => name !== '') };
}

/** Keeps the states of all functions of the file: which of them a marker is in, its comments will tell. */
export function recorderFor(file: string): Recorder {
  const wanted = normalize(file);
  return new Recorder((module) => normalize(module.file) === wanted);
}

/** What to show for a marker: one sentence. */
export function reveal(analysis: Analysis, recorder: Recorder, { span, names }: RevealMarker): string {
  const wrong = names.find((name) => !PATH.test(name));
  if (wrong !== undefined) return `\`${wrong}\` is no variable or attribute. Write \`modeguard-reveal\`, or \`modeguard-reveal model, self.encoder\`.`;
  const place = placeOn(analysis.module, analysis.lines, span);
  if (place === null) return 'No code that control can come to is on this line. Write the marker at the end of the line after which the state is to be shown.';
  const shown = new Map<string, string[]>();
  for (const run of recorder.runs) {
    if (run.func.span.start !== place.func.span.start || run.func.kind !== place.func.kind || run.func.nameSpan.start !== place.func.nameSpan.start || run.purpose === 'awake' || run.purpose === 'asleep') continue;
    const places = new Places(analysis, run);
    for (const state of statesAt(run, place.instr)) {
      const text = textOf(state, run.func, names, places);
      const facts = showFacts(state.facts, run, places);
      const way = facts === '' ? showCalls(run, places) : `${showCalls(run, places)}, where ${facts}`;
      const known = shown.get(text);
      if (known === undefined) shown.set(text, [way]);
      else if (!known.includes(way)) known.push(way);
    }
  }
  if (shown.size === 0) return 'Control does not come past this line, as far as the analysis sees.';
  if (shown.size === 1) return `Here ${[...shown.keys()][0]!}.`;
  return `${[...shown].map(([text, ways]) => `${capitalized(ways.length > 2 ? `${ways[0]!} and in ${ways.length - 1} more ways` : ways.join(' and '))}: ${text}`).join('. ')}.`;
}

function textOf(state: State, func: Func, names: readonly string[], places: Places): string {
  if (names.length === 0) return [...showState(state, func, places)].filter(([name, text]) => name === 'gradients' || (!name.startsWith('scope#') && / \{[a-z, ]*\}/.test(text))).map(([name, text]) => describe(name, text)).join('; ');
  return names
    .flatMap((name) => {
      const lines = showName(state, func, name, places);
      return lines === null ? [`\`${name}\` is no variable of this function`] : [...lines].map(([part, text]) => describe(part, text));
    })
    .join('; ');
}

function describe(name: string, text: string): string {
  return name === 'gradients' ? `gradients are ${text}` : `\`${name}\` is ${text}`;
}

function capitalized(text: string): string {
  return `${text[0]!.toUpperCase()}${text.slice(1)}`;
}

/** What stands in the blocks where control leaves another one, and not where the text has it. */
const NEVER_LAST = new Set<Instr['kind']>(['exit', 'catch']);

interface Place {
  readonly func: Func;
  readonly instr: Instr;
}

/**
 * The instruction after which the line of the marker has run: the last one that begins on it, or else the last one that ends on it, of the outermost function
 * that has such a one.
 */
function placeOn(module: Module, lines: LineIndex, marker: Span): Place | null {
  const line = lines.lineOf(marker.start);
  const starts = ({ span }: Instr): boolean => lines.lineOf(span.start) === line;
  const ends = ({ kind, span }: Instr): boolean => kind !== 'function' && kind !== 'class' && lines.lineOf(Math.max(span.start, span.end - 1)) === line;
  for (const on of [starts, ends]) {
    for (const func of [...module.funcs].sort((a, b) => depthOf(module, a) - depthOf(module, b))) {
      let last: Instr | null = null;
      for (const block of func.blocks) for (const instr of block.instrs) if (!NEVER_LAST.has(instr.kind) && instr.span.start < marker.start && on(instr)) last = instr;
      if (last !== null) return { func, instr: last };
    }
  }
  return null;
}

function depthOf(module: Module, func: Func): number {
  return func.parent === null ? 0 : 1 + depthOf(module, module.funcs[func.parent]!);
}

/** The states after the instruction, and after its copies: a `finally` is lowered once for each way out of its `try`. */
function statesAt(run: RecordedRun, { kind, span }: Instr): readonly State[] {
  return run.func.blocks.flatMap((block) => block.instrs.filter((instr) => instr.kind === kind && instr.span.start === span.start && instr.span.end === span.end).flatMap((instr) => run.statesAfter(instr)));
}
