/**
 * A module call while somebody listens: which layers it reached, in which mode, and whether it left a graph. And what a change of mode did to a tree.
 *
 * Guarantees: the event of a call is emitted when it ends, also when it throws. A leaf counts as mode-sensitive if its class says so,
 * or, for a class that says nothing, if its `training` was read while its forward, or one that reads it from outside, ran.
 * Importing this file is what makes it so. Tensors are found in the output through arrays, maps and plain objects.
 */
import { gradState } from '../autograd/grad-mode.ts';
import { Tensor } from '../ops/tensor.ts';
import { callSite, formatCallSite } from '../trace/call-site.ts';
import { TraceSession, type CallFrame, type ModeChange, type ModuleCall } from '../trace/session.ts';
import type { Module } from './module.ts';
import { knownSensitivity } from './known-sensitivity.ts';
import { moduleState, tellPlacesBy } from './module-state.ts';

function* tensorsIn(value: unknown, depth = 0): Generator<Tensor> {
  if (value instanceof Tensor) yield value;
  else if (typeof value === 'object' && value !== null && depth < 4 && !ArrayBuffer.isView(value)) {
    const parts = value instanceof Map ? value.values() : Array.isArray(value) ? value : Object.values(value);
    for (const part of parts) yield* tensorsIn(part, depth + 1);
  }
}

/** Records the leaves that this frame has shown to depend on the mode. */
function collectLeaves(trace: TraceSession, frame: CallFrame, module: Module): void {
  const paths = (frame.root ?? frame).paths;
  const note = (part: Module, training: boolean, because: 'layer' | 'reads-training'): void => {
    const path = part === (frame.root ?? frame).module ? '' : (paths.get(part) ?? null);
    frame.leaves.push({ module: trace.moduleId(part), className: part.constructor.name, path, training, because });
  };
  const known = knownSensitivity(module);
  if (known === true) note(module, frame.training, 'layer');
  for (const reader of frame.readers) {
    const part = reader as Module;
    // A flag read from outside governs what its reader computes, whatever its own class says.
    if (part === module ? known !== undefined : frame.leaves.some((leaf) => leaf.module === trace.moduleId(part))) continue;
    note(part, part === module ? frame.training : part[moduleState].training, 'reads-training');
  }
}

/** A pre-hook may still change the mode. */
const tracedCall: ModuleCall = (trace, called, runPreHooks, run) => {
  const module = called as Module;
  const parent = trace.innermost;
  const root = parent === null ? null : (parent.root ?? parent);
  const paths: ReadonlyMap<object, string> = root?.paths ?? new Map([...module.namedModules()].map(([path, part]) => [part, path]));
  const frame: CallFrame = {
    id: trace.nextForwardId(),
    module,
    className: module.constructor.name,
    path: root === null ? '' : (paths.get(module) ?? null),
    root,
    paths,
    depth: parent === null ? 0 : parent.depth + 1,
    training: module[moduleState].training,
    readers: new Set(),
    leaves: [],
  };
  const site = callSite();
  const grad = gradState();
  let graph = false;
  let threw = true;
  trace.own(module, module.parameters({ recurse: false }));
  trace.frames.push(frame);
  try {
    const inputs = runPreHooks();
    frame.training = module[moduleState].training;
    frame.readers.clear();
    const output = run(inputs);
    threw = false;
    for (const tensor of tensorsIn(output)) {
      graph ||= tensor.gradFn !== null;
      if (root === null) trace.markOutput(tensor, frame.id);
    }
    return output;
  } finally {
    trace.frames.pop();
    collectLeaves(trace, frame, module);
    parent?.leaves.push(...frame.leaves);
    trace.emit({
      kind: 'forward',
      id: frame.id,
      root: root?.id ?? frame.id,
      depth: frame.depth,
      module: trace.moduleId(module),
      className: frame.className,
      path: frame.path,
      training: frame.training,
      grad,
      graph,
      leaves: [...frame.leaves],
      threw,
      site,
    });
  }
};

const tracedChange: ModeChange = (trace, target, mode, via, change) => {
  const module = target as Module;
  const before = new Map([...module.namedModules()].map(([, part]) => [part, part[moduleState].training]));
  const result = change();
  const changed = [];
  const disagreeing = [];
  for (const [path, part] of module.namedModules()) {
    const from = before.get(part);
    const to = part[moduleState].training;
    if (from !== undefined && from !== to) changed.push({ path, className: part.constructor.name, from, to });
    if (to !== mode) disagreeing.push(path);
  }
  trace.emit({ kind: 'mode', module: trace.moduleId(module), className: module.constructor.name, mode, via, changed, disagreeing, site: callSite() });
  return result;
};

tellPlacesBy(() => {
  const site = callSite();
  return site === null ? null : formatCallSite(site);
});
TraceSession.moduleCall = tracedCall;
TraceSession.modeChange = tracedChange;
