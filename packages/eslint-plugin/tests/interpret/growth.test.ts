// What large files cost: how often their functions and instructions are looked at grows as the files do. Counted and not timed.
import { expect, test, vi } from 'vitest';
import { analyze, lower } from '../../src/analyze.ts';
import { PathFacts } from '../../src/domains/path-facts.ts';
import { classOrder } from '../../src/interpret/class-order.ts';
import { interpret } from '../../src/interpret/interpret.ts';
import type { ProjectClass } from '../../src/domains/object.ts';
import { ANYTHING, derive, joinValues, ofAtoms, type Value } from '../../src/domains/value.ts';
import type { Language, Module } from '../../src/ir/ir.ts';
import { librariesFor } from '../../src/libraries/read.ts';
import { tempsAtEntries } from '../../src/ir/liveness.ts';
import { FilesInSight } from '../../src/project/files.ts';
import { callToChange } from '../../src/report/shared-place.ts';

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
  ['collections that one variable holds, one after the other', 'python', (size) => `${PYTHON}net = nn.Dropout()\n${times(size, () => 'kept = {"net": net}\nprint(kept["net"])')}\nnet.eval()\n`],
  ['tests of one variable, one after the other', 'typescript', (size) => `import { Dropout } from '@modeguard/engine';\nconst net = new Dropout(0.1);\nlet y = load();\n${times(size, (at) => `if (y === ${at}) { net.eval(); }`)}\n`],
  ['one test of many terms', 'typescript', (size) => `import { Dropout } from '@modeguard/engine';\nconst net = new Dropout(0.1);\nlet y = load();\nif (${times(10 * size, () => 'y', ' && ')}) net.eval();\nif (y) console.log(net.call(y));\n`],
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

test('a thousand branches on one value', () => {
  const sizes = vi.spyOn(PathFacts.prototype, 'with');
  const text = `${PYTHON}def f(kind, x):\n  net = nn.Dropout()\n  if kind == 0: net.eval()\n${times(1000, (at) => `  elif kind == ${at + 1}: net.train()`)}\n  print(net(x).sum().item())\n  if kind == 3: net.eval()\n`;
  expect(analyze({ file: 'a.py', text, language: 'python' }).observations.forwards).toHaveLength(1);
  const most = Math.max(...sizes.mock.results.map(({ value }) => (value as PathFacts).size));
  sizes.mockRestore();
  expect(most).toBeGreaterThan(50);
  expect(most).toBeLessThan(110);
});

test('what is live in a function of thousands of blocks is not written down when it is too much', () => {
  const decorated = (count: number): ReadonlyMap<unknown, unknown> | null => tempsAtEntries(lower({ file: 'a.ts', text: `${times(count, (at) => `@d${at}`)}\nclass A {}\n`, language: 'typescript' }).funcs[0]!);
  expect(decorated(100)).not.toBeNull();
  expect(decorated(2000)).toBeNull();
});

test('a sum over many calls', () => {
  const from = Array.from({ length: 5000 }, (_, at) => at);
  const sum: Value = ANYTHING.with({ from });
  // Shared, and not put together anew.
  expect(derive([sum]).from).toBe(from);
  expect(joinValues(sum, ANYTHING.with({ from: [17] })).from).toBe(from);
  expect(joinValues(sum, ANYTHING.with({ from: [17, 6000, 4999, 7000] })).from).toEqual([...from, 6000, 7000]);
});

test('many calls that are reported in one file', () => {
  const text = `${PYTHON}def f(net, x):\n${times(200, () => '  print(net(x).sum().item())')}\n`;
  const analysis = analyze({ file: 'a.py', text, language: 'python' });
  let looks = 0;
  const forwards = counted(analysis.observations.forwards, () => void (looks += 1));
  const watched = { ...analysis, observations: { ...analysis.observations, forwards } };
  expect(forwards).toHaveLength(200);
  for (const observation of analysis.observations.forwards) callToChange(watched, observation);
  expect(looks).toBeLessThan(300);
});
