// All rules, in the order of the tables.
import { noAsyncGradScope } from './no-async-grad-scope.ts';
import { forwardTrainingOption } from './forward-training-option.ts';
import { noDirectForward } from './no-direct-forward.ts';
import { noEvalModeTraining } from './no-eval-mode-training.ts';
import { noGradCutInTraining } from './no-grad-cut-in-training.ts';
import { noIneffectiveGradScope } from './no-ineffective-grad-scope.ts';
import { noIgnoredTrainingOption } from './no-ignored-training-option.ts';
import { noInvertedTrainingGuard } from './no-inverted-training-guard.ts';
import { noModeMethodAsFlag } from './no-mode-method-as-flag.ts';
import { noModeRace } from './no-mode-race.ts';
import { noModuleInForward } from './no-module-in-forward.ts';
import { noStaleTrainingFlag } from './no-stale-training-flag.ts';
import { noTrainModeExport } from './no-train-mode-export.ts';
import { noTrainModeInference } from './no-train-mode-inference.ts';
import { noTrainingAssignment } from './no-training-assignment.ts';
import { noUncalibratedBatchNorm } from './no-uncalibrated-batch-norm.ts';
import { noUnguardedRandomness } from './no-unguarded-randomness.ts';
import { noUnregisteredSubmodule } from './no-unregistered-submodule.ts';
import { noUnrestoredMode } from './no-unrestored-mode.ts';
import { requireNoGrad } from './require-no-grad.ts';
import { requireTrainingArgument } from './require-training-argument.ts';
import { requireTrainingOption } from './require-training-option.ts';
import { validTrainOverride } from './valid-train-override.ts';
import type { ModeRule } from './rule.ts';

export const RULES: readonly ModeRule[] = [noTrainModeInference, noEvalModeTraining, noUnrestoredMode, noModeRace, noUncalibratedBatchNorm, noTrainModeExport, requireNoGrad, noGradCutInTraining, noAsyncGradScope, noIneffectiveGradScope, requireTrainingArgument, noUnguardedRandomness, noStaleTrainingFlag, noInvertedTrainingGuard, noModuleInForward, noUnregisteredSubmodule, validTrainOverride, noModeMethodAsFlag, noTrainingAssignment, noDirectForward, noIgnoredTrainingOption, requireTrainingOption, forwardTrainingOption];
