// @ts-check
// Clones the committed state to a temporary folder and runs `npm run demo` and `npm test` there, with a PATH that holds only
// Node, npm and git: what a newcomer does. In CI the tests have run once already, so there the demo alone is run, on the
// set-up that it makes itself.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const place = mkdtempSync(join(tmpdir(), 'modeguard-clone-'));
const clone = join(place, 'modeguard');

/** @param {string} name */
function findOnPath(name) {
  const found = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, name)).find((file) => existsSync(file));
  if (found === undefined) throw new Error(`\`${name}\` is not on the path.`);
  return found;
}

/** @param {string} command @param {string[]} args @param {string} cwd @param {NodeJS.ProcessEnv} [env] */
function run(command, args, cwd, env) {
  const done = spawnSync(command, args, { cwd, stdio: 'inherit', env: env ?? process.env, shell: process.platform === 'win32' });
  if (done.status !== 0) throw new Error(`\`${command} ${args.join(' ')}\` failed in a fresh clone (exit ${done.status ?? 'none'}).`);
}

try {
  run('git', ['clone', '--quiet', '--no-hardlinks', root, clone], place);
  let env = process.env;
  if (process.platform !== 'win32') {
    const bin = join(place, 'bin');
    mkdirSync(bin);
    for (const name of ['node', 'npm', 'npx', 'git', 'sh']) symlinkSync(findOnPath(name), join(bin, name));
    env = { ...process.env, PATH: bin };
  }
  run('npm', ['run', 'demo'], clone, env);
  if (process.env['CI'] === undefined || process.argv.includes('--tests')) run('npm', ['test'], clone, env);
  console.log('\nA fresh clone sets itself up and runs.');
} finally {
  rmSync(place, { recursive: true, force: true });
}
