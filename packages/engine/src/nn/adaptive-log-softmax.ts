/**
 * Adaptive softmax: a loss over many classes that computes the rare ones only where they are wanted. The same in both modes.
 *
 * Guarantees: classes below `cutoffs[0]` are in the head; those from one cutoff to the next form a cluster, whose logarithm of the probability is the head's for the
 * cluster plus the cluster's own. State keys and initial values are PyTorch's (`head.weight`, `tail.0.0.weight`, `tail.0.1.weight`, …). Grave et al. 2017,
 * "Efficient softmax approximation for GPUs". Refuses cutoffs that are not increasing and targets out of range, with PyTorch's messages (2.13, executed).
 *
 * Worked example: `const [logProbabilities, loss] = new AdaptiveLogSoftmaxWithLoss(16, 100, [10, 50]).call(x, classes)`.
 */
import '../ops/indexing-methods.ts';
import '../ops/math-methods.ts';
import { tensor, zeros } from '../ops/creation.ts';
import { cat } from '../ops/joining.ts';
import type { Tensor } from '../ops/tensor.ts';
import { RuntimeError, ValueError } from '../tensor/errors.ts';
import { ModuleList, Sequential } from './containers.ts';
import { Linear } from './linear.ts';
import { Module } from './module.ts';

const sizeText = (x: Tensor): string => `torch.Size([${x.shape.join(', ')}])`;

export class AdaptiveLogSoftmaxWithLoss extends Module {
  readonly inFeatures: number;
  readonly nClasses: number;
  readonly cutoffs: readonly number[];
  readonly divValue: number;
  readonly shortlistSize: number;
  readonly nClusters: number;
  readonly headSize: number;
  head: Linear;
  tail: ModuleList;

  constructor(inFeatures: number, nClasses: number, cutoffs: readonly number[], options: { readonly divValue?: number; readonly headBias?: boolean } = {}) {
    super();
    const { divValue = 4, headBias = false } = options;
    if (cutoffs.length === 0) throw new ValueError('cutoffs should be a sequence of length larger than 0');
    if (cutoffs.some((cutoff, at) => !Number.isInteger(cutoff) || cutoff <= (at === 0 ? 0 : cutoffs[at - 1]!) || cutoff > nClasses - 1)) {
      throw new ValueError('cutoffs should be a sequence of unique, positive integers sorted in an increasing order, where each value is between 1 and n_classes-1');
    }
    this.inFeatures = inFeatures;
    this.nClasses = nClasses;
    this.cutoffs = [...cutoffs, nClasses];
    this.divValue = divValue;
    this.shortlistSize = cutoffs[0]!;
    this.nClusters = cutoffs.length;
    this.headSize = this.shortlistSize + this.nClusters;
    this.head = new Linear(inFeatures, this.headSize, { bias: headBias });
    this.tail = new ModuleList(
      cutoffs.map((cutoff, cluster) => {
        const hidden = Math.floor(inFeatures / divValue ** (cluster + 1));
        return new Sequential(new Linear(inFeatures, hidden, { bias: false }), new Linear(hidden, this.cutoffs[cluster + 1]! - cutoff, { bias: false }));
      }),
    );
  }

  #cluster(index: number, x: Tensor): Tensor {
    return (this.tail.at(index)!.call(x) as Tensor).logSoftmax(1);
  }

  /** x [N, inFeatures] and classes [N] (or one of each without N) to [logarithms of the classes' probabilities, their mean with the sign turned]. */
  override forward(x: Tensor, target: Tensor): Tensor[] {
    if (target.dim() > 1) throw new RuntimeError('0D or 1D target tensor expected, multi-target not supported');
    if (target.dim() === 1 && x.size(0) !== target.size(0)) throw new RuntimeError('Input and target should have the same size in the batch dimension.');
    if (x.dim() !== target.dim() + 1) throw new RuntimeError(`${target.dim()}D target tensor expects ${target.dim() + 1}D input tensors, but found inputs with size ${sizeText(x)}`);
    if (target.dim() === 0) {
      const [output, loss] = this.forward(x.unsqueeze(0), target.unsqueeze(0)) as [Tensor, Tensor];
      return [output.squeeze(0), loss];
    }
    const classes = Array.from(target.array.contiguousData(), Number);
    const outside = classes.some((picked) => picked < 0 || picked >= this.nClasses);
    if (outside) throw new RuntimeError(`Target values should be in [0, ${this.nClasses - 1}], but values in range [${Math.min(...classes)}, ${Math.max(...classes)}] were found. `);
    const columns = classes.map((picked) => (picked < this.shortlistSize ? picked : this.shortlistSize + this.#clusterOf(picked)));
    let output = (this.head.call(x) as Tensor).logSoftmax(1).gather(1, tensor(columns, { dtype: 'int64' }).unsqueeze(1)).squeeze(1);
    for (let cluster = 0; cluster < this.nClusters; cluster++) {
      const rows = [...classes.keys()].filter((row) => columns[row] === this.shortlistSize + cluster);
      if (rows.length === 0) continue;
      const at = tensor(rows, { dtype: 'int64' });
      const within = tensor(rows.map((row) => classes[row]! - this.cutoffs[cluster]!), { dtype: 'int64' });
      const local = this.#cluster(cluster, x.indexSelect(0, at)).gather(1, within.unsqueeze(1)).squeeze(1);
      output = output.add(zeros(classes.length, { dtype: x.dtype }).scatterAdd(0, at, local));
    }
    return [output, output.neg().mean()];
  }

  #clusterOf(picked: number): number {
    return this.cutoffs.findIndex((cutoff) => picked < cutoff) - 1;
  }

  #all(x: Tensor, head: Tensor): Tensor {
    const logs = head.logSoftmax(1);
    const clusters = Array.from({ length: this.nClusters }, (_, cluster) => this.#cluster(cluster, x).add(logs.narrow(1, this.shortlistSize + cluster, 1)));
    return cat([logs.narrow(1, 0, this.shortlistSize), ...clusters], 1);
  }

  /** The logarithms of the probabilities of all classes, [N, nClasses], for x [N, inFeatures]. */
  logProb(x: Tensor): Tensor {
    return this.#all(x, this.head.call(x) as Tensor);
  }

  /** The most probable class of each row, [N]; the clusters are computed only if the head names one. */
  predict(x: Tensor): Tensor {
    const head = this.head.call(x) as Tensor;
    const best = head.argmax(1);
    return best.ge(this.shortlistSize).any().item() === 0 ? best : this.#all(x, head).argmax(1);
  }

  override isModeSensitive(): boolean {
    return false;
  }
}
