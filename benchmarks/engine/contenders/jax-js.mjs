// jax-js on its wasm device, everything but the small adds under jit(). It computes when a result is asked for, so each row reads one
// result with dataSync(), which was faster than blockUntilReady(). In Node it has one thread. A function takes its arguments over; `.ref` keeps one.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as jax from '@jax-js/jax';
import { batchNorm, block, blockNumbers, classIndices, conv, lstm, lstmNumbers, matmulSizes, meanSquare, million, mlp, mlpWeights, numbers, smallAdds, softmaxSize, transposed } from '../problems.mjs';

const { jit, lax, nn, numpy: np, tree, valueAndGrad } = jax;

const from = (data, ...shape) => np.array(data).reshape(shape);

/** A row that computes one array from `inputs`, which it keeps. */
function forward(compute, inputs) {
  const compiled = jit(compute);
  const once = () => compiled(...inputs.map((input) => tree.ref(input))).dataSync();
  return { run: () => void once(), probe: () => meanSquare(once()) };
}

/** A row of gradients: `compute` gives a scalar from `inputs[0]`, a tree, and the others. */
function backward(compute, inputs, compared) {
  const compiled = jit(valueAndGrad(compute));
  const once = (read) => {
    const [value, gradients] = compiled(...inputs.map((input) => tree.ref(input)));
    tree.dispose(value);
    return read(gradients);
  };
  const all = (gradients) => {
    // One read forces the whole of a compiled call; the rest is given back unread.
    const [first, ...others] = tree.leaves(gradients);
    others.forEach((other) => other.dispose());
    first.dataSync();
  };
  const probe = (gradients) => {
    let sum = 0;
    for (const [name, gradient] of Object.entries(gradients)) {
      if (compared.includes(name)) sum += meanSquare(gradient.dataSync());
      else gradient.dispose();
    }
    return sum;
  };
  return { run: () => once(all), probe: () => once(probe) };
}

function matmul(size) {
  return forward((a, b) => np.matmul(a, b), [from(numbers(1, size * size), size, size), from(numbers(2, size * size), size, size)]);
}

function conv2d(train) {
  const { batch, inChannels, outChannels, size, kernel, padding } = conv;
  const x = from(numbers(3, batch * inChannels * size ** 2), batch, inChannels, size, size);
  const weight = from(numbers(4, outChannels * inChannels * kernel ** 2, 0.1), outChannels, inChannels, kernel, kernel);
  const compute = (input, filter) => lax.conv(input, filter, [1, 1], [[padding, padding], [padding, padding]]);
  if (!train) return forward(compute, [x, weight]);
  const gradient = from(numbers(5, batch * outChannels * size ** 2), batch, outChannels, size, size);
  return backward((inputs, outputGradient) => compute(inputs.x, inputs.weight).mul(outputGradient).sum(), [{ x, weight }, gradient], ['x', 'weight']);
}

function batchnorm() {
  const { batch, channels, size, momentum, eps } = batchNorm;
  const count = batch * size ** 2;
  const perChannel = (values) => values.reshape([1, channels, 1, 1]);
  const compiled = jit((x, weight, bias, runningMean, runningVar) => {
    const mean = np.mean(x.ref, [0, 2, 3]);
    const centred = x.sub(perChannel(mean.ref));
    const variance = np.mean(np.square(centred.ref), [0, 2, 3]);
    const out = centred.mul(perChannel(weight.div(np.sqrt(variance.ref.add(eps))))).add(perChannel(bias));
    return [out, runningMean.mul(1 - momentum).add(mean.mul(momentum)), runningVar.mul(1 - momentum).add(variance.mul((momentum * count) / (count - 1)))];
  });
  const x = from(numbers(6, batch * channels * size ** 2), batch, channels, size, size);
  const [weight, bias] = [np.array(numbers(7, channels)), np.array(numbers(8, channels))];
  let running = [np.zeros([channels]), np.ones([channels])];
  const once = () => {
    const [out, ...moved] = compiled(x.ref, weight.ref, bias.ref, ...running);
    running = moved;
    return out.dataSync();
  };
  return { run: () => void once(), probe: () => meanSquare(once()) };
}

