/**
 * Losses in the configurations of the mode inventory.
 */
import { AdaptiveLogSoftmaxWithLoss } from '../nn/adaptive-log-softmax.ts';
import { LinearCrossEntropyLoss } from '../nn/linear-cross-entropy-loss.ts';
import * as losses from '../nn/losses.ts';
import { ones, rand, randint, randn, tensor } from '../ops/creation.ts';
import type { Tensor } from '../ops/tensor.ts';
import { entry, inputs, type Configuration } from './configuration.ts';

const { L1Loss, MSELoss, SmoothL1Loss, HuberLoss, KLDivLoss, PoissonNLLLoss } = losses;
const triple = (): readonly Tensor[] => [randn(8, 6), randn(8, 6), randn(8, 6)];
const whole = (values: readonly number[]): Tensor => tensor(values, { dtype: 'int64' });

export const lossConfigurations: readonly Configuration[] = [
  ...Object.entries({ L1Loss, MSELoss, SmoothL1Loss, HuberLoss, KLDivLoss, PoissonNLLLoss }).map(([name, Loss]) => entry(name, 'default', () => new Loss(), inputs.pair)),
  entry('BCELoss', 'default', () => new losses.BCELoss(), () => [rand(8, 6), rand(8, 6)]),
  entry('BCEWithLogitsLoss', 'default', () => new losses.BCEWithLogitsLoss(), () => [randn(8, 6), rand(8, 6)]),
  entry('BCEWithLogitsLoss', 'pos_weight (buffer)', () => new losses.BCEWithLogitsLoss({ posWeight: ones(6) }), () => [randn(8, 6), rand(8, 6)]),
  entry('CrossEntropyLoss', 'label_smoothing=0.1', () => new losses.CrossEntropyLoss({ labelSmoothing: 0.1 }), inputs.classes),
  entry('CrossEntropyLoss', 'weight (buffer)', () => new losses.CrossEntropyLoss({ weight: rand(6) }), inputs.classes),
  entry('NLLLoss', 'default', () => new losses.NLLLoss(), inputs.classes),
  entry('NLLLoss2d', 'default', () => new losses.NLLLoss2d(), () => [randn(2, 3, 4, 4), randint(0, 3, [2, 4, 4])]),
  entry('MultiMarginLoss', 'default', () => new losses.MultiMarginLoss(), inputs.classes),
  entry('MultiLabelMarginLoss', 'default', () => new losses.MultiLabelMarginLoss(), () => [randn(3, 4), tensor([0, 1, 2].map(() => [0, 2, -1, 1]), { dtype: 'int64' })]),
  entry('MultiLabelSoftMarginLoss', 'default', () => new losses.MultiLabelSoftMarginLoss(), () => [randn(8, 6), ones(8, 6)]),
  entry('SoftMarginLoss', 'default', () => new losses.SoftMarginLoss(), () => [randn(8, 6), ones(8, 6)]),
  entry('HingeEmbeddingLoss', 'default', () => new losses.HingeEmbeddingLoss(), () => [randn(8, 6), ones(8, 6)]),
  entry('CosineEmbeddingLoss', 'default', () => new losses.CosineEmbeddingLoss(), () => [randn(8, 6), randn(8, 6), ones(8)]),
  entry('MarginRankingLoss', 'default', () => new losses.MarginRankingLoss(), () => [randn(8), randn(8), ones(8)]),
  entry('TripletMarginLoss', 'default', () => new losses.TripletMarginLoss(), triple),
  entry('TripletMarginWithDistanceLoss', 'default', () => new losses.TripletMarginWithDistanceLoss(), triple),
  entry('GaussianNLLLoss', 'default', () => new losses.GaussianNLLLoss(), () => [randn(8, 6), randn(8, 6), rand(8, 6).add(0.1)]),
  entry('CTCLoss', 'default', () => new losses.CTCLoss(), () => [randn(12, 2, 5).logSoftmax(2), randint(1, 5, [2, 4]), whole([12, 12]), whole([4, 4])]),
  entry('AdaptiveLogSoftmaxWithLoss', '16,100,[10,50]', () => new AdaptiveLogSoftmaxWithLoss(16, 100, [10, 50]), () => [randn(32, 16), randint(0, 100, [32])]),
  entry('LinearCrossEntropyLoss', '6->10', () => new LinearCrossEntropyLoss(6, 10), () => [randn(8, 6), randint(0, 10, [8])]),
];
