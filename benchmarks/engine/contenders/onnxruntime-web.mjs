// onnxruntime-web on its wasm provider: inference of a static graph. run() is asynchronous and always copies the result out.
import * as ort from 'onnxruntime-web';
import { block, blockNumbers, conv, lstm, lstmNumbers, matmulSizes, meanSquare, million, numbers, softmaxSize, transposed } from '../problems.mjs';
import { onnxModel } from './onnx-model.mjs';

/** A row that computes the output `y` of a graph from `inputs` (name to { data, dims }). */
async function forward({ inputs, output, nodes, constants }) {
  const model = onnxModel({ nodes, constants, inputs: Object.fromEntries(Object.entries(inputs).map(([name, { dims }]) => [name, dims])), outputs: { y: output } });
  const session = await ort.InferenceSession.create(model, { executionProviders: ['wasm'], graphOptimizationLevel: 'all' });
  const feeds = Object.fromEntries(Object.entries(inputs).map(([name, { data, dims }]) => [name, new ort.Tensor('float32', data, dims)]));
  return {
    run: async () => void (await session.run(feeds)),
    probe: async () => meanSquare((await session.run(feeds)).y.data),
  };
}

function matmul(size) {
  const dims = [size, size];
  return forward({ inputs: { a: { data: numbers(1, size * size), dims }, b: { data: numbers(2, size * size), dims } }, output: dims, nodes: [['MatMul', ['a', 'b'], ['y']]] });
}

function conv2d() {
  const { batch, inChannels, outChannels, size, kernel, padding } = conv;
  return forward({
    inputs: { x: { data: numbers(3, batch * inChannels * size ** 2), dims: [batch, inChannels, size, size] } },
    constants: { w: { data: numbers(4, outChannels * inChannels * kernel ** 2, 0.1), dims: [outChannels, inChannels, kernel, kernel] } },
    output: [batch, outChannels, size, size],
    nodes: [['Conv', ['x', 'w'], ['y'], { pads: [padding, padding, padding, padding], kernel_shape: [kernel, kernel] }]],
  });
}

function elementwise(op, inputs, dims, attributes) {
  return forward({ inputs: Object.fromEntries(Object.entries(inputs).map(([name, data]) => [name, { data, dims }])), output: dims, nodes: [[op, Object.keys(inputs), ['y'], attributes]] });
}