/** `update(parameters, gradients, state)` gives [parameters, state]; all of it is compiled with the gradients. */
function mlpStep(initialState, update) {
  const layers = mlpWeights();
  let parameters = layers.map(({ inputs, outputs, weight, bias }) => ({ weight: from(transposed(weight, outputs, inputs), inputs, outputs), bias: np.array(bias) }));
  let state = initialState(parameters);
  const loss = (weights, x, y) => {
    const logits = weights.reduce((h, { weight, bias }, index) => {
      const next = np.matmul(h, weight).add(bias);
      return index === weights.length - 1 ? next : nn.relu(next);
    }, x);
    return nn.logSoftmax(logits).mul(y).sum().mul(-1 / mlp.batch);
  };
  const step = jit((weights, held, x, y) => {
    const [value, gradients] = valueAndGrad(loss)(tree.ref(weights), x, y);
    return [value, ...update(weights, gradients, held)];
  });
  const x = from(numbers(9, mlp.batch * mlp.widths[0]), mlp.batch, mlp.widths[0]);
  const y = nn.oneHot(np.array(new Int32Array(classIndices(10, mlp.batch, 10))), 10).astype(np.float32);
  const once = () => {
    let value;
    [value, parameters, state] = step(parameters, state, x.ref, y.ref);
    return value.dataSync()[0];
  };
  return { run: () => void once(), probe: () => (once(), once(), once()) };
}

const sgd = () => mlpStep(() => [], (weights, gradients, held) => [tree.map((weight, gradient) => weight.sub(gradient.mul(mlp.lr)), weights, gradients), held]);

function adam() {
  const { lr, beta1, beta2, eps } = mlp.adam;
  return mlpStep(
    (weights) => ({ step: np.array(new Float32Array([0])), mean: tree.map((weight) => np.zeros(weight.shape), weights), square: tree.map((weight) => np.zeros(weight.shape), weights) }),
    (weights, gradients, held) => {
      const step = held.step.add(1);
      const mean = tree.map((old, gradient) => old.mul(beta1).add(gradient.ref.mul(1 - beta1)), held.mean, gradients);
      const square = tree.map((old, gradient) => old.mul(beta2).add(np.square(gradient).mul(1 - beta2)), held.square, gradients);
      const correction = (beta) => np.exp(step.ref.mul(Math.log(beta))).mul(-1).add(1);
      const [correction1, correction2] = [correction(beta1), correction(beta2)];
      const moved = tree.map((weight, m, v) => weight.sub(m.ref.div(correction1.ref).mul(lr).div(np.sqrt(v.ref.div(correction2.ref)).add(eps))), weights, mean, square);
      return [moved, { step, mean, square }];
    },
  );
}

