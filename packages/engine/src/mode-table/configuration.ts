/**
 * What the mode table probes: a layer in one configuration, with inputs.
 *
 * Guarantees: names and configurations are those of the mode inventory, so that a row here and a row recorded on PyTorch are about the same thing.
 *
 * Worked example: `entry('Dropout', 'p=0.5', () => new nn.Dropout(0.5), inputs.nc)`.
 */
import type { Module } from '../nn/module.ts';
import { randint, randn } from '../ops/creation.ts';
import type { Tensor } from '../ops/tensor.ts';

export interface Configuration {
  readonly module: string;
  readonly config: string;
  readonly make: () => Module;
  readonly inputs: () => readonly Tensor[];
  /** How the module is called; by default with all inputs. */
  readonly call?: (module: Module, inputs: readonly Tensor[]) => unknown;
  /** Run under `noGrad`. */
  readonly noGrad?: boolean;
  /** Inputs that require no gradient: an in-place layer may not write to a leaf. */
  readonly plainInputs?: boolean;
}

export function entry(module: string, config: string, make: () => Module, inputs: () => readonly Tensor[], options: Pick<Configuration, 'call' | 'noGrad' | 'plainInputs'> = {}): Configuration {
  return { module, config, make, inputs, ...options };
}

/** The inputs of the inventory's probe. */
export const inputs = {
  nc: () => [randn(8, 6)],
  ncl: () => [randn(4, 6, 10)],
  nchw: () => [randn(4, 6, 8, 8)],
  ncdhw: () => [randn(2, 6, 6, 6, 6)],
  /** [time, batch, features]. */
  sequence: () => [randn(5, 3, 6)],
  pair: () => [randn(8, 6), randn(8, 6)],
  indices: () => [randint(0, 10, [4, 5])],
  /** Logits and classes. */
  classes: () => [randn(8, 6), randint(0, 6, [8])],
} satisfies Record<string, () => readonly Tensor[]>;

/** A lazy layer after a first call in evaluation mode, in training mode again. */
export function materialised(module: Module, given: () => readonly Tensor[]): Module {
  module.eval().call(...given());
  return module.train();
}
