// The IR of a function with the states that the analysis found: for each block the states that it was reached with, one for each path that was kept
// apart, behind each instruction what it gave, and below it what it changed. Lines of states begin with `;`, all others are those of `ir/print.ts`.
//
//     b2:
//       ; gradients {enabled}
//       ; model = Net@12:11 {train}, made at 12:11
//       ; 14 | model.eval()
//       %4 = load model                     ; Net@12:11
//       %5 = call %4.eval()                 ; Net@12:11
//       ; model = Net@12:11 {eval}, set at 14:5
import type { Analysis } from '../analyze.ts';
import type { State } from '../domains/state.ts';
import { joinValues, NOTHING } from '../domains/value.ts';
import type { RecordedRun } from '../interpret/recorder.ts';
import { destOf, type Block, type Func } from '../ir/ir.ts';
import { printHeader, printInstr, printTerminal } from '../ir/print.ts';
import { Places } from './places.ts';
import { showCalls, showFacts } from './show-path.ts';
import { showState, type StateLines } from './show-state.ts';

/** Where the note behind an instruction begins. */
const NOTE_COLUMN = 44;

export function printRun(analysis: Analysis, run: RecordedRun): string {
  const places = new Places(analysis, run);
  const lines = [`; ${showCalls(run, places)}`];
  if (run.incomplete) lines.push('; the budget was spent here: the states are those of the last step, not of the end');
  lines.push(printHeader(run.func));
  for (const block of run.func.blocks) lines.push(...printBlock(run, block, places));
  return `${lines.join('\n')}\n`;
}

function printBlock(run: RecordedRun, block: Block, places: Places): readonly string[] {
  const { func } = run;
  const states = run.statesAt(block.id);
  const lines = [`  b${block.id}${block.handler === null ? '' : ` (handler b${block.handler})`}:`];
  if (states.length === 0) lines.push('    ; not reached');
  for (const state of states) {
    const facts = showFacts(state.facts, run, places);
    if (facts !== '') lines.push(`    ; where ${facts}`);
    for (const [name, text] of showState(state, func, places)) lines.push(`    ; ${facts === '' ? '' : '  '}${assignment(name, text)}`);
  }
  let before = states;
  let statement = -1;
  for (const instr of block.instrs) {
    if (instr.statement.start !== statement) lines.push(`    ; ${places.line({ file: run.module.file, span: instr.statement })}`);
    statement = instr.statement.start;
    const after = run.statesAfter(instr);
    const dest = destOf(instr);
    const note = dest === null ? '' : places.value(after.reduce((value, state) => joinValues(value, state.get(dest)), NOTHING));
    const text = `    ${printInstr(instr)}`;
    lines.push(note === '' ? text : `${text.padEnd(NOTE_COLUMN)} ; ${note}`);
    if (after.length === 0 && before.length > 0) lines.push('    ; control does not come back from here');
    if (instr.kind !== 'load' && instr.kind !== 'const') for (const state of after) lines.push(...changes(state, before, run, func, places));
    before = after;
  }
  lines.push(`    ${printTerminal(block.terminal)}`);
  return lines;
}

/** The lines of `state` that are not those of the state on the same path before. */
function changes(state: State, before: readonly State[], run: RecordedRun, func: Func, places: Places): readonly string[] {
  const earlier = before.find((item) => item.facts.key === state.facts.key);
  const known: StateLines = earlier === undefined ? new Map() : showState(earlier, func, places);
  const changed = [...showState(state, func, places)].filter(([name, text]) => known.get(name) !== text).map(([name, text]) => assignment(name, text));
  for (const name of known.keys()) if (name.startsWith('scope#') && !state.scopes.has(Number(name.slice('scope#'.length)))) changed.push(`${name} is left`);
  const facts = changed.length === 0 ? '' : showFacts(state.facts, run, places);
  return facts === '' ? changed.map((line) => `    ; ${line}`) : [`    ; where ${facts}`, ...changed.map((line) => `    ;   ${line}`)];
}

function assignment(name: string, text: string): string {
  return name === 'gradients' || name.startsWith('scope#') ? `${name} ${text}` : name.includes(' if ') || name.endsWith('…') ? `${name}: ${text}` : `${name} = ${text}`;
}
