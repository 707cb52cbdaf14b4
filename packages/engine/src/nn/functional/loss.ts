/**
 * Losses as functions, with PyTorch's defaults (2.13, executed).
 *
 * Guarantees: `reduction` is 'mean' unless told otherwise; the means of weighted losses divide by the weights that took part. Refuses sizes
 * that do not fit, in PyTorch's wording. Class targets may be whole numbers of any type, since JavaScript cannot tell 1 from 1.0.
 */
import { applyOp } from '../../autograd/apply-op.ts';
import { applyNamed } from '../../ops/apply-named.ts';
import { activationOps } from '../../ops/activation-ops.ts';
import { bceWithLogitsLossOp, l1LossOp, mseLossOp } from '../../ops/compiled-loss.ts';
import { minimumOp } from '../../ops/extremum-ops.ts';
import { bceLossRecord, huberLossRecord, klDivLossRecord, nllLossRecord, smoothL1LossRecord, softMarginLossRecord } from '../../ops/loss-records.ts';
import { arange, tensor } from '../../ops/creation.ts';
import { stack, where } from '../../ops/joining.ts';
import type { Tensor } from '../../ops/tensor.ts';
import { isFloating } from '../../tensor/dtype.ts';
import { RuntimeError, ValueError } from '../../tensor/errors.ts';
import { broadcastShapes, formatSize, numelOf, sameShape } from '../../tensor/shape.ts';
import { cosineSimilarity, pairwiseDistance } from './distance.ts';

export type LossReduction = 'mean' | 'sum' | 'none';

export interface LossOptions {
  readonly reduction?: LossReduction;
}

/** Options, or the reduction alone. */
type Options<O> = (O & LossOptions) | LossReduction;

function settings<O>(options: Options<O>): O & LossOptions {
  return typeof options === 'string' ? ({ reduction: options } as O & LossOptions) : options;
}

function reduce(loss: Tensor, reduction: LossReduction = 'mean'): Tensor {
  switch (reduction) {
    case 'mean':
      return loss.mean();
    case 'sum':
      return loss.sum();
    case 'none':
      return loss;
    default:
      throw new ValueError(`${String(reduction satisfies never)} is not a valid value for reduction`);
  }
}

/** (input - target)^2. */
export function mseLoss(input: Tensor, target: Tensor, options: Options<{ readonly weight?: Tensor | null }> = {}): Tensor {
  const { weight = null, reduction } = settings(options);
  const losses = applyOp('mseLoss', mseLossOp, [input, target], {});
  if (weight === null) return reduce(losses, reduction);
  const weighted = losses.mul(weight);
  return reduction === 'mean' || reduction === undefined ? weighted.sum().div(weight.sum()) : reduce(weighted, reduction);
}

/** |input - target|. */
export function l1Loss(input: Tensor, target: Tensor, options: Options<object> = {}): Tensor {
  return reduce(applyOp('l1Loss', l1LossOp, [input, target], {}), settings(options).reduction);
}

/** Quadratic below `beta`, linear above. */
export function smoothL1Loss(input: Tensor, target: Tensor, options: LossOptions & { readonly beta?: number } = {}): Tensor {
  const { beta = 1 } = options;
  if (beta < 0) throw new RuntimeError('smooth_l1_loss does not support negative values for beta.');
  return reduce(beta === 0 ? applyOp('l1Loss', l1LossOp, [input, target], {}) : applyOp('smoothL1Loss', smoothL1LossRecord, [input, target], { beta }), options.reduction);
}

/** Quadratic up to `delta`, linear above with that slope. */
export function huberLoss(input: Tensor, target: Tensor, options: LossOptions & { readonly delta?: number } = {}): Tensor {
  const { delta = 1 } = options;
  if (delta <= 0) throw new RuntimeError('huber_loss does not support non-positive values for delta.');
  return reduce(applyOp('huberLoss', huberLossRecord, [input, target], { delta }), options.reduction);
}

export interface ClassLossOptions extends LossOptions {
  /** One weight per class. */
  readonly weight?: Tensor | null;
  /** A target that does not count. */
  readonly ignoreIndex?: number;
}

/** Targets have the shape of the input without its classes; one row of classes takes one target, of no dimension or one. */
function checkClasses(input: Tensor, target: Tensor): void {
  const [batch, classes, ...rest] = input.shape;
  const given = target.shape[0] ?? 0;
  if (batch === undefined) throw new ValueError('Expected 1 or more dimensions (got 0)');
  const single = classes === undefined;
  if (single && target.dim() < 2 && target.numel() !== 1) throw new ValueError(`For 1D input, 1D target must have size 1, but got target size: ${given}`);
  if (!single && batch !== given) throw new ValueError(`Expected input batch_size (${batch}) to match target batch_size (${given}).`);
  const wanted = [...(single ? target.shape.slice(0, 1) : [batch]), ...rest];
  if (!sameShape(target.shape, wanted)) throw new RuntimeError(`Expected target size [${wanted.join(', ')}], got [${target.shape.join(', ')}]`);
}

