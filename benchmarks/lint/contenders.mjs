// @ts-check
// What is measured: modeguard in its ways of being run, and the other tools, each as a command in the root of a tree.
//
// Guarantees: no tool sees settings of the repositories or of the user; what a tool keeps from run to run lies in the tree, under the names that are
// given here, so that a cold run is one after they were removed. A tool that is not there says why.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installed, pythonTools } from './python-tools.mjs';

/**
 * @typedef {object} Contender
 * @property {string} name
 * @property {string} version
 * @property {(files: readonly string[]) => readonly [command: string, ...args: string[]]} command
 * @property {readonly string[]} keeps Names of folders in which it keeps what it knows; none: every run is a cold one.
 * @property {(code: number) => boolean} ended
 *
 * @typedef {{ name: string, missing: string }} Absent
 */

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const require = createRequire(import.meta.url);
const eslintFolder = dirname(require.resolve('eslint/package.json'));
/** The second in a tree that has packages. */
const ours = ['.modeguard_cache', '.cache'];

/** @param {string} manifest */
const versionOf = (manifest) => /** @type {{ version: string }} */ (JSON.parse(readFileSync(manifest, 'utf8'))).version;
const modeguardVersion = versionOf(join(root, 'packages', 'eslint-plugin', 'package.json'));
const eslintVersion = versionOf(join(eslintFolder, 'package.json'));
const typedVersion = versionOf(require.resolve('typescript-eslint/package.json'));

export const modeguardCommand = /** @satisfies {Contender} */ ({
  name: 'modeguard',
  version: modeguardVersion,
  command: () => /** @type {const} */ ([process.execPath, join(root, 'packages', 'cli', 'dist', 'bin.js'), '.']),
  keeps: ours,
  ended: (code) => code <= 1,
});

/** @param {string} name @param {string} config @param {readonly string[]} keeps @param {readonly string[]} [more] @returns {Contender} */
function eslint(name, config, keeps, more = []) {
  return {
    name,
    version: `ESLint ${eslintVersion}`,
    command: () => [process.execPath, join(eslintFolder, 'bin', 'eslint.js'), '--config', join(here, 'eslint', `${config}.config.mjs`), ...more, '.'],
    keeps,
    ended: (code) => code <= 1,
  };
}

export const eslintWithPlugin = eslint('ESLint with the plugin', 'modeguard', ours);
export const eslintWithPluginInTwo = eslint('ESLint with the plugin, --concurrency 2', 'modeguard', ours, ['--concurrency', '2']);

/** typescript-eslint's typed rules alone, and with our plugin beside them. */
export const typedLinting = { ...eslint('typed rules', 'typed', []), version: `typescript-eslint ${typedVersion}` };
export const typedLintingWithPlugin = eslint('typed rules and modeguard', 'typed-modeguard', ours);

/** @param {{ cache: string, pythons: readonly string[], say: (line: string) => void }} options @returns {Promise<(Contender | Absent)[]>} */
export async function pythonContenders(options) {
  /** @type {(Contender | Absent)[]} */
  const found = [];
  for (const [name, { command, keeps, ended }] of Object.entries(pythonTools)) {
    const label = name === 'dslinter' ? 'dslinter under pylint' : name;
    const installation = await installed(name, options);
    if ('missing' in installation) found.push({ name: label, missing: installation.missing });
    else {
      found.push({
        name: label,
        version: installation.version,
        command: (files) => {
          const [program, ...args] = command(files);
          return [join(installation.bin, program), ...args];
        },
        keeps,
        ended,
      });
    }
  }
  return found;
}
