/**
 * Every operation by name.
 *
 * Guarantees: complete by its mapped type: a name in `OpAttributes` without a record is a compile error.
 */
import type { OpRecord } from '../autograd/op-record.ts';
import { binaryRecords, choiceRecords, comparisonRecords, unaryRecords } from './elementwise-records.ts';
import type { OpAttributes } from './op-attributes.ts';
import { recurrentRecords } from './recurrent-records.ts';
import { reductionRecords } from './reduction-records.ts';
import { shapeRecords } from './shape-records.ts';

export type Registry = { readonly [Name in keyof OpAttributes]: OpRecord<OpAttributes[Name]> };

export const registry: Registry = {
  ...binaryRecords,
  ...unaryRecords,
  ...comparisonRecords,
  ...choiceRecords,
  ...reductionRecords,
  ...recurrentRecords,
  ...shapeRecords,
};
