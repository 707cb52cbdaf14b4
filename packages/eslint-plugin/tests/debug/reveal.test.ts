// The marker `modeguard-reveal` and the variable MODEGUARD_DEBUG, through ESLint, in both languages.
import { ESLint } from 'eslint';
import { afterEach, describe, expect, test, vi } from 'vitest';
import plugin from '../../src/index.ts';
import { programs } from './programs.ts';

async function revealed(text: string, filePath: string): Promise<readonly string[]> {
  const eslint = new ESLint({ overrideConfigFile: true, overrideConfig: plugin.configs.recommended });
  const [result] = await eslint.lintText(text, { filePath });
  const messages = result!.messages.filter((message) => message.ruleId === 'modeguard/reveal');
  for (const message of messages) expect(message.severity).toBe(1);
  return messages.map((message) => `${message.line}: ${message.message}`);
}

const HEAD = 'import torch\nfrom torch import nn\nmodel = nn.Sequential(nn.Linear(2, 2), nn.Dropout(0.5))\n';

describe.each(programs.map((program) => [program.file, program] as const))('%s', (_, { file, text, language }) => {
  const comment = language === 'python' ? '#' : '//';
  const mark = (line: string, marker = 'modeguard-reveal'): string => {
    expect(text).toContain(line);
    return text.replace(line, `${line}  ${comment} ${marker}`);
  };
  const evalLine = language === 'python' ? '        model.eval()' : '  else model.eval();';
  const callLine = language === 'python' ? '        y = model(x)' : '  const y = noGrad(() => model.call(x));';

  test('all networks of the function and the gradient mode, after the line', async () => {
    const [shown] = await revealed(mark(evalLine), file);
    expect(shown).toMatch(/^\d+: Here gradients are \{enabled\}; `model` is Net@\d+:\d+ \{eval\}, set at \d+:\d+; `model\.bn` is nn\.BatchNorm1d@\d+:\d+ \{eval\}, set at \d+:\d+; statistics fresh\.$/);
  });

  test('only what is named', async () => {
    const [shown] = await revealed(mark(callLine, 'modeguard-reveal model.drop, y'), file);
    expect(shown).toMatch(/^\d+: Here `model\.drop` is nn\.Dropout@\d+:\d+ \{eval\}, set at \d+:\d+; `y` is from the forward call at \d+:\d+, without a gradient path\.$/);
  });

  test('a name that is none, and a name that the function does not know', async () => {
    expect((await revealed(mark(callLine, 'modeguard-reveal network'), file))[0]).toContain('`network` is no variable of this function');
    expect((await revealed(mark(callLine, 'modeguard-reveal model()'), file))[0]).toContain('`model()` is no variable or attribute.');
  });

  test('no marker, no report', async () => {
    expect(await revealed(text, file)).toEqual([]);
  });
});

test('a marker on a line of its own says where it belongs', async () => {
  expect(await revealed(`${HEAD}# modeguard-reveal\nmodel.eval()\n`, 'a.py')).toEqual(['4: No code that control can come to is on this line. Write the marker at the end of the line after which the state is to be shown.']);
});

test('paths and callers that differ are named', async () => {
  const text = `${HEAD}def f(train, x):\n    if train:\n        model.eval()\n    print(x)  # modeguard-reveal model\n    if train:\n        print(model(x))\nf(c, 1)\n`;
  const [shown] = await revealed(text, 'a.py');
  expect(shown).toMatch(/^7: Called from 10:1, where `train` is false: `model` is nn\.Sequential@3:9 \{train\}, made at 3:9\. Called from 10:1, where `train` is true: `model` is nn\.Sequential@3:9 \{eval\}, set at 6:9\.$/);
});

test('where control does not come', async () => {
  expect((await revealed(`${HEAD}def f():\n    raise ValueError\n    model.eval()  # modeguard-reveal\nf()\n`, 'a.py'))[0]).toMatch(/^6: No code that control can come to is on this line\./);
  expect(await revealed(`${HEAD}def f(train):\n    if train:\n        model.eval()  # modeguard-reveal\nf(False)\n`, 'a.py')).toEqual(['6: Control does not come past this line, as far as the analysis sees.']);
});

test('the last line of a call over several lines, and the header of a scope', async () => {
  const text = `${HEAD}with torch.no_grad():  # modeguard-reveal model\n    y = model(\n        1\n    )  # modeguard-reveal\n`;
  const shown = await revealed(text, 'a.py');
  expect(shown[0]).toMatch(/^4: Here `model` is /);
  expect(shown[1]).toMatch(/^7: Here gradients are \{disabled\}, set at 4:6; `model` is /);
});

test('copies of a `finally` block are one line', async () => {
  const text = `${HEAD}def f(x):\n    try:\n        print(x)\n    finally:\n        model.eval()  # modeguard-reveal model\nf(1)\n`;
  expect(await revealed(text, 'a.py')).toEqual(['8: Here `model` is nn.Sequential@3:9 {eval}, set at 8:9.']);
});

describe('MODEGUARD_DEBUG', () => {
  afterEach(() => void vi.unstubAllEnvs());
  const written = async (value: string, text: string, file: string): Promise<string> => {
    vi.stubEnv('MODEGUARD_DEBUG', value);
    const spy = vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
    await revealed(text, file);
    const out = spy.mock.calls.map(([chunk]) => String(chunk)).join('');
    spy.mockRestore();
    return out;
  };

  test.each(programs.map((program) => [program.file, program.text] as const))('prints the function on standard error: %s', async (file, text) => {
    expect(await written(`${file}:evaluate`, text, file)).toMatch(/^; evaluate, line \d+ of .*\n; called from /);
    expect(await written(':evaluate', text, file)).toMatch(/^; evaluate, line \d+ of /);
  });

  test('prints nothing for another file, and for 1', async () => {
    const { file, text } = programs[0]!;
    expect(await written('other.py:evaluate', text, file)).toBe('');
    expect(await written('1', text, file)).toBe('');
    expect(await written(':nobody', text, file)).toBe('');
  });

  test('says that there is no such function in the file that was named', async () => {
    const { file, text } = programs[0]!;
    expect(await written(`${file}:nobody`, text, file)).toMatch(/^MODEGUARD_DEBUG: There is no function 'nobody' in .*net\.py\. There are: <module>, /);
  });
});
