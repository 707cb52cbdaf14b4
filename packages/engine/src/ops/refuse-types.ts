/**
 * Operations that PyTorch has for some types only.
 *
 * Guarantees: the record refuses the others with the class and in the words of PyTorch 2.13 (executed), and is otherwise as it was. Arrays without elements are refused as well.
 */
import type { OpRecord } from '../autograd/op-record.ts';
import { isFloating, scalarTypeName, type DType } from '../tensor/dtype.ts';
import { NotImplementedError, RuntimeError } from '../tensor/errors.ts';
import type { NdArray } from '../tensor/nd-array.ts';
import { resultType } from '../tensor/promotion.ts';

/** What PyTorch says for a kernel that it has not for a type. */
export const notImplemented = (kernel: string, dtype: DType = 'bool'): NotImplementedError => new NotImplementedError(`"${kernel}" not implemented for '${scalarTypeName[dtype]}'`);

/** `record` for what `accepts` its operands; `error` gives what is thrown for others. */
function guarded<A>(record: OpRecord<A>, accepts: (inputs: readonly NdArray[]) => boolean, error: (dtype: DType) => Error): OpRecord<A> {
  return {
    ...record,
    forward: (inputs, attributes) => {
      if (!accepts(inputs)) throw error(inputs[0]!.dtype);
      return record.forward(inputs, attributes);
    },
  };
}

const isFloatingFirst = ([x]: readonly NdArray[]): boolean => isFloating(x!.dtype);

/** `record` for a floating first operand; `message` says what was refused, given PyTorch's name of the type. */
export const onlyFloating = <A>(message: (type: string) => string, record: OpRecord<A>): OpRecord<A> => guarded(record, isFloatingFirst, (dtype) => new RuntimeError(message(scalarTypeName[dtype])));

/** `record` for a floating first operand, for which alone there is a `kernel`. */
export const floatingKernel = <A>(kernel: string, record: OpRecord<A>): OpRecord<A> => guarded(record, isFloatingFirst, (dtype) => notImplemented(kernel, dtype));

/** `record` for operands whose common type is floating, for which alone there is a `kernel`. */
export const floatingResult = <A>(kernel: string, record: OpRecord<A>): OpRecord<A> => guarded(record, (inputs) => isFloating(resultType(...inputs)), (dtype) => notImplemented(kernel, dtype));

/** `record` for operands that are not all of type bool. */
export const refusingBool = <A>(error: string | NotImplementedError, record: OpRecord<A>): OpRecord<A> =>
  guarded(record, (inputs) => inputs.some(({ dtype }) => dtype !== 'bool'), () => (typeof error === 'string' ? new RuntimeError(error) : error));
