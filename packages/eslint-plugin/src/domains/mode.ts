// The mode of one module: which values its `training` flag may have, as far as the analysis can see.
//
//   train    set to training mode on some path that we saw (a new module starts there)
//   eval     set to evaluation mode on some path that we saw
//   unknown  code that we cannot see may have set it
//   entry    as it was when the analysed root function was entered
//
// `{eval}` where training is needed is definite, a wrong atom among others is possible, `unknown` alone is silence.
import { powerset } from '../dataflow/lattice.ts';

export type ModeSet = number;

export const TRAIN = 1;
export const EVAL = 2;
export const UNKNOWN_MODE = 4;
export const ENTRY_MODE = 8;

export const modeLattice = powerset(['train', 'eval', 'unknown', 'entry']);

export function formatModes(modes: ModeSet): string {
  return modeLattice.names.filter((_, bit) => (modes & (1 << bit)) !== 0).join(', ');
}
