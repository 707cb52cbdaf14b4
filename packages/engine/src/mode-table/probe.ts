/**
 * One row of the mode table: a layer run in both modes, with equal and with different random numbers.
 *
 * Guarantees: the protocol of the mode inventory's probe. Each run is on a module made anew from the same random numbers and on fresh inputs;
 * per mode it is run with two seeds (deterministic?), twice on one module (stateful?), and looked at before and after: buffers, parameters, inputs, the random
 * number generator, the gradients of a weighted sum of the outputs. Floats are equal within 1e-5 relative and 1e-6 absolute; NaN equals NaN.
 * Whatever a layer throws is part of the row. The state of the default generator is the caller's again afterwards only as far as it seeds it.
 */
import { noGrad } from '../autograd/grad-mode.ts';
import type { Module } from '../nn/module.ts';
import { uninitialized } from '../nn/uninitialized.ts';
import { rand, randn } from '../ops/creation.ts';
import { Tensor } from '../ops/tensor.ts';
import { manualSeed } from '../random/default-generator.ts';
import { Generator } from '../random/generator.ts';
import { isFloating } from '../tensor/dtype.ts';
import type { Configuration } from './configuration.ts';

/** What one mode does; null where the layer threw. */
export interface ModeFacts {
  readonly deterministic: boolean;
  /** A second call on the same module, with the same random numbers, gives something else. */
  readonly stateful: boolean;
  /** Buffers that a call changes, by path. */
  readonly buffers: readonly string[];
  /** Whether a call changes parameters. */
  readonly parameters: boolean;
  readonly drawsRandomNumbers: boolean;
  readonly changesInput: boolean;
  readonly returnsInput: boolean;
}

export interface ModeRow {
  readonly module: string;
  readonly config: string;
  readonly train: ModeFacts | null;
  readonly eval: ModeFacts | null;
  /** Class and message of what the layer threw. */
  readonly trainError: string | null;
  readonly evalError: string | null;
  /** Outputs of both modes with the same random numbers; null if one threw. */
  readonly sameOutput: boolean | null;
  /** Gradients of inputs and parameters; null if neither has any. */
  readonly sameGradient: boolean | null;
  /** Whether anything above differs between the modes; null if both throw. */
  readonly modeSensitive: boolean | null;
}

interface Run {
  readonly outputs: readonly Tensor[];
  readonly facts: Omit<ModeFacts, 'deterministic' | 'stateful'>;
  readonly gradients: readonly Tensor[] | null;
  readonly again: () => readonly Tensor[];
}

function* tensorsIn(value: unknown): Iterable<Tensor> {
  if (value instanceof Tensor) yield value;
  else if (Array.isArray(value)) for (const part of value) yield* tensorsIn(part);
  else if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) yield* tensorsIn(part);
}

const values = (tensor: Tensor): readonly number[] => Array.from(tensor.array.contiguousData(), Number);

function same(a: readonly Tensor[], b: readonly Tensor[], tolerance: { readonly relative: number; readonly absolute: number }): boolean {
  return (
    a.length === b.length &&
    a.every((left, index) => {
      const right = b[index]!;
      if (left.dtype !== right.dtype || left.shape.join() !== right.shape.join()) return false;
      const [x, y] = [values(left), values(right)];
      return x.every((value, at) => Object.is(value, y[at]) || value === y[at] || Math.abs(value - y[at]!) <= tolerance.absolute + tolerance.relative * Math.abs(y[at]!));
    })
  );
}
const exactly = { relative: 0, absolute: 0 };
const nearly = { relative: 1e-5, absolute: 1e-6 };

/** Values by path; null for what has none before the first call. */
type Snapshot = ReadonlyMap<string, Tensor | null>;
const snapshot = (entries: Iterable<[string, Tensor]>): Snapshot => new Map([...entries].map(([name, value]) => [name, uninitialized?.has(value) ? null : value.detach().clone()]));
/** What a lazy layer's statistics start from: to have become that is no change. */
const start: Readonly<Record<string, number>> = { running_mean: 0, running_var: 1 };

function changed(before: Snapshot, after: Snapshot): string[] {
  const differs = (name: string, value: Tensor | null): boolean => {
    const old = before.get(name);
    if (value === null || old === undefined) return old !== value;
    if (old !== null) return !same([old], [value], exactly);
    const reset = start[name.split('.').at(-1)!];
    return reset !== undefined && values(value).some((element) => element !== reset);
  };
  return [...after].filter(([name, value]) => differs(name, value)).map(([name]) => name).sort();
}

