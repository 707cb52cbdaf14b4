/**
 * Scaled dot-product attention by the compiled kernels: for each head, block by block of its rows, two products with a softmax between them.
 *
 * Guarantees: what `attention-records.ts` says, the probabilities computed again for the gradient included. Heads are read and written where they lie:
 * views of any strides cost no copy, and of [N, H, L, E] the output and the gradients lie as [N, L, H, E], as PyTorch's do, so that the heads are put
 * together again without one. Besides them a call needs the scores of one block, whatever the length; of a causal call, what no row of a block sees is not
 * computed. Null for other types than float32.
 */
import { kernels } from '../backend/backend.ts';
import { sequenceKernels } from '../backend/sequence-kernels.ts';
import { binaryCode, unaryCode } from '../backend/codes.ts';
import type { Kernels, SequenceKernels } from '../backend/kernels.ts';
import { scratchOf } from '../memory/linear-memory.ts';
import { NdArray } from '../tensor/nd-array.ts';
import { sumToShape } from '../tensor/reduce.ts';
import { broadcastShapes, numelOf, type Shape } from '../tensor/shape.ts';
import { attentionRecords, type AttentionAttributes } from './attention-records.ts';
import type { Records } from './records.ts';
import { withCompiled, type Compiled } from './with-compiled.ts';

type Settings = AttentionAttributes['scaledDotProductAttention'];

/** Scores of a block: they stay in the second-level cache between the products. */
const blockElements = 524_288;
/** Multiples of the rows of both tiles of a product. With fewer rows it would show that keys and values are packed for every block. */
const [leastRows, causalRows] = [192, 96];

/** The matrices of an array under a common batch. */
interface Matrices {
  readonly at: number;
  /** Of the batch, 0 where it repeats, then of rows and columns. */
  readonly strides: readonly number[];
}

/** All matrices of one batch, or the one at `index` of it. */
function matricesOf(array: NdArray, batch: Shape, rows: number, columns: number): Matrices {
  return { at: array.address(), strides: array.expand([...batch, rows, columns]).strides };
}

/** Uninitialized [*batch, rows, columns], laid out as [N, rows, H, columns] if the batch is [N, H]. */
function headsTogether(batch: Shape, rows: number, columns: number): NdArray {
  if (batch.length !== 2) return NdArray.uninitialized('float32', [...batch, rows, columns]);
  return NdArray.uninitialized('float32', [batch[0]!, rows, batch[1]!, columns]).permute([0, 2, 1, 3]);
}

/** One matrix: where it starts, and its strides. */
type Matrix = readonly [at: number, row: number, column: number];

class Attention {
  readonly batch: Shape;
  readonly rows: number;
  readonly columns: number;
  readonly inner: number;
  readonly width: number;
  readonly #compiled: Kernels & SequenceKernels;
  readonly #settings: Settings;
  readonly #operands: readonly (Matrices | null)[];
  readonly #index: number[];

