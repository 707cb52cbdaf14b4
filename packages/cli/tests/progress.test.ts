import { describe, expect, it } from 'vitest';
import { createProgress } from '../src/progress.ts';
import { Recorder } from './workbench.ts';

function drawn(stderr: Recorder, env: Record<string, string>, times: readonly number[]): string {
  const clock = [...times];
  const progress = createProgress({ stderr, env }, 4, () => clock.shift() ?? 9999);
  for (const done of [1, 2, 3, 4]) progress.update(done);
  progress.stop();
  return stderr.text;
}

const slow = [0, 500, 1200, 1300, 1400];

describe('the progress bar', () => {
  it('appears on a terminal after a second and counts files', () => {
    expect(drawn(new Recorder(true), {}, slow)).toMatch(/2\/4 files/u);
  });

  it.each([
    ['when the run is quick', new Recorder(true), {}, [0, 10, 20, 30, 40]],
    ['into a pipe', new Recorder(false), {}, slow],
    ['in continuous integration', new Recorder(true), { CI: 'true' }, slow],
    ['on a dumb terminal', new Recorder(true), { TERM: 'dumb' }, slow],
  ])('does not appear %s', (_, stderr, env, times) => {
    expect(drawn(stderr, env as Record<string, string>, times)).toBe('');
  });
});
