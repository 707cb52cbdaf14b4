// @ts-check
// The report that a reviewer reads, as GitHub-flavoured Markdown: first the verdict and the counts, then every finding that
// came, went or changed, with a link to the line; then what went wrong, and how long it took.
import { countByRule, pairRepositories } from './diff.mjs';
import { codeSpan, escapeMessage, escapeText, permalink, tableRow } from './escape.mjs';
import { compareText } from './results.mjs';

/**
 * @typedef {import('./diff.mjs').Change} Change
 * @typedef {import('./diff.mjs').FindingsDiff} FindingsDiff
 * @typedef {import('./diff.mjs').RepositoryPair} RepositoryPair
 * @typedef {import('./results.mjs').EcosystemFinding} EcosystemFinding
 * @typedef {import('./results.mjs').EcosystemRun} EcosystemRun
 * @typedef {import('./results.mjs').FileTrouble} FileTrouble
 * @typedef {import('./results.mjs').RepositoryRun} RepositoryRun
 * @typedef {import('./results.mjs').Version} Version
 */

/** @param {EcosystemRun} before @param {EcosystemRun} after */
export function reportMarkdown(before, after) {
  const pairs = pairRepositories(before, after);
  const sections = [
    `## Ecosystem: findings before and after\n\n${describeVersion(before.modeguard)} → ${describeVersion(after.modeguard)}`,
    summary(pairs),
    ...pairs.map(repositorySection),
    troubleSection(pairs),
    timingSection(pairs),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

/** @param {Version} version */
function describeVersion({ version, commit, modified }) {
  const revision = commit === null ? '' : ` at ${codeSpan(commit.slice(0, 10))}`;
  return `modeguard ${escapeText(version)}${revision}${modified ? ' with uncommitted changes' : ''}`;
}

/** @param {readonly RepositoryPair[]} pairs */
function summary(pairs) {
  const diffs = diffsOf(pairs);
  const rows = countByRule(diffs);
  const of = `in ${counted(diffs.length, 'repository', 'repositories')}`;
  if (diffs.every(isEmpty)) {
    const total = rows.reduce((sum, { after }) => sum + after, 0);
    return `**No difference**: ${counted(total, 'finding', 'findings')} in both ${of}.`;
  }
  const differing = rows.filter(({ added, removed, came, went, edited }) => added + removed + came + went + edited > 0);
  const [recommended, strict] = /** @type {const} */ (['recommended', 'strict']).map((tier) => {
    const ofTier = rows.filter((row) => row.tier === tier);
    /** @param {'before' | 'after'} side */
    const total = (side) => ofTier.reduce((sum, row) => sum + row[side], 0);
    return `${total('before')} → ${total('after')}`;
  });
  return [
    `Findings ${of}: \`recommended\` (definite) ${recommended}; \`strict\` adds (possible) ${strict}.`,
    '',
    tableRow(['rule', 'tier', 'before', 'added', 'removed', 'certainty changed', 'line or message changed', 'after']),
    tableRow(['---', '---', '---:', '---:', '---:', '---:', '---:', '---:']),
    ...differing.map(({ rule, tier, before, added, removed, came, went, edited, after }) =>
      tableRow([codeSpan(rule), tier, before, signed('+', added), signed('−', removed), [signed('+', came), signed('−', went)].filter((text) => text !== '').join(' '), edited === 0 ? '' : edited, `**${after}**`]),
    ),
    '',
    'A finding whose certainty changed leaves one tier (−) and comes to the other (+). Rules without a difference are left out.',
  ].join('\n');
}

/** @param {RepositoryPair} pair */
function repositorySection({ repository, after, diff }) {
  if (diff === null || after === null || isEmpty(diff)) return '';
  const counts = [
    [diff.added, 'added'],
    [diff.removed, 'removed'],
    [diff.changed, 'changed'],
  ].flatMap(([list, word]) => (list !== undefined && list.length > 0 ? [`${list.length} ${word}`] : []));
  /** @param {EcosystemFinding} finding */
  const link = ({ path, line }) => `[${codeSpan(`${path}:${line}`)}](${permalink(repository, after.commit, path, line)})`;
  /** @param {EcosystemFinding} finding */
  const item = (finding) => lines([`- ${finding.certainty} ${codeSpan(finding.rule)} at ${link(finding)}`, firstLine(finding.message), codeSpan(finding.source)]);
  /** @param {Change} change */
  const change = ({ before: was, after: is }) => {
    const what = [
      ...(was.certainty === is.certainty ? [] : [`${was.certainty} → **${is.certainty}**`]),
      ...(was.line === is.line ? [] : [`line ${was.line} → ${is.line}`]),
    ];
    // With the certainty, the wording always changes.
    const reworded = was.message !== is.message && was.certainty === is.certainty;
    if (reworded) what.push('message');
    const messages = reworded ? [`before: ${firstLine(was.message)}`, `after: ${firstLine(is.message)}`] : [firstLine(is.message)];
    return lines([`- ${what.join(', ')}: ${codeSpan(is.rule)} at ${link(is)}`, ...messages, codeSpan(is.source)]);
  };
  /** @param {string} title @param {readonly string[]} items */
  const list = (title, items) => (items.length === 0 ? [] : [`**${title}**`, items.join('\n')]);
  return [
    `<details><summary><b>${repository}</b>: ${counts.join(', ')}</summary>`,
    ...list('Added', [...diff.added].sort(definiteFirst).map(item)),
    ...list('Removed', [...diff.removed].sort(definiteFirst).map(item)),
    ...list('Changed', diff.changed.map(change)),
    '</details>',
  ].join('\n\n');
}

/** What `recommended` reports is what most people see. @param {EcosystemFinding} one @param {EcosystemFinding} other */
function definiteFirst(one, other) {
  return compareText(one.certainty, other.certainty);
}

/** One list item with hard breaks. @param {readonly string[]} parts */
function lines(parts) {
  return parts.filter((part) => part !== '').join('\\\n  ');
}

/** @param {string} message */
function firstLine(message) {
  return escapeMessage(message.split('\n', 1)[0] ?? '');
}

/** @param {readonly RepositoryPair[]} pairs */
function troubleSection(pairs) {
  const notCompared = pairs.flatMap(({ repository, before, after, obstacle }) => {
    if (obstacle === null) return [];
    const problems = [describeState('before', before), describeState('after', after)].filter((text) => text !== '');
    return [lines([`- **${repository}**: ${obstacle}.`, ...problems])];
  });
  const crashed = filesOf(pairs, 'crashes');
  const skipped = filesOf(pairs, 'skipped');
  const parts = [
    ...(notCompared.length === 0 ? [] : ['### Not compared', notCompared.join('\n')]),
    ...(crashed.length === 0 ? [] : ['### Files that modeguard failed on', 'Their findings are missing in the counts of that version.', crashed.join('\n')]),
    ...(skipped.length === 0 ? [] : ['### Files that one version cannot parse', skipped.join('\n')]),
  ];
  return parts.join('\n\n');
}

/** @param {string} when @param {RepositoryRun | null} run */
function describeState(when, run) {
  if (run === null || run.state === 'done') return '';
  return `${when}, ${run.state}: ${codeSpan(run.problem ?? 'no reason is known')}`;
}

/** Crashes in either version; skipped files where the versions differ. @param {readonly RepositoryPair[]} pairs @param {'crashes' | 'skipped'} kind */
function filesOf(pairs, kind) {
  return pairs.flatMap(({ repository, before, after }) => {
    if (before?.state !== 'done' || after?.state !== 'done' || before.commit !== after.commit) return [];
    const old = new Map(before[kind].map(({ path, reason }) => [path, reason]));
    const now = new Map(after[kind].map(({ path, reason }) => [path, reason]));
    return [...new Set([...old.keys(), ...now.keys()])].sort(compareText).flatMap((path) => {
      const when = old.has(path) && now.has(path) ? 'before and after' : now.has(path) ? '**only after**' : 'only before';
      if (kind === 'skipped' && old.has(path) && now.has(path)) return [];
      return [lines([`- ${when}: [${codeSpan(`${repository}/${path}`)}](${permalink(repository, after.commit, path, 1)})`, codeSpan(now.get(path) ?? old.get(path) ?? '')])];
    });
  });
}

/** @param {readonly RepositoryPair[]} pairs */
function timingSection(pairs) {
  const timed = pairs.flatMap(({ repository, before, after, diff }) => (diff === null || before === null || after === null ? [] : [{ repository, files: after.files, before: before.seconds, after: after.seconds }]));
  if (timed.length === 0) return '';
  /** @param {'files' | 'before' | 'after'} key */
  const sum = (key) => timed.reduce((total, row) => total + row[key], 0);
  const total = { repository: '**all**', files: sum('files'), before: sum('before'), after: sum('after') };
  return [
    `<details><summary>Time: ${seconds(total.before)} s → ${seconds(total.after)} s (${ratio(total)})</summary>`,
    '',
    tableRow(['repository', 'files', 'before, s', 'after, s', 'ratio']),
    tableRow(['---', '---:', '---:', '---:', '---:']),
    ...[...timed, total].map((row) => tableRow([row.repository, row.files, seconds(row.before), seconds(row.after), ratio(row)])),
    '',
    'One run each, start of the program included: small differences are noise.',
    '',
    '</details>',
  ].join('\n');
}

/** @param {number} value */
function seconds(value) {
  return value.toFixed(1);
}

/** @param {{ before: number, after: number }} row */
function ratio({ before, after }) {
  return before === 0 ? '' : `${(after / before).toFixed(2)}×`;
}

/** @param {string} sign @param {number} count */
function signed(sign, count) {
  return count === 0 ? '' : `${sign}${count}`;
}

/** @param {number} count @param {string} one @param {string} many */
function counted(count, one, many) {
  return `${count} ${count === 1 ? one : many}`;
}

/** @param {readonly RepositoryPair[]} pairs */
function diffsOf(pairs) {
  return pairs.flatMap(({ diff }) => (diff === null ? [] : [diff]));
}

/** @param {FindingsDiff} diff */
function isEmpty({ added, removed, changed }) {
  return added.length + removed.length + changed.length === 0;
}
