// @ts-check
// Runs programs and waits for them. Guarantees that no program outlives its time limit or an interrupted run, that it gets
// no standard input to wait for, and that what it says on standard error is kept for the message when it fails.
import { spawn } from 'node:child_process';
import { Problem, reasonOf } from './problem.mjs';

const keptCharacters = 20_000;

/**
 * @typedef {object} Outcome
 * @property {number | null} code `null`: ended by a signal, or never started.
 * @property {boolean} timedOut
 * @property {string | null} startError Why it could not be started.
 * @property {string} stdout
 * @property {string} stderr The end of it.
 * @property {number} seconds
 */

/**
 * @param {string} command @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, timeoutSeconds?: number, signal?: AbortSignal | undefined, showOutput?: boolean }} [options]
 *   `showOutput` passes both streams on to our standard error: standard output is for the report.
 * @returns {Promise<Outcome>} Rejects only when `signal` aborts it.
 */
export async function runProgram(command, args, { cwd, env, timeoutSeconds, signal, showOutput = false } = {}) {
  signal?.throwIfAborted();
  const start = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: env ?? process.env, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    let timedOut = false;
    // A program that computes without pause runs no handler of its own, so it is not asked.
    const kill = () => child.kill('SIGKILL');
    const timer = timeoutSeconds === undefined ? undefined : setTimeout(() => (timedOut = kill()), timeoutSeconds * 1000);
    signal?.addEventListener('abort', kill, { once: true });

    /** @param {number | null} code @param {string | null} startError */
    const finish = (code, startError) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', kill);
      if (signal?.aborted) reject(signal.reason);
      else resolve({ code, timedOut, startError, stdout, stderr, seconds: (performance.now() - start) / 1000 });
    };
    child.stdout.setEncoding('utf8').on('data', (text) => (showOutput ? process.stderr.write(text) : (stdout += text)));
    child.stderr.setEncoding('utf8').on('data', (text) => {
      if (showOutput) process.stderr.write(text);
      stderr = (stderr + text).slice(-keptCharacters);
    });
    child.once('error', (error) => finish(null, reasonOf(error)));
    child.once('close', (code) => finish(code, null));
  });
}

/** What a failed program said, short enough for a message. @param {Outcome} outcome */
export function complaintOf({ code, timedOut, startError, stderr }) {
  if (startError !== null) return startError;
  const said = stderr.trim().split('\n').slice(-6).join('\n');
  return said !== '' ? said : timedOut ? 'it ran out of time' : `it ended with ${code === null ? 'a signal' : `exit code ${code}`}`;
}

/** Git in the folder it is called in, whatever the environment says, and without questions. @param {readonly string[]} args @param {{ cwd?: string, signal?: AbortSignal | undefined }} [options] */
export async function runGit(args, options) {
  const kept = Object.entries(process.env).filter(([name]) => !/^GIT_(?:DIR|WORK_TREE|INDEX_FILE|PREFIX|COMMON_DIR|OBJECT_DIRECTORY)$/u.test(name));
  const outcome = await runProgram('git', args, { ...options, env: { ...Object.fromEntries(kept), GIT_TERMINAL_PROMPT: '0', GIT_LFS_SKIP_SMUDGE: '1' } });
  if (outcome.startError !== null) throw new Problem(`git could not be started (${outcome.startError}). Install git and put it on the path.`);
  return outcome;
}
