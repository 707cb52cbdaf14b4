/**
 * Padding layers. The same in both modes.
 *
 * Guarantees: a number pads every side of the spatial dimensions; a list names the last dimension first, as PyTorch's.
 */
import type { Tensor } from '../ops/tensor.ts';
import { pad, type PaddingMode } from './functional/pad.ts';
import { ModelessLayer, pythonText, settingsText } from './layer.ts';

type Sides = number | readonly number[];

abstract class Padding extends ModelessLayer {
  readonly padding: readonly number[];

  constructor(padding: Sides) {
    super();
    this.padding = typeof padding === 'number' ? new Array<number>(2 * this.rank()).fill(padding) : padding;
  }

  /** How many spatial dimensions there are. */
  protected abstract rank(): number;
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

  constructor(padding: Sides, value: number) {
    super(padding);
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

abstract class ZeroPadding extends ConstantPadding {
  constructor(padding: Sides) {
    super(padding, 0);
  }

  protected override extraRepr(): string {
    return pythonText(this.padding);
  }
}

abstract class ReflectionPadding extends Padding {
  protected override mode(): PaddingMode {
    return 'reflect';
  }
}

abstract class ReplicationPadding extends Padding {
  protected override mode(): PaddingMode {
    return 'replicate';
  }
}

abstract class CircularPadding extends Padding {
  protected override mode(): PaddingMode {
    return 'circular';
  }
}

export class ConstantPad1d extends ConstantPadding { protected override rank(): number { return 1; } }
export class ZeroPad1d extends ZeroPadding { protected override rank(): number { return 1; } }
export class ReflectionPad1d extends ReflectionPadding { protected override rank(): number { return 1; } }
export class ReplicationPad1d extends ReplicationPadding { protected override rank(): number { return 1; } }
export class CircularPad1d extends CircularPadding { protected override rank(): number { return 1; } }

export class ConstantPad2d extends ConstantPadding { protected override rank(): number { return 2; } }
export class ZeroPad2d extends ZeroPadding { protected override rank(): number { return 2; } }
export class ReflectionPad2d extends ReflectionPadding { protected override rank(): number { return 2; } }
export class ReplicationPad2d extends ReplicationPadding { protected override rank(): number { return 2; } }
export class CircularPad2d extends CircularPadding { protected override rank(): number { return 2; } }

export class ConstantPad3d extends ConstantPadding { protected override rank(): number { return 3; } }
export class ZeroPad3d extends ZeroPadding { protected override rank(): number { return 3; } }
export class ReflectionPad3d extends ReflectionPadding { protected override rank(): number { return 3; } }
export class ReplicationPad3d extends ReplicationPadding { protected override rank(): number { return 3; } }
export class CircularPad3d extends CircularPadding { protected override rank(): number { return 3; } }
