// An assignment of the training flag, as the call of `train` that reaches all parts.
//
// Guarantees: what is replaced is a whole assignment of one target, and its value may stand as an argument. Refuses: chains (`a.training = b.training = x`), tuples of targets, values of Python that are more than a name,
// an attribute or their negation: where they end is a matter of syntax.
// Example: `model.training = was` -> `model.train(was)`.
import type { Analysis } from '../analyze.ts';
import type { Suggestion } from './finding.ts';
import type { Span } from '../source/span.ts';

export interface FlagAssignment {
  /** `model.train(was)` */
  readonly call: string;
  readonly suggestion: Suggestion;
}

/** @param assigned the target in Python, the whole assignment in TypeScript, as the front ends place it */
export function flagAssignment(analysis: Analysis, assigned: Span): FlagAssignment | null {
  const { text } = analysis;
  const whole = analysis.module.language === 'python' ? pythonAssignment(text, assigned) : text.slice(assigned.start, assigned.end);
  const [, receiver, value, end] = /^([\w$.#]+)\.\w+\s*=\s*((?![=>])[^=]*?)(;?)$/s.exec(whole) ?? [];
  if (receiver === undefined || value === undefined) return null;
  const call = `${receiver}.train(${value})`;
  return { call, suggestion: { message: `Call \`${call}\` instead.`, edits: [{ span: { start: assigned.start, end: assigned.start + whole.length }, text: `${call}${end}` }] } };
}

/** From the target to the value, if the target begins a statement and the value ends it. */
function pythonAssignment(text: string, target: Span): string {
  const before = text.slice(Math.max(text.lastIndexOf('\n', target.start - 1), text.lastIndexOf('\r', target.start - 1)) + 1, target.start);
  if (!/(?:^|[:;])[ \t\f]*$/.test(before)) return '';
  const after = /^[ \t]*=[ \t]*(?:not[ \t]+)?[\w.]+(?=[ \t]*(?:[;#\r\n]|$))/.exec(text.slice(target.end))?.[0];
  return after === undefined ? '' : text.slice(target.start, target.end + after.length);
}