/** Minus the logarithm of the probability of the target class: input [N, C, *] (or [C]) of logarithms, target [N, *]. */
export function nllLoss(input: Tensor, target: Tensor, options: ClassLossOptions = {}): Tensor {
  const { weight = null, ignoreIndex = -100, reduction = 'mean' } = options;
  checkClasses(input, target);
  const whole = target.to('int64');
  const classes = input.dim() === 1 ? whole.reshape(1) : whole;
  const logs = input.dim() === 1 ? input.unsqueeze(0) : input;
  if (weight !== null && (weight.dim() !== 1 || weight.numel() !== logs.size(1))) {
    throw new RuntimeError(`weight tensor should be defined either for all ${logs.size(1)} classes or no classes but got weight tensor of shape: [${weight.shape.join(', ')}]`);
  }
  const inputs = weight === null ? [logs, classes] : [logs, classes, weight.detach()];
  if (reduction === 'mean' || reduction === 'sum') return applyOp('nllLoss', nllLossRecord, inputs, { ignoreIndex, reduction });
  return reduce(applyOp('nllLoss', nllLossRecord, inputs, { ignoreIndex, reduction: 'none' }).reshape(input.dim() === 1 ? [] : target.shape), reduction);
}

function totalWeight(classes: Tensor, weight: Tensor | null, ignoreIndex: number): number {
  const weights = weight?.array.contiguousData();
  let total = 0;
  for (const picked of classes.array.contiguousData()) if (picked !== ignoreIndex) total += weights === undefined ? 1 : weights[picked]!;
  return total;
}

/**
 * Cross entropy of logits [N, C, *] (or [C]). `target` holds class indices [N, *] or, in the shape of the logits, class probabilities.
 * `labelSmoothing` e mixes every target with the uniform distribution: (1 - e) * target + e / C.
 * @throws RuntimeError for sizes that do not fit, RangeError for a class out of bounds
 */
export function crossEntropy(input: Tensor, target: Tensor, options: Options<ClassLossOptions & { readonly labelSmoothing?: number }> = {}): Tensor {
  const { weight = null, ignoreIndex = -100, labelSmoothing = 0, reduction = 'mean' } = settings(options);
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) throw new RuntimeError(`label_smoothing must be between 0.0 and 1.0. Got: ${labelSmoothing}`);
  const dim = input.dim() === 1 ? 0 : 1;
  const logs = input.logSoftmax(dim);
  const classes = input.size(dim);
  const perClass = (values: Tensor): Tensor => values.reshape([classes, ...new Array<number>(Math.max(input.dim() - 2, 0)).fill(1)]);
  const weighted = weight === null ? logs : logs.mul(perClass(weight));
  if (sameShape(input.shape, target.shape) && isFloating(target.dtype)) {
    if (ignoreIndex >= 0) throw new RuntimeError('ignore_index is not supported for floating point target');
    const smooth = labelSmoothing === 0 ? target : target.mul(1 - labelSmoothing).add(labelSmoothing / classes);
    const losses = weighted.mul(smooth).sum(dim).neg();
    return reduction === 'mean' ? losses.sum().div(numelOf(input.shape) / classes) : reduce(losses, reduction);
  }
  const picked = nllLoss(logs, target, { weight, ignoreIndex, reduction });
  if (labelSmoothing === 0) return picked;
  // One row has one target and one loss, of no dimension, as without smoothing; PyTorch 2.13 fails inside for a target of shape [1].
  const whole = (input.dim() === 1 ? target.reshape([]) : target).to('int64');
  const counts = whole.ne(ignoreIndex);
  const uniform = where(counts, weighted.sum(dim).neg(), 0);
  const spread = reduction === 'mean' ? uniform.sum().div(totalWeight(whole, weight, ignoreIndex)) : reduce(uniform, reduction);
  return picked.mul(1 - labelSmoothing).add(spread.mul(labelSmoothing / classes));
}

function requireSame(input: Tensor, target: Tensor): void {
  if (!sameShape(input.shape, target.shape)) throw new ValueError(`Target size (${formatSize(target.shape)}) must be the same as input size (${formatSize(input.shape)})`);
}

/** Cross entropy of probabilities in [0, 1]. */
export function binaryCrossEntropy(input: Tensor, target: Tensor, options: LossOptions & { readonly weight?: Tensor | null } = {}): Tensor {
  if (!sameShape(input.shape, target.shape)) {
    throw new ValueError(`Using a target size (${formatSize(target.shape)}) that is different to the input size (${formatSize(input.shape)}) is deprecated. Please ensure they have the same size.`);
  }
  const losses = applyOp('bceLoss', bceLossRecord, [input, target], {});
  return reduce(options.weight == null ? losses : losses.mul(options.weight), options.reduction);
}

