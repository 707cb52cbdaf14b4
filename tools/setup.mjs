// @ts-check
// Makes a fresh clone ready: installs the locked dependencies and builds the packages. Does nothing that is already
// done: the install is skipped while the lockfile is the one that node_modules was made from.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`modeguard needs Node 20.19 or newer; this is ${process.versions.node}. Install a newer Node and run the command again.`);
  process.exit(1);
}

/** @param {string} command @param {string[]} args */
function run(command, args) {
  // A shell is needed on Windows, where npx is a .cmd file.
  const done = spawnSync(command, args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  if (done.error) {
    console.error(`Could not start \`${command}\`: ${done.error.message}`);
    process.exit(1);
  }
  if (done.status !== 0) process.exit(done.status ?? 1);
}

const manifests = ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', 'packages/engine/package.json', 'packages/runtime-guard/package.json', 'packages/eslint-plugin/package.json', 'packages/cli/package.json', 'fixtures/package.json', 'examples/package.json', 'examples/server/package.json'];
const hash = createHash('sha256');
for (const file of manifests) hash.update(existsSync(join(root, file)) ? readFileSync(join(root, file)) : '');
const stamp = join(root, 'node_modules', '.modeguard-setup');
const wanted = hash.digest('hex');
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  run('npx', ['--yes', packageManager, 'install', '--frozen-lockfile', '--config.confirmModulesPurge=false']);
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, wanted);
}
run(process.execPath, [join('tools', 'build.mjs')]);
