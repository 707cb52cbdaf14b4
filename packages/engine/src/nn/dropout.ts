/**
 * Dropout: random zeros in training mode, nothing in evaluation mode.
 *
 * Guarantees: in evaluation mode the same tensor object comes back; p = 1 gives zeros without a draw (mode inventory 1a, executed).
 * Refuses p outside [0, 1] at construction and, as p may be assigned later, at every call.
 */
import type { Tensor } from '../ops/tensor.ts';
import { ValueError } from '../tensor/errors.ts';
import { dropout } from './functional.ts';
import { Module } from './module.ts';

export class Dropout extends Module {
  p: number;

  constructor(p = 0.5) {
    super();
    if (!(p >= 0 && p <= 1)) throw new ValueError(`dropout probability has to be between 0 and 1, but got ${p}`);
    this.p = p;
  }

  override forward(x: Tensor): Tensor {
    return dropout(x, this.p, this.training);
  }

  override isModeSensitive(): boolean {
    return this.p > 0;
  }

  protected override extraRepr(): string {
    return `p=${this.p}, inplace=False`;
  }
}
