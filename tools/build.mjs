// @ts-check
// Builds every package: compiles the engine's kernels and TypeScript (incrementally), then copies what the compiler leaves behind
// (library models, the Python grammar), and puts the plugin's modules together. A built file that was changed or deleted by hand is written again.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildKernels } from './build-kernels.mjs';
import { BuiltFiles } from './built-files.mjs';
import { bundlePlugin } from './bundle-plugin.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Copies `from` to `to` unless the copy is the same already. @param {string} from @param {string} to */
function copyIfDifferent(from, to) {
  if (existsSync(to) && readFileSync(to).equals(readFileSync(from))) return;
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to);
}

const plugin = join(root, 'packages', 'eslint-plugin');
const grammar = realpathSync(join(plugin, 'node_modules', 'tree-sitter-python'));
copyIfDifferent(join(grammar, 'tree-sitter-python.wasm'), join(plugin, 'wasm', 'tree-sitter-python.wasm'));
const models = join(plugin, 'src', 'libraries', 'models');
for (const name of readdirSync(models)) copyIfDifferent(join(models, name), join(plugin, 'dist', 'libraries', 'models', name));

const pages = join(root, 'docs', 'rules');
for (const name of readdirSync(pages)) copyIfDifferent(join(pages, name), join(root, 'packages', 'cli', 'dist', 'rules', name));

buildKernels();

const built = new BuiltFiles(join(root, 'node_modules', '.modeguard-built.json'));
/** @type {{ references: { path: string }[] }} */
const { references } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'));
const outputs = references.map(({ path }) => join(root, path, 'dist'));
for (const output of outputs) {
  const changed = built.changed(output);
  const isBundle = (/** @type {string} */ name) => name.startsWith(`bundle${sep}`);
  // Without it the compiler takes nothing for done.
  if (changed === null || changed.some((name) => !isBundle(name))) rmSync(join(output, '.tsbuildinfo'), { force: true });
  if (changed === null || changed.some(isBundle)) rmSync(join(output, 'bundle'), { recursive: true, force: true });
}
const tsc = spawnSync(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-b'], { cwd: root, stdio: 'inherit' });
if (tsc.status === 0) await bundlePlugin(plugin);
// With type errors, too, the compiler writes everything; unless it was stopped.
if (tsc.status !== null) built.keep(outputs);
process.exit(tsc.status ?? 1);
