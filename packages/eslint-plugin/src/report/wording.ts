// The words that all rules share: places, modes and layers as a message names them. Messages have three parts (what is
// wrong, why it matters and what led to it, what to do), sentence case, code in backticks, no blame.
import type { Analysis } from '../analyze.ts';
import type { ModeSetting } from '../domains/heap.ts';
import { EVAL, TRAIN } from '../domains/mode.ts';
import type { Site } from '../domains/object.ts';
import type { ForwardObservation, LeafRun } from '../interpret/observation.ts';
import type { Span } from '../source/span.ts';
import type { WitnessStep } from './finding.ts';

const MAX_QUOTED = 60;

/** Source text in backticks, on one line, shortened in the middle if it is long. */
export function quote(analysis: Analysis, span: Span, file = analysis.file): string {
  const text = analysis.sourceOf(file).text.slice(span.start, span.end).replace(/\s+/g, ' ');
  const short = text.length <= MAX_QUOTED ? text : `${text.slice(0, MAX_QUOTED - 12)} … ${text.slice(-9)}`;
  return `\`${short.replaceAll('`', "'")}\``;
}

/** "line 12", or "line 12 of net.py" for another file. */
export function lineOf(analysis: Analysis, site: Site): string {
  const line = `line ${analysis.sourceOf(site.file).lines.lineOf(site.span.start)}`;
  return site.file === analysis.file ? line : `${line} of ${site.file.slice(Math.max(site.file.lastIndexOf('/'), site.file.lastIndexOf('\\')) + 1)}`;
}

/** The module of a forward call as the source spells it: `model` of `model(x)` and of `model.call(x)`. */
export function receiverText(analysis: Analysis, observation: ForwardObservation): string {
  return analysis.text.slice(observation.calleeSpan.start, observation.calleeSpan.end).replace(/\??\.(?:call|forward)$/, '');
}

/** The network to be switched as the source spells it; null where that is a binding of it, or a part of the network whose `forward` this is: switched there, it would be so for good. */
export function networkText(analysis: Analysis, observation: ForwardObservation): string | null {
  const { func } = observation.where;
  return observation.namesNetwork && (func.owner === null || func.name !== 'forward') ? receiverText(analysis, observation) : null;
}

/** "`drop` (`nn.Dropout`, line 4) and `bn` (`nn.BatchNorm1d`, line 5)" */
export function nameLeaves(analysis: Analysis, leaves: readonly LeafRun[]): string {
  const named = leaves.slice(0, 3).map((leaf) => (leaf.path === '' ? `\`${leaf.className}\` (${lineOf(analysis, leaf.constructed)})` : `\`${leaf.path}\` (\`${leaf.className}\`, ${lineOf(analysis, leaf.constructed)})`));
  if (leaves.length > 3) named.push(`${leaves.length - 3} more`);
  return named.length === 1 ? named[0]! : `${named.slice(0, -1).join(', ')} and ${named[named.length - 1]!}`;
}

/** What layers do in training mode, as one clause per kind of layer. */
export function describeEffects(analysis: Analysis, leaves: readonly LeafRun[]): string {
  const random = leaves.filter((leaf) => leaf.effect === 'random');
  const statistics = leaves.filter((leaf) => leaf.effect === 'statistics');
  const clauses: string[] = [];
  const many = (items: readonly LeafRun[], one: string, several: string): string => `${nameLeaves(analysis, items)} ${items.length === 1 ? one : several}`;
  if (random.length > 0) clauses.push(many(random, 'drops values at random', 'drop values at random'));
  if (statistics.length > 0) clauses.push(many(statistics, 'uses the statistics of the batch and overwrites its running ones', 'use the statistics of the batch and overwrite their running ones'));
  const branches = leaves.filter((leaf) => leaf.effect === 'branch');
  if (branches.length > 0) clauses.push(many(branches, 'decides what it computes', 'decide what they compute'));
  return clauses.join('; ');
}

const modeName = (mode: number): string => (mode === TRAIN ? 'training' : mode === EVAL ? 'evaluation' : 'an unknown');

/** "Training mode was set at line 12." */
export function describeSetting(analysis: Analysis, setting: ModeSetting): string {
  switch (setting.how) {
    case 'constructed':
      return `is constructed in training mode at ${lineOf(analysis, setting.site)}`;
    case 'loaded':
      return `is loaded in ${modeName(setting.mode)} mode at ${lineOf(analysis, setting.site)}`;
    case 'called':
      return `is set to ${modeName(setting.mode)} mode at ${lineOf(analysis, setting.site)}`;
    case 'scope':
      return `is in ${modeName(setting.mode)} mode inside the call at ${lineOf(analysis, setting.site)}`;
    case 'assigned':
      return `has its flag assigned at ${lineOf(analysis, setting.site)}`;
    case 'asserted':
      return `is asserted to be in ${modeName(setting.mode)} mode at ${lineOf(analysis, setting.site)}`;
  }
}

/** The way to a forward call: where the mode was set, the calls that lead there, where the output is used. */
export function witnessOf(analysis: Analysis, observation: ForwardObservation, settings: readonly ModeSetting[]): readonly WitnessStep[] {
  const steps: WitnessStep[] = settings.map((setting) => ({ file: setting.site.file, span: setting.site.span, text: `${quote(analysis, setting.site.span, setting.site.file)} ${settingVerb(setting)}` }));
  for (const call of observation.chain) steps.push({ file: call.file, span: call.span, text: `${quote(analysis, call.span, call.file)} leads to the call` });
  const read = observation.useSites.get('read');
  if (read !== undefined) steps.push({ file: read.file, span: read.span, text: `${quote(analysis, read.span, read.file)} reads the output` });
  return steps;
}

function settingVerb(setting: ModeSetting): string {
  switch (setting.how) {
    case 'constructed':
      return 'makes the module, in training mode';
    case 'loaded':
      return `gives the module in ${modeName(setting.mode)} mode`;
    case 'called':
    case 'scope':
      return `sets ${modeName(setting.mode)} mode`;
    case 'assigned':
      return 'assigns the flag';
    case 'asserted':
      return `asserts ${modeName(setting.mode)} mode`;
  }
}
