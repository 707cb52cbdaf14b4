// `--format sarif`: SARIF 2.1.0 for code scanning services. Every rule is described, every witness becomes a code flow that
// ends at the finding, suggestions become fixes, and the fingerprint survives lines that move. File names are relative to
// the directory that modeguard ran in; the report never says where on the machine that was.
import { createHash } from 'node:crypto';
import { isAbsolute, sep, win32 } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as Sarif from 'sarif';
import { displayPath } from '../display-path.ts';
import type { ReportedFinding, ReportedStep, ReportedSuggestion, SkippedFile } from '../findings.ts';
import type { Misconfiguration } from '../lint.ts';
import { rulePrefix, severityIn, type ModeguardPlugin } from '../plugin.ts';

export interface SarifRun {
  readonly findings: readonly ReportedFinding[];
  readonly skipped: readonly SkippedFile[];
  readonly failures: readonly { readonly file: string; readonly reason: string }[];
  readonly misconfigured: readonly Misconfiguration[];
  readonly plugin: ModeguardPlugin;
  readonly version: string;
  readonly cwd: string;
}

const base = '%SRCROOT%';

export function formatSarif(run: SarifRun): string {
  const ruleNames = Object.keys(run.plugin.rules).sort();
  const ruleIndex = new Map(ruleNames.map((name, index) => [rulePrefix + name, index]));
  const fingerprint = createFingerprints(run.cwd);
  const log: Sarif.Log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'modeguard', version: run.version, semanticVersion: run.version, rules: ruleNames.map((name) => describeRule(run.plugin, name)) } },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: { [base]: { description: { text: 'The directory that modeguard was run in.' } } },
        invocations: [{ executionSuccessful: run.failures.length === 0 && run.misconfigured.length === 0, toolExecutionNotifications: describeTrouble(run), toolConfigurationNotifications: run.misconfigured.map(({ file, reason }) => describeError(file, reason, run.cwd)) }],
        results: run.findings.map((finding) => describeFinding(finding, run.cwd, ruleIndex.get(finding.ruleId) ?? -1, fingerprint(finding))),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function describeRule(plugin: ModeguardPlugin, name: string): Sarif.ReportingDescriptor {
  const docs = plugin.rules[name]?.meta?.docs;
  const severity = severityIn(plugin.configs.recommended, name) || severityIn(plugin.configs.strict, name);
  return {
    id: rulePrefix + name,
    name,
    ...(docs?.description ? { shortDescription: { text: docs.description }, fullDescription: { text: docs.description } } : {}),
    ...(docs?.url ? { helpUri: docs.url, help: { text: `See ${docs.url}, or run: modeguard --explain ${name}` } } : {}),
    defaultConfiguration: { level: severity === 1 ? 'warning' : 'error', enabled: severityIn(plugin.configs.recommended, name) !== 0 },
  };
}

function describeFinding(finding: ReportedFinding, cwd: string, ruleIndex: number, fingerprint: string): Sarif.Result {
  const location: Sarif.Location = {
    physicalLocation: {
      artifactLocation: artifact(finding.file, cwd),
      region: { startLine: finding.line, startColumn: finding.column, endLine: finding.endLine, endColumn: finding.endColumn },
    },
  };
  const steps = finding.witness.map((step, id) => ({ ...describeStep(step, cwd), id }));
  const flow = [...finding.witness.map((step) => describeStep(step, cwd)), { ...location, message: { text: finding.headline } }];
  return {
    ruleId: finding.ruleId,
    ...(ruleIndex >= 0 ? { ruleIndex } : {}),
    level: finding.severity === 2 ? 'error' : 'warning',
    message: { text: finding.message },
    locations: [location],
    partialFingerprints: { 'modeguard/v1': fingerprint },
    ...(steps.length > 0 ? { relatedLocations: steps, codeFlows: [{ threadFlows: [{ locations: flow.map((at) => ({ location: at })) }] }] } : {}),
    ...(finding.suggestions.length > 0 ? { fixes: finding.suggestions.map((suggestion) => describeFix(suggestion, finding.file, cwd)) } : {}),
    properties: { certainty: finding.certainty },
  };
}

function describeStep(step: ReportedStep, cwd: string): Sarif.Location {
  return {
    physicalLocation: { artifactLocation: artifact(step.file, cwd), region: { startLine: step.line, startColumn: step.column } },
    message: { text: step.text },
  };
}

function describeFix(suggestion: ReportedSuggestion, file: string, cwd: string): Sarif.Fix {
  const replacements = suggestion.edits.map(({ range: [start, end], text }) => ({
    deletedRegion: { charOffset: start, charLength: end - start },
    insertedContent: { text },
  }));
  return { description: { text: suggestion.message }, artifactChanges: [{ artifactLocation: artifact(file, cwd), replacements }] };
}

function describeTrouble(run: SarifRun): Sarif.Notification[] {
  const skipped = run.skipped.map(
    ({ file, line, column, reason }): Sarif.Notification => ({
      level: 'warning',
      message: { text: reason },
      locations: [{ physicalLocation: { artifactLocation: artifact(file, run.cwd), region: { startLine: Math.max(line, 1), startColumn: Math.max(column, 1) } } }],
    }),
  );
  return [...skipped, ...run.failures.map(({ file, reason }) => describeError(file, reason, run.cwd))];
}

function describeError(file: string, reason: string, cwd: string): Sarif.Notification {
  return { level: 'error', message: { text: reason.replaceAll(`${cwd}${sep}`, '') }, locations: [{ physicalLocation: { artifactLocation: artifact(file, cwd) } }] };
}

/** A file below the working directory by its relative name; any other one, which has none, by its URL. */
function artifact(file: string, cwd: string): Sarif.ArtifactLocation {
  const path = displayPath(file, cwd);
  if (path.startsWith('../') || isAbsolute(path) || win32.isAbsolute(path)) return { uri: pathToFileURL(file).href };
  return { uri: path.split('/').map(encodeURIComponent).join('/'), uriBaseId: base };
}

/** Equal for the same finding on a line that moved; findings that only their place tells apart are counted. */
function createFingerprints(cwd: string): (finding: ReportedFinding) => string {
  const seen = new Map<string, number>();
  return ({ ruleId, file, sourceLine }) => {
    const identity = [ruleId, displayPath(file, cwd), sourceLine.replaceAll(/\s+/gu, ' ').trim()].join('\0');
    const hash = createHash('sha256').update(identity).digest('hex').slice(0, 32);
    const count = (seen.get(hash) ?? 0) + 1;
    seen.set(hash, count);
    return `${hash}:${count}`;
  };
}
