/**
 * `train` and `eval`, told to the trace once per outermost call.
 *
 * Guarantees: PyTorch's recursion (own flag first, then `child.train(mode)` of every distinct child, so that an overridden
 * `train` of a child is honoured). A cycle of modules recurses until the stack ends, as in PyTorch.
 */
import { ValueError } from '../tensor/errors.ts';
import { activeTrace } from '../trace/trace.ts';
import type { Module } from './module.ts';
import { modeChange, modeOrigin, moduleState } from './module-state.ts';

/** Runs `change`, and reports what it did to the tree unless it is part of a change already under way. */
export function changeMode(module: Module, mode: boolean, via: 'train' | 'eval', change: () => Module): Module {
  if (modeChange.outermost !== null) return change();
  const trace = activeTrace;
  modeChange.outermost = { origin: modeOrigin(via) };
  try {
    return trace === null ? change() : trace.modeChange(trace, module, mode, via, change);
  } finally {
    modeChange.outermost = null;
  }
}

export function setMode(module: Module, mode: boolean): void {
  if (typeof mode !== 'boolean') throw new ValueError('training mode is expected to be boolean');
  const state = module[moduleState];
  state.training = mode;
  state.modeSetAt = modeChange.outermost?.origin;
  for (const child of module.children()) child.train(mode);
}
