/**
 * Loading of a state dictionary.
 *
 * Guarantees: PyTorch's error, which lists every problem at once; nothing is copied if the keys or sizes do not fit. (PyTorch has by
 * then copied what did fit.) Every buffer written is told to the trace. Refuses nothing else: types are converted.
 */
import { withoutRecording } from '../autograd/grad-mode.ts';
import { RuntimeError } from '../tensor/errors.ts';
import { formatSize, sameShape } from '../tensor/shape.ts';
import type { Tensor } from '../ops/tensor.ts';
import { callSite } from '../trace/call-site.ts';
import { activeTrace } from '../trace/trace.ts';
import type { Module } from './module.ts';

export type StateDict = Map<string, Tensor>;

const quoted = (keys: readonly string[]): string => keys.map((key) => `"${key}"`).join(', ');

export function loadStateInto(
  module: Module,
  state: StateDict | Readonly<Record<string, Tensor>>,
  strict: boolean,
): { readonly missingKeys: readonly string[]; readonly unexpectedKeys: readonly string[] } {
  const given = state instanceof Map ? state : new Map(Object.entries(state));
  const own = module.stateDict();
  const missingKeys = [...own.keys()].filter((key) => !given.has(key));
  const unexpectedKeys = [...given.keys()].filter((key) => !own.has(key));
  const problems: string[] = [];
  if (strict && unexpectedKeys.length > 0) problems.push(`Unexpected key(s) in state_dict: ${quoted(unexpectedKeys)}. `);
  if (strict && missingKeys.length > 0) problems.unshift(`Missing key(s) in state_dict: ${quoted(missingKeys)}. `);
  for (const [key, target] of own) {
    const source = given.get(key);
    if (source !== undefined && !sameShape(source.shape, target.shape)) {
      problems.push(`size mismatch for ${key}: copying a param with shape ${formatSize(source.shape)} from checkpoint, the shape in current model is ${formatSize(target.shape)}.`);
    }
  }
  if (problems.length > 0) throw new RuntimeError(`Error(s) in loading state_dict for ${module.constructor.name}:\n\t${problems.join('\n\t')}`);
  withoutRecording(() => {
    for (const [key, target] of own) {
      const source = given.get(key);
      if (source !== undefined) target.copy_(source);
    }
  });
  reportBuffers(module, given);
  return { missingKeys, unexpectedKeys };
}

function reportBuffers(root: Module, given: StateDict): void {
  const trace = activeTrace();
  if (trace === null) return;
  for (const [path, module] of root.namedModules()) {
    for (const [name] of module.namedBuffers({ recurse: false })) {
      if (!given.has(path === '' ? name : `${path}.${name}`)) continue;
      trace.emit({ kind: 'buffer', module: trace.moduleId(module), className: module.constructor.name, name, via: 'load', forward: trace.rootCall, site: callSite() });
    }
  }
}
