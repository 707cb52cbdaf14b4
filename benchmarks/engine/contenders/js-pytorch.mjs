// js-pytorch on its CPU device: tensors are nested JavaScript arrays of doubles. Its transformer block is its own class (causal mask, ReLU,
// dropout 0), so its result is not compared with the others'. Its Adam is not Kingma and Ba's: `step` (0.7.2, class Adam) moves by
// lr * m / (sqrt(v) + eps) with m and v uncorrected for their start at 0. The same rule written with our tensors gives its loss to 4e-4.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { torch } from 'js-pytorch';
import { block, blockNumbers, classIndices, matmulSizes, meanSquare, million, mlp, mlpWeights, numbers, smallAdds, softmaxSize, transposed } from '../problems.mjs';

const { nn, optim } = torch;

function nested(data, rows, columns) {
  return Array.from({ length: rows }, (_, row) => Array.from(data.subarray(row * columns, (row + 1) * columns)));
}
const forward = (compute) => ({ run: () => void compute(), probe: () => meanSquare(compute().data.flat(Infinity)) });

function matmul(size) {
  const [a, b] = [torch.tensor(nested(numbers(1, size * size), size, size)), torch.tensor(nested(numbers(2, size * size), size, size))];
  return forward(() => torch.matmul(a, b));
}

class Perceptron extends nn.Module {
  constructor() {
    super();
    for (const [index, { inputs, outputs, weight, bias }] of mlpWeights().entries()) {
      const layer = new nn.Linear(inputs, outputs);
      layer.W._data = nested(transposed(weight, outputs, inputs), inputs, outputs);
      layer.b._data = Array.from(bias);
      this[`layer${index}`] = layer;
    }
    this.relu = new nn.ReLU();
  }

  forward(x) {
    return this.layer2.forward(this.relu.forward(this.layer1.forward(this.relu.forward(this.layer0.forward(x)))));
  }
}

function mlpStep() {
  const model = new Perceptron();
  const criterion = new nn.CrossEntropyLoss();
  const optimizer = new optim.Adam(model.parameters(), mlp.adam.lr, 0, [mlp.adam.beta1, mlp.adam.beta2], mlp.adam.eps);
  const x = torch.tensor(nested(numbers(9, mlp.batch * mlp.widths[0]), mlp.batch, mlp.widths[0]));
  const y = torch.tensor(classIndices(10, mlp.batch, 10));
  const step = () => {
    const loss = criterion.forward(model.forward(x), y);
    loss.backward();
    optimizer.step();
    optimizer.zero_grad();
    return loss.data[0];
  };
  return { run: () => void step(), probe: () => (step(), step(), step()), differs: 'its Adam does not correct m and v for their start at 0' };
}

function transformerBlock(train) {
  const { width, heads, sequence } = block;
  const model = new nn.Block(width, width, heads, sequence, 0);
  const x = torch.tensor([nested(blockNumbers().x, sequence, width)], train);
  return { run: () => {
    const out = model.forward(x);
    if (train) out.sum().backward();
  }, probe: () => null };
}

function smallAdditions() {
  const [x, one] = [torch.tensor(Array.from(numbers(14, 4))), torch.tensor(Array.from(numbers(15, 4)))];
  return forward(() => {
    let sum = x;
    for (let index = 0; index < smallAdds; index++) sum = torch.add(sum, one);
    return sum;
  });
}

/** The same with a leaf that wants a gradient; a backward pass begins with a sum here. */
function recordedAdditions(backward) {
  const [x, one] = [torch.tensor(Array.from(numbers(14, 4)), true), torch.tensor(Array.from(numbers(15, 4)))];
  return { run: () => {
    let sum = x;
    for (let index = 0; index < smallAdds; index++) sum = torch.add(sum, one);
    if (backward) sum.sum().backward();
  }, probe: () => null };
}

export async function open() {
  const main = createRequire(import.meta.url).resolve('js-pytorch');
  const [wide, other] = [torch.tensor(Array.from(numbers(11, million))), torch.tensor(Array.from(numbers(12, million)))];
  const square = torch.tensor(nested(numbers(13, softmaxSize ** 2, 4), softmaxSize, softmaxSize));
  const softmax = new nn.Softmax();
  return {
    version: JSON.parse(readFileSync(join(dirname(main), '..', 'package.json'), 'utf8')).version,
    threads: 1,
    rows: {
      ...Object.fromEntries(matmulSizes.map((size) => [`matmul${size}`, () => matmul(size)])),
      add_1m: () => forward(() => torch.add(wide, other)),
      exp_1m: () => forward(() => torch.exp(wide)),
      softmax_1024: () => forward(() => softmax.forward(square)),
      add4_x1000: smallAdditions,
      add4_recorded: () => recordedAdditions(false),
      add4_backward: () => recordedAdditions(true),
      mlp_adam: mlpStep,
      block: () => transformerBlock(false),
      block_train: () => transformerBlock(true),
    },
    missing: {
      conv2d: 'it has no convolution',
      conv2d_train: 'it has no convolution',
      batchnorm_train: 'it has no batch norm',
      mlp_sgd: 'it has Adam only',
      lstm: 'it has no LSTM',
    },
  };
}
