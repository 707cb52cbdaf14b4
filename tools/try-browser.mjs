// @ts-check
// Tries the packed engine in a real browser: a page with a plain `<script type="module">` imports it, without a bundler, and trains a model. What it
// computes must be what Node computes from the same files, with the shared memory of a cross-origin isolated page and without it.
//
//   npm run build && node tools/try-browser.mjs
//
// Needs Chromium or Chrome: on PATH as `chromium`, `chromium-browser`, `google-chrome` or `chrome`, or named in CHROME_PATH. Takes some seconds; leaves nothing behind.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, extname, join, normalize } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const temp = mkdtempSync(join(tmpdir(), 'modeguard-browser-'));
const windows = process.platform === 'win32';
/** Relative difference of a loss that rounding in another order explains. */
const tolerance = 1e-3;
const timeout = 60_000;

/**
 * Trains a small model, with a layer of each of the two kernel modules; runs in the page and in Node, so it uses nothing but its argument.
 * @param {any} engine
 */
function train(engine) {
  const { backend, F, manualSeed, nn, noGrad, optim, randn, tensor } = engine;
  manualSeed(0);
  const model = new nn.Sequential(new nn.Linear(4, 16), new nn.BatchNorm1d(16), new nn.ReLU(), new nn.LayerNorm(16), new nn.Linear(16, 2));
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.02 });
  const x = randn(64, 4);
  const y = tensor(Array.from({ length: 64 }, (_, row) => Number(x.at(row, 0).item() * x.at(row, 1).item() > 0)), { dtype: 'int64' });
  /** @type {number[]} */
  const losses = [];
  for (let step = 0; step < 100; step += 1) {
    const loss = F.crossEntropy(model.call(x), y);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    losses.push(loss.item());
  }
  model.eval();
  const right = noGrad(() => model.call(x).argmax(1).eq(y).to('float32').mean().item());
  return { backend: backend(), random: Array.from(x.toTypedArray()), losses, right };
}
/** @typedef {ReturnType<typeof train>} Trained */

const page = `<!doctype html>
<title>modeguard</title>
<script type="module">
  const answer = (result) => fetch('/result', { method: 'POST', body: JSON.stringify(result) });
  try {
    const engine = await import('/package/dist/index.js');
    await answer({ isolated: crossOriginIsolated, trained: (${train.toString()})(engine) });
  } catch (error) {
    await answer({ error: String(error?.stack ?? error) });
  }
</script>
`;

/** @param {string} text */
function step(text) {
  console.log(`- ${text}`);
}

function findBrowser() {
  const named = process.env['CHROME_PATH'];
  if (named !== undefined) return named;
  for (const name of ['chromium', 'chromium-browser', 'google-chrome', 'chrome']) {
    if (spawnSync(name, ['--version'], { stdio: 'ignore', shell: windows }).status === 0) return name;
  }
  throw new Error('No browser found: install Chromium, or name one in CHROME_PATH.');
}

/** Packs the engine and unpacks it: the files that npm would install, under `package/`. */
function packEngine() {
  const folder = join(root, 'packages', 'engine');
  if (!existsSync(join(folder, 'dist', 'index.js'))) throw new Error('The engine is not built; run `npm run build` first.');
  const packed = spawnSync('npm', ['pack', '--pack-destination', temp, '--silent'], { cwd: folder, encoding: 'utf8', shell: windows });
  if (packed.status !== 0) throw new Error(`npm pack failed: ${packed.stderr}`);
  const unpacked = spawnSync('tar', ['-xzf', packed.stdout.trim().split('\n').at(-1) ?? ''], { cwd: temp, encoding: 'utf8' });
  if (unpacked.status !== 0) throw new Error(`tar failed: ${unpacked.stderr}`);
}

/** What the page at the given server sends back. @param {string} browser @param {boolean} isolated @returns {Promise<{ isolated: boolean, trained: Trained }>} */
async function runPage(browser, isolated) {
  /** @type {(result: any) => void} */
  let finish = () => {};
  /** @type {Promise<{ error?: string, isolated: boolean, trained: Trained }>} */
  const finished = new Promise((resolve) => (finish = resolve));
  const server = createServer((request, response) => {
    const headers = isolated ? { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' } : {};
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    if (request.method === 'POST') {
      let body = '';
      request.on('data', (part) => (body += part));
      request.on('end', () => {
        response.end();
        finish(JSON.parse(body));
      });
      return;
    }
    const file = join(temp, normalize(path));
    if (path === '/') response.writeHead(200, { ...headers, 'Content-Type': 'text/html' }).end(page);
    else if (path.startsWith('/package/') && existsSync(file)) response.writeHead(200, { ...headers, 'Content-Type': extname(file) === '.js' ? 'text/javascript' : 'application/octet-stream' }).end(readFileSync(file));
    else response.writeHead(404, headers).end();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  const child = spawn(browser, ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', `--user-data-dir=${join(temp, `profile-${isolated}`)}`, `http://127.0.0.1:${port}/`], { stdio: 'ignore', shell: windows });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const timer = setTimeout(() => finish({ error: `no answer from the page after ${timeout / 1000} s` }), timeout);
  child.once('error', (error) => finish({ error: `could not start ${browser}: ${error.message}` }));
  try {
    const result = await finished;
    if (result.error !== undefined) throw new Error(`In the browser: ${result.error}`);
    return result;
  } finally {
    clearTimeout(timer);
    child.kill();
    if (child.pid !== undefined) await ended;
    server.closeAllConnections();
    server.close();
  }
}

try {
  const browser = findBrowser();
  step('Packing the engine');
  packEngine();
  step('Training in Node');
  const expected = train(await import(pathToFileURL(join(temp, 'package', 'dist', 'index.js')).href));
  const first = expected.losses[0] ?? NaN;
  const last = expected.losses.at(-1) ?? NaN;
  if (!(last < first / 2)) throw new Error(`The loss went from ${first} to ${last} only.`);
  for (const isolated of [false, true]) {
    step(`Training in ${browser}, ${isolated ? 'cross-origin isolated' : 'an ordinary page'}`);
    const { isolated: really, trained } = await runPage(browser, isolated);
    if (really !== isolated) throw new Error(`The page is ${really ? '' : 'not '}cross-origin isolated.`);
    if (JSON.stringify(trained.random) !== JSON.stringify(expected.random)) throw new Error('Seeded random numbers are not those of Node.');
    trained.losses.forEach((loss, index) => {
      const wanted = expected.losses[index] ?? NaN;
      if (!(Math.abs(loss - wanted) <= tolerance * first)) throw new Error(`The loss of step ${index} is ${loss}, in Node ${wanted}.`);
    });
    console.log(`  backend ${trained.backend.name}, ${trained.backend.sharedMemory ? 'shared' : 'plain'} memory; loss ${first.toFixed(3)} to ${(trained.losses.at(-1) ?? NaN).toFixed(3)}, ${(100 * trained.right).toFixed(0)} % right`);
  }
  console.log('The engine works in the browser as in Node.');
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  rmSync(temp, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}
