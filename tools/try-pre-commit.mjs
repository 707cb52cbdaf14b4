// @ts-check
// Tries the pre-commit hook with the real `pre-commit` program: a commit with a wrong Python file must be refused with the
// finding printed, the corrected one accepted. `.pre-commit-hooks.yaml` is used as it is, although no version need be
// published: the packages are packed and published to a throw-away registry on the loopback interface, which passes every
// other request on to the npm registry that npm is configured for.
//
//   npm run build && node tools/try-pre-commit.mjs
//
// Needs `pre-commit`, git and npm on PATH. Takes a minute or two, most of it npm. Leaves nothing behind.
import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The throw-away registry: the last minor version of verdaccio that runs on Node 20. */
const registryManifest = {
  private: true,
  dependencies: { verdaccio: '6.8.0' },
  // Part of it asks for `node-fetch@cjs`, a tag that mirrors of the npm registry do not always have.
  overrides: { 'node-fetch': '2.7.0' },
};
/** With a dot: pre-commit warns of names that may be branches. */
const tag = 'v0.0.0-try';
const packages = ['eslint-plugin', 'cli'];
const rule = 'modeguard/no-train-mode-inference';
const wrong = `import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(4, 2)
        self.dropout = nn.Dropout(0.5)

    def forward(self, x):
        return self.dropout(self.linear(x))


def predict(x):
    model = Net()
    with torch.no_grad():
        return model(x).argmax(1)
`;
const right = wrong.replace('model = Net()\n', 'model = Net()\n    model.eval()\n');

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const temp = mkdtempSync(join(tmpdir(), 'modeguard-pre-commit-'));
const windows = process.platform === 'win32';

/** Without what would lead git to another repository or npm to another registry. */
const cleanEnv = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(?:GIT_.*|npm_config_registry|npm_config_userconfig|PRE_COMMIT.*|SKIP)$/iu.test(name)));

/**
 * @param {string} command @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, mayFail?: boolean }} [options]
 */
function run(command, args, { cwd = root, env = process.env, mayFail = false } = {}) {
  // npm, npx and pre-commit are command files on Windows.
  const done = spawnSync(command, args, { cwd, env, encoding: 'utf8', shell: windows && command !== 'git', maxBuffer: 64 * 1024 * 1024 });
  if (done.error) throw new Error(`Could not start ${command}: ${done.error.message}`);
  const output = `${done.stdout}${done.stderr}`;
  if (done.status !== 0 && !mayFail) throw new Error(`${command} ${args.join(' ')} failed:\n${output}`);
  return { status: done.status, stdout: done.stdout, output };
}

/** @param {string} text */
function step(text) {
  console.log(`- ${text}`);
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (address !== null && typeof address === 'object' ? resolve(address.port) : reject(new Error('No free port.'))));
    });
  });
}

/** Starts the registry and waits until it answers. @param {number} port */
async function startRegistry(port) {
  const home = join(temp, 'registry');
  mkdirSync(home);
  const upstream = run('npm', ['config', 'get', 'registry']).stdout.trim();
  writeFileSync(join(home, 'package.json'), JSON.stringify(registryManifest));
  run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: home });
  writeFileSync(
    join(home, 'config.yaml'),
    [
      `storage: ${JSON.stringify(join(home, 'storage'))}`,
      `uplinks: { upstream: { url: ${JSON.stringify(upstream)}, timeout: 60s } }`,
      'packages:',
      "  'modeguard': { access: $all, publish: $all }",
      "  '@modeguard/*': { access: $all, publish: $all }",
      "  '**': { access: $all, proxy: upstream }",
      'log: { type: stdout, format: pretty, level: error }',
      '',
    ].join('\n'),
  );
  const child = spawn(process.execPath, ['--no-warnings', join(home, 'node_modules', 'verdaccio', 'bin', 'verdaccio'), '--config', join(home, 'config.yaml'), '--listen', `127.0.0.1:${port}`], { cwd: home, stdio: ['ignore', 'ignore', 'inherit'] });
  const url = `http://127.0.0.1:${port}/`;
  for (let tries = 0; tries < 120; tries += 1) {
    if (child.exitCode !== null) throw new Error(`The registry ended with code ${child.exitCode}.`);
    const answer = await fetch(`${url}-/ping`).catch(() => null);
    if (answer?.ok) return { child, url };
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  child.kill();
  throw new Error('The registry does not answer.');
}

