// A finding as the command prints it: ESLint's message (which knows the place, the severity and what --fix has left) joined
// with what the rule published beside it (which knows certainty and witness). Columns here count from 1, as ESLint prints.
import type { CollectedFinding } from '@modeguard/eslint-plugin/collect';
import type { ESLint, Linter } from 'eslint';
import { rulePrefix } from './plugin.ts';

export interface ReportedStep {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly text: string;
}

export interface ReportedSuggestion {
  readonly message: string;
  readonly edits: readonly { readonly range: readonly [number, number]; readonly text: string }[];
}

export interface ReportedFinding {
  /** Absolute. */
  readonly file: string;
  readonly ruleId: string;
  readonly severity: 1 | 2;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly certainty: 'definite' | 'possible';
  readonly message: string;
  /** The first part of the message, what is wrong, and the rest: why and what to do. */
  readonly headline: string;
  readonly explanation: string;
  readonly witness: readonly ReportedStep[];
  readonly suggestions: readonly ReportedSuggestion[];
  readonly fixable: boolean;
  /** The source line it is on, so that a report can recognise a finding whose line number has moved. */
  readonly sourceLine: string;
}

export interface SkippedFile {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly reason: string;
}

/** What rules published, to be looked up by the message that ESLint made of it. */
export class CollectedFindings {
  readonly #byPlace = new Map<string, CollectedFinding[]>();

  readonly add = (found: CollectedFinding): void => {
    const { line, column } = found.location.start;
    const key = place(found.file, found.ruleId, line, column + 1);
    const others = this.#byPlace.get(key);
    if (others) others.push(found);
    else this.#byPlace.set(key, [found]);
  };

  /** With --fix a file is linted until nothing changes: the latest finding at a place is about the text that was kept. */
  find(file: string, message: Linter.LintMessage): CollectedFinding | undefined {
    const candidates = this.#byPlace.get(place(file, message.ruleId ?? '', message.line, message.column)) ?? [];
    return candidates.findLast(({ finding }) => message.message.includes(finding.what)) ?? candidates.at(-1);
  }
}

function place(file: string, ruleId: string, line: number, column: number): string {
  return `${line}:${column}:${ruleId}:${file}`;
}

export function readResult(result: ESLint.LintResult, collected: CollectedFindings): { findings: ReportedFinding[]; skipped: SkippedFile[] } {
  const findings: ReportedFinding[] = [];
  const skipped: SkippedFile[] = [];
  const lines = (result.output ?? result.source ?? '').split(/\r\n|[\n\r\u2028\u2029]/u);
  for (const message of result.messages) {
    if (message.fatal) {
      // A parser that runs out of stack knows no place.
      const { line = 1, column = 1 } = message as Partial<Linter.LintMessage>;
      skipped.push({ file: result.filePath, line, column, reason: message.message });
    } else if (message.ruleId?.startsWith(rulePrefix)) {
      findings.push(join(result.filePath, message, collected.find(result.filePath, message), lines[message.line - 1] ?? ''));
    }
  }
  return { findings, skipped };
}

function join(file: string, message: Linter.LintMessage, found: CollectedFinding | undefined, sourceLine: string): ReportedFinding {
  const detail = found?.finding;
  const fromEslint = (message.suggestions ?? []).map(({ desc, fix }) => ({ message: desc, edits: [{ range: fix.range, text: fix.text }] }));
  return {
    file,
    ruleId: message.ruleId ?? '',
    severity: message.severity === 2 ? 2 : 1,
    line: message.line,
    column: message.column,
    endLine: message.endLine ?? message.line,
    endColumn: message.endColumn ?? message.column,
    // What no rule vouched for is not called definite.
    certainty: detail?.certainty ?? 'possible',
    message: message.message,
    headline: detail?.what ?? message.message,
    explanation: detail ? [detail.why, detail.action].filter((part) => part !== '').join(' ') : '',
    witness: (found?.witness ?? []).map(({ file: at, location, text }) => ({ file: at, line: location.start.line, column: location.start.column + 1, text })),
    suggestions: detail?.suggestions.map(({ message: text, edits }) => ({ message: text, edits: edits.map(({ span, text: insert }) => ({ range: [span.start, span.end] as const, text: insert })) })) ?? fromEslint,
    fixable: message.fix !== undefined,
    sourceLine,
  };
}

export function inReadingOrder(one: ReportedFinding, other: ReportedFinding): number {
  if (one.file !== other.file) return one.file < other.file ? -1 : 1;
  return one.line - other.line || one.column - other.column || (one.ruleId < other.ruleId ? -1 : 1);
}

/** Findings of one file each, in the order in which the files come. */
export function byFile(findings: readonly ReportedFinding[]): Map<string, ReportedFinding[]> {
  const groups = new Map<string, ReportedFinding[]>();
  for (const finding of findings) {
    const group = groups.get(finding.file);
    if (group) group.push(finding);
    else groups.set(finding.file, [finding]);
  }
  return groups;
}
