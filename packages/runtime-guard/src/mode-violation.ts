/**
 * The error of a guard: what is wrong, why it matters, what to do.
 *
 * Guarantees: `rule` is the id of the lint rule that proves the same thing statically, `docs` its page; `offenders` name every submodule
 * concerned by path, with the mode found and, where known, the place that set it last.
 */

export type Mode = 'train' | 'eval';

export interface Offender {
  /** From the model; '' is the model itself. */
  readonly path: string;
  readonly className: string;
  readonly mode: Mode;
  /** `file:line:column` of the call that last set the mode. */
  readonly setAt?: string;
  readonly setBy?: 'constructor' | 'train' | 'eval' | 'assignment';
}

export type ViolationRule = 'no-train-mode-inference' | 'no-eval-mode-training' | 'require-no-grad' | 'no-grad-cut-in-training' | 'no-mode-race';

export class ModeViolation extends Error {
  override readonly name = 'ModeViolation';
  readonly rule: ViolationRule;
  readonly offenders: readonly Offender[];
  readonly docs: string;

  constructor(rule: ViolationRule, parts: { readonly what: string; readonly why: string; readonly fix: string }, offenders: readonly Offender[] = []) {
    const docs = `https://github.com/modeguard/modeguard/blob/main/docs/rules/${rule}.md`;
    super(`${parts.what}\n${parts.why}\n${parts.fix}\nSee ${docs}`);
    this.rule = rule;
    this.offenders = offenders;
    this.docs = docs;
  }
}
