// What a state says of the way to it, in words: how tests that come again turned out, and how often loops have been entered; and which chain of
// calls the run that it belongs to stands for.
import type { PathFacts } from '../domains/path-facts.ts';
import { DOUBTED, SOME, unspelled } from '../interpret/conditions.ts';
import type { RecordedRun } from '../interpret/recorder.ts';
import type { Func } from '../ir/ir.ts';
import type { Places } from './places.ts';
import { variablesOf } from './show-state.ts';

/** "`train` is true, the loop at 12:5 has had no round yet"; empty if nothing is known. */
export function showFacts(facts: PathFacts, run: RecordedRun, places: Places): string {
  return [...facts.entries()].map(([name, value]) => showFact(name, value, run, places)).join(', ');
}

function showFact(name: string, value: boolean | number, { func, module }: RecordedRun, places: Places): string {
  const loop = /^[lsz](\d+)$/.exec(name);
  if (loop !== null) {
    const head = func.blocks[Number(loop[1])];
    const place = head === undefined ? '' : ` at ${places.at({ file: module.file, span: head.terminal.span })}`;
    if (name.startsWith('z')) return `it is ${value === true ? '' : 'not '}the last round of the loop${place}`;
    if (name.startsWith('s')) return value === DOUBTED ? `a round of the loop${place} has put a network to sleep, and a loop that sets modes has had no round` : value === true ? `a round of the loop${place} has put a network to sleep` : `perhaps the last round of the loop${place} has put a network to sleep`;
    return `the loop${place} has had ${value === SOME ? 'some rounds' : value === 0 ? 'no round yet' : value === 1 ? 'one round' : `${value} rounds`}`;
  }
  const condition = /^v(\d+)((?:\.[^=.]+)*)(?:==(.*))?$/s.exec(name);
  // What other passes keep on a path has names of their own.
  if (condition === null) return `${name} is ${value}`;
  const constant = condition[3] === undefined ? undefined : unspelled(condition[3]);
  const variable = `${nameOf(func, Number(condition[1]))}${condition[2]}`;
  if (constant === undefined) return `\`${variable}\` is ${value === true ? 'true' : 'false'}`;
  const text = constant.startsWith('string:') ? JSON.stringify(constant.slice('string:'.length)) : constant.replace(/^(?:number|boolean):/, '');
  return `\`${variable}\` is ${value === true ? '' : 'not '}${text}`;
}

function nameOf(func: Func, id: number): string {
  return variablesOf(func).find((variable) => variable.id === id)?.name ?? `variable ${id}`;
}

/** "called from 31:5, 12:3", the nearest call first; or why it runs without one. */
export function showCalls({ context, purpose, func, analysed, module }: RecordedRun, places: Places): string {
  const calls: string[] = [];
  for (let at: RecordedRun['context'] | null = context; at !== null && at.parent !== null; at = at.parent) if (at.call !== null) calls.push(places.at({ file: at.parent.ref.module.file, span: at.call.span }));
  const by = analysed.file === module.file ? '' : `, in the analysis of ${analysed.file}`;
  const way = calls.length > 0 ? `called from ${calls.join(' from ')}` : func.kind === 'module' ? 'run as a program' : 'run as a root, with no caller in sight';
  switch (purpose) {
    case 'program':
      return `${way}${by}`;
    case 'enter':
      return `${way}${by}, up to its \`yield\` as a context manager`;
    case 'exit':
      return `${way}${by}, from its \`yield\` on as a context manager`;
    case 'resume':
      return `${way}${by}, one step of it as a generator`;
    case 'asleep':
      return `the probe of its class in evaluation mode${calls.length > 0 ? `, ${way}` : ''}`;
    case 'awake':
      return `the probe of its class in training mode${calls.length > 0 ? `, ${way}` : ''}`;
  }
}
