// @ts-check
// Builds every package: compiles the engine's kernels and TypeScript (incrementally), then copies what the compiler leaves behind
// (library models, the Python grammar), and puts the plugin's modules together.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildKernels } from './build-kernels.mjs';
import { bundlePlugin } from './bundle-plugin.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Copies `from` to `to` unless the copy is already as new. @param {string} from @param {string} to */
function copyIfNewer(from, to) {
  if (existsSync(to) && statSync(to).mtimeMs >= statSync(from).mtimeMs) return;
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to);
}

const plugin = join(root, 'packages', 'eslint-plugin');
const grammar = realpathSync(join(plugin, 'node_modules', 'tree-sitter-python'));
copyIfNewer(join(grammar, 'tree-sitter-python.wasm'), join(plugin, 'wasm', 'tree-sitter-python.wasm'));
const models = join(plugin, 'src', 'libraries', 'models');
if (existsSync(models)) {
  for (const name of readdirSync(models)) copyIfNewer(join(models, name), join(plugin, 'dist', 'libraries', 'models', name));
}

const pages = join(root, 'docs', 'rules');
if (existsSync(pages)) for (const name of readdirSync(pages)) copyIfNewer(join(pages, name), join(root, 'packages', 'cli', 'dist', 'rules', name));

buildKernels();
const tsc = spawnSync(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-b'], { cwd: root, stdio: 'inherit' });
if (tsc.status === 0) await bundlePlugin(plugin);
process.exit(tsc.status ?? 1);
