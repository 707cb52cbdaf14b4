// A functional layer that stays active in evaluation mode, because its `training` argument was left out, is a constant, or does
// not exist while its rate is not gated.
import type { Analysis } from '../analyze.ts';
import type { DrawObservation, FunctionalFault } from '../interpret/observation.ts';
import { endOfArguments, withoutComments } from '../report/edits.ts';
import type { Finding, TextEdit } from '../report/finding.ts';
import { quote } from '../report/wording.ts';
import { isInBrokenCode, onePerPlace, type ModeRule } from './rule.ts';

/** Classes whose dropout is meant to stay on: Tacotron's prenet, Monte Carlo dropout. */
const DESIGNED = /prenet|monte_?carlo|mc_?drop|bayes|always/i;

export const requireTrainingArgument: ModeRule = {
  name: 'require-training-argument',
  description: 'require functional dropout and its relatives to follow the training flag',
  kind: 'local',
  fixable: true,
  hasSuggestions: true,
  declarable: true,
  judge: (analysis) => onePerPlace(analysis.observations.draws.flatMap((draw) => judgeDraw(analysis, draw))),
};

function judgeDraw(analysis: Analysis, draw: DrawObservation): readonly Finding[] {
  if (draw.operation.kind !== 'functional' || draw.stale !== null || draw.inverted === true || isInBrokenCode(analysis, draw.where.func.span)) return [];
  const { fault } = draw.operation;
  if (fault.kind === 'stale' || fault.kind === 'inverted') return [];
  const named = `${draw.owner.definition.name} ${draw.where.func.name}`;
  // A constant is written on purpose more often than not; only the reader can tell.
  const isOpen = fault.kind === 'constant' || (draw.operation.rateInSight === false && (fault.kind === 'rate' || fault.kind === 'omitted'));
  const certainty = isOpen || draw.declared || (fault.kind !== 'no-effect' && DESIGNED.test(named)) || draw.incomplete ? 'possible' : 'definite';
  if (fault.kind === 'no-effect') return [reportNoEffect(analysis, draw, fault, certainty)];
  return [report(analysis, draw, fault, certainty)];
}

type Span = Finding['span'];
type Fault = Exclude<FunctionalFault, { kind: 'stale' | 'inverted' | 'no-effect' }>;

function report(analysis: Analysis, draw: DrawObservation, fault: Fault, certainty: Finding['certainty']): Finding {
  const call = quote(analysis, draw.calleeSpan);
  const flag = flagOf(analysis, draw);
  const because = fault.kind === 'omitted' ? `\`${fault.name}\` is left out and is true by default` : fault.kind === 'constant' ? `\`${fault.name}\` is always true` : `it has no \`training\` argument, and nothing sets \`${fault.name}\` to 0 in evaluation mode`;
  if (fault.kind === 'flag-as-rate') return reportRate(analysis, draw, fault, certainty);
  const edit = flag === null ? null : editOf(analysis, draw.call.span, fault, flag);
  const suggested = edit === null || fault.kind === 'omitted' ? [] : [{ message: `Make it follow \`${flag}\`.`, edits: [edit] }];
  return {
    rule: 'require-training-argument',
    certainty,
    owner: draw.owner.definition.name,
    file: analysis.file,
    span: draw.call.span,
    what: `${call} stays active in evaluation mode.`,
    why: `Here ${because}, so \`${draw.owner.definition.name}\` ${draw.operation.kind === 'functional' && draw.operation.what === 'statistics' ? 'uses the statistics of the batch' : 'drops values at random'} after \`eval()\` too.`,
    action: fault.kind === 'rate' ? `Pass 0 unless \`${flag ?? 'training'}\` holds.` : analysis.module.language === 'python' ? `Pass \`${fault.name}=${flag ?? 'training'}\`.` : `Pass \`${flag ?? 'training'}\` as \`${fault.name}\`.`,
    witness: [{ file: analysis.file, span: draw.owner.definition.nameSpan, text: `\`${draw.owner.definition.name}.forward\` reaches it in evaluation mode` }],
    // In training mode the flag is true, which is what the call did before.
    fix: fault.kind === 'omitted' && edit !== null && certainty === 'definite' ? [edit] : null,
    suggestions: suggested,
  };
}

