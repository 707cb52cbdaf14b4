/**
 * Loading of a state dictionary.
 *
 * Guarantees: PyTorch's error, which lists every problem at once, in PyTorch's order (2.13, executed): missing keys, unexpected keys, sizes.
 * Nothing is changed if the keys or sizes do not fit. (PyTorch has by then copied what did fit.) Values are converted to the type of the
 * module's own, unless `assign` puts the given tensors in their place. Every buffer written is told to the trace.
 * A 0-dimensional state takes a tensor of one element, as old checkpoints have it.
 */
import { withoutRecording } from '../autograd/grad-mode.ts';
import { RuntimeError } from '../tensor/errors.ts';
import { formatSize, sameShape } from '../tensor/shape.ts';
import { Tensor } from '../ops/tensor.ts';
import { activeTrace } from '../trace/trace.ts';
import { Parameter } from './parameter.ts';
import type { Module } from './module.ts';
import { uninitialized } from './uninitialized.ts';

export type StateDict = Map<string, Tensor>;

export interface LoadOptions {
  /** Whether missing and unexpected keys are errors; true by default. */
  readonly strict?: boolean;
  /** Takes the tensors themselves, with their type, instead of copying their values. Parameters keep whether they require gradients. */
  readonly assign?: boolean;
}

export interface IncompatibleKeys {
  readonly missingKeys: readonly string[];
  readonly unexpectedKeys: readonly string[];
}

/** One tensor of a module's own state: its key, and the field that holds it. */
export interface OwnState {
  readonly name: string;
  readonly field: string;
  readonly value: Tensor;
}

const quoted = (keys: readonly string[]): string => keys.map((key) => `"${key}"`).join(', ');

/** What loading will do, found before anything is changed. */
interface Plan {
  readonly missing: string[];
  readonly unexpected: string[];
  readonly errors: string[];
  readonly actions: (() => void)[];
}

function planModule(module: Module, prefix: string, given: StateDict, assign: boolean, plan: Plan): void {
  const own = [...module.ownState()];
  const optional = module.optionalState();
  for (const { name, field, value } of own) {
    const key = prefix + name;
    const source = given.get(key);
    if (source === undefined) {
      if (!given.has(key) && optional.includes(name)) continue;
      plan.missing.push(key);
      continue;
    }
    if (!((source as unknown) instanceof Tensor)) {
      plan.errors.push(`While copying the parameter named "${key}", expected torch.Tensor or Tensor-like object from checkpoint but received ${typeof source}`);
      continue;
    }
    if (uninitialized?.has(value) && uninitialized.has(source)) continue;
    const fitting = value.dim() === 0 && source.dim() === 1 && source.numel() === 1 ? source.squeeze() : source;
    if (sameShape(value.shape, fitting.shape)) plan.actions.push(() => put(module, field, fitting, assign));
    else plan.errors.push(`size mismatch for ${key}: copying a param with shape ${formatSize(fitting.shape)} from checkpoint, the shape in current model is ${formatSize(value.shape)}.`);
  }
  const extra = `${prefix}_extra_state`;
  if (module.getExtraState() !== undefined) {
    const state = given.get(extra);
    if (state === undefined) plan.missing.push(extra);
    else plan.actions.push(() => module.setExtraState(state));
  } else if (given.has(extra)) {
    plan.unexpected.push(extra);
  }
  const names = new Set(own.map(({ name }) => name));
  const children = new Set([...module.childEntries()].map(([name]) => name));
  for (const key of given.keys()) {
    if (!key.startsWith(prefix) || key === extra) continue;
    const [head, ...rest] = key.slice(prefix.length).split('.');
    if (!(rest.length > 0 ? children : names).has(head!)) plan.unexpected.push(key);
  }
  for (const [name, child] of module.childEntries()) planModule(child, `${prefix}${name}.`, given, assign, plan);
}

/** What is still without a shape, in a lazy layer, gets the one of the dictionary, to be filled like any other. */
function materializeFrom(module: Module, prefix: string, given: StateDict): void {
  for (const { name, value } of module.ownState()) {
    const source = given.get(prefix + name);
    if (source instanceof Tensor && uninitialized!.has(value) && !uninitialized!.has(source)) uninitialized!.materialize(value, source);
  }
}

function put(module: Module, field: string, source: Tensor, assign: boolean): void {
  const old = [...module.ownState()].find((state) => state.field === field)!.value;
  if (!assign) old.copy_(source);
  else if (!(old instanceof Parameter)) module.setOwnState(field, source);
  else if (source instanceof Parameter) module.setOwnState(field, source.requiresGrad_(old.requiresGrad));
  else module.setOwnState(field, new Parameter(source, { requiresGrad: old.requiresGrad }));
}

export function loadStateInto(module: Module, state: StateDict | Readonly<Record<string, Tensor>>, options: LoadOptions): IncompatibleKeys {
  if (typeof state !== 'object' || state === null) throw new TypeError(`Expected state_dict to be dict-like, got ${typeof state}.`);
  // A copy: modules may change it before it is loaded.
  const given = new Map(state instanceof Map ? state : Object.entries(state));
  const plan: Plan = { missing: [], unexpected: [], errors: [], actions: [] };
  for (const [path, part] of module.namedModules('', false)) {
    const prefix = path === '' ? '' : `${path}.`;
    if (uninitialized !== null) materializeFrom(part, prefix, given);
    part.beforeLoad(prefix, given);
  }
  planModule(module, '', given, options.assign ?? false, plan);
  const problems = [...plan.errors];
  if ((options.strict ?? true) && plan.unexpected.length > 0) problems.unshift(`Unexpected key(s) in state_dict: ${quoted(plan.unexpected)}. `);
  if ((options.strict ?? true) && plan.missing.length > 0) problems.unshift(`Missing key(s) in state_dict: ${quoted(plan.missing)}. `);
  if (problems.length > 0) throw new RuntimeError(`Error(s) in loading state_dict for ${module.constructor.name}:\n\t${problems.join('\n\t')}`);
  withoutRecording(() => {
    for (const act of plan.actions) act();
  });
  reportBuffers(module, given);
  return { missingKeys: plan.missing, unexpectedKeys: plan.unexpected };
}

function reportBuffers(root: Module, given: StateDict): void {
  const trace = activeTrace;
  if (trace === null) return;
  for (const [path, module] of root.namedModules()) {
    for (const [name] of module.namedBuffers({ recurse: false })) {
      if (!given.has(path === '' ? name : `${path}.${name}`)) continue;
      trace.bufferWritten(module, name, 'load');
    }
  }
}