/** Packs what is built and publishes it. @param {string} url @param {NodeJS.ProcessEnv} env */
function publish(url, env) {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const tarballs = join(temp, 'tarballs');
  for (const name of packages) run('npx', ['--yes', packageManager, 'pack', '--pack-destination', tarballs], { cwd: join(root, 'packages', name) });
  const userconfig = join(temp, 'npmrc');
  // npm does not publish without a token; this registry does not look at it.
  writeFileSync(userconfig, `registry=${url}\n${url.slice('http:'.length)}:_authToken=none\n`);
  for (const file of readdirSync(tarballs)) run('npm', ['publish', join(tarballs, file)], { cwd: temp, env: { ...env, npm_config_userconfig: userconfig } });
}

/** A clone of this repository whose last, tagged commit has the hook file of the working tree. @param {NodeJS.ProcessEnv} env */
function cloneWithHook(env) {
  const clone = join(temp, 'hook-repository');
  run('git', ['clone', '--quiet', '--no-hardlinks', root, clone], { env });
  for (const file of ['.pre-commit-hooks.yaml', 'package.json']) copyFileSync(join(root, file), join(clone, file));
  run('git', ['add', '--all'], { cwd: clone, env });
  run('git', ['commit', '--quiet', '--allow-empty', '--message', 'The hook under test'], { cwd: clone, env });
  run('git', ['tag', tag], { cwd: clone, env });
  return clone;
}

/** @param {string} clone @param {NodeJS.ProcessEnv} env */
function tryHook(clone, env) {
  const project = join(temp, 'project');
  mkdirSync(project);
  run('git', ['init', '--quiet'], { cwd: project, env });
  writeFileSync(join(project, '.pre-commit-config.yaml'), `repos:\n  - repo: ${JSON.stringify(clone)}\n    rev: ${tag}\n    hooks:\n      - id: modeguard\n`);
  run('pre-commit', ['install'], { cwd: project, env });

  /** @param {string} text @param {string} message */
  const commit = (text, message) => {
    writeFileSync(join(project, 'serve.py'), text);
    run('git', ['add', '--all'], { cwd: project, env });
    const { status, output } = run('git', ['commit', '--message', message], { cwd: project, env, mayFail: true });
    console.log(output.replaceAll(/^/gmu, '    '));
    return { status, output };
  };

  step('Committing a file with a mistake; pre-commit installs the hook first');
  const refused = commit(wrong, 'Wrong');
  if (refused.status === 0) throw new Error('The wrong file was committed.');
  if (!refused.output.includes('serve.py') || !refused.output.includes(rule)) throw new Error('The commit was refused, but not for the finding.');
  step('Committing the corrected file');
  const accepted = commit(right, 'Right');
  if (accepted.status !== 0) throw new Error('The right file was refused.');
  const log = run('git', ['log', '--format=%s'], { cwd: project, env }).stdout.trim();
  if (log !== 'Right') throw new Error(`Expected one commit, 'Right', but the log says: ${log}`);
}

/** @type {import('node:child_process').ChildProcess | null} */
let registry = null;
function cleanUp() {
  registry?.kill();
  rmSync(temp, { recursive: true, force: true, maxRetries: 5 });
}
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    cleanUp();
    process.exit(130);
  });
}

try {
  if (!existsSync(join(root, 'packages', 'cli', 'dist', 'bin.js'))) throw new Error('The packages are not built; run `npm run build` first.');
  step(run('pre-commit', ['--version']).stdout.trim());
  const port = await freePort();
  step(`Starting a registry on the loopback interface (verdaccio ${registryManifest.dependencies.verdaccio})`);
  const started = await startRegistry(port);
  registry = started.child;

  const gitconfig = join(temp, 'gitconfig');
  writeFileSync(gitconfig, '[user]\n  name = Try\n  email = try@example.com\n[safe]\n  directory = *\n[init]\n  defaultBranch = main\n');
  const env = {
    ...cleanEnv,
    GIT_CONFIG_GLOBAL: gitconfig,
    GIT_CONFIG_NOSYSTEM: '1',
    PRE_COMMIT_HOME: join(temp, 'pre-commit'),
    npm_config_registry: started.url,
    npm_config_cache: join(temp, 'npm-cache'),
  };
  step('Packing and publishing the packages to it');
  publish(started.url, env);
  tryHook(cloneWithHook(env), env);
  console.log('The hook works: the mistake was refused, the corrected file was accepted.');
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  cleanUp();
}
