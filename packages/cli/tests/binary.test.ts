// The built command as a process, with the real plugin: its exit code, its streams and their end, and that a finding in each
// language comes through whole. `npm test` builds before it tests.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import type { JsonFinding } from '../src/index.ts';
import { makeTree } from './workbench.ts';

const bin = fileURLToPath(new URL('../dist/bin.js', import.meta.url));

it('answers on standard output and ends with 0', () => {
  expect(spawnSync(process.execPath, [bin, '--version'], { encoding: 'utf8' })).toMatchObject({ status: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/u) as string, stderr: '' });
});

it('complains on standard error and ends with 2', () => {
  expect(spawnSync(process.execPath, [bin, '--wat'], { encoding: 'utf8' })).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining("Unknown option '--wat'") as string });
});

it('is quiet when nobody reads on', async () => {
  const child = spawn(process.execPath, [bin, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  expect({ code, complaint }).toEqual({ code: 0, complaint: '' });
});

// Sockets as files and a device that is always full: what Linux has.
const onLinux = it.runIf(process.platform === 'linux');

onLinux('passes a socket over that is all it is given', async () => {
  const root = makeTree({});
  // What Node looks up of a pipe and of a socket is the same, and a socket needs no other program to be made.
  const server = createServer().listen(join(root, 'socket.py'));
  await once(server, 'listening');
  expect(spawnSync(process.execPath, [bin, 'socket.py'], { cwd: root, encoding: 'utf8' })).toMatchObject({ status: 0, stdout: '', stderr: 'modeguard: warning: socket.py was skipped: it is neither a file nor a directory.\n' });
  server.close();
});

onLinux('ends with 2 where the report cannot be written', () => {
  const full = openSync('/dev/full', 'w');
  expect(spawnSync(process.execPath, [bin, '--help'], { stdio: ['ignore', full, 'pipe'], encoding: 'utf8' })).toMatchObject({ status: 2, stderr: 'modeguard: Cannot write the report (ENOSPC).\n' });
  closeSync(full);
});

const network = `import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(4, 2)
        self.dropout = nn.Dropout(0.5)

    def forward(self, x):
        return self.dropout(self.linear(x))
`;

/** One wrong prediction; \`comment\` stands on the line before it. */
function predict(name: string, comment: string): string {
  return `
def ${name}(x):
    model = Net()
    with torch.no_grad():
        ${comment}
        return model(x).argmax(1)
`;
}

async function lintThroughPipe(cwd: string, argv: readonly string[]): Promise<{ code: number; findings: JsonFinding[]; err: string }> {
  const child = spawn(process.execPath, [bin, '--format', 'json', ...argv], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    out += chunk;
    // A slow reader: what does not fit into the pipe has to wait for it.
    child.stdout.pause();
    setTimeout(() => child.stdout.resume(), 20);
  });
  const [code] = (await once(child, 'close')) as [number];
  return { code, findings: JSON.parse(out) as JsonFinding[], err };
}

it('finds a mistake in Python and says why, unless a comment says that it is meant', async () => {
  const root = makeTree({ 'serve.py': network + predict('wrong', '# as it is') + predict('meant', '# eslint-disable-next-line modeguard/no-train-mode-inference -- sampling') });
  const { code, findings, err } = await lintThroughPipe(root, []);
  expect({ code, err }).toEqual({ code: 1, err: '' });
  expect(findings).toMatchObject([{ file: 'serve.py', line: 17, column: 16, ruleId: 'modeguard/no-train-mode-inference', certainty: 'definite' }]);
  expect(findings[0]?.witness[0]).toMatchObject({ file: 'serve.py', line: 14 });
});

it('reads TypeScript where none is installed', async () => {
  const root = makeTree({ 'a.ts': 'export const f = <T extends object>(x: T): T => x satisfies T;\n', 'b.tsx': 'export const g = (x: string) => <b>{x}</b>;\n', 'c.cts': 'import fs = require("fs");\nexport = fs;\n' });
  expect(await lintThroughPipe(root, [])).toEqual({ code: 0, findings: [], err: '' });
});

it('writes a long report to its end', async () => {
  const root = makeTree({ 'serve.py': network + Array.from({ length: 400 }, (_, index) => predict(`predict_${index}`, '# wrong')).join('') });
  const { code, findings } = await lintThroughPipe(root, []);
  expect(code).toBe(1);
  expect(findings).toHaveLength(400);
  expect(JSON.stringify(findings).length).toBeGreaterThan(200_000);
});

it('finds the same in many files, which threads share, and in a second run, which need not look at most of them', async () => {
  const names = Array.from({ length: 240 }, (_, index) => `part${index % 6}/serve${String(index).padStart(3, '0')}.py`);
  const wrong = names.filter((_, index) => index % 40 === 7).sort();
  const root = makeTree({ 'pyproject.toml': '', 'net.py': network, ...Object.fromEntries(names.map((name) => [name, `from net import Net, torch\n${wrong.includes(name) ? predict('wrong', '# as it is') : 'model = Net().eval()\n'}`])) });
  const first = await lintThroughPipe(root, []);
  expect(first.findings.map(({ file }) => file)).toEqual(wrong);
  expect(await lintThroughPipe(root, [])).toEqual(first);
});

it('takes library models from a modeguard.json of the project, and names the place of one that is wrong', () => {
  const library = { name: 'ours', language: 'python', packages: ['ours'], classes: [{ path: 'ours.Drop', kind: 'module', sensitive: 'yes', effect: 'random', source: 'ours.py' }] };
  const program = 'import torch\nfrom ours import Drop\nfrom torch import nn\n\nmodel = nn.Sequential(nn.Linear(4, 3), Drop())\nwith torch.no_grad():\n    print(model(torch.ones(1, 4)).argmax(1))\n';
  const lint = (models: unknown): { readonly status: number | null; readonly stdout: string; readonly stderr: string } => spawnSync(process.execPath, [bin, '.'], { encoding: 'utf8', cwd: makeTree({ 'a.py': program, '.git/HEAD': 'x', 'modeguard.json': JSON.stringify({ libraries: models }) }) });
  expect(lint([])).toMatchObject({ status: 0, stdout: '' });
  expect(lint([library])).toMatchObject({ status: 1, stdout: expect.stringContaining('modeguard/no-train-mode-inference') as string });
  expect(lint([{ ...library, classes: [{ path: 'ours.Drop', kind: 'module' }] }])).toMatchObject({ status: 2, stderr: expect.stringMatching(/modeguard\.json: libraries\[0\] is not valid:[\s\S]*classes\.0\.source/) as string });
});

it('fixes nothing in a file that is no UTF-8, whose bytes would be lost', () => {
  const text = (name: string): string => `# -*- coding: latin-1 -*-\n# ${name}\nfrom torch import nn\nimport torch.nn.functional as F\n\n\nclass A(nn.Module):\n    def forward(self, x):\n        return F.dropout(x, 0.5)\n`;
  const root = makeTree({ 'utf8.py': text('caf\u00E9') });
  const bytes = Buffer.from(text('caf\u00E9'), 'latin1');
  writeFileSync(join(root, 'latin1.py'), bytes);
  const ran = spawnSync(process.execPath, [bin, '--fix', '--format', 'json', '.'], { cwd: root, encoding: 'utf8' });
  expect((JSON.parse(ran.stdout) as JsonFinding[]).map(({ file, ruleId }) => [file, ruleId])).toEqual([['latin1.py', 'modeguard/require-training-argument']]);
  expect(readFileSync(join(root, 'latin1.py'))).toEqual(bytes);
  expect(readFileSync(join(root, 'utf8.py'), 'utf8')).toContain('caf\u00E9\n');
  expect(readFileSync(join(root, 'utf8.py'), 'utf8')).toContain('training=self.training');
});

it('tells a mistake in modeguard.json once, checks what it is not for, and ends with 2', async () => {
  const wrong = network + predict('wrong', '# as it is');
  const root = makeTree({ 'bad/modeguard.json': '{\n  "libraries": [,]\n}\n', 'bad/a.py': wrong, 'bad/deep/b.py': wrong, 'good/c.py': wrong });
  const { code, findings, err } = await lintThroughPipe(root, []);
  expect({ code, files: findings.map(({ file }) => file) }).toEqual({ code: 2, files: ['good/c.py'] });
  const place = join(root, 'bad', 'modeguard.json');
  expect(err).toBe(`modeguard: The library model ${place} is not valid JSON: line 2, column 17: Unexpected token ','.\nCorrect it, or remove ${place}: until then, no file that it is for is checked. (2 files were left out.)\n`);
  const sarif = spawnSync(process.execPath, [bin, '--format', 'sarif', '.'], { cwd: root, encoding: 'utf8' });
  expect(sarif.status).toBe(2);
  const [invocation] = (JSON.parse(sarif.stdout) as { runs: { invocations: object[] }[] }).runs[0]!.invocations;
  expect(invocation).toMatchObject({ executionSuccessful: false, toolExecutionNotifications: [], toolConfigurationNotifications: [{ level: 'error', message: { text: expect.not.stringContaining(root) as string }, locations: [{ physicalLocation: { artifactLocation: { uri: 'bad/modeguard.json' } } }] }] });
});
