// @ts-check
// A long series of generated programs: the analysis of both languages against each other and against the run.
//
//   node tools/check-generated.mjs [--programs 10000] [--seed N]
//
// A program that fails is made as small as possible and printed in both languages; it is to become a case.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values: options } = parseArgs({ options: { programs: { type: 'string', default: '10000' }, seed: { type: 'string', default: String(Date.now() % 1_000_000) } } });
for (const [name, value] of Object.entries(options)) {
  if (/^\d+$/.test(/** @type {string} */ (value))) continue;
  console.error(`--${name} takes a number, not "${value}".`);
  process.exit(2);
}
const environment = { ...process.env, MODEGUARD_PROGRAMS: options.programs, MODEGUARD_SEED: options.seed };
const { status } = spawnSync(process.execPath, [join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', 'fixtures/tests/generated.test.ts'], { cwd: root, env: environment, stdio: 'inherit' });
process.exit(status ?? 1);
