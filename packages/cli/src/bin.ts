#!/usr/bin/env node
// The process around the command. It sets the exit code and lets Node end by itself, so that a long report is written to its
// last byte; a reader that stops reading (`modeguard | head`) is no error.
import { run } from './run.ts';

for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

process.exitCode = await run(process.argv.slice(2), {
  cwd: process.cwd(),
  env: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
});
