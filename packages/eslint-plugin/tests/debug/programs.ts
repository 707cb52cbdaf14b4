// The same program in both languages, for tests of what the analysis shows of itself.
import type { SourceInput } from '../../src/analyze.ts';

const PYTHON = `import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.bn = nn.BatchNorm1d(4)
        self.drop = nn.Dropout(0.5)

    def forward(self, x):
        return self.drop(self.bn(x))


def evaluate(model, x, train=False):
    if train:
        model.train()
    else:
        model.eval()
    with torch.no_grad():
        y = model(x)
    return y.argmax(1)


def unused():
    def inner():
        return 1
    return inner


model = Net()
evaluate(model, torch.ones(2, 4))
`;

const TYPESCRIPT = `import { nn, noGrad, ones, type Tensor } from '@modeguard/engine';

class Net extends nn.Module {
  bn = new nn.BatchNorm1d(4);
  drop = new nn.Dropout(0.5);

  override forward(x: Tensor): Tensor {
    return this.drop.call(this.bn.call(x));
  }
}

function evaluate(model: Net, x: Tensor, train = false): Tensor {
  if (train) model.train();
  else model.eval();
  const y = noGrad(() => model.call(x));
  return y.argmax(1);
}

function unused(): () => number {
  function inner(): number {
    return 1;
  }
  return inner;
}

const model = new Net();
evaluate(model, ones([2, 4]));
`;

export const programs: readonly SourceInput[] = [
  { file: 'net.py', text: PYTHON, language: 'python' },
  { file: 'net.ts', text: TYPESCRIPT, language: 'typescript' },
];