function weightedGradients(outputs: readonly Tensor[], leaves: readonly Tensor[]): readonly Tensor[] | null {
  const differentiable = outputs.filter((output) => output.requiresGrad);
  if (differentiable.length === 0) return null;
  const generator = new Generator(5);
  const loss = differentiable.map((output) => output.mul(randn([...output.shape], { generator })).sum()).reduce((sum, part) => sum.add(part));
  if (Number.isNaN(values(loss)[0])) return null;
  loss.backward();
  return leaves.flatMap((leaf) => (leaf.grad === null ? [] : [leaf.grad]));
}

function run(configuration: Configuration, given: readonly Tensor[], mode: boolean, seed: number): Run {
  manualSeed(0);
  const module = configuration.make().train(mode);
  const fresh = (): readonly Tensor[] => {
    const copies = new Map([...new Set(given)].map((input) => {
      const copy = input.detach().clone();
      return [input, isFloating(copy.dtype) && configuration.noGrad !== true && configuration.plainInputs !== true ? copy.requiresGrad_() : copy] as const;
    }));
    return given.map((input) => copies.get(input)!);
  };
  const call = configuration.call ?? ((called: Module, list: readonly Tensor[]): unknown => called.call(...list));
  const forward = (): { readonly inputs: readonly Tensor[]; readonly outputs: readonly Tensor[]; readonly draws: boolean } => {
    const inputs = fresh();
    manualSeed(seed);
    const result = configuration.noGrad === true ? noGrad(() => call(module, inputs)) : call(module, inputs);
    const next = values(rand(1))[0];
    manualSeed(seed);
    return { inputs, outputs: [...tensorsIn(result)], draws: values(rand(1))[0] !== next };
  };
  const [buffers, parameters] = [snapshot(module.namedBuffers()), snapshot(module.namedParameters())];
  const { inputs, outputs, draws } = forward();
  const kept = outputs.map((output) => output.detach().clone());
  const facts = {
    buffers: changed(buffers, snapshot(module.namedBuffers())),
    parameters: changed(parameters, snapshot(module.namedParameters())).length > 0,
    drawsRandomNumbers: draws,
    changesInput: inputs.some((input, index) => !same([input], [given[index]!], exactly)),
    returnsInput: outputs.length > 0 && outputs[0] === inputs[0],
  };
  const gradients = weightedGradients(outputs, [...new Set(inputs), ...module.parameters()]);
  return { outputs: kept, facts, gradients, again: () => forward().outputs };
}

type Attempt = { readonly first: Run; readonly facts: ModeFacts } | { readonly error: string };

function attempt(configuration: Configuration, given: readonly Tensor[], mode: boolean): Attempt {
  try {
    const first = run(configuration, given, mode, 11);
    const stateful = !same(first.again(), first.outputs, nearly);
    const deterministic = same(run(configuration, given, mode, 12).outputs, first.outputs, exactly);
    return { first, facts: { ...first.facts, deterministic, stateful } };
  } catch (error) {
    return { error: `${(error as Error).name}: ${(error as Error).message}` };
  }
}

export function probe(configuration: Configuration): ModeRow {
  manualSeed(1);
  const given = configuration.inputs();
  const [train, evaluation] = [attempt(configuration, given, true), attempt(configuration, given, false)];
  const { module, config } = configuration;
  const facts = (result: Attempt): ModeFacts | null => ('facts' in result ? result.facts : null);
  const error = (result: Attempt): string | null => ('error' in result ? result.error : null);
  const row = { module, config, train: facts(train), eval: facts(evaluation), trainError: error(train), evalError: error(evaluation) };
  if (!('facts' in train && 'facts' in evaluation)) return { ...row, sameOutput: null, sameGradient: null, modeSensitive: 'facts' in train || 'facts' in evaluation ? true : null };
  const sameOutput = same(train.first.outputs, evaluation.first.outputs, nearly);
  const [a, b] = [train.first.gradients, evaluation.first.gradients];
  const sameGradient = a === null && b === null ? null : a !== null && b !== null && same(a, b, nearly);
  const differs = (key: 'parameters' | 'drawsRandomNumbers' | 'changesInput'): boolean => train.facts[key] !== evaluation.facts[key];
  const modeSensitive = !sameOutput || sameGradient === false || train.facts.buffers.join() !== evaluation.facts.buffers.join() || differs('parameters') || differs('drawsRandomNumbers') || differs('changesInput');
  return { ...row, sameOutput, sameGradient, modeSensitive };
}
