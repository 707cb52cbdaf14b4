// A bar on standard error for people who wait: it appears when a run has taken a second, is gone when the run is over, and is
// never there when standard error is not a terminal, or in continuous integration.
import cliProgress from 'cli-progress';
import type { Io } from './io.ts';

const patience = 1000;

export interface Progress {
  update(done: number): void;
  stop(): void;
}

export function createProgress(io: Pick<Io, 'stderr' | 'env'>, total: number, now: () => number = Date.now): Progress {
  const silent = io.stderr.isTTY !== true || Boolean(io.env['CI']) || io.env['TERM'] === 'dumb';
  if (silent) return { update: () => undefined, stop: () => undefined };
  const began = now();
  let bar: cliProgress.SingleBar | null = null;
  return {
    update(done) {
      if (bar === null && done < total && now() - began >= patience) {
        bar = new cliProgress.SingleBar({
          stream: io.stderr,
          format: 'modeguard {bar} {value}/{total} files',
          barCompleteChar: '\u2588',
          barIncompleteChar: '\u2591',
          barsize: 30,
          clearOnComplete: true,
          hideCursor: true,
          gracefulExit: true,
        });
        bar.start(total, done);
      }
      bar?.update(done);
    },
    stop() {
      bar?.stop();
      bar = null;
    },
  };
}
