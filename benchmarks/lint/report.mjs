// @ts-check
// Results as Markdown: what was measured where, and tables in which every tool has a row, also the one that is missing or failed.
import { cpus, totalmem } from 'node:os';

/** @typedef {import('./rounds.mjs').Row} Row */

/** @param {number | null} seconds */
export function secondsText(seconds) {
  return seconds === null ? '–' : `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`;
}

/** @param {number | null} bytes */
export function megabytesText(bytes) {
  return bytes === null ? 'unknown' : `${(bytes / 1e6).toFixed(0)} MB`;
}

/** @param {number} value */
export function grouped(value) {
  return value.toLocaleString('en-US');
}

/** @param {readonly string[]} head @param {readonly (readonly string[])[]} rows */
export function table(head, rows) {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`).join('\n');
}

/** @param {{ revision: string }} options */
export function machineText({ revision }) {
  const [processor] = cpus();
  return `modeguard ${revision}; Node ${process.versions.node}; ${cpus().length} × ${processor?.model.trim() ?? 'unknown processor'}, ${(totalmem() / 1e9).toFixed(0)} GB, ${process.platform} ${process.arch}`;
}

/** @param {readonly Row[]} rows @param {readonly { name: string, missing: string }[]} absent */
export function toolTable(rows, absent) {
  return table(
    ['tool', 'version', 'cold', 'nothing changed', 'one file edited', 'processor time, cold', 'peak memory', 'runs'],
    [
      ...rows.map(({ name, version, cold, warm, edited, processorSeconds, peakBytes, runs, failed }) =>
        failed !== null ? [name, version, `failed: ${failed}`, '', '', '', '', String(runs)] : [name, version, secondsText(cold), warm === null ? 'keeps nothing' : secondsText(warm), secondsText(edited), secondsText(processorSeconds), megabytesText(peakBytes), String(runs)],
      ),
      ...absent.map(({ name, missing }) => [name, '', `not installed: ${missing}`, '', '', '', '', '0']),
    ],
  );
}
