// `--format json`: an array with one object for each finding, and nothing else. The keys are a promise to scripts.
import { displayPath } from '../display-path.ts';
import type { ReportedFinding, ReportedStep, ReportedSuggestion } from '../findings.ts';

export interface JsonFinding {
  /** Relative to the working directory, with forward slashes. */
  readonly file: string;
  /** Lines and columns count from 1; the end is exclusive. */
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly ruleId: string;
  readonly certainty: 'definite' | 'possible';
  readonly message: string;
  readonly witness: readonly ReportedStep[];
  /** Ranges are offsets in UTF-16 code units. */
  readonly suggestions: readonly ReportedSuggestion[];
}

export function formatJson(findings: readonly ReportedFinding[], cwd: string): string {
  const records = findings.map(
    ({ file, line, column, endLine, endColumn, ruleId, certainty, message, witness, suggestions }): JsonFinding => ({
      file: displayPath(file, cwd),
      line,
      column,
      endLine,
      endColumn,
      ruleId,
      certainty,
      message,
      witness: witness.map((step) => ({ ...step, file: displayPath(step.file, cwd) })),
      suggestions,
    }),
  );
  return `${JSON.stringify(records, null, 2)}\n`;
}