/** Binary cross entropy of logits, in the form that does not overflow; `posWeight` scales the positive part of each class. */
export function binaryCrossEntropyWithLogits(input: Tensor, target: Tensor, options: Options<{ readonly weight?: Tensor | null; readonly posWeight?: Tensor | null }> = {}): Tensor {
  const { weight = null, posWeight = null, reduction } = settings(options);
  requireSame(input, target);
  // (1 - y) x + (1 + (p - 1) y) log(1 + e^-x)
  const losses =
    posWeight === null
      ? applyOp('bceWithLogitsLoss', bceWithLogitsLossOp, [input, target], {})
      : target.neg().add(1).mul(input).add(posWeight.sub(1).mul(target).add(1).mul(applyNamed(activationOps, 'logsigmoid', [input], {}).neg()));
  return reduce(weight === null ? losses : losses.mul(weight), reduction);
}

/** Divergence of the distribution `target` from the one whose logarithms are `input`. 'batchmean' divides by the batch size. */
export function klDiv(input: Tensor, target: Tensor, options: { readonly reduction?: LossReduction | 'batchmean'; readonly logTarget?: boolean } = {}): Tensor {
  const { reduction = 'mean', logTarget = false } = options;
  const losses = applyOp('klDivLoss', klDivLossRecord, [input, target], { logTarget });
  return reduction === 'batchmean' ? losses.sum().div(input.size(0)) : reduce(losses, reduction);
}

/** Likelihood of a normal distribution with mean `input` and variance `variance`, which is at least `eps`. */
export function gaussianNllLoss(input: Tensor, target: Tensor, variance: Tensor | number, options: LossOptions & { readonly full?: boolean; readonly eps?: number } = {}): Tensor {
  const { full = false, eps = 1e-6, reduction } = options;
  let spread = typeof variance === 'number' ? input.detach().mul(0).add(variance) : variance;
  if (!sameShape(spread.shape, input.shape)) {
    if (sameShape(input.shape.slice(0, -1), spread.shape)) spread = spread.unsqueeze(-1);
    else if (!(sameShape(input.shape.slice(0, -1), spread.shape.slice(0, -1)) && spread.shape.at(-1) === 1)) throw new ValueError('var is of incorrect size');
  }
  if (spread.array.contiguousData().some((value) => value < 0)) throw new ValueError('var has negative entry/entries');
  // The lower limit takes no part in the gradient.
  const excess = spread.detach().clamp(eps).sub(spread.detach());
  const limited = spread.add(excess);
  const losses = limited.log().add(input.sub(target).square().div(limited)).mul(0.5);
  return reduce(full ? losses.add(0.5 * Math.log(2 * Math.PI)) : losses, reduction);
}

/** Likelihood of a Poisson distribution whose rate is `input`, or e^input. `full` adds Stirling's approximation of log(target!). */
export function poissonNllLoss(input: Tensor, target: Tensor, options: LossOptions & { readonly logInput?: boolean; readonly full?: boolean; readonly eps?: number } = {}): Tensor {
  const { logInput = true, full = false, eps = 1e-8, reduction } = options;
  const losses = logInput ? input.exp().sub(target.mul(input)) : input.sub(target.mul(input.add(eps).log()));
  if (!full) return reduce(losses, reduction);
  const stirling = target.mul(target.log()).sub(target).add(target.mul(2 * Math.PI).log().mul(0.5));
  return reduce(losses.add(where(target.le(1), 0, stirling)), reduction);
}

/** x where the target is 1, max(0, margin - x) where it is -1. */
export function hingeEmbeddingLoss(input: Tensor, target: Tensor, options: LossOptions & { readonly margin?: number } = {}): Tensor {
  const far = input.neg().add(options.margin ?? 1).clamp(0);
  return reduce(where(target.eq(1), 0, far).add(where(target.eq(-1), 0, input)), options.reduction);
}

/** max(0, -target * (a - b) + margin). */
export function marginRankingLoss(a: Tensor, b: Tensor, target: Tensor, options: LossOptions & { readonly margin?: number } = {}): Tensor {
  return reduce(target.neg().mul(a.sub(b)).add(options.margin ?? 0).clamp(0), options.reduction);
}

/** log(1 + e^(-target * input)). */
export function softMarginLoss(input: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  const shape = broadcastShapes(input.shape, target.shape);
  if (!sameShape(shape, input.shape)) throw new RuntimeError(`output with shape [${input.shape.join(', ')}] doesn't match the broadcast shape [${shape.join(', ')}]`);
  return reduce(applyOp('softMarginLoss', softMarginLossRecord, [input, target], {}), options.reduction);
}

