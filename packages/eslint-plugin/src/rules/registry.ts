// All rules, in the order of the tables.
import { noStaleTrainingFlag } from './no-stale-training-flag.ts';
import { noTrainModeInference } from './no-train-mode-inference.ts';
import { noUncalibratedBatchNorm } from './no-uncalibrated-batch-norm.ts';
import { noUnguardedRandomness } from './no-unguarded-randomness.ts';
import { requireNoGrad } from './require-no-grad.ts';
import { requireTrainingArgument } from './require-training-argument.ts';
import type { ModeRule } from './rule.ts';

export const RULES: readonly ModeRule[] = [noTrainModeInference, noUncalibratedBatchNorm, requireNoGrad, requireTrainingArgument, noUnguardedRandomness, noStaleTrainingFlag];
