// `--format stylish`: the frame is ESLint's own formatter, given the first sentence of each message; under every line come
// the reason, what to do, and, dim, the witness.
import { styleText } from 'node:util';
import { ESLint } from 'eslint';
import wrapAnsi from 'wrap-ansi';
import { displayPath } from '../display-path.ts';
import { byFile, type ReportedFinding } from '../findings.ts';
import { printable } from '../printable.ts';

export interface StylishOptions {
  readonly cwd: string;
  readonly color: boolean;
  readonly width: number;
}

const indent = ' '.repeat(8);

export async function formatStylish(findings: readonly ReportedFinding[], options: StylishOptions): Promise<string> {
  const groups = [...byFile(findings)];
  const results = groups.map(([file, members]) => toResult(printable(displayPath(file, options.cwd)), members));
  const formatter = await new ESLint({ cwd: options.cwd, overrideConfigFile: true }).loadFormatter('stylish');
  // The formatter's own type leaves out the metadata that it takes from its caller.
  const format = formatter.format.bind(formatter) as (results: ESLint.LintResult[], meta: { color: boolean }) => string | Promise<string>;
  const lines = (await format(results, { color: options.color })).split('\n');

  // An empty line; for each file its name, one line for each message, an empty line; then the totals.
  const merged = lines.splice(0, 1);
  for (const [, members] of groups) {
    merged.push(...lines.splice(0, 1));
    for (const finding of members) merged.push(...lines.splice(0, 1), ...details(finding, options));
    merged.push(...lines.splice(0, 1));
  }
  return [...merged, ...lines].join('\n');
}

function toResult(filePath: string, members: readonly ReportedFinding[]): ESLint.LintResult {
  const count = (severity: 1 | 2, fixable: boolean): number => members.filter((finding) => finding.severity === severity && (!fixable || finding.fixable)).length;
  return {
    filePath,
    messages: members.map(({ ruleId, severity, line, column, headline }) => ({ ruleId, severity, line, column, message: headline.replaceAll(/\s+/gu, ' ') })),
    suppressedMessages: [],
    errorCount: count(2, false),
    warningCount: count(1, false),
    fixableErrorCount: count(2, true),
    fixableWarningCount: count(1, true),
    fatalErrorCount: 0,
    usedDeprecatedRules: [],
  };
}

function details(finding: ReportedFinding, { cwd, color, width }: StylishOptions): string[] {
  const dim = (line: string): string => (color ? styleText('dim', line, { validateStream: false }) : line);
  const text = finding.explanation === '' ? [] : wrapAnsi(finding.explanation, Math.max(40, width - indent.length)).split('\n');
  const steps = finding.witness.map((step) => `  at ${printable(displayPath(step.file, cwd))}:${step.line}  ${step.text.replaceAll(/\s+/gu, ' ')}`);
  return [...text.map((line) => indent + line), ...steps.map((line) => dim(indent + line))];
}
