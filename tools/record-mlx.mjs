// @ts-check
// Runs the layers of @frost-beta/mlx and writes down what depends on the mode, to fixtures/libraries/mlx.json; the tests hold the library model against it.
//
// Usage: node tools/record-mlx.mjs FOLDER   (FOLDER/node_modules holds @frost-beta/mlx; on Linux its binary needs liblapack and libblas)
//
// The package is no dependency of the project, because its binary does not load everywhere that the tests run.
import { readFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = process.argv[2];
if (folder === undefined) {
  console.error('Name a folder with @frost-beta/mlx in its node_modules: node tools/record-mlx.mjs FOLDER');
  process.exit(2);
}
const require = createRequire(join(resolve(folder), 'package.json'));
/** @type {any} */
const mlx = require('@frost-beta/mlx');
const { core: mx, nn } = mlx;
const { version } = JSON.parse(readFileSync(require.resolve('@frost-beta/mlx/package.json'), 'utf8'));
const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** @type {{ classes: { path: string }[] }} */
const model = JSON.parse(readFileSync(join(root, 'packages/eslint-plugin/src/libraries/models/mlx.json'), 'utf8'));

/** @type {Record<string, unknown[]>} */
const ARGUMENTS = { Dropout: [0.5], Dropout2d: [0.5], Dropout3d: [0.5], BatchNorm: [4], Linear: [4, 4], Embedding: [8, 4], Conv1d: [4, 4, 1], Conv2d: [4, 4, 1], Conv3d: [4, 4, 1], LayerNorm: [4], RMSNorm: [4], GroupNorm: [2, 4], InstanceNorm: [4], MultiHeadAttention: [4, 2], RoPE: [4], RNN: [4, 4], GRU: [4, 4], LSTM: [4, 4], MaxPool1d: [1], MaxPool2d: [1], AvgPool1d: [1], AvgPool2d: [1], Bilinear: [4, 4, 4], Identity: [], GELU: [], ReLU: [], Sigmoid: [], Tanh: [], SiLU: [], Softmax: [] };
/** @type {Record<string, number[]>} */
const SHAPES = { Dropout2d: [2, 4, 4, 4], Dropout3d: [2, 2, 4, 4, 4], Conv2d: [2, 4, 4, 4], Conv3d: [2, 2, 4, 4, 4], MaxPool2d: [2, 4, 4, 4], AvgPool2d: [2, 4, 4, 4], BatchNorm: [8, 4] };

/** @param {string} name */
function inputsFor(name) {
  if (name === 'Embedding') return [mx.array([[0, 1], [2, 3]], mx.int32)];
  const x = mx.random.normal(SHAPES[name] ?? [2, 4, 4]);
  return name === 'MultiHeadAttention' ? [x, x, x] : name === 'Bilinear' ? [x, x] : [x];
}

/** @param {string} name */
function differs(name) {
  const layer = new nn[name](...(ARGUMENTS[name] ?? []));
  const inputs = inputsFor(name);
  const out = () => {
    const result = layer.forward(...inputs);
    return JSON.stringify((Array.isArray(result) ? result[0] : result).tolist());
  };
  layer.eval();
  const asleep = out();
  layer.train();
  return [0, 1, 2].some(() => out() !== asleep);
}

/** @type {Record<string, boolean>} */
const modeDependent = {};
/** Layers of this version that do not run at all. */
/** @type {string[]} */
const broken = [];
for (const { path } of model.classes) {
  const name = path.slice(path.lastIndexOf('.') + 1);
  if (name === 'Sequential') continue;
  try {
    modeDependent[name] = differs(name);
  } catch (error) {
    console.error(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    broken.push(name);
  }
}

class Net extends nn.Module {
  #hidden = new nn.Dropout(0.5);
  field = new nn.Dropout(0.5);
  list = [new nn.Dropout(0.5)];

  get hidden() {
    return this.#hidden;
  }
}
const net = new Net();
const atFirst = net.training;
const returned = net.eval();
const reached = { field: !net.field.training, array: !net.list[0].training, privateField: !net.hidden.training };
const takesMode = net.train(false).training === false;

mkdirSync(join(root, 'fixtures/libraries'), { recursive: true });
writeFileSync(join(root, 'fixtures/libraries/mlx.json'), `${JSON.stringify({ version, modeDependent, broken, trainsAtFirst: atFirst, returnsSelf: returned === net, takesMode, reached }, null, 2)}\n`);
