// Frameworks that call the project's code: their hooks run in the mode, and with the gradients, that the library model says.
import { expect, test } from 'vitest';
import { analyze } from '../../src/analyze.ts';
import { RULES } from '../../src/rules/registry.ts';

function findings(text: string): readonly string[] {
  const analysis = analyze({ file: 'lit.py', text, language: 'python' });
  return RULES.flatMap((rule) => rule.judge(analysis).map((finding) => `${analysis.lines.lineOf(finding.span.start)} ${finding.rule} ${finding.certainty}`));
}

const HEAD = `import torch
import pytorch_lightning as pl
from torch import nn


class Lit(pl.LightningModule):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(4, 3), nn.Dropout(0.5))
        self.teacher = nn.Sequential(nn.Linear(4, 3), nn.Dropout(0.5))

    def forward(self, x):
        return self.net(x)

    def _shared_step(self, batch):
        x, y = batch
        return nn.functional.cross_entropy(self(x), y)

`;

test('hooks are run as the framework runs them, and the helpers that they share by them', () => {
  const hooks = `    def training_step(self, batch, i):
        loss = self._shared_step(batch)
        self.log('train_loss', loss)
        return loss

    def validation_step(self, batch, i):
        self.log('val_loss', self._shared_step(batch))
        print(self.net(batch[0]).argmax(1).tolist())

    def predict_step(self, batch, i):
        return self(batch[0]).argmax(1)
`;
  expect(findings(HEAD + hooks)).toEqual([]);
});

test('a part that the constructor did not switch is in training mode in a training step, one that it did is not', () => {
  const step = `    def training_step(self, batch, i):
        with torch.no_grad():
            target = self.teacher(batch[0])
        print(target.argmax(1).tolist())
        return self._shared_step(batch)
`;
  expect(findings(HEAD + step)).toEqual(['21 no-train-mode-inference definite']);
  expect(findings(HEAD.replace('nn.Dropout(0.5))\n\n', 'nn.Dropout(0.5)).eval()\n\n') + step)).toEqual([]);
});

test('a checkpoint is loaded in training mode', () => {
  const use = `\nmodel = Lit.load_from_checkpoint('x.ckpt')
with torch.no_grad():
    print(model(torch.ones(2, 4)).tolist())
`;
  expect(findings(HEAD + use)).toEqual(['22 no-train-mode-inference definite']);
  expect(findings(HEAD + use.replace("'x.ckpt')", "'x.ckpt').eval()"))).toEqual([]);
});

test('manual optimisation trains', () => {
  const step = `    def training_step(self, batch, i):
        loss = self._shared_step(batch)
        self.manual_backward(loss)
        print(loss.item())
`;
  expect(findings(HEAD + step)).toEqual([]);
});

test('the loss of a Trainer of transformers is trained on', () => {
  const text = `from torch import nn
from transformers import Trainer


class Mine(Trainer):
    def compute_loss(self, model, inputs, return_outputs=False):
        model.train()
        loss = nn.functional.cross_entropy(model(**inputs).logits, inputs['labels'])
        print(loss.item())
        return loss
`;
  expect(findings(text)).toEqual([]);
});
