/**
 * Hands a violation to the sink, to Node's `diagnostics_channel` (`modeguard:violation`), and to the policy.
 *
 * Guarantees: the policy `throw` throws after sinks have seen it. Refuses nothing; `off` is decided before a check is made.
 */
import type { ModeViolation } from './mode-violation.ts';
import { settings, type Policy } from './settings.ts';
import { collected } from './take-violations.ts';

interface Channel {
  readonly hasSubscribers: boolean;
  publish(message: unknown): void;
}

/** Through `process`, not an import, so that the package loads in a browser. */
function openChannel(): Channel | null {
  const platform = (globalThis as { process?: { getBuiltinModule?: (id: string) => unknown } }).process;
  const diagnostics = platform?.getBuiltinModule?.('node:diagnostics_channel') as { channel(name: string): Channel } | undefined;
  return diagnostics?.channel('modeguard:violation') ?? null;
}

const channel = openChannel();

export function reportViolation(violation: ModeViolation, policy: Policy = settings.policy): void {
  if (policy === 'off') return;
  const { sink } = settings;
  if (typeof sink === 'function') sink(violation);
  if (channel?.hasSubscribers) channel.publish(violation);
  switch (policy) {
    case 'throw':
      throw violation;
    case 'collect':
      collected.push(violation);
      break;
    case 'warn':
      // A sink of the user's own takes the place of the console.
      if (typeof sink !== 'function') console.warn(String(violation));
      return;
  }
  if (sink === 'console') console.warn(String(violation));
}