function transformerBlock() {
  const { width, heads, sequence, hidden, eps } = block;
  const { x, norm1, norm2, qkv, out, up, down } = blockNumbers();
  const part = (index) => ({
    weight: { data: transposed(qkv.weight.subarray(index * width ** 2, (index + 1) * width ** 2), width, width), dims: [width, width] },
    bias: { data: qkv.bias.slice(index * width, (index + 1) * width), dims: [width] },
  });
  const linear = ({ weight, bias }, inputs, outputs) => ({ weight: { data: transposed(weight, outputs, inputs), dims: [inputs, outputs] }, bias: { data: bias, dims: [outputs] } });
  const layers = { q: part(0), k: part(1), v: part(2), out: linear(out, width, width), up: linear(up, width, hidden), down: linear(down, hidden, width) };
  const scalar = (value) => ({ data: new Float32Array([value]), dims: [] });
  const constants = {
    ...Object.fromEntries(Object.entries(layers).flatMap(([name, { weight, bias }]) => [[`${name}W`, weight], [`${name}B`, bias]])),
    ...Object.fromEntries(Object.entries({ norm1, norm2 }).flatMap(([name, { weight, bias }]) => [[`${name}W`, { data: Float32Array.from(weight), dims: [width] }], [`${name}B`, { data: bias, dims: [width] }]])),
    split: { data: new BigInt64Array([BigInt(sequence), BigInt(heads), BigInt(width / heads)]), dims: [3] },
    merged: { data: new BigInt64Array([BigInt(sequence), BigInt(width)]), dims: [2] },
    scale: scalar(1 / Math.sqrt(width / heads)),
    half: scalar(0.5),
    one: scalar(1),
    root2: scalar(Math.SQRT2),
  };
  const linearNodes = (name, input, output) => [['MatMul', [input, `${name}W`], [`${name}P`]], ['Add', [`${name}P`, `${name}B`], [output]]];
  const head = (name, perm) => [...linearNodes(name, 'n1', `${name}L`), ['Reshape', [`${name}L`, 'split'], [`${name}R`]], ['Transpose', [`${name}R`], [`${name}H`], { perm }]];
  return forward({
    inputs: { x: { data: x, dims: [sequence, width] } },
    constants,
    output: [sequence, width],
    nodes: [
      ['LayerNormalization', ['x', 'norm1W', 'norm1B'], ['n1'], { axis: -1, epsilon: eps }],
      ...head('q', [1, 0, 2]),
      ...head('k', [1, 2, 0]),
      ...head('v', [1, 0, 2]),
      ['MatMul', ['qH', 'kH'], ['scores']],
      ['Mul', ['scores', 'scale'], ['scaled']],
      ['Softmax', ['scaled'], ['attention'], { axis: -1 }],
      ['MatMul', ['attention', 'vH'], ['headsOut']],
      ['Transpose', ['headsOut'], ['turned'], { perm: [1, 0, 2] }],
      ['Reshape', ['turned', 'merged'], ['attended']],
      ...linearNodes('out', 'attended', 'projected'),
      ['Add', ['x', 'projected'], ['h']],
      ['LayerNormalization', ['h', 'norm2W', 'norm2B'], ['n2'], { axis: -1, epsilon: eps }],
      ...linearNodes('up', 'n2', 'wide'),
      // The form that the runtime fuses into its own GELU.
      ['Div', ['wide', 'root2'], ['over']],
      ['Erf', ['over'], ['erf']],
      ['Add', ['erf', 'one'], ['plus']],
      ['Mul', ['wide', 'plus'], ['times']],
      ['Mul', ['times', 'half'], ['gelu']],
      ...linearNodes('down', 'gelu', 'narrow'),
      ['Add', ['h', 'narrow'], ['y']],
    ],
  });
}

function recurrent() {
  const { batch, sequence, inputs, hidden } = lstm;
  const { x, weightIh, weightHh, biasIh, biasHh } = lstmNumbers();
  // Its gates are i o f c, ours i f g o.
  const gates = (data) => [0, 3, 1, 2].flatMap((gate) => Array.from(data.subarray((gate * data.length) / 4, ((gate + 1) * data.length) / 4)));
  return forward({
    inputs: { x: { data: x, dims: [sequence, batch, inputs] } },
    constants: {
      w: { data: new Float32Array(gates(weightIh)), dims: [1, 4 * hidden, inputs] },
      r: { data: new Float32Array(gates(weightHh)), dims: [1, 4 * hidden, hidden] },
      b: { data: new Float32Array([...gates(biasIh), ...gates(biasHh)]), dims: [1, 8 * hidden] },
    },
    output: [sequence, 1, batch, hidden],
    nodes: [['LSTM', ['x', 'w', 'r', 'b'], ['y'], { hidden_size: hidden }]],
  });
}

/** @param {{ threads: number }} options */
export async function open({ threads }) {
  ort.env.wasm.numThreads = threads;
  ort.env.logLevel = 'error';
  const wide = { a: numbers(11, million), b: numbers(12, million) };
  const training = 'inference only';
  return {
    version: ort.env.versions.web,
    threads,
    rows: {
      ...Object.fromEntries(matmulSizes.map((size) => [`matmul${size}`, () => matmul(size)])),
      conv2d,
      add_1m: () => elementwise('Add', wide, [million]),
      exp_1m: () => elementwise('Exp', { a: wide.a }, [million]),
      softmax_1024: () => elementwise('Softmax', { a: numbers(13, softmaxSize ** 2, 4) }, [softmaxSize, softmaxSize], { axis: -1 }),
      block: transformerBlock,
      lstm: recurrent,
    },
    missing: {
      conv2d_train: training,
      batchnorm_train: training,
      add4_x1000: 'no eager operations',
      add4_recorded: training,
      add4_backward: training,
      mlp_sgd: training,
      mlp_adam: training,
      block_train: training,
    },
  };
}
