/**
 * Padding layers. The same in both modes.
 *
 * Guarantees: a number pads every side of the spatial dimensions; a list names the last dimension first, as PyTorch's.
 */
import type { Tensor } from '../ops/tensor.ts';
import { pad, type PaddingMode } from './functional/pad.ts';
import { ModelessLayer, pythonText, settingsText } from './layer.ts';

abstract class Padding extends ModelessLayer {
  readonly padding: readonly number[];

  constructor(rank: number, padding: number | readonly number[]) {
    super();
    this.padding = typeof padding === 'number' ? new Array<number>(2 * rank).fill(padding) : padding;
  }

  protected abstract mode(): PaddingMode;

  override forward(x: Tensor): Tensor {
    return pad(x, this.padding, this.mode());
  }

  protected override extraRepr(): string {
    return pythonText(this.padding);
  }
}

abstract class ConstantPadding extends Padding {
  readonly value: number;

  constructor(rank: number, padding: number | readonly number[], value: number) {
    super(rank, padding);
    this.value = value;
  }

  protected override mode(): PaddingMode {
    return 'constant';
  }

  override forward(x: Tensor): Tensor {
    return pad(x, this.padding, 'constant', this.value);
  }

  protected override extraRepr(): string {
    return settingsText({ padding: this.padding, value: this.value });
  }
}

export class ConstantPad1d extends ConstantPadding {
  constructor(padding: number | readonly number[], value: number) {
    super(1, padding, value);
  }
}

export class ZeroPad1d extends ConstantPadding {
  constructor(padding: number | readonly number[]) {
    super(1, padding, 0);
  }

  protected override extraRepr(): string {
    return pythonText(this.padding);
  }
}

export class ReflectionPad1d extends Padding {
  constructor(padding: number | readonly number[]) {
    super(1, padding);
  }

  protected override mode(): PaddingMode {
    return 'reflect';
  }
}

export class ReplicationPad1d extends Padding {
  constructor(padding: number | readonly number[]) {
    super(1, padding);
  }

  protected override mode(): PaddingMode {
    return 'replicate';
  }
}

export class CircularPad1d extends Padding {
  constructor(padding: number | readonly number[]) {
    super(1, padding);
  }

  protected override mode(): PaddingMode {
    return 'circular';
  }
}

export class ConstantPad2d extends ConstantPadding {
  constructor(padding: number | readonly number[], value: number) {
    super(2, padding, value);
  }
}

export class ZeroPad2d extends ConstantPadding {
  constructor(padding: number | readonly number[]) {
    super(2, padding, 0);
  }

  protected override extraRepr(): string {
    return pythonText(this.padding);
  }
}

export class ReflectionPad2d extends Padding {
  constructor(padding: number | readonly number[]) {
    super(2, padding);
  }

  protected override mode(): PaddingMode {
    return 'reflect';
  }
}

export class ReplicationPad2d extends Padding {
  constructor(padding: number | readonly number[]) {
    super(2, padding);
  }

  protected override mode(): PaddingMode {
    return 'replicate';
  }
}

export class CircularPad2d extends Padding {
  constructor(padding: number | readonly number[]) {
    super(2, padding);
  }

  protected override mode(): PaddingMode {
    return 'circular';
  }
}

export class ConstantPad3d extends ConstantPadding {
  constructor(padding: number | readonly number[], value: number) {
    super(3, padding, value);
  }
}

export class ZeroPad3d extends ConstantPadding {
  constructor(padding: number | readonly number[]) {
    super(3, padding, 0);
  }

  protected override extraRepr(): string {
    return pythonText(this.padding);
  }
}

export class ReflectionPad3d extends Padding {
  constructor(padding: number | readonly number[]) {
    super(3, padding);
  }

  protected override mode(): PaddingMode {
    return 'reflect';
  }
}

export class ReplicationPad3d extends Padding {
  constructor(padding: number | readonly number[]) {
    super(3, padding);
  }

  protected override mode(): PaddingMode {
    return 'replicate';
  }
}

export class CircularPad3d extends Padding {
  constructor(padding: number | readonly number[]) {
    super(3, padding);
  }

  protected override mode(): PaddingMode {
    return 'circular';
  }
}
