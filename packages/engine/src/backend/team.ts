/**
 * Worker threads that compute in the same shared memory, called and awaited synchronously.
 *
 * Guarantees: `run` returns when all calls are done; the first runs on the calling thread, each other on a worker. Nothing is
 * posted: a worker spins on a word of the first page for a millisecond and then sleeps on it, because to wake it takes longer than many a job. Workers that are not up yet, as in a browser
 * until its event loop has turned, take no part; their calls run on the calling thread, so that nothing ever waits for them. A worker does
 * not keep the process alive. Refuses nothing; the caller has checked that the memory is shared.
 */
import { linearMemory, mostThreads } from '../memory/linear-memory.ts';
import type { Kernels, SequenceKernels } from './kernels.ts';

export type KernelName = keyof (Kernels & SequenceKernels);
export type Call = readonly [name: KernelName, ...numbers: readonly number[]];

/** In the second half of the first page, per worker a board. Words: job, done, ready, function; from byte 32 the numbers, as doubles. */
const boardBytes = 256;
/** Addresses of boards that no worker looks at. One whose worker never came up is not used again: it may still come. */
const freeBoards = Array.from({ length: 128 }, (_, index) => 32_768 + index * boardBytes).reverse();
const [job, done, ready, which] = [0, 1, 2, 3];
const numbersAt = 32;
const startMilliseconds = 5_000;
/** How long a thread spins before it sleeps, and in how many turns it looks at the clock once. */
const spinMilliseconds = 1;
const turnsPerLook = 1_024;
const mayWait = (globalThis as { process?: { versions?: { node?: string } } }).process?.versions?.node !== undefined;

/** Runs in the worker, in Node and in a browser; it can use nothing of this file. */
const program = `
const work = ({ memory, modules, names, board, numbersAt, spinMilliseconds, turnsPerLook }) => {
  const kernels = Object.assign({}, ...modules.map((bytes) => new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } }).exports));
  const words = new Int32Array(memory.buffer, board, 8);
  const numbers = new Float64Array(memory.buffer, board + numbersAt, 28);
  let seen = Atomics.load(words, 0);
  Atomics.store(words, 2, 1);
  Atomics.notify(words, 2);
  for (;;) {
    const end = performance.now() + spinMilliseconds;
    for (let turn = 1; Atomics.load(words, 0) === seen; turn++) if (turn % turnsPerLook === 0 && performance.now() > end) break;
    while (Atomics.load(words, 0) === seen) Atomics.wait(words, 0, seen);
    seen = Atomics.load(words, 0);
    if (words[3] < 0) return void Atomics.store(words, 2, 0);
    kernels[names[words[3]]](...numbers.subarray(1, 1 + numbers[0]));
    Atomics.store(words, 1, seen);
    Atomics.notify(words, 1);
  }
};
if (typeof require === 'function') work(require('node:worker_threads').workerData);
else onmessage = (event) => work(event.data);
`;

interface Member {
  readonly board: number;
  readonly words: Int32Array;
  readonly numbers: Float64Array;
}

function start(data: object): void {
  const platform = (globalThis as { process?: { getBuiltinModule?: (id: string) => unknown } }).process;
  const threads = platform?.getBuiltinModule?.('node:worker_threads') as typeof import('node:worker_threads') | undefined;
  if (threads !== undefined) {
    new threads.Worker(program, { eval: true, workerData: data }).unref();
    return;
  }
  const { Worker: BrowserWorker, Blob: BrowserBlob } = globalThis as unknown as { Worker: new (url: string) => { postMessage(value: unknown): void }; Blob: typeof Blob };
  new BrowserWorker(URL.createObjectURL(new BrowserBlob([program], { type: 'text/javascript' }))).postMessage(data);
}

export class Team {
  readonly #members: Member[] = [];
  readonly #names: readonly KernelName[];
  readonly #kernels: Kernels & SequenceKernels;

  /** @param size how many threads compute, the calling one included; at most 8 */
  constructor(size: number, kernels: Kernels & SequenceKernels, modules: readonly Uint8Array[]) {
    this.#kernels = kernels;
    this.#names = Object.keys(kernels) as KernelName[];
    const { memory } = linearMemory();
    for (let index = 0; index < Math.min(size, mostThreads) - 1; index++) {
      const board = freeBoards.pop();
      if (board === undefined) break;
      const member = {
        board,
        words: new Int32Array(memory.buffer, board, 8),
        numbers: new Float64Array(memory.buffer, board + numbersAt, 28),
      };
      Atomics.store(member.words, ready, 0);
      Atomics.store(member.words, which, 0);
      start({ memory, modules, names: this.#names, board, numbersAt, spinMilliseconds, turnsPerLook });
      this.#members.push(member);
    }
    this.#awaitStart();
  }

  /** In Node the threads start beside us, and waiting is allowed; in a browser they come when they come. */
  #awaitStart(): void {
    if (!mayWait) return;
    for (const { words } of this.#members) while (Atomics.load(words, ready) === 0) if (Atomics.wait(words, ready, 0, startMilliseconds) === 'timed-out') return;
  }

  /** Threads that can take a call now, the calling one included. */
  get size(): number {
    let count = 1;
    for (const { words } of this.#members) count += Atomics.load(words, ready);
    return count;
  }

  /** Runs all calls, at most `size` of them at once. */
  run(calls: readonly Call[]): void {
    const taken: Member[] = [];
    for (const [index, call] of calls.entries()) {
      const member = index === 0 ? undefined : this.#members[index - 1];
      if (member === undefined || Atomics.load(member.words, ready) === 0) continue;
      member.numbers[0] = call.length - 1;
      for (let at = 1; at < call.length; at++) member.numbers[at] = call[at] as number;
      member.words[which] = this.#names.indexOf(call[0]);
      Atomics.add(member.words, job, 1);
      Atomics.notify(member.words, job);
      taken[index] = member;
    }
    for (const [index, [name, ...numbers]] of calls.entries()) if (taken[index] === undefined) (this.#kernels[name] as (...numbers: readonly number[]) => void)(...numbers);
    for (const member of taken) if (member !== undefined) Team.#join(member.words);
  }

  /** Spins for as long as a short job takes, then sleeps, so that a busy machine can run the worker; a browser's main thread must go on spinning. */
  static #join(words: Int32Array): void {
    const wanted = Atomics.load(words, job);
    let end = 0;
    for (let turn = 1; ; turn++) {
      const now = Atomics.load(words, done);
      if (now === wanted) return;
      if (!mayWait || turn % turnsPerLook !== 0) continue;
      if (end === 0) end = performance.now() + spinMilliseconds;
      else if (performance.now() > end) Atomics.wait(words, done, now, 100);
    }
  }

  /** Ends the threads that are up. */
  dismiss(): void {
    for (const { board, words } of this.#members) {
      if (Atomics.load(words, ready) === 0) continue;
      Atomics.store(words, which, -1);
      Atomics.add(words, job, 1);
      Atomics.notify(words, job);
      while (Atomics.load(words, ready) === 1);
      freeBoards.push(board);
    }
    this.#members.length = 0;
  }
}
