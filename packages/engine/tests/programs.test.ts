/**
 * Random programs against what PyTorch made of them (recorded by tools/record_engine/programs.py): after every step types, shapes, values, whether a gradient is
 * wanted, and the class of what is refused; at the end the gradients of a backward pass, and what every tensor holds, so that views and writes in place are seen.
 *
 * `PROGRAMS=<file>` takes others than the recorded ones.
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as engine from '../src/index.ts';
import type { DType, Tensor } from '../src/index.ts';
import { recorded } from './recorded.ts';

type Values = readonly (number | boolean | string)[];
interface Result { readonly dtype: DType; readonly shape: readonly number[]; readonly requiresGrad: boolean; readonly values: Values }
interface Step { readonly call: string; readonly args: readonly unknown[]; readonly before: number; readonly results?: readonly Result[]; readonly error?: string }
interface Program {
  readonly seed: number;
  readonly leaves: readonly { readonly at: number; readonly dtype: DType; readonly shape: readonly number[]; readonly grad: boolean; readonly values: Values }[];
  readonly steps: readonly Step[];
  readonly final: {
    readonly parts: readonly number[];
    readonly error?: string;
    /** Refused because a saved tensor was written to: what is saved for a gradient is the engine's own choice, so it may be able to go on. */
    readonly written?: boolean;
    readonly grads?: readonly (readonly [number, Values | null])[];
    readonly values?: readonly Values[];
  };
}

const file = process.env['PROGRAMS'];
const { programs } = file === undefined ? recorded<{ programs: Program[] }>('programs') : (JSON.parse(readFileSync(file, 'utf8')) as { programs: Program[] });

const numberOf = (value: Values[number]): number => (value === 'inf' ? Infinity : value === '-inf' ? -Infinity : Number(value));

function compare(tensor: Tensor, wanted: Values, what: string, tolerance = tensor.dtype === 'float64' ? 1e-6 : 1e-3): void {
  const values = tensor.array.contiguousData();
  expect(values.length, what).toBe(wanted.length);
  for (const [index, value] of wanted.entries()) {
    const [own, other] = [values[index]!, numberOf(value)];
    const same = Number.isFinite(other) ? Math.abs(own - other) <= tolerance * Math.max(1, Math.abs(other)) : Object.is(own, other);
    if (!same) expect.fail(`${what}: ${own} in the place of ${other} at ${index}`);
  }
}

class Run {
  readonly tensors: Tensor[] = [];
  readonly #program: Program;

  constructor(program: Program) {
    this.#program = program;
  }

  makeLeaves(before: number): void {
    for (const { at, dtype, shape, grad, values } of this.#program.leaves) {
      if (at >= before || this.tensors[at] !== undefined) continue;
      const flat = values.length === 0 ? engine.zeros(0, { dtype }) : engine.tensor(values.map(Number), { dtype });
      this.tensors[at] = flat.reshape(shape).clone().requiresGrad_(grad);
    }
  }

  #placed(argument: unknown): unknown {
    if (Array.isArray(argument)) return argument.map((part) => this.#placed(part));
    if (argument === 'Infinity') return Infinity;
    return typeof argument === 'object' && argument !== null && '$' in argument ? this.tensors[(argument as { $: number }).$] : argument;
  }

  call({ call, args }: Step): readonly Tensor[] {
    const given = args.map((argument) => this.#placed(argument));
    const name = call.split('.').at(-1)!;
    const [owner, rest] = call.startsWith('t.') ? [given[0], given.slice(1)] : [call.startsWith('F.') ? engine.F : engine, given];
    const made = (owner as Record<string, (...given: unknown[]) => unknown>)[name]!(...rest);
    return made instanceof engine.Tensor ? [made] : Array.isArray(made) ? (made as Tensor[]) : Object.values(made as Record<string, Tensor>);
  }

  step(step: Step, at: number): void {
    this.makeLeaves(step.before);
    const what = `step ${at}, ${step.call}`;
    let results: readonly Tensor[];
    try {
      results = this.call(step);
    } catch (error) {
      if (step.error === undefined) throw new Error(`${what}: PyTorch refuses nothing`, { cause: error });
      // Python's IndexError is a RangeError here.
      expect((error as Error).name, what).toBe(step.error === 'IndexError' ? 'RangeError' : step.error);
      return;
    }
    if (step.results === undefined) expect.fail(`${what}: PyTorch throws a ${step.error}`);
    expect(results.map(({ dtype, shape, requiresGrad }) => ({ dtype, shape, requiresGrad })), what).toEqual(step.results.map(({ dtype, shape, requiresGrad }) => ({ dtype, shape, requiresGrad })));
    for (const [index, result] of results.entries()) {
      compare(result, step.results[index]!.values, `${what}, result ${index}`);
      if (!step.call.endsWith('_')) this.tensors[step.before + index] = result;
    }
  }

  backward(parts: readonly number[]): void {
    if (parts.length === 0) return;
    const weighed = parts.map((index, place) => this.tensors[index]!.to('float64').mul(0.5 + 0.25 * place).sum());
    weighed.reduce((sum, part) => sum.add(part)).backward();
  }
}

test.each(programs.map((program) => [program.seed, program] as const))('program %i', (_seed, program) => {
  const run = new Run(program);
  for (const [index, step] of program.steps.entries()) run.step(step, index);
  run.makeLeaves(Infinity);
  const { parts, error, written, grads, values } = program.final;
  if (error !== undefined) {
    if (written !== true) expect(() => run.backward(parts)).toThrow();
    return;
  }
  run.backward(parts);
  for (const [at, wanted] of grads!) {
    const { grad, dtype } = run.tensors[at]!;
    if (wanted === null || grad === null) expect(grad?.toArray() ?? null, `gradient of ${at}`).toBe(wanted);
    else compare(grad, wanted, `gradient of ${at}`, dtype === 'float64' ? 1e-5 : 2e-3);
  }
  for (const [at, wanted] of values!.entries()) compare(run.tensors[at]!, wanted, `tensor ${at} afterwards`);
});
