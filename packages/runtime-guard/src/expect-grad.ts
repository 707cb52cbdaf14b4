/**
 * `expectGrad`: asserts whether gradients are being recorded here.
 *
 * Guarantees: 'disabled' is met by inference mode, too, in which nothing is recorded either; 'enabled' means that a graph would be
 * recorded, which inside inference mode is never so. Refuses to guess between several libraries.
 */
import { findGradAdapter } from './adapters/grad-adapter.ts';
import { ModeViolation } from './mode-violation.ts';
import { reportViolation } from './report-violation.ts';
import { settings, type Policy } from './settings.ts';

export type GradExpectation = 'enabled' | 'disabled' | 'inference';

/**
 * @param options.model  tells which library is meant where several are loaded
 * @throws ModeViolation under the policy `throw`
 */
export function expectGrad(expected: GradExpectation, options: { readonly policy?: Policy; readonly model?: object } = {}): void {
  const policy = options.policy ?? settings.policy;
  if (policy === 'off') return;
  if (expected !== 'enabled' && expected !== 'disabled' && expected !== 'inference') {
    throw new TypeError(`expectGrad: expected 'enabled', 'disabled' or 'inference', got ${String(expected)}`);
  }
  const adapter = findGradAdapter(options.model);
  const found: GradExpectation = adapter.isInferenceMode?.() ? 'inference' : adapter.isEnabled() ? 'enabled' : 'disabled';
  if (found === expected || (expected === 'disabled' && found === 'inference')) return;
  const what = `Expected gradients to be ${expected === 'inference' ? 'off by inference mode' : expected}, but they are ${found === 'inference' ? 'off by inference mode' : found}.`;
  reportViolation(
    expected === 'enabled'
      ? new ModeViolation('no-grad-cut-in-training', {
          what,
          why: 'Why: nothing computed here can be trained: backward() will fail or leave parameters without a gradient.',
          fix: 'Do: move the training step out of noGrad() / inferenceMode().',
        })
      : new ModeViolation('require-no-grad', {
          what,
          why: 'Why: every call records a graph that nothing uses, and keeps its intermediate values alive.',
          fix: `Do: wrap the call in ${expected === 'inference' ? 'inferenceMode' : 'noGrad'}(() => ...), or use inference(model, fn).`,
        }),
    policy,
  );
}
