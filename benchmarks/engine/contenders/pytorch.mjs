// PyTorch on the processor, as `pytorch.py --serve` runs it, in the same rounds as everyone else. Needs a Python with torch: the command that the environment
// variable PYTHON names, or `python3`. The clock runs in Python, around the call alone. Its numbers are random, so that results are not compared.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { problems } from '../problems.mjs';

/** @param {{ threads: number }} options */
export async function open({ threads }) {
  const python = process.env['PYTHON'] ?? 'python3';
  const script = fileURLToPath(new URL('../pytorch.py', import.meta.url));
  // The OpenBLAS that Linux distributions build PyTorch with has threads of its own, which set_num_threads does not reach.
  const env = { ...process.env, OPENBLAS_NUM_THREADS: String(threads) };
  const child = spawn(python, [script, '--serve', String(threads)], { stdio: ['pipe', 'pipe', 'pipe'], env });
  process.on('exit', () => child.kill());
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let complaint = '';
  child.stderr.on('data', (text) => (complaint = `${complaint}${text}`.slice(-500)));
  const failed = new Promise((_, reject) => {
    child.on('error', (error) => reject(new Error(`${python}: ${error.message}; name a Python with torch in the environment variable PYTHON`)));
    child.on('close', () => reject(new Error(`${python} ended: ${complaint.trim().split('\n').at(-1)}`)));
  });
  const answer = async () => JSON.parse((await Promise.race([lines.next(), failed])).value);
  const version = await answer();
  const measure = (name) => async (milliseconds) => {
    child.stdin.write(`${JSON.stringify([name, milliseconds])}\n`);
    return answer();
  };
  return {
    version,
    threads,
    rows: Object.fromEntries(Object.keys(problems).map((name) => [name, () => ({ probe: () => null, run: () => undefined, measure: measure(name) })])),
    missing: {},
  };
}
