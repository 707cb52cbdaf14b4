// @ts-check
// What differs between two runs. Guarantees that every finding of either run is counted once: as the same, as added, as
// removed, or as one half of a pair that changed (its certainty, its line or its message).
import { compareText, inReadingOrder } from './results.mjs';

/**
 * @typedef {import('./results.mjs').EcosystemFinding} EcosystemFinding
 * @typedef {import('./results.mjs').EcosystemRun} EcosystemRun
 * @typedef {import('./results.mjs').RepositoryRun} RepositoryRun
 *
 * @typedef {{ before: EcosystemFinding, after: EcosystemFinding }} Change
 *
 * @typedef {object} FindingsDiff
 * @property {EcosystemFinding[]} added
 * @property {EcosystemFinding[]} removed
 * @property {Change[]} changed
 * @property {Change[]} same
 *
 * @typedef {object} RepositoryPair
 * @property {string} repository
 * @property {RepositoryRun | null} before
 * @property {RepositoryRun | null} after
 * @property {FindingsDiff | null} diff `null`: not comparable.
 * @property {string | null} obstacle Why not.
 */

/**
 * From the strictest to the loosest: a finding is paired with the one that is most alike. Both versions read the same text, so
 * that the line decides; a finding on another line is the same one only if it says the same.
 * @type {((finding: EcosystemFinding) => readonly unknown[])[]}
 */
const likeness = [
  ({ line, column, message, certainty }) => [line, column, message, certainty],
  ({ line, column, message }) => [line, column, message],
  ({ line, column, certainty }) => [line, column, certainty],
  ({ line, column }) => [line, column],
  ({ line, message }) => [line, message],
  ({ line }) => [line],
  ({ message, source }) => [message, source],
  ({ message }) => [message],
];

/** @param {readonly EcosystemFinding[]} before @param {readonly EcosystemFinding[]} after @returns {FindingsDiff} */
export function diffFindings(before, after) {
  let removed = [...before];
  let added = [...after];
  /** @type {Change[]} */
  const pairs = [];
  for (const alike of likeness) {
    /** @type {Map<string, EcosystemFinding[]>} */
    const waiting = new Map();
    for (const finding of removed) waiting.set(keyOf(finding), [...(waiting.get(keyOf(finding)) ?? []), finding]);
    const paired = new Set();
    added = added.filter((finding) => {
      const partner = waiting.get(keyOf(finding))?.shift();
      if (partner === undefined) return true;
      paired.add(partner);
      pairs.push({ before: partner, after: finding });
      return false;
    });
    removed = removed.filter((finding) => !paired.has(finding));

    /** @param {EcosystemFinding} finding */
    function keyOf(finding) {
      return JSON.stringify([finding.path, finding.rule, ...alike(finding)]);
    }
  }
  pairs.sort((one, other) => inReadingOrder(one.after, other.after));
  return { added, removed, changed: pairs.filter((pair) => !isSame(pair)), same: pairs.filter(isSame) };
}

/** The column is no difference that anybody looks at. @param {Change} pair */
function isSame({ before, after }) {
  return before.line === after.line && before.message === after.message && before.certainty === after.certainty;
}

/** @param {EcosystemRun} before @param {EcosystemRun} after @returns {RepositoryPair[]} By name. */
export function pairRepositories(before, after) {
  const old = new Map(before.repositories.map((run) => [run.repository, run]));
  const now = new Map(after.repositories.map((run) => [run.repository, run]));
  return [...new Set([...old.keys(), ...now.keys()])].sort(compareText).map((repository) => {
    const pair = { repository, before: old.get(repository) ?? null, after: now.get(repository) ?? null };
    const obstacle = obstacleOf(pair.before, pair.after);
    return { ...pair, obstacle, diff: pair.before === null || pair.after === null || obstacle !== null ? null : diffFindings(pair.before.findings, pair.after.findings) };
  });
}

/** @param {RepositoryRun | null} before @param {RepositoryRun | null} after */
function obstacleOf(before, after) {
  if (before === null || after === null) return `it is only in the ${before === null ? 'new' : 'old'} run`;
  if (before.commit !== after.commit) return `it was pinned at ${before.commit.slice(0, 10)} and is at ${after.commit.slice(0, 10)} now`;
  const states = [before.state, after.state];
  if (states.includes('missing')) return 'it was not fetched';
  return states.every((state) => state === 'done') ? null : 'modeguard did not end well on it';
}

/** @param {EcosystemFinding} finding */
export function tierOf({ certainty }) {
  return certainty === 'definite' ? 'recommended' : 'strict';
}

/**
 * @typedef {object} Row
 * @property {string} rule
 * @property {'recommended' | 'strict'} tier
 * @property {number} before
 * @property {number} added
 * @property {number} removed
 * @property {number} came From the other tier: their certainty changed.
 * @property {number} went To the other tier.
 * @property {number} edited Stayed in the tier, with another line or message.
 * @property {number} after `before + added - removed + came - went`.
 */

/** One row for each rule and tier that any finding is in, by rule. @param {readonly FindingsDiff[]} diffs @returns {Row[]} */
export function countByRule(diffs) {
  /** @type {Map<string, Row>} */
  const rows = new Map();
  /** @param {EcosystemFinding} finding */
  const rowOf = (finding) => {
    const tier = tierOf(finding);
    const key = `${finding.rule} ${tier}`;
    const row = rows.get(key) ?? { rule: finding.rule, tier, before: 0, added: 0, removed: 0, came: 0, went: 0, edited: 0, after: 0 };
    rows.set(key, row);
    return row;
  };
  for (const { added, removed, changed, same } of diffs) {
    for (const finding of added) rowOf(finding).added += 1;
    for (const finding of removed) rowOf(finding).removed += 1;
    for (const { before, after } of changed) {
      if (tierOf(before) === tierOf(after)) rowOf(after).edited += 1;
      else {
        rowOf(before).went += 1;
        rowOf(after).came += 1;
      }
    }
    for (const { before } of [...same, ...changed]) rowOf(before).before += 1;
    for (const finding of removed) rowOf(finding).before += 1;
  }
  for (const row of rows.values()) row.after = row.before + row.added - row.removed + row.came - row.went;
  return [...rows.values()].sort((one, other) => compareText(one.rule, other.rule) || compareText(one.tier, other.tier));
}
