/**
 * Every operation by name: what the checks run over. Programs apply the families one by one, so that a bundle carries those that it uses.
 *
 * Guarantees: complete by its type: a name in `OpAttributes` without a record is a compile error.
 */
import { activationOps } from './activation-ops.ts';
import { attentionOps } from './compiled-attention.ts';
import { choiceRecords } from './choice-records.ts';
import { convOps } from './compiled-conv.ts';
import { extremumOps } from './extremum-ops.ts';
import { gridSampleRecords } from './grid-sample-records.ts';
import { indexRecords } from './index-records.ts';
import { linalgRecords } from './linalg-records.ts';
import { linearOps } from './compiled-linear.ts';
import { bceWithLogitsLossOp, l1LossOp, mseLossOp } from './compiled-loss.ts';
import { recurrentOps } from './compiled-recurrent.ts';
import { batchNormOp, layerNormOp } from './compiled-norm.ts';
import { normRecords } from './norm-records.ts';
import { ctcRecords } from './ctc-records.ts';
import { embeddingRecords } from './embedding-records.ts';
import { logicRecords } from './logic-records.ts';
import { lossRecords } from './loss-records.ts';
import { mathRecords } from './math-records.ts';
import type { OpAttributes } from './op-attributes.ts';
import { poolRecords } from './pool-records.ts';
import type { Records } from './records.ts';
import { spatialRecords } from './spatial-records.ts';
import { tensorOps } from './tensor-ops.ts';

export const registry: Records<OpAttributes> = {
  ...tensorOps,
  ...activationOps,
  ...attentionOps,
  ...choiceRecords,
  ...convOps,
  ...ctcRecords,
  ...embeddingRecords,
  ...extremumOps,
  ...gridSampleRecords,
  ...indexRecords,
  ...linalgRecords,
  ...linearOps,
  ...logicRecords,
  ...lossRecords,
  mseLoss: mseLossOp,
  l1Loss: l1LossOp,
  bceWithLogitsLoss: bceWithLogitsLossOp,
  ...mathRecords,
  ...normRecords,
  batchNorm: batchNormOp,
  layerNorm: layerNormOp,
  ...poolRecords,
  ...recurrentOps,
  ...spatialRecords,
};
