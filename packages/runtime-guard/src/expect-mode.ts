/**
 * `expectMode`: asserts that a model, with everything in it, is in one mode.
 *
 * Guarantees: every registered submodule is checked, not only the root flag. After it has returned, the linter takes the mode as proven on
 * that path. Refuses objects that are no models. With the policy `off` nothing is looked at.
 *
 * Worked example: `expectMode(model, 'eval')` in a request handler turns a model that someone left in training mode into an error that
 * names the Dropout and the line of the `train()` call.
 */
import { adapterFor, type ModuleEntry } from './adapters/module-adapter.ts';
import { ModeViolation, type Mode, type Offender } from './mode-violation.ts';
import { reportViolation } from './report-violation.ts';
import { settings, type Policy } from './settings.ts';

export interface ExpectModeOptions {
  /** For this check only. */
  readonly policy?: Policy;
  /** Submodules (with all below them) that may be in either mode: a frozen BatchNorm, a Dropout kept on for Monte Carlo estimates. */
  readonly except?: readonly string[];
}

const modeName: Readonly<Record<Mode, string>> = { train: 'training', eval: 'evaluation' };
const shown = 5;

function isExcepted(path: string, except: readonly string[]): boolean {
  return except.some((prefix) => path === prefix || path.startsWith(`${prefix}.`));
}

/** Those whose results depend on the mode first, then those nobody can tell of. */
function byImportance(a: ModuleEntry, b: ModuleEntry): number {
  const rank = (entry: ModuleEntry): number => (entry.sensitive === true ? 0 : entry.sensitive === undefined ? 1 : 2);
  return rank(a) - rank(b);
}

function describe(offender: Offender): string {
  const place = offender.path === '' ? 'the model itself' : `'${offender.path}'`;
  return `${place} (${offender.className})`;
}

function lastSet(offender: Offender): string {
  if (offender.setAt === undefined) return '';
  return offender.setBy === 'constructor' ? ` Never switched since it was constructed at ${offender.setAt}.` : ` Last set by ${offender.setBy === 'assignment' ? 'an assignment' : `${offender.setBy}()`} at ${offender.setAt}.`;
}

function violation(expected: Mode, wrong: readonly ModuleEntry[], total: number): ModeViolation {
  const found: Mode = expected === 'eval' ? 'train' : 'eval';
  const offenders = wrong.map(({ path, className, setAt }): Offender => ({ path, className, mode: found, ...setAt }));
  const matters = wrong.filter((entry) => entry.sensitive === true).length;
  const named = offenders.slice(0, shown).map(describe).join(', ');
  const more = offenders.length > shown ? ` and ${offenders.length - shown} more` : '';
  const what = `Expected ${modeName[expected]} mode, but ${offenders.length} of ${total} modules are in ${modeName[found]} mode: ${named}${more}.${lastSet(offenders[0]!)}`;
  const count = matters === 0 ? '' : ` ${matters} of them behave${matters === 1 ? 's' : ''} differently in the two modes.`;
  return expected === 'eval'
    ? new ModeViolation('no-train-mode-inference', {
        what,
        why: `Why: in training mode dropout is random and batch normalisation uses and moves batch statistics, so results differ from call to call.${count}`,
        fix: 'Do: call model.eval() before, or run the code inside inference(model, fn).',
      }, offenders)
    : new ModeViolation('no-eval-mode-training', {
        what,
        why: `Why: in evaluation mode dropout is off and running statistics are frozen, so the model trains without them.${count}`,
        fix: "Do: call model.train() after every evaluation, or evaluate inside withMode(model, 'eval', fn).",
      }, offenders);
}

/**
 * @throws ModeViolation under the policy `throw`
 * @throws TypeError if `model` is no model, or `mode` neither 'train' nor 'eval'
 */
export function expectMode(model: object, mode: Mode, options: ExpectModeOptions = {}): void {
  const policy = options.policy ?? settings.policy;
  if (policy === 'off') return;
  if (mode !== 'train' && mode !== 'eval') throw new TypeError(`expectMode: mode must be 'train' or 'eval', got ${String(mode)}`);
  const entries = adapterFor(model).entries(model);
  const wrong = entries.filter((entry) => entry.training !== (mode === 'train') && !isExcepted(entry.path, options.except ?? []));
  if (wrong.length > 0) reportViolation(violation(mode, wrong.sort(byImportance), entries.length), policy);
}
