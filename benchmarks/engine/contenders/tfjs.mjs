// TensorFlow.js, backends `wasm` and `cpu`. Both compute when an op is called, so nothing is read out (a read would copy 4 MiB on some
// rows). Its own layout is NHWC and [in, out]. In Node its wasm backend has one thread, whatever is asked for.
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { batchNorm, block, blockNumbers, classIndices, conv, lstm, lstmNumbers, matmulSizes, meanSquare, million, mlp, mlpWeights, numbers, smallAdds, softmaxSize, transposed } from '../problems.mjs';

const require = createRequire(import.meta.url);
const tf = require('@tensorflow/tfjs');

const read = (tensor) => meanSquare(tensor.dataSync());

/** A row that computes one tensor. `compute` may make others; all are freed. */
function forward(compute) {
  return {
    run: () => tf.dispose(tf.tidy(compute)),
    probe: () => {
      const result = tf.tidy(compute);
      const value = read(result);
      tf.dispose(result);
      return value;
    },
  };
}

/** [n, c, h, w] as [n, h, w, c]. */
function channelsLast(data, n, c, h, w) {
  return tf.tidy(() => tf.tensor4d(data, [n, c, h, w]).transpose([0, 2, 3, 1]));
}

function matmul(size) {
  const [a, b] = [tf.tensor2d(numbers(1, size * size), [size, size]), tf.tensor2d(numbers(2, size * size), [size, size])];
  return forward(() => tf.matMul(a, b));
}

function conv2d(train) {
  const { batch, inChannels, outChannels, size, kernel, padding } = conv;
  const x = channelsLast(numbers(3, batch * inChannels * size ** 2), batch, inChannels, size, size);
  const weight = tf.tidy(() => tf.tensor4d(numbers(4, outChannels * inChannels * kernel ** 2, 0.1), [outChannels, inChannels, kernel, kernel]).transpose([2, 3, 1, 0]));
  const compute = (input, filter) => tf.conv2d(input, filter, 1, padding);
  if (!train) return forward(() => compute(x, weight));
  const gradient = channelsLast(numbers(5, batch * outChannels * size ** 2), batch, outChannels, size, size);
  const gradients = tf.grads(compute);
  return {
    run: () => tf.dispose(tf.tidy(() => gradients([x, weight], gradient))),
    probe: () => tf.tidy(() => gradients([x, weight], gradient).reduce((sum, grad) => sum + read(grad), 0)),
  };
}

function batchnorm() {
  const { batch, channels, size, momentum, eps } = batchNorm;
  const x = channelsLast(numbers(6, batch * channels * size ** 2), batch, channels, size, size);
  const [weight, bias] = [tf.tensor1d(numbers(7, channels)), tf.tensor1d(numbers(8, channels))];
  const [runningMean, runningVar] = [tf.variable(tf.zeros([channels])), tf.variable(tf.ones([channels]))];
  const count = batch * size ** 2;
  return forward(() => {
    const { mean, variance } = tf.moments(x, [0, 1, 2]);
    runningMean.assign(runningMean.mul(1 - momentum).add(mean.mul(momentum)));
    runningVar.assign(runningVar.mul(1 - momentum).add(variance.mul((momentum * count) / (count - 1))));
    return tf.batchNorm(x, mean, variance, bias, weight, eps);
  });
}

function mlpStep(optimizer) {
  const layers = mlpWeights().map(({ inputs, outputs, weight, bias }) => ({ weight: tf.variable(tf.tensor2d(transposed(weight, outputs, inputs), [inputs, outputs])), bias: tf.variable(tf.tensor1d(bias)) }));
  const x = tf.tensor2d(numbers(9, mlp.batch * mlp.widths[0]), [mlp.batch, mlp.widths[0]]);
  const y = tf.oneHot(tf.tensor1d(classIndices(10, mlp.batch, 10), 'int32'), 10).toFloat();
  const loss = () => {
    const logits = layers.reduce((h, { weight, bias }, index) => {
      const next = tf.add(tf.matMul(h, weight), bias);
      return index === layers.length - 1 ? next : tf.relu(next);
    }, x);
    return tf.losses.softmaxCrossEntropy(y, logits);
  };
  const step = () => {
    const value = optimizer.minimize(loss, true);
    const number = value.dataSync()[0];
    value.dispose();
    return number;
  };
  return { run: () => void step(), probe: () => (step(), step(), step()) };
}

function layerNorm(x, weight, bias) {
  const { mean, variance } = tf.moments(x, -1, true);
  return x.sub(mean).mul(tf.rsqrt(variance.add(block.eps))).mul(weight).add(bias);
}

