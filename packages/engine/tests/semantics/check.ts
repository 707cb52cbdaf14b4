/**
 * What the tables of semantic checks are made of: a check is a short program under the code that the mode inventory gave it, and returns what the
 * same program returned on PyTorch.
 */
import type { Tensor } from '../../src/index.ts';

export type Checks = Readonly<Record<string, () => unknown>>;

/** A check that covers a part of what was recorded: the value at this path. The rest of it has no counterpart here, for the reason given. */
export class Part {
  readonly path: readonly (string | number)[];
  readonly value: unknown;
  readonly because: string;

  constructor(path: readonly (string | number)[], value: unknown, because: string) {
    this.path = path;
    this.value = value;
    this.because = because;
  }
}

/** Several parts, for the same reason. */
export function parts(because: string, values: Readonly<Record<string, unknown>>): Part[] {
  return Object.entries(values).map(([path, value]) => new Part(path.split('/').map((step) => (/^\d+$/.test(step) ? Number(step) : step)), value, because));
}

/** `['ok', text]`, or class and message of what was thrown, as the recording has it. */
export function outcome(run: () => string): unknown {
  try {
    return ['ok', run().slice(0, 80)];
  } catch (error) {
    return thrown(error);
  }
}

export function thrown(error: unknown): string {
  const { name, message } = error as Error;
  // Advice in Python is given in JavaScript; a RangeError of the stack is Python's RecursionError.
  const text = message.replace('`noGrad`', '`torch.no_grad()`').replace('`inferenceMode`', '`torch.inference_mode()`');
  return `${name}: ${text.split(/\s+/).join(' ')}`.slice(0, `${name}: `.length + 330);
}

export const python = {
  bool: (value: boolean): string => (value ? 'True' : 'False'),
  tuple: (...items: readonly string[]): string => `(${items.join(', ')})`,
  float: (value: number): string => (Number.isInteger(value) ? value.toFixed(1) : String(value)),
  list: (tensor: Tensor): string => `[${(tensor.toArray() as number[]).map((value) => python.float(value)).join(', ')}]`,
  size: (tensor: Tensor): string => `torch.Size([${tensor.shape.join(', ')}])`,
};

export const equal = (a: Tensor, b: Tensor): boolean => a.shape.join() === b.shape.join() && a.array.contiguousData().every((value, at) => value === b.array.contiguousData()[at]);
export const close = (a: Tensor, b: Tensor, tolerance = 1e-5): boolean => a.shape.join() === b.shape.join() && a.array.contiguousData().every((value, at) => Math.abs(Number(value) - Number(b.array.contiguousData()[at])) <= tolerance);
export const number = (tensor: Tensor | null): number => Number(tensor!.array.contiguousData()[0]);
