// @ts-check
// Looks at each package as it would be published: every file that the manifest points to is in it, nothing else big is, and
// no dependency is left unversioned. The engine stands alone and runs in a browser: no dependency, no import of Node's modules, and its size as one bundled
// file is printed.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const MAX_BYTES = 3_000_000;
const MAX_ENGINE_GZIPPED = 160_000;
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

/** The engine as one minified file, by the bundler that Vitest brings along (its own dependency's dependency, so that none is added). @param {string} entry */
async function bundle(entry) {
  let from = join(root, 'package.json');
  for (const name of ['vitest', 'vite']) from = createRequire(from).resolve(`${name}/package.json`);
  const { rolldown } = await import(pathToFileURL(createRequire(from).resolve('rolldown')).href);
  const made = await rolldown({ input: entry, platform: 'browser' });
  /** @type {{ output: { code?: string, imports?: string[] }[] }} */
  const { output } = await made.generate({ format: 'esm', minify: true });
  await made.close();
  return { code: output.map(({ code }) => code ?? '').join(''), imports: output.flatMap(({ imports }) => imports ?? []) };
}

const engine = join(root, 'packages', 'engine');
if (JSON.parse(readFileSync(join(engine, 'package.json'), 'utf8')).dependencies !== undefined) fail('@modeguard/engine: it must have no dependency.');
if (existsSync(join(engine, 'dist', 'index.js'))) {
  const { code, imports } = await bundle(join(engine, 'dist', 'index.js'));
  if (imports.length > 0) fail(`@modeguard/engine: a browser cannot import ${imports.join(', ')}.`);
  const gzipped = gzipSync(code, { level: 9 }).length;
  console.log(`@modeguard/engine as one file: ${(code.length / 1024).toFixed(0)} KiB, ${(gzipped / 1024).toFixed(0)} KiB gzipped`);
  if (gzipped > MAX_ENGINE_GZIPPED) fail(`@modeguard/engine: ${gzipped} bytes gzipped are more than ${MAX_ENGINE_GZIPPED}.`);
}
process.exit(failed ? 1 : 0);
