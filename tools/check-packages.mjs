// @ts-check
// Looks at each package as it would be published: every file that the manifest points to is in it, nothing else big is, and
// no dependency is left unversioned. The engine stands alone and runs in a browser: no dependency, no import of Node's modules, and what a bundler makes of it
// keeps within its size, for programs that use little, more, and all of it (the figures of docs/engine.md).
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { loadBundler } from './bundle-plugin.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const MAX_BYTES = 3_000_000;
/** Programs, and how many bytes they may be as one minified file, gzipped. What trains a usual convolutional network keeps within 40 KB. */
const PROGRAMS = /** @type {const} */ ([
  ['tensors and gradients', 26_000, `
    import { tensor } from '@modeguard/engine/core';
    const x = tensor([1, 2, 3], { requiresGrad: true });
    x.mul(x).sum().backward();
    console.log(x.grad.toArray());`],
  ['a network of linear layers, trained and evaluated', 33_600, `
    import { manualSeed, noGrad, tensor } from '@modeguard/engine/core';
    import { Dropout, Linear, ReLU, Sequential } from '@modeguard/engine/nn';
    import { crossEntropy } from '@modeguard/engine/functional';
    import { Adam } from '@modeguard/engine/optim';
    manualSeed(0);
    const model = new Sequential(new Linear(2, 16), new ReLU(), new Dropout(0.1), new Linear(16, 2));
    const optimizer = new Adam(model.parameters(), { lr: 0.01 });
    const [x, y] = [tensor([[0, 1], [1, 0]]), tensor([0, 1])];
    crossEntropy(model.call(x), y).backward();
    optimizer.step();
    model.eval();
    noGrad(() => console.log(model.call(x).toArray()));`],
  ['the same with convolutions, pooling and batch normalisation', 40_960, `
    import { manualSeed, noGrad, rand, tensor } from '@modeguard/engine/core';
    import { BatchNorm2d, Conv2d, Dropout, Flatten, Linear, MaxPool2d, ReLU, Sequential } from '@modeguard/engine/nn';
    import { crossEntropy } from '@modeguard/engine/functional';
    import { SGD } from '@modeguard/engine/optim';
    manualSeed(0);
    const model = new Sequential(new Conv2d(1, 4, 3, { padding: 1 }), new BatchNorm2d(4), new ReLU(), new MaxPool2d(2), new Flatten(), new Dropout(0.1), new Linear(16, 2));
    const optimizer = new SGD(model.parameters(), { lr: 0.01, momentum: 0.9 });
    const [x, y] = [rand(2, 1, 4, 4), tensor([0, 1])];
    crossEntropy(model.call(x), y).backward();
    optimizer.step();
    model.eval();
    noGrad(() => console.log(model.call(x).toArray()));`],
  ['the network of linear layers, with all methods of tensors and modules', 47_000, `
    import { manualSeed, noGrad, tensor } from '@modeguard/engine';
    import { Dropout, Linear, ReLU, Sequential } from '@modeguard/engine/nn';
    import { crossEntropy } from '@modeguard/engine/functional';
    import { Adam } from '@modeguard/engine/optim';
    manualSeed(0);
    const model = new Sequential(new Linear(2, 16), new ReLU(), new Dropout(0.1), new Linear(16, 2));
    const optimizer = new Adam(model.parameters(), { lr: 0.01 });
    const [x, y] = [tensor([[0, 1], [1, 0]]), tensor([0, 1])];
    crossEntropy(model.call(x), y).backward();
    optimizer.step();
    model.eval();
    noGrad(() => console.log(String(model.call(x))));`],
  ['everything', 122_800, `
    export * from '@modeguard/engine';`],
]);
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

/** A program as one minified file. @param {string} program */
async function bundle(program) {
  const { rolldown } = await loadBundler();
  const folder = mkdtempSync(join(tmpdir(), 'program-'));
  try {
    const parts = JSON.parse(readFileSync(join(engine, 'package.json'), 'utf8')).exports;
    const resolved = program.replace(/'@modeguard\/engine(\/[a-z]+)?'/g, (_, part = '') => JSON.stringify(join(engine, parts[`.${part}`].default)));
    writeFileSync(join(folder, 'program.mjs'), resolved);
    const made = await rolldown({ input: join(folder, 'program.mjs'), platform: 'browser' });
    /** @type {{ output: { code?: string, imports?: string[] }[] }} */
    const { output } = await made.generate({ format: 'esm', minify: true });
    await made.close();
    return { code: output.map(({ code }) => code ?? '').join(''), imports: output.flatMap(({ imports }) => imports ?? []) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const engine = join(root, 'packages', 'engine');
if (JSON.parse(readFileSync(join(engine, 'package.json'), 'utf8')).dependencies !== undefined) fail('@modeguard/engine: it must have no dependency.');
if (existsSync(join(engine, 'dist', 'index.js'))) {
  for (const [name, most, program] of PROGRAMS) {
    const { code, imports } = await bundle(program);
    if (imports.length > 0) fail(`@modeguard/engine: a browser cannot import ${imports.join(', ')}.`);
    const gzipped = gzipSync(code, { level: 9 }).length;
    console.log(`@modeguard/engine, ${name}: ${(code.length / 1000).toFixed(1)} kB, ${(gzipped / 1000).toFixed(1)} kB gzipped`);
    if (gzipped > most) fail(`@modeguard/engine, ${name}: ${gzipped} bytes gzipped are more than ${most}.`);
  }
}
process.exit(failed ? 1 : 0);
