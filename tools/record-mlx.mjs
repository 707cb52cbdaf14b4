// @ts-check
// Writes down what fixtures/libraries/watch-mlx.mjs sees of @frost-beta/mlx, to fixtures/libraries/mlx.json: what the tests hold the library model against
// where the binary does not load, and what they hold a run against where it does.
//
// Usage: node tools/record-mlx.mjs   (where the binary loads; on Linux it needs liblapack and libblas)
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '..', 'fixtures', 'libraries');
const done = spawnSync(process.execPath, [join(folder, 'watch-mlx.mjs')], { encoding: 'utf8' });
/** @type {{ version: string, unloadable?: string }} */
const seen = JSON.parse(done.status === 0 ? done.stdout : JSON.stringify({ unloadable: `it ended the process: ${done.signal ?? done.status} ${done.stderr}` }));
if (seen.unloadable !== undefined) {
  console.error(`@frost-beta/mlx does not load here, and nothing was written: ${seen.unloadable}`);
  process.exit(1);
}
writeFileSync(join(folder, 'mlx.json'), `${JSON.stringify(seen, null, 2)}\n`);
console.log(`recorded @frost-beta/mlx ${seen.version}`);
