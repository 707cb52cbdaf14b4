// Our engine, by its public API. Nothing is read out: every call is synchronous. A run ends what it made with a `scope()`, as TensorFlow.js
// needs `tidy` and `dispose`; as contender `engine-unscoped` it drops everything instead and leaves the memory to the engine, and as `engine-blas` it hands products
// to the system's BLAS: the library that the environment variable BLAS_LIBRARY names, or one that is found by its usual name.
import { createRequire } from 'node:module';
import { basename } from 'node:path';
import { useBlas } from '../../../packages/engine/dist/backend/blas.js';
import * as engine from '../../../packages/engine/dist/index.js';
import manifest from '../../../packages/engine/package.json' with { type: 'json' };
import { batchNorm, block, blockNumbers, classIndices, conv, lstm, lstmNumbers, matmulSizes, meanSquare, million, mlp, mlpWeights, numbers, smallAdds, softmaxSize } from '../problems.mjs';

const { F, nn, noGrad, optim, scope } = engine;

const from = (values, ...shape) => engine.tensor(Array.from(values)).reshape(...shape);
const load = (module, state) => {
  module.loadStateDict(Object.fromEntries(Object.entries(state).map(([name, values]) => [name, from(values, ...module.stateDict().get(name).shape)])));
  return module;
};
const read = (tensor) => meanSquare(tensor.toTypedArray());
/** A row that computes one tensor without gradients. */
const forward = (compute) => ({ run: () => void noGrad(compute), probe: () => read(noGrad(compute)) });

/** A row whose runs end what they made; parameters, gradients and optimizer state stay. */
function scoped({ run, probe }) {
  return {
    run: () => {
      const made = scope();
      run();
      made.dispose();
    },
    probe,
  };
}

function matmul(size) {
  const [a, b] = [from(numbers(1, size * size), size, size), from(numbers(2, size * size), size, size)];
  return forward(() => a.matmul(b));
}

function conv2d(train) {
  const { batch, inChannels, outChannels, size, kernel, padding } = conv;
  const weight = from(numbers(4, outChannels * inChannels * kernel ** 2, 0.1), outChannels, inChannels, kernel, kernel);
  const x = from(numbers(3, batch * inChannels * size ** 2), batch, inChannels, size, size);
  if (!train) return forward(() => F.conv2d(x, weight, null, { padding }));
  x.requiresGrad_();
  weight.requiresGrad_();
  const gradient = from(numbers(5, batch * outChannels * size ** 2), batch, outChannels, size, size);
  const run = () => {
    x.grad = null;
    weight.grad = null;
    F.conv2d(x, weight, null, { padding }).backward(gradient);
  };
  return { run, probe: () => (run(), read(x.grad) + read(weight.grad)) };
}

function batchnorm() {
  const { batch, channels, size } = batchNorm;
  const [weight, bias] = [from(numbers(7, channels), channels), from(numbers(8, channels), channels)];
  const [runningMean, runningVar] = [engine.zeros(channels), engine.ones(channels)];
  const x = from(numbers(6, batch * channels * size ** 2), batch, channels, size, size);
  return forward(() => F.batchNorm(x, runningMean, runningVar, { weight, bias, training: true }));
}

function mlpStep(makeOptimizer) {
  const layers = mlpWeights().map(({ inputs, outputs, weight, bias }) => load(new nn.Linear(inputs, outputs), { weight, bias }));
  const model = new nn.Sequential(...layers.flatMap((layer, index) => (index === 0 ? [layer] : [new nn.ReLU(), layer])));
  const optimizer = makeOptimizer(model.parameters());
  const x = from(numbers(9, mlp.batch * mlp.widths[0]), mlp.batch, mlp.widths[0]);
  const y = engine.tensor(classIndices(10, mlp.batch, 10), { dtype: 'int64' });
  const step = () => {
    optimizer.zeroGrad();
    const loss = F.crossEntropy(model.call(x), y);
    loss.backward();
    optimizer.step();
    return loss;
  };
  return { run: () => void step(), probe: () => (step(), step(), step().item()) };
}

class Block extends nn.Module {
  norm1 = new nn.LayerNorm(block.width);
  norm2 = new nn.LayerNorm(block.width);
  qkv = new nn.Linear(block.width, 3 * block.width);
  out = new nn.Linear(block.width, block.width);
  up = new nn.Linear(block.width, block.hidden);
  down = new nn.Linear(block.hidden, block.width);

