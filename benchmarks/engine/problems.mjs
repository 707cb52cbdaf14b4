// @ts-check
// What is measured: the rows, their sizes, and the numbers that every contender is given, so that all compute the same thing.
//
// Weights are in PyTorch's layouts ([out, in], OIHW, gates i f g o); a contender with other layouts converts them before the clock starts.
// `flops` counts a multiply-add as two; rows without it are bound by memory or by the cost of a call.

/** @typedef {{ readonly title: string, readonly flops?: number }} Problem */

export const matmulSizes = [256, 512, 1024];
export const conv = { batch: 8, inChannels: 32, outChannels: 64, size: 32, kernel: 3, padding: 1 };
export const batchNorm = { batch: 8, channels: 64, size: 32, momentum: 0.1, eps: 1e-5 };
export const mlp = { batch: 64, widths: [784, 256, 256, 10], lr: 0.01, adam: { lr: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8 } };
export const block = { width: 256, heads: 4, sequence: 128, hidden: 1024, eps: 1e-5 };
export const lstm = { batch: 16, sequence: 32, inputs: 128, hidden: 256 };
export const million = 1 << 20;
export const softmaxSize = 1024;
export const smallAdds = 1000;

const convFlops = 2 * conv.batch * conv.outChannels * conv.inChannels * conv.kernel ** 2 * conv.size ** 2;
const mlpFlops = 2 * mlp.batch * mlp.widths.slice(1).reduce((sum, width, index) => sum + width * /** @type {number} */ (mlp.widths[index]), 0);
const blockFlops = 2 * block.sequence * (4 * block.width ** 2 + 2 * block.width * block.hidden + 2 * block.sequence * block.width);

/** @type {Readonly<Record<string, Problem>>} */
export const problems = {
  ...Object.fromEntries(matmulSizes.map((size) => [`matmul${size}`, { title: `matmul ${size} x ${size}`, flops: 2 * size ** 3 }])),
  conv2d: { title: 'conv2d 8x32x32x32 -> 64, 3x3, forward', flops: convFlops },
  conv2d_train: { title: 'conv2d, forward + backward (x and weight)', flops: 3 * convFlops },
  batchnorm_train: { title: 'batch norm 8x64x32x32 in training, forward' },
  add_1m: { title: 'add, 1M elements' },
  exp_1m: { title: 'exp, 1M elements' },
  softmax_1024: { title: 'softmax 1024 x 1024, rows' },
  add4_x1000: { title: '1,000 adds of 4 elements' },
  add4_recorded: { title: '1,000 adds of 4 elements, recorded for a gradient' },
  add4_backward: { title: '1,000 adds of 4 elements, recorded, and their backward pass' },
  mlp_sgd: { title: 'MLP 784-256-256-10, batch 64: step with SGD', flops: 3 * mlpFlops },
  mlp_adam: { title: 'MLP 784-256-256-10, batch 64: step with Adam', flops: 3 * mlpFlops },
  block: { title: 'transformer block d 256, 4 heads, seq 128: forward', flops: blockFlops },
  block_train: { title: 'transformer block, forward + backward', flops: 3 * blockFlops },
  lstm: { title: 'LSTM 128 -> 256, seq 32, batch 16: forward', flops: 2 * lstm.batch * lstm.sequence * 4 * lstm.hidden * (lstm.inputs + lstm.hidden) },
};

/** Numbers of [-scale, scale), the same in every process (a 32-bit xorshift). @param {number} seed @param {number} count @param {number} [scale] */
export function numbers(seed, count, scale = 1) {
  let state = (seed * 2654435761) >>> 0 || 1;
  return Float32Array.from({ length: count }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return ((state >>> 8) / 2 ** 23 - 1) * scale;
  });
}

/** Class indices below `classes`. @param {number} seed @param {number} count @param {number} classes */
export function classIndices(seed, count, classes) {
  return Array.from(numbers(seed, count), (value) => Math.floor(((value + 1) / 2) * classes));
}

/** Weights [out, in] and biases [out] of the layers of the MLP. */
export function mlpWeights() {
  return mlp.widths.slice(1).map((outputs, index) => {
    const inputs = /** @type {number} */ (mlp.widths[index]);
    return { inputs, outputs, weight: numbers(100 + index, outputs * inputs, 1 / Math.sqrt(inputs)), bias: numbers(200 + index, outputs, 1 / Math.sqrt(inputs)) };
  });
}

/** The input, the weights and the gradient of the output of the transformer block (pre-norm, GELU, no dropout, biases everywhere). */
export function blockNumbers() {
  const { width, hidden, sequence } = block;
  const matrix = (/** @type {number} */ seed, /** @type {number} */ outputs, /** @type {number} */ inputs) => numbers(seed, outputs * inputs, 1 / Math.sqrt(inputs));
  return {
    x: numbers(300, sequence * width),
    gradient: numbers(301, sequence * width),
    norm1: { weight: numbers(302, width).map((value) => 1 + value / 4), bias: numbers(303, width, 0.1) },
    norm2: { weight: numbers(304, width).map((value) => 1 + value / 4), bias: numbers(305, width, 0.1) },
    // Rows [0, width) make the query, the next the key, the last the value.
    qkv: { weight: matrix(306, 3 * width, width), bias: numbers(307, 3 * width, 0.1) },
    out: { weight: matrix(308, width, width), bias: numbers(309, width, 0.1) },
    up: { weight: matrix(310, hidden, width), bias: numbers(311, hidden, 0.1) },
    down: { weight: matrix(312, width, hidden), bias: numbers(313, width, 0.1) },
  };
}

/** Input [sequence, batch, inputs] and weights of the LSTM. */
export function lstmNumbers() {
  const { batch, sequence, inputs, hidden } = lstm;
  const scale = 1 / Math.sqrt(hidden);
  return {
    x: numbers(400, sequence * batch * inputs),
    weightIh: numbers(401, 4 * hidden * inputs, scale),
    weightHh: numbers(402, 4 * hidden * hidden, scale),
    biasIh: numbers(403, 4 * hidden, scale),
    biasHh: numbers(404, 4 * hidden, scale),
  };
}

/** A row-major matrix the other way round. @param {Float32Array} data @param {number} rows @param {number} columns */
export function transposed(data, rows, columns) {
  const result = new Float32Array(data.length);
  for (let row = 0; row < rows; row++) for (let column = 0; column < columns; column++) result[column * rows + row] = /** @type {number} */ (data[row * columns + column]);
  return result;
}

/** What results are compared by. @param {ArrayLike<number>} values */
export function meanSquare(values) {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += /** @type {number} */ (values[index]) ** 2;
  return sum / values.length;
}
