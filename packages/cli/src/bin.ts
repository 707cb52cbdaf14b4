#!/usr/bin/env node
// The process around the command. It sets the exit code and lets Node end by itself, so that a long report is written to its
// last byte; a reader that stops reading (`modeguard | head`) is no error, a disk that is full is one.
import { setFlagsFromString } from 'node:v8';
import { run } from './run.ts';

// V8 puts up to 920 bytes of bytecode of what a function calls into the function. The analysis is many small functions, of which it makes giants that it compiles again whenever another kind of value
// comes along, on the cores that the threads of the command need. With a third of that, a cold run takes a tenth less of them (Node 20, 22 and 24; benchmarks/lint/README.md). Before anything runs.
setFlagsFromString('--max-inlined-bytecode-size-cumulative=300');

let isLost = false;
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    isLost = true;
    process.exitCode = 2;
    if (stream === process.stdout) process.stderr.write(`modeguard: Cannot write the report (${error.code ?? error.message}).\n`);
  });
}

const code = await run(process.argv.slice(2), {
  cwd: process.cwd(),
  env: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
});
process.exitCode = isLost ? 2 : code;
