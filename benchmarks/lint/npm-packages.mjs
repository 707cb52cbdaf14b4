// @ts-check
// The packages that a tree's sources import, for their types: without them every call of a library is unknown, and typed linting has less to do than at the
// authors of the sources.
//
// Guarantees: they are installed once, in the cache, at fixed versions and without running any script of theirs; a tree links to them, so that it stays small, and has a `node_modules` of its own, in
// which tools keep what they know. Refuses nothing: what cannot be installed is a sentence that says why.
// Example: `await linkPackages(folder, 'magenta', { tonal: '2.2.2' }, { cache, say })` -> `null`, and `folder/node_modules/tonal` is there.
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { complaintOf, runProgram } from '../../tools/ecosystem/process.mjs';

/**
 * @param {string} folder the root of a source @param {string} name of the tree @param {Readonly<Record<string, string>>} packages their exact versions
 * @param {{ cache: string, say: (line: string) => void }} options
 * @returns {Promise<string | null>} Why they are not there.
 */
export async function linkPackages(folder, name, packages, { cache, say }) {
  const place = join(cache, 'npm', name);
  const whole = join(place, 'installed');
  if (!existsSync(whole)) {
    say(`installing the packages that ${name} imports …`);
    rmSync(place, { recursive: true, force: true });
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, 'package.json'), JSON.stringify({ private: true, dependencies: packages }));
    const windows = process.platform === 'win32';
    const got = await runProgram(windows ? 'npm.cmd' : 'npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--legacy-peer-deps', '--silent'], { cwd: place, timeoutSeconds: 900 });
    if (got.code !== 0) return `\`npm install\` failed: ${complaintOf(got).split('\n').at(-1) ?? ''}`;
    writeFileSync(whole, '');
  }
  const modules = join(folder, 'node_modules');
  mkdirSync(modules, { recursive: true });
  for (const entry of readdirSync(join(place, 'node_modules'))) {
    if (!entry.startsWith('.') && !existsSync(join(modules, entry))) symlinkSync(join(place, 'node_modules', entry), join(modules, entry), 'junction');
  }
  return null;
}
