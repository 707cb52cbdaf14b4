// What the debug command prints: every line is a claim about the program, and is read as one here.
import { describe, expect, test } from 'vitest';
import { analyze } from '../../src/analyze.ts';
import { readDebugRequest } from '../../src/debug/debug-request.ts';
import { printFunctions } from '../../src/debug/print-functions.ts';
import { Recorder } from '../../src/interpret/recorder.ts';
import { RULES } from '../../src/rules/registry.ts';
import { programs } from './programs.ts';

describe.each(programs.map((program) => [program.file, program] as const))('%s', (_, program) => {
  test('a function in the chain of calls that leads to it: modes, gradient mode, what each instruction gives', () => {
    const text = printFunctions(program, 'evaluate');
    expect(text).toMatch(/^; evaluate, line \d+ of net/);
    expect(text).toContain('; called from ');
    expect(text).toMatch(/; model = Net@\d+:\d+ \{train\}, made at \d+:\d+\n/);
    // The branch that `train=False` rules out.
    expect(text).toMatch(/; not reached\n(?: {4}; .*\n)* {4}%\d+ = load model\n {4}%\d+ = call %\d+\.train\(\)/);
    expect(text).toMatch(/call %\d+\.eval\(\) +; Net@\d+:\d+\n {4}; model = Net@\d+:\d+ \{eval\}, set at \d+:\d+\n/);
    expect(text).toMatch(/; y = from the forward call at \d+:\d+, without a gradient path/);
    expect(text).toMatch(/; model\.bn = nn\.BatchNorm1d@\d+:\d+ \{eval\}, set at \d+:\d+; statistics fresh/);
  });

  test('a name fits methods and nested functions, shortened or whole', () => {
    expect(printFunctions(program, 'Net.forward')).toBe(printFunctions(program, 'forward'));
    expect(printFunctions(program, 'forward')).toContain('; the probe of its class in evaluation mode');
    expect(printFunctions(program, 'unused.inner')).toContain('; unused.inner, line ');
  });

  test('a function that nothing calls is run as a root, one that is only made is not run', () => {
    expect(printFunctions(program, 'unused')).toContain('; run as a root, with no caller in sight');
  });

  test('all functions of a file, its own statements first', () => {
    const text = printFunctions(program, null);
    expect(text.startsWith(`; <module>, line 1 of ${program.file}\n; run as a program\n`)).toBe(true);
    for (const name of ['evaluate', 'unused', 'Net.forward']) expect(text).toContain(`; ${name}, line `);
  });

  test('a name that no function has is refused, with those that there are', () => {
    expect(() => printFunctions(program, 'evalute')).toThrow(/^There is no function 'evalute' in net\.(?:py|ts)\. There are: <module>, .*evaluate \(line \d+\).*unused\.inner \(line \d+\)\.$/);
  });
});

test('paths that are kept apart are named by what sets them apart', () => {
  const text = `import torch\nfrom torch import nn\nmodel = nn.Dropout(0.5)\ndef step(train, x):\n    if train:\n        model.train()\n    else:\n        model.eval()\n    print(x)\n    if train:\n        model(x).sum().backward()\n`;
  expect(printFunctions({ file: 'a.py', text, language: 'python' }, 'step')).toMatch(/; where `train` is true\n(?: {4}; {3}.*\n)* {4}; {3}model = nn\.Dropout@3:9 \{train\}, set at 6:9\n(?: {4}; {3}.*\n)* {4}; where `train` is false\n/);
});

test('rounds of a loop are kept apart', () => {
  const text = `from torch import nn\nnet = nn.Dropout(0.5)\nfor epoch in range(3):\n    net.train()\n    net.eval()\n`;
  const shown = printFunctions({ file: 'a.py', text, language: 'python' }, '<module>');
  expect(shown).toMatch(/; where the loop at 3:1 has had no round yet.*\n(?:.*\n)*? {4}; {3}net = nn\.Dropout@2:7 \{train\}, made at 2:7\n/);
  expect(shown).toMatch(/; where the loop at 3:1 has had some rounds.*\n(?:.*\n)*? {4}; {3}net = nn\.Dropout@2:7 \{eval\}, set at 5:5\n/);
});

test.each(programs.map((program) => [program.file, program] as const))('recording changes no finding: %s', (_, program) => {
  const judged = (recorder?: Recorder): unknown => {
    const analysis = analyze(recorder === undefined ? program : { ...program, recorder });
    return RULES.flatMap((rule) => rule.judge(analysis));
  };
  const recorder = new Recorder(() => true);
  expect(judged(recorder)).toEqual(judged());
  expect(recorder.runs.length).toBeGreaterThan(3);
});

test('what is typed', () => {
  expect(readDebugRequest('app.py')).toEqual({ file: 'app.py', functionName: null });
  expect(readDebugRequest('src/app.py:Trainer.fit')).toEqual({ file: 'src/app.py', functionName: 'Trainer.fit' });
  expect(readDebugRequest(':fit')).toEqual({ file: '', functionName: 'fit' });
  expect(readDebugRequest('C:\\src\\app.py')).toEqual({ file: 'C:\\src\\app.py', functionName: null });
  expect(readDebugRequest('C:\\src\\app.py:fit')).toEqual({ file: 'C:\\src\\app.py', functionName: 'fit' });
});
