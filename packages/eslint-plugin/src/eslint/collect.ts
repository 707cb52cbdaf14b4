// Hands findings to whoever drives ESLint in this process. ESLint's own results keep only a message and a place; the
// command also prints certainty and witness, and must not run the analysis a second time to get them.
import type { Location } from '../source/span.ts';
import type { Finding, WitnessStep } from '../report/finding.ts';

export interface CollectedFinding {
  /** With its prefix, as in ESLint's results: `modeguard/no-train-mode-inference`. */
  readonly ruleId: string;
  /** The linted file as ESLint names it. */
  readonly file: string;
  readonly location: Location;
  readonly finding: Finding;
  readonly witness: readonly (WitnessStep & { readonly location: Location })[];
}

type Listener = (found: CollectedFinding) => void;

const listeners = new Set<Listener>();

/** Calls `listener` for every finding that a modeguard rule reports while `run` is under way. */
export async function collectFindings<T>(listener: Listener, run: () => Promise<T>): Promise<T> {
  listeners.add(listener);
  try {
    return await run();
  } finally {
    listeners.delete(listener);
  }
}

/** Holds while somebody does: the command drives ESLint in this process. */
export function isCollecting(): boolean {
  return listeners.size > 0;
}

export function publishFinding(make: () => CollectedFinding): void {
  if (listeners.size === 0) return;
  const found = make();
  for (const listener of listeners) listener(found);
}
