/**
 * Every operation by name.
 *
 * Guarantees: complete by its mapped type: a name in `OpAttributes` without a record is a compile error. Over some of the records, which are
 * the specification, lie compiled kernels (`compiled-records.ts`).
 */
import type { OpRecord } from '../autograd/op-record.ts';
import { activationRecords } from './activation-records.ts';
import { attentionRecords } from './attention-records.ts';
import { convRecords } from './conv-records.ts';
import { binaryRecords, choiceRecords, comparisonRecords, unaryRecords } from './elementwise-records.ts';
import { compiledRecords, withCompiled, type Compiled } from './compiled-records.ts';
import { embeddingRecords } from './embedding-records.ts';
import { indexRecords } from './index-records.ts';
import { lossRecords } from './loss-records.ts';
import { mathRecords } from './math-records.ts';
import { normRecords } from './norm-records.ts';
import type { OpAttributes } from './op-attributes.ts';
import { poolRecords } from './pool-records.ts';
import { recurrentRecords } from './recurrent-records.ts';
import { reductionRecords } from './reduction-records.ts';
import { shapeRecords } from './shape-records.ts';
import { spatialRecords } from './spatial-records.ts';

export type Registry = { readonly [Name in keyof OpAttributes]: OpRecord<OpAttributes[Name]> };

const reference: Registry = {
  ...binaryRecords,
  ...unaryRecords,
  ...comparisonRecords,
  ...choiceRecords,
  ...reductionRecords,
  ...recurrentRecords,
  ...shapeRecords,
  ...activationRecords,
  ...attentionRecords,
  ...convRecords,
  ...embeddingRecords,
  ...indexRecords,
  ...lossRecords,
  ...mathRecords,
  ...normRecords,
  ...poolRecords,
  ...spatialRecords,
};

export const registry = Object.fromEntries(
  Object.entries(reference).map(([name, record]) => [name, withCompiled(record as OpRecord<unknown>, compiledRecords[name as keyof OpAttributes] as Compiled<unknown> | undefined)]),
) as unknown as Registry;
