// The ways in which a script holds two outputs against each other; each is run once, and on the same input. What is no such look stays definite.
// The cases whose runs are recorded are fixtures/cases/public/checked-once.
import { describe, test } from 'vitest';
import { checkProgram } from '../libraries/check-program.ts';

const HEAD = `import torch
from torch import nn
import numpy as np
from transformers import BertModel


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 4)

    def forward(self, x):
        return self.fc(x)


old = Net()
new = Net()
new.load_state_dict(torch.load("weights.pt"))
x = torch.tensor([[1.0, 2.0, 3.0, 4.0]])
`;

const program = (certainty: 'error' | 'error?', ...lines: readonly string[]): void =>
  checkProgram(`${HEAD}${lines.map((line) => (/\bnew\(/.test(line) ? `${line}  # ${certainty}: [require-no-grad]` : line)).join('\n')}\n`, 'python');

describe('a look taken once is possible at most', () => {
  test.each([
    [['out = new(x)', 'theirs = somebody.predict(x)', 'assert (out == theirs).all()']],
    [['out = new(x)', 'theirs = session.run(None, {"x": x.numpy()})[0]', 'np.testing.assert_allclose(out.detach().numpy(), theirs, rtol=1e-3)']],
    [['out = new(x)', 'theirs = torch.hub.load("a/b", "c").extract(x)', 'print(out[0, :3], theirs[0, :3])', 'ok = torch.allclose(out, theirs, atol=1e-3)', 'if not ok:', '    raise ValueError("not the same")']],
    [['out = new(x)', 'theirs = BertModel.from_pretrained("bert").extract(x)', 'print(f"{out.sum()} {theirs.sum()}")', 'print("difference", (out - theirs).abs().mean().item() / 4)']],
    [['def check(inputs):', '    out = new(inputs)', '    theirs = somebody(inputs)', '    print((out.float() - theirs).abs().max())', 'check(x)']],
  ])('%j', (lines) => program('error?', ...lines));
});

describe('what is more than a look, is taken again, or holds an output against something else', () => {
  test.each([
    [['out = new(x)', 'print((out == labels).all())']],
    [['out = new(x)', 'theirs = somebody.predict(other)', 'print((out - theirs).abs().max())']],
    [['while going():', '    out = new(x)', '    print((out - somebody.predict(x)).abs().max())']],
    [['def check(inputs):', '    out = new(inputs)', '    print((out - somebody.predict(inputs)).abs().max())', 'for part in (x, x):', '    check(part)']],
    [['out = new(x)', 'theirs = somebody.predict(x)', 'print((out - theirs).abs().max(), out.argmax())']],
    [['out = new(x)', 'theirs = somebody.predict(x)', 'print(theirs + 2 * (out - theirs))']],
    [['out = new(x)', 'print((out - 1).abs().max())']],
  ])('%j', (lines) => program('error', ...lines));
});
