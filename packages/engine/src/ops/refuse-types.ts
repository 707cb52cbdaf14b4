/**
 * Operations that PyTorch has for some types only.
 *
 * Guarantees: the record refuses the others in the words of PyTorch 2.13 (executed), and is otherwise as it was.
 */
import type { OpRecord } from '../autograd/op-record.ts';
import { isFloating, scalarTypeName } from '../tensor/dtype.ts';
import { RuntimeError } from '../tensor/errors.ts';

/** What PyTorch says for a kernel that it has not for a type. */
export const notImplemented = (kernel: string, type = 'Bool'): string => `"${kernel}" not implemented for '${type}'`;

/** `record` for floating operands; `message` says what was refused, given PyTorch's name of the type. */
export function onlyFloating<A>(message: (type: string) => string, record: OpRecord<A>): OpRecord<A> {
  return {
    ...record,
    forward: (inputs, attributes) => {
      const { dtype } = inputs[0]!;
      if (!isFloating(dtype)) throw new RuntimeError(message(scalarTypeName[dtype]));
      return record.forward(inputs, attributes);
    },
  };
}

/** `record` for operands that are not all of type bool. */
export function refusingBool<A>(message: string, record: OpRecord<A>): OpRecord<A> {
  return {
    ...record,
    forward: (inputs, attributes) => {
      if (inputs.every(({ dtype }) => dtype === 'bool')) throw new RuntimeError(message);
      return record.forward(inputs, attributes);
    },
  };
}
