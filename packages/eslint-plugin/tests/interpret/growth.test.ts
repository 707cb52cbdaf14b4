// What large files cost: how often their functions and instructions are looked at grows as the files do. Counted and not timed.
import { expect, test } from 'vitest';
import { lower } from '../../src/analyze.ts';
import { classOrder } from '../../src/interpret/class-order.ts';
import { interpret } from '../../src/interpret/interpret.ts';
import type { ProjectClass } from '../../src/domains/object.ts';
import { ofAtoms, type Value } from '../../src/domains/value.ts';
import type { Language, Module } from '../../src/ir/ir.ts';
import { librariesFor } from '../../src/libraries/read.ts';
import { FilesInSight } from '../../src/project/files.ts';

/** The items, and a note of each look at one. */
function counted<T>(items: readonly T[], count: () => void): readonly T[] {
  return new Proxy(items, {
    get(target, key, receiver): unknown {
      if (typeof key === 'string' && /^\d/.test(key)) count();
      return Reflect.get(target, key, receiver);
    },
  });
}

/** How often the analysis looks at a function, a block or an instruction. */
function looksAt(language: Language, text: string): number {
  const libraries = librariesFor(language);
  const file = language === 'python' ? 'a.py' : 'a.ts';
  const module = lower({ file, text, language });
  let looks = 0;
  const count = (): void => void (looks += 1);
  const watched: Module = { ...module, funcs: counted(module.funcs.map((func) => ({ ...func, blocks: counted(func.blocks.map((block) => ({ ...block, instrs: counted(block.instrs, count) })), count) })), count) };
  interpret(watched, libraries, new FilesInSight(watched, libraries, (other, ofOther) => lower({ file: other, text: ofOther, language })));
  return looks;
}

const times = (count: number, line: (at: number) => string, between = '\n'): string => Array.from({ length: count }, (_, at) => line(at)).join(between);
const PYTHON = 'import torch\nfrom torch import nn\n';

test.each<readonly [string, Language, (size: number) => string]>([
  ['classes, each with a forward', 'python', (size) => `${PYTHON}${times(size, (at) => `class C${at}(nn.Module):\n  def __init__(self):\n    super().__init__()\n    self.drop = nn.Dropout(0.1)\n  def forward(self, x):\n    return self.drop(x)`)}\n`],
  ['classes, each derived from the one before', 'python', (size) => `${PYTHON}class C0(nn.Module):\n  def forward(self, x):\n    return x\n${times(size, (at) => `class C${at + 1}(C${at}):\n  def forward(self, x):\n    return super().forward(x)`)}\nC${size}().eval()(torch.zeros(1)).item()\n`],
  ['networks, each with the one before as its part', 'python', (size) => `${PYTHON}class C0(nn.Module):\n  def forward(self, x):\n    return x\n${times(size, (at) => `class C${at + 1}(nn.Module):\n  def __init__(self):\n    super().__init__()\n    self.part = C${at}()\n  def forward(self, x):\n    return self.part(x)`)}\nC${size}().eval()(torch.zeros(1)).item()\n`],
  ['a script that shows both modes again and again', 'python', (size) => `${PYTHON}net = nn.Sequential(nn.Linear(2, 2), nn.Dropout())\nx = torch.zeros(1, 2)\n${times(size, () => 'net.train()\nprint(net(x).sum().item())\nnet.eval()\nprint(net(x).sum().item())')}\n`],
  ['functions, each with a network of the file', 'typescript', (size) => `import { Dropout } from '@modeguard/engine';\n${times(size, (at) => `export const net${at} = new Dropout(0.1);\nexport function f${at}(x) { net${at}.eval(); return net${at}.call(x); }`)}\n`],
])('%s', (_, language, text) => {
  const [small, large] = [looksAt(language, text(150)), looksAt(language, text(300))];
  expect(large / small).toBeLessThan(2.3);
});

test('classes that derive from two classes which derive from one, again and again', () => {
  const module = lower({ file: 'a.py', text: 'class A: pass\n', language: 'python' });
  let looks = 0;
  const make = (...bases: readonly ProjectClass[]): ProjectClass => ({
    module,
    definition: module.classes[0]!,
    members: new Map(),
    get bases(): readonly Value[] {
      looks += 1;
      return bases.map((base) => ofAtoms({ kind: 'class', class: base }));
    },
  });
  const order: ProjectClass[] = [make()];
  for (let at = 0; at < 20; at += 1) {
    const [top] = order;
    const [left, right] = [make(top!), make(top!)];
    order.unshift(make(left, right), left, right);
  }
  expect(classOrder(order[0]!, librariesFor('python')).project).toEqual(order);
  expect(looks).toBeLessThan(200);
});