function transformerBlock(train) {
  const { width, heads, sequence, hidden, eps } = block;
  const { x: input, gradient: outputGradient, norm1, norm2, ...linear } = blockNumbers();
  const outputs = { qkv: 3 * width, out: width, up: hidden, down: width };
  const weights = { x: from(input, sequence, width) };
  for (const [name, { weight, bias }] of Object.entries({ norm1, norm2 })) [weights[`${name}Weight`], weights[`${name}Bias`]] = [np.array(weight), np.array(bias)];
  for (const [name, { weight, bias }] of Object.entries(linear)) {
    const inputs = weight.length / outputs[name];
    [weights[`${name}Weight`], weights[`${name}Bias`]] = [from(transposed(weight, outputs[name], inputs), inputs, outputs[name]), np.array(bias)];
  }
  const layerNorm = (x, weight, bias) => nn.standardize(x, -1, { epsilon: eps }).mul(weight).add(bias);
  const compute = (w) => {
    const qkv = np.matmul(layerNorm(w.x.ref, w.norm1Weight, w.norm1Bias), w.qkvWeight).add(w.qkvBias);
    // Its dotProductAttention goes through einsum, which needs iterator helpers that Node 20 has not.
    const [q, k, v] = np.split(qkv, 3, 1).map((part) => np.transpose(part.reshape([sequence, heads, width / heads]), [1, 0, 2]));
    const attention = nn.softmax(np.matmul(q, np.transpose(k, [0, 2, 1])).mul(1 / Math.sqrt(width / heads)));
    const attended = np.transpose(np.matmul(attention, v), [1, 0, 2]).reshape([sequence, width]);
    const h = w.x.add(np.matmul(attended, w.outWeight).add(w.outBias));
    const up = np.matmul(layerNorm(h.ref, w.norm2Weight, w.norm2Bias), w.upWeight).add(w.upBias);
    return h.add(np.matmul(nn.gelu(up, { approximate: false }), w.downWeight).add(w.downBias));
  };
  if (!train) return forward(compute, [weights]);
  const gradient = from(outputGradient, sequence, width);
  return backward((w, given) => compute(w).mul(given).sum(), [weights, gradient], ['x', 'qkvWeight', 'downWeight']);
}

function recurrent() {
  const { batch, sequence, inputs, hidden } = lstm;
  const { x: input, weightIh, weightHh, biasIh, biasHh } = lstmNumbers();
  const arrays = [from(input, sequence, batch, inputs), from(transposed(weightIh, 4 * hidden, inputs), inputs, 4 * hidden), from(transposed(weightHh, 4 * hidden, hidden), hidden, 4 * hidden), np.array(biasIh.map((value, index) => value + biasHh[index]))];
  return forward((x, wIh, wHh, bias) => {
    const projected = np.unstack(np.matmul(x, wIh).add(bias));
    let [h, c] = [np.zeros([batch, hidden]), np.zeros([batch, hidden])];
    const steps = projected.map((step) => {
      const [i, f, g, o] = np.split(step.add(np.matmul(h, wHh.ref)), 4, 1);
      c = nn.sigmoid(f).mul(c).add(nn.sigmoid(i).mul(np.tanh(g)));
      h = nn.sigmoid(o).mul(np.tanh(c.ref));
      return h.ref;
    });
    h.dispose();
    c.dispose();
    wHh.dispose();
    return np.stack(steps);
  }, arrays);
}

function smallAdditions() {
  const [x, one] = [np.array(numbers(14, 4)), np.array(numbers(15, 4))];
  const once = () => {
    let sum = x.ref;
    for (let index = 0; index < smallAdds; index++) sum = sum.add(one.ref);
    return sum.dataSync();
  };
  return { run: () => void once(), probe: () => meanSquare(once()) };
}

const functional = 'gradients are of functions here, nothing is recorded';

export async function open() {
  await jax.init('wasm');
  jax.defaultDevice('wasm');
  const main = createRequire(import.meta.url).resolve('@jax-js/jax');
  return {
    version: JSON.parse(readFileSync(join(dirname(main), '..', 'package.json'), 'utf8')).version,
    threads: 1,
    rows: {
      ...Object.fromEntries(matmulSizes.map((size) => [`matmul${size}`, () => matmul(size)])),
      conv2d: () => conv2d(false),
      conv2d_train: () => conv2d(true),
      batchnorm_train: batchnorm,
      add_1m: () => forward((a, b) => a.add(b), [np.array(numbers(11, million)), np.array(numbers(12, million))]),
      exp_1m: () => forward((a) => np.exp(a), [np.array(numbers(11, million))]),
      softmax_1024: () => forward((a) => nn.softmax(a), [from(numbers(13, softmaxSize ** 2, 4), softmaxSize, softmaxSize)]),
      add4_x1000: smallAdditions,
      mlp_sgd: sgd,
      mlp_adam: adam,
      block: () => transformerBlock(false),
      block_train: () => transformerBlock(true),
      lstm: recurrent,
    },
    missing: { add4_recorded: functional, add4_backward: functional },
  };
}
