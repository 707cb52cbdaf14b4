/**
 * The settings in force, shared by all guards.
 *
 * Guarantees: without any set-up violations throw. Loading the package asks engines (through a flag on globalThis, read
 * structurally) to remember where modes are set, and to leave this package's frames out of call sites; the policy `off` withdraws
 * the first.
 */
import type { GradAdapter } from './adapters/grad-adapter.ts';
import type { ModeViolation } from './mode-violation.ts';

/** `throw` raises, `warn` reports and goes on, `collect` keeps for `takeViolations`, `off` checks nothing. */
export type Policy = 'throw' | 'warn' | 'collect' | 'off';

/** Receives every violation, under every policy but `off`; `console` writes to standard error. */
export type Sink = 'console' | ((violation: ModeViolation) => void);

export interface Settings {
  policy: Policy;
  sink: Sink | null;
  grad: GradAdapter | null;
}

export const settings: Settings = { policy: 'throw', sink: null, grad: null };

const trackFlag = Symbol.for('modeguard.trackModeSites');
const ownFrames = Symbol.for('modeguard.ownFrames');
const shared = globalThis as { [trackFlag]?: boolean; [ownFrames]?: Set<string> };

/** Asks engines to remember where modes are set, or no longer to. */
export function trackModeSites(on: boolean): void {
  shared[trackFlag] = on;
}

/** This package's folder, as it stands in stack frames. */
export const ownRoot = decodeURIComponent(new URL('.', import.meta.url).pathname).replace(/^\/([A-Za-z]:)/, '$1');

// Source maps put the source in the place of what was compiled from it.
for (const root of [ownRoot, ownRoot.replace(/\/dist\/$/, '/src/')]) (shared[ownFrames] ??= new Set()).add(root);
trackModeSites(true);
