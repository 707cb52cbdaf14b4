// What a rule is: a name, a page, and a projection of observations into findings. Rules know neither ESLint nor syntax.
import type { Analysis } from '../analyze.ts';
import type { Finding } from '../report/finding.ts';

export interface ModeRule {
  /** Without prefix; also the name of the file and of the page in docs/rules. */
  readonly name: string;
  /** Completes "This rule proves that …", for tables: one line without a full stop. */
  readonly description: string;
  readonly kind: 'typestate' | 'scope' | 'local';
  /** Holds if some finding carries a fix that keeps the behaviour on every path that was right. */
  readonly fixable: boolean;
  readonly hasSuggestions: boolean;
  /** Holds if its findings are about randomness, which the author may have meant: classes can be named that are left alone. */
  readonly declarable?: boolean;
  judge(analysis: Analysis): readonly Finding[];
}

/** One finding per place: the most certain of those that several chains of calls led to. */
export function onePerPlace(findings: readonly Finding[]): readonly Finding[] {
  const best = new Map<string, Finding>();
  for (const finding of findings) {
    const key = `${finding.rule}:${finding.span.start}:${finding.span.end}`;
    const known = best.get(key);
    if (known === undefined || (known.certainty === 'possible' && finding.certainty === 'definite')) best.set(key, finding);
  }
  return [...best.values()].sort((a, b) => a.span.start - b.span.start);
}

/** Holds if `place` overlaps something that the parser could not read, in the function around it. */
export function isInBrokenCode(analysis: Analysis, around: { readonly start: number; readonly end: number }): boolean {
  return analysis.module.syntaxErrors.some((error) => error.start < around.end && error.end > around.start);
}