  constructor(compiled: Kernels & SequenceKernels, inputs: readonly NdArray[], settings: Settings) {
    const [q, k, v, bias] = inputs as [NdArray, NdArray, NdArray, NdArray | undefined];
    const lead = (array: NdArray): Shape => array.shape.slice(0, -2);
    const batch = [k, v, ...(bias === undefined ? [] : [bias])].reduce((shape, array) => broadcastShapes(shape, lead(array)), lead(q));
    this.batch = batch;
    [this.rows, this.columns, this.inner, this.width] = [q.shape.at(-2)!, k.shape.at(-2)!, q.shape.at(-1)!, v.shape.at(-1)!];
    this.#compiled = compiled;
    this.#settings = settings;
    const { dropout } = settings;
    this.#operands = [
      matricesOf(q, batch, this.rows, this.inner),
      matricesOf(k, batch, this.columns, this.inner),
      matricesOf(v, batch, this.columns, this.width),
      bias === undefined ? null : matricesOf(bias, batch, this.rows, this.columns),
      dropout === null ? null : matricesOf(dropout, batch, this.rows, this.columns),
    ];
    this.#index = batch.map(() => 0);
  }

  get bias(): boolean {
    return this.#operands[3] !== null;
  }

  /** Rows of a block. */
  get step(): number {
    return this.#settings.isCausal ? causalRows : Math.max(leastRows, Math.floor(blockElements / this.columns / leastRows) * leastRows);
  }

  /** How many columns the rows before `end` see. */
  seen(end: number): number {
    return this.#settings.isCausal ? Math.min(end, this.columns) : this.columns;
  }

  /** Room for the scores of one block. */
  block(): NdArray {
    return NdArray.uninitialized('float32', [Math.min(this.step, this.rows) * this.columns]);
  }

  /** The matrix of the current index in other arrays of this batch. */
  matrix({ at, strides }: Matrices): Matrix {
    let offset = 0;
    for (let dim = 0; dim < this.#index.length; dim++) offset += this.#index[dim]! * strides[dim]!;
    return [at + offset * 4, strides.at(-2)!, strides.at(-1)!];
  }

  operand(which: number): Matrix {
    return this.matrix(this.#operands[which]!);
  }

  /** Calls `visit` for every block of rows of every matrix, with the columns that it sees; `fresh` at the first of a matrix. */
  each(visit: (from: number, count: number, columns: number, fresh: boolean) => void): void {
    const { batch, rows, step } = this;
    for (let matrix = numelOf(batch); matrix > 0; matrix--) {
      for (let from = 0; from < rows; from += step) visit(from, Math.min(step, rows - from), this.seen(from + step), from === 0);
      for (let dim = batch.length - 1; dim >= 0 && ++this.#index[dim]! === batch[dim]; dim--) this.#index[dim] = 0;
    }
  }

  /** C (+)= A B. */
  product(m: number, n: number, k: number, a: Matrix, b: Matrix, c: Matrix, add = false): void {
    this.#compiled.gemm(m, n, k, a[0], a[1], a[2], b[0], b[1], b[2], c[0], c[1], Number(add), scratchOf(0));
  }

  /** The probabilities of a block, without dropout. */
  probabilities(from: number, count: number, columns: number, to: number): void {
    const { inner } = this;
    const { scale, isCausal } = this.#settings;
    const compiled = this.#compiled;
    this.product(count, columns, inner, below(this.operand(0), from), transposed(this.operand(1)), [to, columns, 1]);
    const inPlace = !this.bias && scale > 0;
    if (!inPlace) compiled.unary(unaryCode.affine, to, to, count * columns, scale, 0);
    if (this.bias) {
      const [at, row, column] = below(this.operand(3), from);
      compiled.binary(binaryCode.add, count, columns, to, columns, 1, at, row, column, to);
    }
    const by = inPlace ? scale : 1;
    if (this.bias || isCausal) compiled.maskedSoftmaxRows(to, from, count, columns, isCausal ? this.rows : 0, by, to);
    else compiled.softmaxRows(to, count, columns, by, to);
  }

  /** Multiplies a block by its part of the dropout, if there is one. */
  drop(from: number, count: number, columns: number, block: number, to: number): void {
    if (this.#operands[4] === null) return;
    const [at, row, column] = below(this.operand(4), from);
    this.#compiled.binary(binaryCode.mul, count, columns, block, columns, 1, at, row, column, to);
  }

  /** The gradient of the scores from that of the probabilities, times `scale`. */
  slopes(count: number, columns: number, ofP: number, p: number, scale: number): void {
    this.#compiled.softmaxGradientRows(ofP, p, count, columns, scale, ofP);
  }

  /** Puts the gradient of the scores of a block where it belongs in that of the bias, and multiplies it by the scale. */
  keep(count: number, columns: number, slope: number, [to, row, column]: Matrix): void {
    this.#compiled.copy(count, columns, slope, columns, 1, to, row, column);
    this.#compiled.unary(unaryCode.affine, slope, slope, count * columns, this.#settings.scale, 0);
  }
}

const transposed = ([at, row, column]: Matrix): Matrix => [at, column, row];
const below = ([at, row, column]: Matrix, rows: number): Matrix => [at + rows * row * 4, row, column];

function attentionOf(inputs: readonly NdArray[], settings: Settings): Attention | null {
  const compiled = inputs.every((array) => array.dtype === 'float32' && array.rank >= 2 && array.numel > 0) ? sequenceKernels() : null;
  return compiled === null ? null : new Attention(compiled, inputs, settings);
}

const compiledAttention: Compiled<Settings> = {
  forward: (inputs, settings) => {
    const attention = attentionOf(inputs, settings);
    if (attention === null) return null;
    const { batch, rows, width } = attention;
    const out = headsTogether(batch, rows, width);
    const outs = matricesOf(out, batch, rows, width);
    const block = attention.block();
    const p = block.address();
    attention.each((from, count, columns) => {
      attention.probabilities(from, count, columns, p);
      attention.drop(from, count, columns, p, p);
      attention.product(count, width, columns, [p, columns, 1], attention.operand(2), below(attention.matrix(outs), from));
    });
    block.storage.free();
    return out;
  },
  gradient: (grad, { attributes: settings, needs, shapes, input }) => {
    const attention = grad.dtype !== 'float32' ? null : attentionOf(shapes.map((_, index) => input(index)), settings);
    if (attention === null) return null;
    const { batch, rows, inner, width } = attention;
    const all = attention.columns;
    const made = [
      needs[0] ? headsTogether(batch, rows, inner) : null,
      needs[1] ? headsTogether(batch, all, inner) : null,
      needs[2] ? headsTogether(batch, all, width) : null,
      needs[3] === true ? NdArray.uninitialized('float32', [...batch, rows, all]) : null,
    ];
    // What a block does not see is not written by it.
    const { isCausal } = settings;
    if (isCausal) for (const array of made.slice(1)) if (array !== null) kernels()!.fill(array.address(), array.numel, 0);
    const sizes = [[rows, inner], [all, inner], [all, width], [rows, all]] as const;
    const [ofQ, ofK, ofV, ofBias] = made.map((array, index) => (array === null ? null : matricesOf(array, batch, ...sizes[index]!)));
    const grads = matricesOf(grad, batch, rows, width);
    const [first, second] = [attention.block(), attention.block()];
    const [p, slope] = [first.address(), second.address()];
    attention.each((from, count, columns, fresh) => {
      const [left, right]: [Matrix, Matrix] = [[slope, columns, 1], [slope, 1, columns]];
      const add = isCausal || !fresh;
      const arriving = below(attention.matrix(grads), from);
      attention.probabilities(from, count, columns, p);
      if (ofV != null) {
        attention.drop(from, count, columns, p, slope);
        attention.product(columns, width, count, settings.dropout === null ? [p, 1, columns] : right, arriving, attention.matrix(ofV), add);
      }
      if (ofQ == null && ofK == null && ofBias == null) return;
      attention.product(count, columns, width, arriving, transposed(attention.operand(2)), left);
      attention.drop(from, count, columns, slope, slope);
      attention.slopes(count, columns, slope, p, ofBias == null ? settings.scale : 1);
      if (ofBias != null) attention.keep(count, columns, slope, below(attention.matrix(ofBias), from));
      if (ofQ != null) attention.product(count, inner, columns, left, attention.operand(1), below(attention.matrix(ofQ), from));
      if (ofK != null) attention.product(columns, inner, count, right, below(attention.operand(0), from), attention.matrix(ofK), add);
    });
    first.storage.free();
    second.storage.free();
    return made.slice(0, shapes.length).map((array, index) => (array === null ? null : sumToShape(array, shapes[index]!)));
  },
};

export const attentionOps: Records<AttentionAttributes> = /* @__PURE__ */ withCompiled<AttentionAttributes>(attentionRecords, { scaledDotProductAttention: compiledAttention });
