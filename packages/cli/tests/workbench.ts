// A temporary directory with files in it, and the command run there against streams that remember what was written.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Writable } from 'node:stream';
import { onTestFinished } from 'vitest';
import type { OutputStream } from '../src/io.ts';
import { run, type ExitCode } from '../src/run.ts';
import { fakePlugin } from './fake-plugin.ts';

export function makeTree(files: Readonly<Record<string, string>>): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'modeguard-cli-')));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

export class Recorder extends Writable implements OutputStream {
  text = '';
  readonly isTTY: boolean;
  readonly columns = 80;
  constructor(isTTY = false) {
    super({ decodeStrings: false });
    this.isTTY = isTTY;
  }
  override _write(chunk: string, _encoding: string, done: () => void): void {
    this.text += chunk;
    done();
  }
  // What a terminal stream has and cli-progress calls.
  cursorTo(): boolean {
    return true;
  }
  moveCursor(): boolean {
    return true;
  }
  clearLine(): boolean {
    return true;
  }
  clearScreenDown(): boolean {
    return true;
  }
}

export interface Ran {
  readonly code: ExitCode;
  readonly out: string;
  readonly err: string;
}

/** A person's own git settings must not decide what a test finds. */
export const quietEnv = { PATH: process.env['PATH'], HOME: '/nonexistent', GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };

export async function runIn(cwd: string, argv: readonly string[], { tty = false, env = {} }: { tty?: boolean; env?: Record<string, string> } = {}): Promise<Ran> {
  const stdout = new Recorder(tty);
  const stderr = new Recorder(tty);
  const code = await run(argv, { cwd, env: { ...quietEnv, ...env }, stdout, stderr }, fakePlugin);
  return { code, out: stdout.text, err: stderr.text };
}