/** The sum over the other classes of max(0, margin - x_target + x_i)^p, divided by the number of classes: input [N, C] or [C]. */
export function multiMarginLoss(input: Tensor, target: Tensor, options: LossOptions & { readonly p?: number; readonly margin?: number; readonly weight?: Tensor | null } = {}): Tensor {
  const { p = 1, margin = 1, weight = null, reduction } = options;
  if (p !== 1 && p !== 2) throw new ValueError('only p == 1 and p == 2 supported');
  const x = input.dim() === 1 ? input.unsqueeze(0) : input;
  const classes = target.to('int64').reshape(-1);
  if (classes.numel() !== x.size(0)) throw new RuntimeError(`inconsistent target size, expected ${x.size(0)} but got ${formatSize(target.shape)}`);
  const index = classes.unsqueeze(1);
  const gaps = x.gather(1, index).neg().add(margin).add(x).relu().pow(p);
  const others = gaps.mul(arange(x.size(1)).ne(index).to(x.dtype));
  const losses = (weight === null ? others : others.mul(weight.gather(0, classes).unsqueeze(1))).sum(1).div(x.size(1));
  return reduce(input.dim() === 1 ? losses.squeeze(0) : losses, reduction);
}

/** Multi-label margin loss: target rows list classes, ended by -1; each pair of a listed and an unlisted class costs max(0, 1 - x_listed + x_other), over C. */
export function multilabelMarginLoss(input: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  const x = input.dim() === 1 ? input.unsqueeze(0) : input;
  const rows = target.to('int64').reshape(x.shape);
  const picks = rows.array.contiguousData();
  const [batch, classes] = [x.size(0), x.size(1)];
  const losses = Array.from({ length: batch }, (_, row) => {
    const listed: number[] = [];
    for (let at = row * classes; at < (row + 1) * classes && picks[at]! >= 0; at++) listed.push(picks[at]!);
    const others = Array.from({ length: classes }, (_unused, index) => index).filter((index) => !listed.includes(index));
    const values = x.select(0, row);
    if (listed.length === 0 || others.length === 0) return values.sum().mul(0);
    const pick = (indices: readonly number[]): Tensor => values.gather(0, tensor(indices, { dtype: 'int64' }));
    return pick(listed).neg().add(1).unsqueeze(1).add(pick(others).unsqueeze(0)).relu().sum().div(classes);
  });
  const all = stack(losses);
  return reduce(input.dim() === 1 ? all.squeeze(0) : all, options.reduction);
}

/** The mean over the classes of the binary cross entropies of logits. */
export function multilabelSoftMarginLoss(input: Tensor, target: Tensor, options: LossOptions & { readonly weight?: Tensor | null } = {}): Tensor {
  const losses = applyOp('bceWithLogitsLoss', bceWithLogitsLossOp, [input, target], {});
  return reduce((options.weight == null ? losses : losses.mul(options.weight)).mean(-1), options.reduction);
}

/** max(0, d(anchor, positive) - d(anchor, negative) + margin); `swap` takes the smaller of the negative's two distances. */
export function tripletMarginLoss(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  options: LossOptions & { readonly margin?: number; readonly p?: number; readonly eps?: number; readonly swap?: boolean } = {},
): Tensor {
  const { margin = 1, p = 2, eps = 1e-6 } = options;
  return tripletMarginWithDistanceLoss(anchor, positive, negative, { ...options, margin, distanceFunction: (a, b) => pairwiseDistance(a, b, { p, eps }) });
}

export function tripletMarginWithDistanceLoss(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  options: LossOptions & { readonly distanceFunction?: ((a: Tensor, b: Tensor) => Tensor) | null; readonly margin?: number; readonly swap?: boolean } = {},
): Tensor {
  const { margin = 1, swap = false } = options;
  if (margin <= 0) throw new ValueError(`margin must be greater than 0, got ${margin}`);
  const distance = options.distanceFunction ?? ((a: Tensor, b: Tensor): Tensor => pairwiseDistance(a, b));
  const away = distance(anchor, negative);
  const farthest = swap ? applyOp('minimum', minimumOp, [away, distance(positive, negative)], {}) : away;
  return reduce(distance(anchor, positive).sub(farthest).add(margin).clamp(0), options.reduction);
}

/** 1 - cosine where the target is 1, max(0, cosine - margin) where it is -1. */
export function cosineEmbeddingLoss(a: Tensor, b: Tensor, target: Tensor, options: LossOptions & { readonly margin?: number } = {}): Tensor {
  const cosine = cosineSimilarity(a, b, a.dim() - 1);
  const near = where(target.eq(1), cosine.neg().add(1), 0);
  return reduce(near.add(where(target.eq(-1), cosine.sub(options.margin ?? 0).clamp(0), 0)), options.reduction);
}
