// Programs that would keep the interpreter from ending, or run it off the end of the stack.
import { expect, test, vi } from 'vitest';
import { analyze } from '../../src/analyze.ts';

test.each([
  ['an object that is its own call', 'class A:\n    pass\nA.__call__ = A()\nA()(1)\n'],
  ['two objects that are the call of each other', 'class A: pass\nclass B: pass\nA.__call__ = B()\nB.__call__ = A()\nmodel.eval()\nA()(model)\n'],
])('%s', (_, text) => {
  // A fault of the analysis is then thrown.
  vi.stubEnv('MODEGUARD_DEBUG', '1');
  expect(analyze({ file: 'a.py', text: `${text}print(model.eval())\n`, language: 'python' }).observations.forwards).toEqual([]);
  vi.unstubAllEnvs();
});
