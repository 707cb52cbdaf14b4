/**
 * Which dimension of a layer's weight counts its outputs: 0, and 1 for transposed convolutions, as `torch.nn.utils` has it.
 */
import type { Module } from './module.ts';

export function outputDimension(module: Module): number {
  return /^(?:Lazy)?ConvTranspose\dd$/.test(module.constructor.name) ? 1 : 0;
}
