// `modeguard --debug`: through the real plugin, from what is typed to what is printed.
import { describe, expect, it } from 'vitest';
import { makeTree, runIn } from './workbench.ts';

const tree = (): string =>
  makeTree({
    'app.py': 'import torch\nfrom torch import nn\n\n\ndef evaluate(model, x):\n    model.eval()\n    return model(x).argmax(1)\n\n\nevaluate(nn.Dropout(0.5), torch.ones(2))\n',
    'app.ts': "import { nn, ones } from '@modeguard/engine';\n\nclass Service {\n  model = new nn.Dropout(0.5);\n  predict() {\n    this.model.eval();\n    return this.model.call(ones([2])).argmax();\n  }\n}\nnew Service().predict();\n",
    'a:b.py': 'x = 1\n',
    'notes.txt': '',
  });

describe('prints', () => {
  it('a function of a Python file', async () => {
    const ran = await runIn(tree(), ['--debug', 'app.py:evaluate']);
    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(ran.out).toContain('; called from 10:1\nfunction evaluate#1(model, x)\n');
    expect(ran.out).toContain('; model = nn.Dropout@10:10 {eval}, set at 6:5\n');
  });

  it('a method of a TypeScript file', async () => {
    const ran = await runIn(tree(), ['--debug', 'app.ts:Service.predict']);
    expect(ran.code).toBe(0);
    expect(ran.out).toContain('; this.model = nn.Dropout@4:11 {eval}, set at 6:5\n');
  });

  it('a whole file, also one with a colon in its name', async () => {
    expect((await runIn(tree(), ['--debug', 'app.py'])).out).toContain('; <module>, line 1 of ');
    expect((await runIn(tree(), ['--debug', 'a:b.py'])).out).toContain('store x, %0\n');
  });
});

it.each([
  ['a function that there is not', ['--debug', 'app.py:evalute'], /There is no function 'evalute' in .*app\.py\. There are: <module>, evaluate \(line 5\)\./],
  ['a file that there is not', ['--debug', 'nope.py:f'], /No such file: 'nope\.py'\. Write --debug <file> or --debug <file>:<function>\./],
  ['a file in another language', ['--debug', 'notes.txt'], /'notes\.txt' is no Python, TypeScript or JavaScript file\./],
  ['a directory', ['--debug', '.'], /'\.' is no Python, TypeScript or JavaScript file\./],
  ['more than one file', ['--debug', 'app.py', 'app.ts'], /--debug takes one file, as in --debug app\.py; 'app\.ts' is left over\./],
  ['nothing', ['--debug'], /'--debug <value>' argument missing/],
])('refuses %s', async (_, argv, message) => {
  const ran = await runIn(tree(), argv);
  expect(ran).toMatchObject({ code: 2, out: '' });
  expect(ran.err).toMatch(message);
  expect(ran.err).not.toContain('    at ');
});