/** `F.dropout(x, self.training)`: the second argument is the rate, and true is a rate of 1. */
function reportRate(analysis: Analysis, draw: DrawObservation, fault: Extract<Fault, { kind: 'flag-as-rate' }>, certainty: Finding['certainty']): Finding {
  const given = analysis.text.slice(fault.span.start, fault.span.end);
  return {
    rule: 'require-training-argument',
    certainty,
    owner: draw.owner.definition.name,
    file: analysis.file,
    span: draw.call.span,
    what: `${quote(analysis, draw.call.span)} takes the training flag for its rate.`,
    why: `The argument in this place is \`${fault.name}\`: in training mode the rate is 1, and every value becomes 0.`,
    action: `Pass the flag as \`training\`, and a rate of its own.`,
    witness: [],
    fix: null,
    suggestions: mayBeKeyword(analysis, draw.call.span, fault.span) ? [{ message: 'Pass it as `training`.', edits: [{ span: fault.span, text: `training=${given}` }] }] : [],
  };
}

/** Whether what is given by position may be given by name: no parentheses are around it, and nothing follows by position. */
function mayBeKeyword(analysis: Analysis, call: Span, argument: Span): boolean {
  if (analysis.module.language !== 'python' || analysis.text.slice(argument.start, argument.end).includes('=')) return false;
  return /[,]\s*$/.test(withoutComments(analysis, call.start, argument.start)) && /^(?:\s*,\s*\w+\s*=[^,]*)*\s*,?\s*$/.test(withoutComments(analysis, argument.end, call.end - 1));
}

/** `F.alpha_dropout(x, 0.5)`: off unless it is told otherwise. */
function reportNoEffect(analysis: Analysis, draw: DrawObservation, fault: Extract<FunctionalFault, { kind: 'no-effect' }>, certainty: Finding['certainty']): Finding {
  const flag = flagOf(analysis, draw);
  const end = endOfArguments(analysis, draw.call.span, fault.argsEnd);
  const at = { start: end, end };
  return {
    rule: 'require-training-argument',
    certainty,
    owner: draw.owner.definition.name,
    file: analysis.file,
    span: draw.call.span,
    what: `${quote(analysis, draw.calleeSpan)} has no effect, in training mode neither.`,
    why: `Here \`${fault.name}\` is left out and is false by default, so nothing is ever drawn at random.`,
    action: `Pass \`${fault.name}=${flag ?? 'training'}\`, or leave the call out.`,
    witness: [{ file: analysis.file, span: draw.owner.definition.nameSpan, text: `\`${draw.owner.definition.name}.forward\` reaches it` }],
    // It changes what training does.
    fix: null,
    suggestions: flag === null || analysis.module.language !== 'python' ? [] : [{ message: `Make it follow \`${flag}\`.`, edits: [{ span: at, text: `${fault.hasArgs ? ', ' : ''}${fault.name}=${flag}` }] }],
  };
}

/** The flag as this function can read it: `self.training`, `this.training`. Null where there is no receiver. */
function flagOf(analysis: Analysis, draw: DrawObservation): string | null {
  const { func } = draw.where;
  if (analysis.module.language === 'typescript') return func.thisVariable === null ? null : 'this.training';
  const receiver = func.owner === null ? undefined : func.params[0]?.variable.name;
  return receiver === 'self' ? 'self.training' : null;
}

function editOf(analysis: Analysis, call: Span, fault: Exclude<Fault, { kind: 'flag-as-rate' }>, flag: string): TextEdit | null {
  switch (fault.kind) {
    case 'omitted': {
      const end = endOfArguments(analysis, call, fault.argsEnd);
      const at = { start: end, end };
      if (fault.callStyle === 'keyword') return { span: at, text: `${fault.hasArgs ? ', ' : ''}${fault.name}=${flag}` };
      // By position only if it is the next one: the arguments between have defaults that are not ours to repeat.
      return fault.position === fault.given ? { span: at, text: `${fault.hasArgs ? ', ' : ''}${flag}` } : null;
    }
    case 'constant':
      return { span: fault.span, text: analysis.module.language === 'python' && analysis.text.slice(fault.span.start, fault.span.end).includes('=') ? `${fault.name}=${flag}` : flag };
    case 'rate': {
      const written = analysis.text.slice(fault.span.start, fault.span.end);
      const [, name, value] = /^(\w+\s*=\s*)?([\s\S]*)$/.exec(written) ?? [];
      if (value === undefined) return null;
      // A choice, or a lambda, would take what follows in.
      const rate = /^[\w.]+$/.test(value) ? value : `(${value})`;
      return { span: fault.span, text: analysis.module.language === 'python' ? `${name ?? ''}${rate} if ${flag} else 0.0` : `${flag} ? ${rate} : 0` };
    }
  }
}
