/**
 * Which layers behave differently in training and evaluation mode: found out by running every layer of this engine in both.
 *
 * Guarantees: one row for each configuration of the mode inventory that this engine has; a test holds every row against the one recorded on
 * PyTorch 2.13. Runs for some seconds; seeds the default generator. `formatModeTable` prints the rows as the inventory does.
 *
 * Worked example: `formatModeTable(modeTable().filter((row) => row.modeSensitive))`.
 */
import { manualSeed } from '../random/default-generator.ts';
import type { Configuration } from './configuration.ts';
import { attentionConfigurations } from './attention-configurations.ts';
import { containerConfigurations } from './container-configurations.ts';
import { layerConfigurations } from './layer-configurations.ts';
import { lossConfigurations } from './loss-configurations.ts';
import { normConfigurations } from './norm-configurations.ts';
import { probe, type ModeFacts, type ModeRow } from './probe.ts';
import { recurrentConfigurations } from './recurrent-configurations.ts';
import { spatialConfigurations } from './spatial-configurations.ts';

export type { ModeFacts, ModeRow } from './probe.ts';

const configurations: readonly Configuration[] = [...normConfigurations, ...recurrentConfigurations, ...attentionConfigurations, ...spatialConfigurations, ...layerConfigurations, ...lossConfigurations, ...containerConfigurations];

/** Probes every layer. */
export function modeTable(): readonly ModeRow[] {
  const rows = configurations.map(probe);
  manualSeed(0);
  return rows;
}

const yes = (value: boolean | null | undefined): string => (value == null ? '-' : value ? 'yes' : 'no');

function note(row: ModeRow): string {
  const notes: string[] = [];
  for (const [mode, facts, error] of [['training', row.train, row.trainError], ['evaluation', row.eval, row.evalError]] as const) {
    if (error !== null) notes.push(`${mode}: ${error}`);
    if (facts?.stateful) notes.push(`${mode} changes its own next result`);
    if (facts?.parameters) notes.push(`${mode} writes parameters`);
    if (facts?.changesInput) notes.push(`${mode} writes its input`);
    if (facts?.returnsInput) notes.push(`${mode} returns its input`);
  }
  return notes.join('; ');
}

/** A Markdown table. `same` compares the outputs of both modes. */
export function formatModeTable(rows: readonly ModeRow[]): string {
  const written = (facts: ModeFacts | null): string => (facts === null || facts.buffers.length === 0 ? '-' : facts.buffers.join(', '));
  const lines = rows.map((row) =>
    [
      row.module, row.config, yes(row.modeSensitive), yes(row.train?.deterministic), yes(row.eval?.deterministic), yes(row.sameOutput), yes(row.sameGradient),
      written(row.train), written(row.eval), yes(row.train?.drawsRandomNumbers), yes(row.eval?.drawsRandomNumbers), note(row),
    ].map((cell) => cell.replaceAll('|', '\\|')).join(' | '),
  );
  const heads = ['layer', 'configuration', 'mode-sensitive', 'training is deterministic', 'evaluation is deterministic', 'same output', 'same gradient', 'buffers written in training', 'in evaluation', 'draws in training', 'in evaluation', 'also'];
  return [`| ${heads.join(' | ')} |`, `|${'---|'.repeat(heads.length)}`, ...lines.map((line) => `| ${line} |`)].join('\n');
}
