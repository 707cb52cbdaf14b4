// Objects of libraries that work with networks and are no modules, copies that libraries hold, and code that test runners and servers call.
import { describe, test } from 'vitest';
import { checkProgram } from './check-program.ts';

const HEAD = `import torch
from torch import nn
from torch.nn import functional as F


def make():
    return nn.Sequential(nn.Linear(4, 3), nn.Dropout(0.5))


def batches():
    return torch.load('batches.pt')


`;

describe('Python', () => {
  test('what an accelerator prepares is what it was given, and its backward pass trains', () => {
    checkProgram(
      `${HEAD}from accelerate import Accelerator

accelerator = Accelerator()
net = make()
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
net, optimizer, loader = accelerator.prepare(net, optimizer, batches())
for epoch in range(3):
    for x, y in loader:
        loss = F.cross_entropy(net(x), y)  # error: [no-eval-mode-training]
        accelerator.backward(loss)
        optimizer.step()
    net.eval()
    for x, y in loader:
        with torch.no_grad():
            best = net(x).argmax(1)
        print(accelerator.gather(best).tolist())
`,
      'python',
    );
  });

  test('what Fabric sets up is what it was given, and its backward pass trains', () => {
    checkProgram(
      `${HEAD}import lightning as L

fabric = L.Fabric(accelerator='cpu')
net = make()
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
net, optimizer = fabric.setup(net, optimizer)
for epoch in range(3):
    for x, y in fabric.setup_dataloaders(batches()):
        loss = F.cross_entropy(net(x), y)  # error: [no-eval-mode-training]
        fabric.backward(loss)
        optimizer.step()
    net.eval()
    for x, y in batches():
        with torch.no_grad():
            fabric.print(net(x).argmax(1).tolist())
`,
      'python',
    );
  });

  test('an average of ema-pytorch is a copy in the mode of its model, which its eval() does not reach', () => {
    checkProgram(
      `${HEAD}from ema_pytorch import EMA

net = make()
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
ema = EMA(net, beta=0.99)
with torch.no_grad():
    print(ema(torch.ones(1, 4)).tolist())  # error: [no-train-mode-inference]
for x, y in batches():
    F.cross_entropy(net(x), y).backward()
    optimizer.step()
    ema.update()
    ema.eval()
    with torch.no_grad():
        print(ema(x).tolist())
`,
      'python',
    );
  });

  test('a learner of fastai leaves evaluation mode behind where it validates, and nobody knows what where it fits', () => {
    checkProgram(
      `${HEAD}from fastai.vision.all import Learner

net = make()
learner = Learner(batches(), net)
learner.fit(1)
with torch.no_grad():
    print(net(torch.ones(1, 4)).tolist())  # error?: [no-train-mode-inference]
learner.validate()
with torch.no_grad():
    print(net(torch.ones(1, 4)).tolist())
net.train()
with torch.no_grad():
    print(net(torch.ones(1, 4)).tolist())  # error: [no-train-mode-inference]
`,
      'python',
    );
  });

  test('an evaluator of ignite leaves evaluation mode behind, and a trainer training mode', () => {
    checkProgram(
      `${HEAD}from ignite.engine import create_supervised_evaluator, create_supervised_trainer

net = make()
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
evaluator = create_supervised_evaluator(net)
for epoch in range(3):
    for x, y in batches():
        F.cross_entropy(net(x), y).backward()  # error: [no-eval-mode-training]
        optimizer.step()
    evaluator.run(batches())
create_supervised_trainer(net, optimizer, F.cross_entropy).run(batches())
with torch.no_grad():
    print(net(torch.ones(1, 4)).tolist())  # error: [no-train-mode-inference]
evaluator.run(batches())
with torch.no_grad():
    print(net(torch.ones(1, 4)).tolist())
`,
      'python',
    );
  });

  test('steps that an engine of ignite calls are run as they stand', () => {
    checkProgram(
      `${HEAD}from ignite.engine import Engine, Events

net = make()
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)


def step(engine, batch):
    net.train()
    optimizer.zero_grad()
    loss = F.cross_entropy(net(batch[0]), batch[1])
    loss.backward()
    optimizer.step()
    return loss.item()


def validate(engine, batch):
    net.eval()
    with torch.no_grad():
        return net(batch[0]).argmax(1).tolist()


trainer, evaluator = Engine(step), Engine(validate)


@trainer.on(Events.EPOCH_COMPLETED)
def after(engine):
    evaluator.run(batches())


trainer.run(batches(), max_epochs=3)
`,
      'python',
    );
  });

  test('a moving average of timm is a copy that sleeps', () => {
    checkProgram(
      `${HEAD}from timm.utils import ModelEmaV2

net = make()
ema = ModelEmaV2(net)
with torch.no_grad():
    print(ema.module(torch.ones(1, 4)).tolist())
    print(net(torch.ones(1, 4)).tolist())  # error: [no-train-mode-inference]
`,
      'python',
    );
  });

  test('request handlers find the network as the module has left it', () => {
    checkProgram(
      `${HEAD}from fastapi import FastAPI
from flask import Flask, jsonify, request

app, api = Flask(__name__), FastAPI()
awake, asleep = make(), make()
asleep.eval()


@app.route('/awake', methods=['POST'])
def of_awake():
    with torch.no_grad():
        return jsonify(awake(torch.tensor(request.json)).argmax(1).tolist())  # error: [no-train-mode-inference]


@app.route('/asleep', methods=['POST'])
def of_asleep():
    with torch.no_grad():
        return jsonify(asleep(torch.tensor(request.json)).argmax(1).tolist())


@api.get('/each')
async def each(x: float):
    for_each.eval()
    with torch.no_grad():
        return {'y': for_each(torch.tensor([x])).argmax(1).tolist()}


for_each = make()
`,
      'python',
    );
  });
});

test('JavaScript: request handlers and tests', () => {
  checkProgram(
    `import express from 'express';
import { beforeEach, describe, expect, it } from 'vitest';
import { nn, noGrad, ones, tensor } from '@modeguard/engine';

const app = express();
const make = () => new nn.Sequential(new nn.Linear(4, 3), new nn.Dropout(0.5));
const awake = make();
const asleep = make();
asleep.eval();
app.post('/awake', (req, res) => {
  res.json(noGrad(() => awake.call(tensor(req.body)).argmax(1).toArray())); // error: [no-train-mode-inference]
});
app.post('/asleep', (req, res) => {
  res.json(noGrad(() => asleep.call(tensor(req.body)).argmax(1).toArray()));
});
describe('net', () => {
  let net;
  beforeEach(() => {
    net = make();
    net.eval();
  });
  it('is deterministic', () => {
    const x = ones(1, 4);
    expect(noGrad(() => net.call(x).toArray())).toEqual(noGrad(() => net.call(x).toArray()));
  });
});
`,
    'typescript',
  );
});
