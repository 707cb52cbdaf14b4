// @ts-check
// The Python tools that are measured beside modeguard, each at a fixed version in a virtual environment of its own: they do not agree about what
// they depend on, and dslinter needs an older Python than others.
//
// Guarantees: an environment is made once, in the cache, and whole (a broken one is made again); a tool that cannot be installed is a sentence that
// says why, never a missing row. Refuses nothing: without any Python, or without the network, every tool of this list is such a sentence.
// Example: `await installed('ruff', { cache, pythons: [], say })` -> `{ bin: '…/ruff-0.17.6/bin', version: '0.17.6 (Python 3.11.7)' }`.
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { complaintOf, runProgram } from '../../tools/ecosystem/process.mjs';

/**
 * @typedef {object} PythonTool
 * @property {string} version
 * @property {readonly [least: number, most: number]} minors Of Python 3: where it can be installed.
 * @property {(files: readonly string[]) => readonly [program: string, ...args: string[]]} command In the root of a tree.
 * @property {readonly string[]} keeps Folders in the root of a tree where it keeps what it knows.
 * @property {(code: number) => boolean} ended True of the exit codes of a run that went to its end.
 *
 * @typedef {{ bin: string, version: string } | { missing: string }} Installation
 */

/** All that dslinter's documentation switches on, and its `mode-toggling-pytorch`, which is registered too. */
const dslinterChecks = [
  'import,unnecessary-iteration-pandas,unnecessary-iteration-tensorflow,nan-numpy,chain-indexing-pandas,datatype-pandas,column-selection-pandas,merge-parameter-pandas,inplace-pandas',
  'dataframe-conversion-pandas,scaler-missing-scikitlearn,hyperparameters-scikitlearn,hyperparameters-tensorflow,hyperparameters-pytorch,memory-release-tensorflow,deterministic-pytorch',
  'randomness-control-numpy,randomness-control-scikitlearn,randomness-control-tensorflow,randomness-control-pytorch,randomness-control-dataloader-pytorch,missing-mask-tensorflow',
  'missing-mask-pytorch,tensor-array-tensorflow,forward-pytorch,gradient-clear-pytorch,pipeline-not-used-scikitlearn,dependent-threshold-scikitlearn,dependent-threshold-tensorflow',
  'dependent-threshold-pytorch,mode-toggling-pytorch',
].join(',');

/** @type {Readonly<Record<string, PythonTool>>} */
export const pythonTools = {
  torchfix: { version: '0.7.0', minors: [9, 14], command: () => ['torchfix', '--select', 'ALL', '.'], keeps: [], ended: (code) => code <= 1 },
  'torch-preflight': { version: '0.5.0', minors: [10, 14], command: () => ['torch-preflight', 'check', '--no-color', '.'], keeps: [], ended: (code) => code <= 1 },
  // pylint 2.12, which it depends on, knows no folders; a bit of 32 in the exit code is a wrong call.
  dslinter: { version: '2.0.9', minors: [8, 10], command: (files) => ['pylint', '--rcfile=', '-j', '2', '--load-plugins=dslinter', '--disable=all', `--enable=${dslinterChecks}`, ...files], keeps: [], ended: (code) => code < 32 },
  ruff: { version: '0.17.6', minors: [7, 14], command: () => ['ruff', 'check', '--isolated', '.'], keeps: ['.ruff_cache'], ended: (code) => code <= 1 },
};

/**
 * @param {string} name @param {{ cache: string, pythons: readonly string[], say: (line: string) => void }} options `pythons` are tried first.
 * @returns {Promise<Installation>}
 */
export async function installed(name, { cache, pythons, say }) {
  const tool = pythonTools[name];
  if (tool === undefined) throw new RangeError(`no Python tool is called ${name}`);
  const folder = join(cache, 'python', `${name}-${tool.version}`);
  const bin = join(folder, process.platform === 'win32' ? 'Scripts' : 'bin');
  const whole = join(folder, 'installed');
  if (!existsSync(whole)) {
    const python = await suitablePython([...pythons, ...commonNames(tool.minors)], tool.minors);
    if (python === null) return { missing: `it needs Python 3.${tool.minors[0]} to 3.${tool.minors[1]}, and there is none on the path; name one with --python` };
    say(`installing ${name} ${tool.version} with ${python} …`);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const made = await runProgram(python, ['-m', 'venv', folder], { timeoutSeconds: 300 });
    if (made.code !== 0) return { missing: `\`${python} -m venv\` failed: ${lastLine(complaintOf(made))}` };
    const got = await runProgram(join(bin, 'python'), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', `${name}==${tool.version}`], { timeoutSeconds: 900 });
    if (got.code !== 0) return { missing: `\`pip install ${name}==${tool.version}\` failed: ${lastLine(complaintOf(got))}` };
    writeFileSync(whole, '');
  }
  const { stdout } = await runProgram(join(bin, 'python'), ['--version'], { timeoutSeconds: 60 });
  return { bin, version: `${tool.version} (${stdout.trim()})` };
}

/** @param {readonly [number, number]} minors */
function commonNames([least, most]) {
  const newestFirst = Array.from({ length: most - least + 1 }, (_, index) => `python3.${most - index}`);
  return process.platform === 'win32' ? ['python', 'py'] : ['python3', 'python', ...newestFirst];
}

/** @param {readonly string[]} commands @param {readonly [number, number]} minors */
async function suitablePython(commands, [least, most]) {
  for (const command of commands) {
    const { code, stdout } = await runProgram(command, ['-c', 'import sys, venv; print(*sys.version_info[:2])'], { timeoutSeconds: 60 });
    const [major = 0, minor = 0] = stdout.trim().split(' ').map(Number);
    if (code === 0 && major === 3 && minor >= least && minor <= most) return command;
  }
  return null;
}

/** @param {string} text */
function lastLine(text) {
  return text.trim().split('\n').at(-1) ?? '';
}
