/**
 * Parameters and buffers whose shape is not known before the first input: what lazy layers start with.
 *
 * Guarantees: the object stays the same when it gets its values (`uninitialized.ts`), so that an optimizer made before goes on to hold the right one. Refuses
 * every other use, with PyTorch's messages.
 */
import { Tensor } from '../ops/tensor.ts';
import { RuntimeError, ValueError } from '../tensor/errors.ts';
import type { DType } from '../tensor/dtype.ts';
import { NdArray } from '../tensor/nd-array.ts';
import { Parameter } from './parameter.ts';
import { addUninitialized, uninitialized } from './uninitialized.ts';

function conceal(tensor: Tensor, dtype: DType, another: (dtype: DType) => Tensor): void {
  addUninitialized(tensor, { dtype, another });
  Object.defineProperty(tensor, 'array', {
    configurable: true,
    get(): never {
      throw new ValueError(
        'Attempted to use an uninitialized parameter. This error happens when you are using a `LazyModule` or explicitly manipulating uninitialized parameters. ' +
          'When using LazyModules Call `forward` with a dummy batch to initialize the parameters before calling torch functions',
      );
    },
  });
  Object.defineProperty(tensor, 'shape', {
    configurable: true,
    get(): never {
      throw new RuntimeError(
        "Can't access the shape of an uninitialized parameter or buffer. This error usually happens in `load_state_dict` when trying to load an uninitialized parameter into an initialized one. " +
          'Call `forward` to initialize the parameters before accessing their attributes.',
      );
    },
  });
  Object.defineProperty(tensor, 'dtype', { configurable: true, get: () => uninitialized!.typeOf(tensor) });
  // It has no memory that a scope could end.
  Object.defineProperty(tensor, 'dispose', { configurable: true, value: () => {} });
  // Part of a state dictionary as it is.
  Object.defineProperty(tensor, 'detach', { configurable: true, value: () => tensor });
  Object.defineProperty(tensor, 'toString', { configurable: true, value: () => (tensor instanceof Parameter ? '<UninitializedParameter>' : '<UninitializedBuffer>') });
}

const nothing = (dtype: DType): Tensor => new Tensor(NdArray.filled(dtype, [0], 0));

export function uninitializedParameter(dtype: DType = 'float32'): Parameter {
  const parameter = new Parameter(nothing(dtype));
  conceal(parameter, dtype, uninitializedParameter);
  return parameter;
}

export function uninitializedBuffer(dtype: DType = 'float32'): Tensor {
  const buffer = nothing(dtype);
  conceal(buffer, dtype, uninitializedBuffer);
  return buffer;
}
