/**
 * Random uses of layers, losses, functions, optimizers and schedules against what PyTorch made of them (recorded by tools/record_engine/uses.py): results, gradients of inputs and
 * parameters, what a call wrote, every parameter after every step, every rate after every epoch, and the class of what is refused.
 *
 * `USES=<file>` takes others than the recorded ones.
 */
import { readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import * as engine from '../src/index.ts';
import { nn, optim, type DType, type Tensor } from '../src/index.ts';
import { recorded } from './recorded.ts';

type Values = readonly (number | boolean | string)[];
interface Described { readonly dtype: DType; readonly shape: readonly number[]; readonly values: Values }
interface Written extends Described { readonly tensor: true; readonly grad: boolean }
interface Refusal { readonly error?: string; readonly message?: string }
interface Run extends Refusal {
  readonly mode: 'train' | 'eval';
  readonly outputs?: readonly Described[];
  readonly grads?: readonly (Described | null)[];
  readonly parameters?: Readonly<Record<string, Described | null>>;
  /** What the call has changed in the layer's state. */
  readonly written: Readonly<Record<string, Described>>;
}
interface LayerUse extends Refusal {
  readonly kind: 'layer';
  readonly layer: string;
  readonly args: readonly unknown[];
  readonly options: object;
  readonly dtype: DType;
  /** For a lazy layer the width of the call that makes its parameters. */
  readonly lazy?: number;
  readonly state: Readonly<Record<string, { readonly shape: readonly number[]; readonly values: Values }>>;
  readonly text: string;
  readonly inputs: readonly unknown[];
  readonly named: Readonly<Record<string, unknown>>;
  readonly runs: readonly Run[];
}
interface LossUse extends Refusal {
  readonly kind: 'loss';
  readonly call: string;
  readonly inputs: readonly unknown[];
  readonly options: Readonly<Record<string, unknown>>;
  readonly output: Described;
  readonly grads: readonly (Described | null)[];
}
interface FunctionUse extends Refusal {
  readonly kind: 'function';
  readonly call: string;
  readonly inputs: readonly unknown[];
  readonly options: Readonly<Record<string, unknown>>;
  readonly outputs: readonly Described[];
  readonly grads: readonly (Described | null)[];
}
interface OptimizerUse extends Refusal {
  readonly kind: 'optimizer';
  readonly optimizer: 'SGD';
  readonly options: object;
  readonly groups: readonly { readonly params: readonly Written[]; readonly options: object }[];
  readonly steps: readonly { readonly grads: readonly (Values | null)[]; readonly lr?: number; readonly reload?: true; readonly after: readonly Values[] }[];
}
interface Rates { readonly lr: readonly number[]; readonly momentum: readonly number[] }
interface ScheduleUse extends Refusal {
  readonly kind: 'schedule';
  readonly optimizer: 'SGD';
  readonly optimizerOptions: object;
  readonly groups: number;
  readonly parts: readonly { readonly schedule: string; readonly args: readonly unknown[]; readonly options: object }[];
  readonly milestones?: readonly number[];
  readonly first: Rates;
  readonly trail: readonly (Refusal & Partial<Rates> & { readonly reload?: true; readonly from?: readonly number[]; readonly metric?: number; readonly last?: readonly number[] })[];
}
type Use = { readonly seed: number } & (LayerUse | LossUse | FunctionUse | OptimizerUse | ScheduleUse);

const file = process.env['USES'];
const { uses } = file === undefined ? recorded<{ uses: Use[] }>('uses') : (JSON.parse(readFileSync(file, 'utf8')) as { uses: Use[] });
vi.spyOn(console, 'warn').mockImplementation(() => {});

const tolerances: Partial<Record<DType, number>> = { float64: 1e-6, float32: 1e-3 };

function compareValues(own: ArrayLike<number>, wanted: Values, tolerance: number, what: string): void {
  expect(own.length, what).toBe(wanted.length);
  for (const [index, value] of wanted.entries()) {
    const other = value === 'inf' ? Infinity : value === '-inf' ? -Infinity : Number(value);
    const same = Number.isFinite(other) ? Math.abs(own[index]! - other) <= tolerance * Math.max(1, Math.abs(other)) : Object.is(own[index], other);
    if (!same) expect.fail(`${what}: ${own[index]} in the place of ${other} at ${index}`);
  }
}

function compare(tensor: Tensor | null | undefined, wanted: Described | null, what: string): void {
  if (wanted === null) return expect(tensor?.toArray() ?? null, what).toBe(null);
  expect({ dtype: tensor?.dtype, shape: tensor?.shape }, what).toEqual({ dtype: wanted.dtype, shape: wanted.shape });
  compareValues(tensor!.array.contiguousData(), wanted.values, tolerances[wanted.dtype] ?? 0, what);
}

function make({ dtype, shape, values }: Omit<Described, 'dtype'> & { readonly dtype?: DType }, grad = false): Tensor {
  const flat = values.length === 0 ? engine.zeros(0, { dtype: dtype ?? 'float32' }) : engine.tensor(values.map(Number), { dtype: dtype ?? 'float32' });
  return flat.reshape(shape).clone().requiresGrad_(grad);
}

/** Arguments with tensors made of what is written down; `leaves` collects them in order. */
function placed(written: unknown, leaves: Tensor[]): unknown {
  if (typeof written !== 'object' || written === null) return written;
  if ('list' in written) return (written.list as readonly unknown[]).map((part) => placed(part, leaves));
  if (!('tensor' in written)) return written;
  const { grad, ...described } = written as Written;
  const tensor = make(described, grad);
  leaves.push(tensor);
  return tensor;
}

function tensorsIn(result: unknown): readonly Tensor[] {
  return result instanceof engine.Tensor ? [result] : Array.isArray(result) ? result.flatMap(tensorsIn) : [];
}

/** Runs what PyTorch refuses, too: then the class of the error is what counts. Undefined where it was refused rightly. */
function orRefused<T>(refusal: Refusal, what: string, run: () => T): T | undefined {
  let made: T;
  try {
    made = run();
  } catch (error) {
    if (refusal.error === undefined) throw new Error(`${what}: PyTorch refuses nothing`, { cause: error });
    // Python's IndexError and ZeroDivisionError are RangeErrors here.
    expect((error as Error).name, `${what}: ${(error as Error).message}; PyTorch: ${refusal.message}`).toBe(['IndexError', 'ZeroDivisionError'].includes(refusal.error) ? 'RangeError' : refusal.error);
    return undefined;
  }
  if (refusal.error !== undefined) expect.fail(`${what}: PyTorch throws ${refusal.error}: ${refusal.message}`);
  return made;
}

function construct<T>(owner: object, name: string, args: readonly unknown[], options: object): T {
  const Class = (owner as Record<string, new (...given: unknown[]) => T>)[name]!;
  return new Class(...args, ...(Object.keys(options).length > 0 ? [options] : []));
}

function useLayer(use: LayerUse): void {
  const layer = orRefused(use, use.layer, () => construct<nn.Module>(nn, use.layer, use.args, use.options).to(use.dtype));
  if (layer === undefined) return;
  if (use.lazy !== undefined) layer.call(engine.zeros(1, use.lazy, { dtype: use.dtype }));
  layer.loadStateDict(Object.fromEntries(Object.entries(use.state).map(([key, value]) => [key, make({ ...value, dtype: use.dtype })])), { strict: false });
  // JavaScript cannot tell 1 from 1.0, so neither can what is printed.
  expect(layer.toString()).toBe(use.text.replace(/(\d)\.0\b/g, '$1'));
  const made: Tensor[] = [];
  const inputs = use.inputs.map((input) => placed(input, made));
  const named = Object.fromEntries(Object.entries(use.named).map(([name, value]) => [name, placed(value, [])]));
  const leaves = made.filter((leaf) => leaf.requiresGrad);
  for (const [index, run] of use.runs.entries()) {
    const what = `run ${index}, ${run.mode}`;
    layer[run.mode]();
    layer.zeroGrad();
    for (const leaf of leaves) leaf.grad = null;
    const given = (use.options as { inplace?: boolean }).inplace === true ? inputs.map((input) => (input as Tensor).mul(1)) : inputs;
    const before = new Map([...layer.stateDict()].map(([key, value]) => [key, value.clone()]));
    const results = orRefused(run, what, () => {
      const outputs = tensorsIn(layer.call(...([...given, ...(Object.keys(named).length > 0 ? [named] : [])] as never[])));
      const smooth = outputs.filter((output) => output.requiresGrad);
      if (smooth.length > 0) smooth.map((output, place) => output.mul(0.5 + 0.25 * place).sum().add(output.mul(output).mul(0.1).sum())).reduce((sum, part) => sum.add(part)).backward();
      return outputs;
    });
    if (results !== undefined) {
      expect(results.length, what).toBe(run.outputs!.length);
      for (const [place, output] of results.entries()) compare(output, run.outputs![place]!, `${what}, output ${place}`);
      for (const [place, leaf] of leaves.entries()) compare(leaf.grad, run.grads![place]!, `${what}, gradient ${place}`);
      const parameters = new Map(layer.namedParameters());
      expect([...parameters.keys()], what).toEqual(Object.keys(run.parameters!));
      for (const [name, wanted] of Object.entries(run.parameters!)) compare(parameters.get(name)!.grad, wanted, `${what}, gradient of ${name}`);
    }
    for (const [key, value] of layer.stateDict()) {
      const old = before.get(key)!;
      compare(value, run.written[key] ?? { dtype: old.dtype, shape: old.shape, values: Array.from(old.array.contiguousData(), Number) }, `${what}, ${key} afterwards`);
    }
  }
}

function useLoss(use: LossUse): void {
  const made: Tensor[] = [];
  const inputs = use.inputs.map((input) => placed(input, made));
  const options = Object.fromEntries(Object.entries(use.options).map(([name, value]) => [name, placed(value, [])]));
  const loss = orRefused(use, use.call, () => (engine.F as unknown as Record<string, (...given: unknown[]) => Tensor>)[use.call]!(...inputs, options));
  if (loss === undefined) return;
  compare(loss, use.output, 'loss');
  if (loss.requiresGrad) {
    weighted(loss).backward();
  }
  for (const [index, leaf] of made.entries()) compare(leaf.grad, use.grads[index]!, `gradient ${index}`);
}

/** Weights from 0.5 to 1.5; of one element 0.5. */
function weighted(result: Tensor): Tensor {
  const count = result.numel();
  const weights = Array.from({ length: count }, (_, index) => (count === 1 ? 0.5 : 0.5 + index / (count - 1)));
  return result.mul(make({ dtype: result.dtype, shape: result.shape, values: weights })).sum();
}

function useFunction(use: FunctionUse): void {
  const made: Tensor[] = [];
  const inputs = use.inputs.map((input) => placed(input, made));
  const options = Object.fromEntries(Object.entries(use.options).map(([name, value]) => [name, value === 'Infinity' ? Infinity : placed(value, made)]));
  const results = orRefused(use, use.call, () => tensorsIn((engine.F as unknown as Record<string, (...given: unknown[]) => unknown>)[use.call]!(...inputs, ...(Object.keys(options).length > 0 ? [use.call === 'pdist' ? options['p'] : options] : []))));
  if (results === undefined) return;
  expect(results.length).toBe(use.outputs.length);
  for (const [index, result] of results.entries()) compare(result, use.outputs[index]!, `output ${index}`);
  if (results[0]!.requiresGrad) weighted(results[0]!).backward();
  for (const [index, leaf] of made.filter(({ requiresGrad }) => requiresGrad).entries()) compare(leaf.grad, use.grads[index]!, `gradient ${index}`);
}

function useOptimizer(use: OptimizerUse): void {
  const params = use.groups.map((group) => group.params.map((written) => make(written, true)));
  const optimizer = orRefused(use, use.optimizer, () => construct<optim.SGD>(optim, use.optimizer, [use.groups.map(({ options }, index) => ({ params: params[index]!, ...options }))], use.options));
  if (optimizer === undefined) return;
  const parameters = params.flat();
  let current = optimizer;
  for (const [index, step] of use.steps.entries()) {
    for (const [place, parameter] of parameters.entries()) {
      const grad = step.grads[place]!;
      parameter.grad = grad === null ? null : make({ dtype: parameter.dtype, shape: parameter.shape, values: grad });
    }
    if (step.lr !== undefined) current.paramGroups[0]!.lr = step.lr;
    if (step.reload === true) {
      const state = current.stateDict();
      current = construct<optim.SGD>(optim, use.optimizer, [params.map((group) => ({ params: group }))], { lr: 1 });
      current.loadStateDict(state);
    }
    current.step();
    for (const [place, parameter] of parameters.entries()) compareValues(parameter.array.contiguousData(), step.after[place]!, tolerances[parameter.dtype]! / 10, `parameter ${place} after step ${index}`);
  }
}

function useSchedule(use: ScheduleUse): void {
  const groups = Array.from({ length: use.groups }, (_, index) => ({ params: [engine.zeros(1, { requiresGrad: true })], ...(index === 1 ? { lr: 0.4 } : {}) }));
  const optimizer = construct<optim.SGD>(optim, use.optimizer, [groups], use.optimizerOptions);
  const part = (index: number): optim.lrScheduler.LRScheduler => construct(optim.lrScheduler, use.parts[index]!.schedule, [optimizer, ...use.parts[index]!.args], use.parts[index]!.options);
  const schedule = orRefused(use, use.parts[0]!.schedule, () => (use.parts.length === 1 ? part(0) : new optim.lrScheduler.SequentialLR(optimizer, use.parts.map((_, index) => part(index)), use.milestones!)));
  if (schedule === undefined) return;
  const check = (wanted: Partial<Rates>, what: string): void => {
    compareValues(optimizer.paramGroups.map(({ lr }) => lr), wanted.lr!, 1e-6, `${what}: rates`);
    compareValues(optimizer.paramGroups.map((group) => (group as unknown as { betas?: readonly number[] }).betas?.[0] ?? group.momentum), wanted.momentum!, 1e-6, `${what}: momentum`);
  };
  check(use.first, 'at first');
  let current = schedule;
  for (const [index, entry] of use.trail.entries()) {
    optimizer.step();
    if (entry.reload === true) {
      const state = current.stateDict();
      current = part(0);
      current.loadStateDict(state);
      for (const [place, group] of optimizer.paramGroups.entries()) group.lr = entry.from![place]!;
    }
    const stepped = orRefused(entry, `step ${index}`, () => {
      (current as { step(metric?: number): void }).step(...(entry.metric === undefined ? [] : [entry.metric]));
      return true;
    });
    if (stepped === undefined) return;
    check(entry, `step ${index}`);
    compareValues(current.getLastLr(), entry.last!, 1e-6, `step ${index}: last rates`);
  }
}

const titleOf = (use: Use): string => (use.kind === 'layer' ? use.layer : use.kind === 'loss' || use.kind === 'function' ? use.call : use.kind === 'optimizer' ? use.optimizer : use.parts.map(({ schedule }) => schedule).join(', '));

test.each(uses.map((use) => [`${use.kind} ${use.seed}`, titleOf(use), use] as const))('%s: %s', (_kind, _title, use) => {
  if (use.kind === 'layer') useLayer(use);
  else if (use.kind === 'loss') useLoss(use);
  else if (use.kind === 'function') useFunction(use);
  else if (use.kind === 'optimizer') useOptimizer(use);
  else useSchedule(use);
});
