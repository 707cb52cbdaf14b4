/**
 * What the methods of a tensor are made of: applying a registered operation to it and to other operands.
 *
 * Guarantees: a number stands for a 0-dimensional tensor of the type that PyTorch gives a Python scalar beside this one: it never
 * widens within its category; a boolean for one of type bool. Refuses operands of any other kind.
 */
import { applyInPlace, applyOp } from '../autograd/apply-op.ts';
import { TensorBase } from '../autograd/tensor-base.ts';
import { isFloating, type DType } from '../tensor/dtype.ts';
import { NdArray } from '../tensor/nd-array.ts';
import type { TensorOpAttributes } from './op-attributes.ts';
import type { Records } from './records.ts';
import { tensorOps } from './tensor-ops.ts';
import type { Operand, Tensor } from './tensor.ts';

export abstract class ApplyingTensor extends TensorBase {
  protected apply<K extends keyof TensorOpAttributes>(op: K, attributes: TensorOpAttributes[K], ...others: readonly Operand[]): Tensor {
    return applyOp<TensorOpAttributes[K], ApplyingTensor>(op, tensorOps[op], [this, ...others.map((other) => this.operand(other))], attributes) as Tensor;
  }

  protected applyInPlace<K extends keyof TensorOpAttributes>(op: K, attributes: TensorOpAttributes[K], ...others: readonly Operand[]): this {
    return applyInPlace<TensorOpAttributes[K], ApplyingTensor>(op, tensorOps[op], this, others.map((other) => this.operand(other)), attributes) as this;
  }

  /** The same with an operation of another family, for methods that a program carries only if it asks for them. */
  static applyFrom<Attributes, K extends keyof Attributes & string>(family: Records<Attributes>, op: K, target: ApplyingTensor, attributes: Attributes[K], others: readonly Operand[]): Tensor {
    return applyOp<Attributes[K], ApplyingTensor>(op, family[op], [target, ...others.map((other) => target.operand(other))], attributes) as Tensor;
  }

  protected operand(value: Operand): ApplyingTensor {
    if (value instanceof ApplyingTensor) return value;
    if (typeof value === 'boolean') return this.wrap(NdArray.filled('bool', [], Number(value)), false);
    if (typeof value !== 'number') throw new TypeError(`expected a tensor or a number, got ${value === null ? 'null' : typeof value}`);
    // Within its category a number takes this tensor's type; a whole number beside bool is int64, another beside a whole-number type float32.
    const whole = Number.isInteger(value);
    const dtype: DType = isFloating(this.dtype) || (whole && this.dtype !== 'bool') ? this.dtype : whole ? 'int64' : 'float32';
    return this.wrap(NdArray.filled(dtype, [], value), false);
  }
}
