// @ts-check
// Puts the compiled modules of the plugin together in a few files: Node needs half a millisecond for each module that it finds, reads and links, and every process that
// lints, in an editor, on the command line, one for each worker, loads two hundred of them.
//
// Guarantees: every entry that the manifest exports from `dist/bundle` is made of the module whose types it names; what several entries share is in files that they
// share; a module still finds what lies beside it. Does nothing if the bundle is newer than all modules. Refuses: to take in other packages, which others may have loaded already,
// and to shorten names: what an error shows should be readable.
// Example: `"./collect": { "types": "./dist/eslint/collect.d.ts", "default": "./dist/bundle/collect.js" }` -> `dist/bundle/collect.js`, made of `dist/eslint/collect.js`.
import { createRequire } from 'node:module';
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The bundler that Vitest brings along (its own dependency's dependency, so that none is added). */
export async function loadBundler() {
  let from = join(root, 'package.json');
  for (const name of ['vitest', 'vite']) from = createRequire(from).resolve(`${name}/package.json`);
  return import(pathToFileURL(createRequire(from).resolve('rolldown')).href);
}

/** @param {string} folder that of the plugin */
export async function bundlePlugin(folder) {
  const dist = join(folder, 'dist');
  const bundle = join(dist, 'bundle');
  const entries = entriesOf(folder);
  const made = Object.keys(entries).map((name) => join(bundle, `${name}.js`));
  const modules = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.js') && !name.startsWith(`bundle${sep}`));
  const newest = Math.max(...[...modules.map((name) => join(dist, name)), join(folder, 'package.json'), fileURLToPath(import.meta.url)].map((file) => statSync(file).mtimeMs));
  if (made.every((file) => existsSync(file) && statSync(file).mtimeMs >= newest)) return;
  const { rolldown } = await loadBundler();
  const building = await rolldown({ input: entries, external: (/** @type {string} */ id) => !id.startsWith('.') && !id.startsWith(dist), platform: 'node', plugins: [{ name: 'own-place', transform: inItsPlace }] });
  rmSync(bundle, { recursive: true, force: true });
  await building.write({ dir: bundle, format: 'esm', entryFileNames: '[name].js', chunkFileNames: 'shared-[hash].js' });
  await building.close();

  /** What lies beside a module is looked for where the module was. @param {string} code @param {string} id */
  function inItsPlace(code, id) {
    const place = relative(bundle, id).split(sep).join('/');
    return code.replaceAll('import.meta.url', `new URL(${JSON.stringify(place)}, import.meta.url).href`);
  }
}

/** Names of entries, and their modules. @param {string} folder @returns {Record<string, string>} */
function entriesOf(folder) {
  /** @type {{ exports: Record<string, string | { types: string, default: string }> }} */
  const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const targets = Object.values(exports).filter((target) => typeof target === 'object');
  return Object.fromEntries(targets.map((target) => [basename(target.default, '.js'), join(folder, target.types.replace(/\.d\.ts$/u, '.js'))]));
}
