// @ts-check
// Looks at each package as it would be published: every file that the manifest points to is in it, nothing else big is, and
// no dependency is left unversioned.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const MAX_BYTES = 3_000_000;
let failed = false;

/** @param {string} message */
function fail(message) {
  failed = true;
  console.error(`  ${message}`);
}

/** @param {unknown} value @returns {string[]} */
function targetsOf(value) {
  if (typeof value === 'string') return value.startsWith('./') ? [value.slice(2)] : [];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(targetsOf) : [];
}

for (const name of readdirSync(join(root, 'packages'))) {
  const folder = join(root, 'packages', name);
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const packed = spawnSync('npm', ['pack', '--dry-run', '--json'], { cwd: folder, encoding: 'utf8', shell: process.platform === 'win32' });
  if (packed.status !== 0) {
    fail(`${manifest.name}: npm pack failed: ${packed.stderr}`);
    continue;
  }
  const answer = JSON.parse(packed.stdout);
  const [result] = Array.isArray(answer) ? answer : Object.values(answer);
  /** @type {string[]} */
  const files = result.files.map((/** @type {{ path: string }} */ file) => file.path);
  console.log(`${manifest.name}: ${files.length} files, ${(result.unpackedSize / 1024).toFixed(0)} KiB`);
  for (const target of [...targetsOf(manifest.exports), ...targetsOf(manifest.bin)]) {
    if (!files.includes(target)) fail(`${manifest.name}: ${target} is named in the manifest and would not be published.`);
    if (!existsSync(join(folder, target))) fail(`${manifest.name}: ${target} does not exist; build first.`);
  }
  if (result.unpackedSize > MAX_BYTES) fail(`${manifest.name}: ${result.unpackedSize} bytes are more than ${MAX_BYTES}.`);
  if (files.some((file) => file.endsWith('.tsbuildinfo'))) fail(`${manifest.name}: the compiler's state would be published.`);
  for (const field of ['license', 'description', 'repository', 'engines']) if (manifest[field] === undefined) fail(`${manifest.name}: \`${field}\` is missing.`);
}
process.exit(failed ? 1 : 0);
