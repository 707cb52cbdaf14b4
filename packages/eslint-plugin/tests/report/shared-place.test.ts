// Where a method is called for inference by one and for training by another, the finding says which call to change, and offers no edit of the method.
import { expect, test } from 'vitest';
import { analyze } from '../../src/analyze.ts';
import { RULES } from '../../src/rules/registry.ts';

const AGENT = `import torch
from torch import nn


class Agent(nn.Module):
    def __init__(self):
        super().__init__()
        self.network = nn.Sequential(nn.Linear(4, 2), nn.Dropout(0.5))

    def act(self, x):
        scores = self.network(x)
        return scores.argmax(1), scores


agent = Agent()
optimizer = torch.optim.SGD(agent.parameters(), lr=0.1)
x = torch.ones(2, 4)
actions, _ = agent.act(x)
print(actions.tolist())
`;

const LEARNS = `_, scores = agent.act(x)
scores.square().mean().backward()
optimizer.step()
`;

function findingsIn(text: string): readonly string[] {
  const analysis = analyze({ file: 'agent.py', text, language: 'python' });
  return RULES.flatMap((rule) => rule.judge(analysis)).map((finding) => `${analysis.lines.lineOf(finding.span.start)} ${finding.rule}: ${finding.what} ${finding.action} [${finding.suggestions.length}]`);
}

test('a method that only infers is to be changed itself', () => {
  expect(findingsIn(AGENT)).toEqual([
    '11 no-train-mode-inference: `self.network(x)` runs in training mode, but its output is used for inference. Call `self.network.eval()` before this line. [1]',
    '11 require-no-grad: `self.network(x)` records a graph that nothing uses. Run it inside `torch.no_grad()`. [1]',
  ]);
});

test('one that is trained as well is to be left alone', () => {
  expect(findingsIn(AGENT + LEARNS)).toEqual([
    '11 no-train-mode-inference: `self.network(x)` runs in training mode, but its output is used for inference. Call `eval()` on it before `agent.act(x)` (line 18), which leads here; not in this function, which others train with. [0]',
    '11 require-no-grad: `self.network(x)` records a graph that nothing uses when `agent.act(x)` (line 18) leads to it. Run that call inside `torch.no_grad()`; what else leads here may need the graph. [0]',
  ]);
});