  forward(x) {
    const { width, heads, sequence } = block;
    const qkv = this.qkv.call(this.norm1.call(x));
    const part = (index) => qkv.narrow(2, index * width, width).reshape(1, sequence, heads, width / heads).transpose(1, 2);
    const attended = F.scaledDotProductAttention(part(0), part(1), part(2)).transpose(1, 2).reshape(1, sequence, width);
    const h = x.add(this.out.call(attended));
    return h.add(this.down.call(F.gelu(this.up.call(this.norm2.call(h)))));
  }
}

function transformerBlock(train) {
  const { x: input, gradient: outputGradient, ...weights } = blockNumbers();
  const state = Object.entries(weights).flatMap(([name, { weight, bias }]) => [[`${name}.weight`, weight], [`${name}.bias`, bias]]);
  const model = load(new Block(), Object.fromEntries(state));
  const x = from(input, 1, block.sequence, block.width);
  if (!train) return forward(() => model.call(x));
  x.requiresGrad_();
  const gradient = from(outputGradient, 1, block.sequence, block.width);
  const run = () => {
    x.grad = null;
    model.zeroGrad();
    model.call(x).backward(gradient);
  };
  return { run, probe: () => (run(), read(x.grad) + read(model.qkv.weight.grad) + read(model.down.weight.grad)) };
}

function recurrent() {
  const { x: input, weightIh, weightHh, biasIh, biasHh } = lstmNumbers();
  const layer = load(new nn.LSTM(lstm.inputs, lstm.hidden), { weight_ih_l0: weightIh, weight_hh_l0: weightHh, bias_ih_l0: biasIh, bias_hh_l0: biasHh });
  const x = from(input, lstm.sequence, lstm.batch, lstm.inputs);
  return forward(() => layer.call(x)[0]);
}

function smallAdditions() {
  const [x, one] = [from(numbers(14, 4), 4), from(numbers(15, 4), 4)];
  return forward(() => {
    let sum = x;
    for (let index = 0; index < smallAdds; index++) sum = sum.add(one);
    return sum;
  });
}

/** The same with a leaf that wants a gradient. */
function recordedAdditions(backward) {
  const [x, one, gradient] = [from(numbers(14, 4), 4).requiresGrad_(), from(numbers(15, 4), 4), from(numbers(16, 4), 4)];
  const compute = () => {
    let sum = x;
    for (let index = 0; index < smallAdds; index++) sum = sum.add(one);
    return sum;
  };
  if (!backward) return { run: () => void compute(), probe: () => read(compute()) };
  const run = () => {
    x.grad = null;
    compute().backward(gradient);
  };
  return { run, probe: () => (run(), read(x.grad)) };
}

/** @param {{ threads: number, scopes: boolean, blas?: boolean }} options */
export async function open({ threads, scopes, blas = false }) {
  engine.setNumThreads(threads);
  const library = process.env['BLAS_LIBRARY'];
  const products = blas ? useBlas({ threads, ...(library === undefined ? {} : { library }) }, () => createRequire(import.meta.url)('koffi')) : null;
  const [wide, other] = [from(numbers(11, million), million), from(numbers(12, million), million)];
  const square = from(numbers(13, softmaxSize ** 2, 4), softmaxSize, softmaxSize);
  const rows = {
    ...Object.fromEntries(matmulSizes.map((size) => [`matmul${size}`, () => matmul(size)])),
    conv2d: () => conv2d(false),
    conv2d_train: () => conv2d(true),
    batchnorm_train: batchnorm,
    add_1m: () => forward(() => wide.add(other)),
    exp_1m: () => forward(() => wide.exp()),
    softmax_1024: () => forward(() => square.softmax(1)),
    add4_x1000: smallAdditions,
    add4_recorded: () => recordedAdditions(false),
    add4_backward: () => recordedAdditions(true),
    mlp_sgd: () => mlpStep((parameters) => new optim.SGD(parameters, { lr: mlp.lr })),
    mlp_adam: () => mlpStep((parameters) => new optim.Adam(parameters, { lr: mlp.adam.lr })),
    block: () => transformerBlock(false),
    block_train: () => transformerBlock(true),
    lstm: recurrent,
  };
  return {
    version: `${manifest.version} (${engine.backend().name}${products === null ? '' : `, ${basename(products.library)}`})`,
    threads,
    rows: scopes ? Object.fromEntries(Object.entries(rows).map(([name, make]) => [name, () => scoped(make())])) : rows,
    missing: {},
  };
}
