// For programs that want the command's report without a process: `run` with streams of their own, and the shape of what
// `--format json` prints.
export type { JsonFinding } from './formats/json.ts';
export type { Io, OutputStream } from './io.ts';
export { run, type ExitCode } from './run.ts';
