/**
 * Tables of vectors, looked up by index. The same in both modes; `maxNorm` rewrites the looked-up rows in both.
 *
 * Guarantees: weight [rows, width] of standard normal deviates, the row `paddingIdx` zero, as PyTorch draws them. Refuses a padding row outside the table.
 */
import { randn } from '../ops/creation.ts';
import type { Tensor } from '../ops/tensor.ts';
import { ValueError } from '../tensor/errors.ts';
import { embedding, embeddingBag, type EmbeddingBagOptions, type LookupOptions } from './functional/embedding.ts';
import { ModelessLayer, settingsText } from './layer.ts';
import { Parameter } from './parameter.ts';

abstract class Table extends ModelessLayer {
  readonly numEmbeddings: number;
  readonly embeddingDim: number;
  readonly paddingIdx: number | null;
  readonly maxNorm: number | null;
  readonly normType: number;
  readonly scaleGradByFreq: boolean;
  weight: Parameter;

  constructor(numEmbeddings: number, embeddingDim: number, { paddingIdx = null, maxNorm = null, normType = 2, scaleGradByFreq = false }: LookupOptions) {
    super();
    if (paddingIdx !== null && (paddingIdx >= numEmbeddings || paddingIdx < -numEmbeddings)) throw new ValueError('Padding_idx must be within num_embeddings');
    this.numEmbeddings = numEmbeddings;
    this.embeddingDim = embeddingDim;
    this.paddingIdx = paddingIdx !== null && paddingIdx < 0 ? paddingIdx + numEmbeddings : paddingIdx;
    this.maxNorm = maxNorm;
    this.normType = normType;
    this.scaleGradByFreq = scaleGradByFreq;
    const drawn = randn(numEmbeddings, embeddingDim);
    if (this.paddingIdx !== null) drawn.select(0, this.paddingIdx).zero_();
    this.weight = new Parameter(drawn);
  }

  /** The settings that are not the usual ones, and where the padding stands among them. */
  protected text(padding: 'first' | 'last', more: Readonly<Record<string, unknown>> = {}): string {
    const padded = this.paddingIdx === null ? {} : { padding_idx: this.paddingIdx };
    const shown: Record<string, unknown> = padding === 'first' ? padded : {};
    if (this.maxNorm !== null) shown['max_norm'] = this.maxNorm;
    if (this.normType !== 2) shown['norm_type'] = this.normType;
    if (this.scaleGradByFreq) shown['scale_grad_by_freq'] = true;
    const settings = settingsText({ ...shown, ...more, ...(padding === 'last' ? padded : {}) });
    return [`${this.numEmbeddings}, ${this.embeddingDim}`, settings].filter((part) => part !== '').join(', ');
  }

  protected override extraRepr(): string {
    return this.text('first');
  }
}

export class Embedding extends Table {
  constructor(numEmbeddings: number, embeddingDim: number, options: LookupOptions = {}) {
    super(numEmbeddings, embeddingDim, options);
  }

  override forward(input: Tensor): Tensor {
    return embedding(input, this.weight, this);
  }
}

export class EmbeddingBag extends Table {
  readonly mode: 'sum' | 'mean' | 'max';
  readonly includeLastOffset: boolean;

  constructor(numEmbeddings: number, embeddingDim: number, options: Omit<EmbeddingBagOptions, 'offsets' | 'perSampleWeights'> = {}) {
    super(numEmbeddings, embeddingDim, options);
    this.mode = options.mode ?? 'mean';
    this.includeLastOffset = options.includeLastOffset ?? false;
  }

  override forward(input: Tensor, offsets: Tensor | null = null, perSampleWeights: Tensor | null = null): Tensor {
    const { paddingIdx, maxNorm, normType, scaleGradByFreq, mode, includeLastOffset } = this;
    return embeddingBag(input, this.weight, { paddingIdx, maxNorm, normType, scaleGradByFreq, mode, includeLastOffset, offsets, perSampleWeights });
  }

  protected override extraRepr(): string {
    return this.text('last', { mode: this.mode });
  }
}
