// What the models of JavaScript libraries say, seen in what is reported of short programs: every line that is marked, and nothing else.
import { describe, test } from 'vitest';
import { checkProgram } from './check-program.ts';

const check = (text: string): void => checkProgram(text, 'typescript');

describe('js-pytorch', () => {
  test('train(false) means train, and eval() is needed for inference', () => {
    check(`const { torch } = require('js-pytorch');
const nn = torch.nn;
class Net extends nn.Module {
  constructor() {
    super();
    this.drop = new nn.Dropout(0.5);
  }
  forward(x) { return this.drop.forward(x); }
}
const net = new Net();
net.train(false);
console.log(net.forward(torch.ones([2])).data); // error: [no-train-mode-inference]
net.eval();
console.log(net.forward(torch.ones([2])).data);
`);
  });
  test('no array is looked into', () => {
    check(`const { torch } = require('js-pytorch');
class Net extends torch.nn.Module {
  constructor() {
    super();
    this.blocks = [new torch.nn.Dropout(0.5), new torch.nn.Dropout(0.2)]; // error: [no-unregistered-submodule]
  }
  forward(x) { return x; }
}
`);
  });
});

describe('deepbox', () => {
  test('only what is registered is a child', () => {
    check(`import { Dropout, Linear, Module } from 'deepbox/nn';
class Half extends Module {
  fc = new Linear(4, 4);
  drop = new Dropout(0.5); // error: [no-unregistered-submodule]
  constructor() {
    super();
    this.registerModule('fc', this.fc);
  }
  forward(x) { return this.drop.call(this.fc.call(x)); }
}
class Whole extends Module {
  constructor() {
    super();
    this.drop = new Dropout(0.5);
    this.registerModule('drop', this.drop);
  }
  forward(x) { return this.drop.call(x); }
}
`);
  });
});

describe('torchlette', () => {
  test('fields are children, and forward is the form of call', () => {
    check(`import { Dropout, Linear, Module } from 'torchlette/nn';
class Net extends Module {
  constructor(api) {
    super(api);
    this.fc = new Linear(api, 4, 4);
    this.drop = new Dropout(api, { p: 0.5 });
  }
  forward(x) { return this.drop.forward(this.fc.forward(x)); }
}
class Hides extends Module {
  constructor(api) {
    super(api);
    this.drops = [new Dropout(api, { p: 0.5 }), new Dropout(api, { p: 0.5 })]; // error: [no-unregistered-submodule]
  }
  forward(x) { return this.drops[1].forward(this.drops[0].forward(x)); }
}
const net = new Net(api);
console.log(net.forward(api.ones([2, 4])).item()); // error: [no-train-mode-inference]; error: [require-no-grad]
net.eval();
console.log(api.noGrad(() => net.forward(api.ones([2, 4]))).item());
`);
  });
});

describe('ts-torch and piston', () => {
  test('training mode from the start', () => {
    check(`import { BatchNorm1d, Dropout, Linear, Sequential } from '@ts-torch/nn';
const net = new Sequential(new Linear(4, 4), new Dropout(0.5));
console.log(net.forward(x).item()); // error: [no-train-mode-inference]
net.eval();
console.log(net.forward(x).item());
const norm = new BatchNorm1d(4);
console.log(norm.forward(x).item()); // error: [no-train-mode-inference]
`);
    check(`import { nn } from '@piston-ml/piston-web';
class Net extends nn.Module {
  drop = new nn.Dropout(0.1);
  forward(x) { return this.drop.forward(x); }
}
const net = new Net();
console.log(net.forward(x).item()); // error: [no-train-mode-inference]
console.log(net.eval().forward(x).item());
`);
  });
});

describe('@frost-beta/mlx', () => {
  test('mx.eval computes arrays, and a private field is out of reach', () => {
    check(`import { core as mx, nn } from '@frost-beta/mlx';
class Net extends nn.Module {
  #hidden = new nn.Dropout(0.5); // error: [no-unregistered-submodule]
  parts = [new nn.Dropout(0.5)];
  forward(x) { return this.#hidden.forward(this.parts[0].forward(x)); }
}
const drop = new nn.Dropout(0.5);
mx.eval(drop.parameters());
console.log(drop.forward(x).item()); // error: [no-train-mode-inference]
drop.eval();
console.log(drop.forward(x).item());
`);
  });
});

describe('libraries without a mode', () => {
  test('sessions and pipelines that only infer, and a network that is told in each call', () => {
    check(`import { Dropout } from '@ts-torch/nn';
import { InferenceSession } from 'onnxruntime-web';
import { AutoModel, pipeline } from '@huggingface/transformers';
import { NeuralNetwork, Tensor } from 'toygrad';
const session = await InferenceSession.create('model.onnx');
console.log((await session.run({ x })).y.data);
const classify = await pipeline('sentiment-analysis');
console.log(await classify('a'));
const model = await AutoModel.from_pretrained('x');
console.log((await model(x)).logits.data);
const net = new NeuralNetwork({ layers: [] });
console.log(net.forward(new Tensor(1, 1, 2), false).w[0]);
`);
  });
});

describe('the engine', () => {
  test('layers are the same from the package and from its parts', () => {
    const program = (imports: string, nn: string, F: string): string => `${imports}
class Net extends ${nn}Module {
  drop = new ${nn}Dropout(0.5);
  forward(x) { return this.drop.call(${F}dropout(x)); } // error: [require-training-argument]
}
const net = new Net();
console.log(net.call(ones(2)).item()); // error: [no-train-mode-inference]
`;
    check(program("import { ones, nn, F } from '@modeguard/engine';", 'nn.', 'F.'));
    check(program("import { ones } from '@modeguard/engine';\nimport { Dropout, Module } from '@modeguard/engine/nn';\nimport { dropout } from '@modeguard/engine/functional';", '', ''));
  });
  test('a pruned layer is the layer, and fusion with batch normalisation is for evaluation', () => {
    check(`import { ones, nn } from '@modeguard/engine';
const drop = nn.utils.prune.l1Unstructured(new nn.Sequential(new nn.Dropout(0.5)), 'weight', 1);
console.log(drop.call(ones(2)).item()); // error: [no-train-mode-inference]
const conv = new nn.Conv2d(1, 1, 1);
nn.utils.fuseConvBnEval(conv, new nn.BatchNorm2d(1)); // error: [no-train-mode-export]
const evaluated = new nn.Conv2d(1, 1, 1).eval();
nn.utils.fuseConvBnEval(evaluated, new nn.BatchNorm2d(1).eval());
`);
  });
});