function transformerBlock(train) {
  const { width, heads, sequence, hidden } = block;
  const { x: input, gradient: outputGradient, norm1, norm2, ...linear } = blockNumbers();
  const outputs = { qkv: 3 * width, out: width, up: hidden, down: width };
  const weights = [
    ...[norm1, norm2].flatMap(({ weight, bias }) => [tf.tensor1d(weight), tf.tensor1d(bias)]),
    ...Object.entries(linear).flatMap(([name, { weight, bias }]) => [tf.tensor2d(transposed(weight, outputs[name], weight.length / outputs[name]), [weight.length / outputs[name], outputs[name]]), tf.tensor1d(bias)]),
  ];
  const compute = (x, w1, b1, w2, b2, wQkv, bQkv, wOut, bOut, wUp, bUp, wDown, bDown) => {
    const [q, k, v] = tf.split(layerNorm(x, w1, b1).matMul(wQkv).add(bQkv), 3, 1).map((part) => part.reshape([sequence, heads, width / heads]).transpose([1, 0, 2]));
    const attended = tf.matMul(tf.softmax(tf.matMul(q, k, false, true).div(Math.sqrt(width / heads))), v).transpose([1, 0, 2]).reshape([sequence, width]);
    const h = x.add(attended.matMul(wOut).add(bOut));
    const up = layerNorm(h, w2, b2).matMul(wUp).add(bUp);
    const gelu = up.mul(0.5).mul(tf.erf(up.div(Math.SQRT2)).add(1));
    return h.add(gelu.matMul(wDown).add(bDown));
  };
  const x = tf.tensor2d(input, [sequence, width]);
  if (!train) return forward(() => compute(x, ...weights));
  const gradient = tf.tensor2d(outputGradient, [sequence, width]);
  const gradients = tf.grads(compute);
  return {
    run: () => tf.dispose(tf.tidy(() => gradients([x, ...weights], gradient))),
    probe: () =>
      tf.tidy(() => {
        const all = gradients([x, ...weights], gradient);
        return read(all[0]) + read(all[5]) + read(all[11]);
      }),
  };
}

function recurrent() {
  const { batch, sequence, inputs, hidden } = lstm;
  const { x: input, weightIh, weightHh, biasIh, biasHh } = lstmNumbers();
  // Its gates are i g f o, ours i f g o; one kernel [inputs + hidden, 4 hidden].
  const order = [0, 2, 1, 3];
  const gates = (data, columns) => tf.concat(order.map((gate) => tf.tensor2d(data, [4 * hidden, columns]).slice([gate * hidden, 0], [hidden, columns])), 0).transpose();
  const kernel = tf.tidy(() => tf.concat([gates(weightIh, inputs), gates(weightHh, hidden)], 0));
  const bias = tf.tidy(() => gates(biasIh.map((value, index) => value + biasHh[index]), 1).reshape([4 * hidden]));
  const x = tf.tensor3d(input, [sequence, batch, inputs]);
  const noForgetBias = tf.scalar(0);
  return forward(() => {
    let [c, h] = [tf.zeros([batch, hidden]), tf.zeros([batch, hidden])];
    const outputs = tf.unstack(x).map((step) => {
      [c, h] = tf.basicLSTMCell(noForgetBias, kernel, bias, step, c, h);
      return h;
    });
    return tf.stack(outputs);
  });
}

function smallAdditions() {
  const [x, one] = [tf.tensor1d(numbers(14, 4)), tf.tensor1d(numbers(15, 4))];
  return forward(() => {
    let sum = x;
    for (let index = 0; index < smallAdds; index++) sum = tf.add(sum, one);
    return sum;
  });
}

const functional = 'gradients are of functions here, nothing is recorded';

/** @param {{ backend: string }} options */
export async function open({ backend }) {
  if (backend === 'wasm') require('@tensorflow/tfjs-backend-wasm').setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`);
  if (!(await tf.setBackend(backend))) throw new Error(`the backend ${backend} did not start`);
  const [wide, other] = [tf.tensor1d(numbers(11, million)), tf.tensor1d(numbers(12, million))];
  const square = tf.tensor2d(numbers(13, softmaxSize ** 2, 4), [softmaxSize, softmaxSize]);
  return {
    version: tf.version_core,
    threads: 1,
    rows: {
      ...Object.fromEntries(matmulSizes.map((size) => [`matmul${size}`, () => matmul(size)])),
      conv2d: () => conv2d(false),
      conv2d_train: () => conv2d(true),
      batchnorm_train: batchnorm,
      add_1m: () => forward(() => tf.add(wide, other)),
      exp_1m: () => forward(() => tf.exp(wide)),
      softmax_1024: () => forward(() => tf.softmax(square)),
      add4_x1000: smallAdditions,
      mlp_sgd: () => mlpStep(tf.train.sgd(mlp.lr)),
      mlp_adam: () => mlpStep(tf.train.adam(mlp.adam.lr, mlp.adam.beta1, mlp.adam.beta2, mlp.adam.eps)),
      block: () => transformerBlock(false),
      block_train: () => transformerBlock(true),
      lstm: recurrent,
    },
    missing: { add4_recorded: functional, add4_backward: functional },
  };
}
