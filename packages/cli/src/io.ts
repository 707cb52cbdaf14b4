// What the command needs from the outside world, so that a test can run it without a process: streams, a directory, an
// environment. Everything that is written goes through here; nothing in this package calls `process.exit`.

export interface OutputStream extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface Io {
  /** Relative arguments are resolved against it, and reported files are named relative to it. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
}

/** A mistake of the person who typed the command, or a file that cannot be read: exit code 2 and one line, no stack. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * Whether to colour what goes to `stream`: the option wins, then NO_COLOR and FORCE_COLOR, then what the stream is.
 * See no-color.org; an empty NO_COLOR counts as unset.
 */
export function wantsColor(option: boolean | undefined, env: Io['env'], stream: OutputStream): boolean {
  if (option !== undefined) return option;
  if (env['NO_COLOR']) return false;
  const force = env['FORCE_COLOR'];
  if (force !== undefined) return force !== '0' && force !== 'false';
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}
