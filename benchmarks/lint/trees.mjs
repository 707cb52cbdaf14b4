// @ts-check
// The trees of source files that are measured, each made of whole repositories, or of folders of them, at their pinned commits.
//
// Guarantees that every run measures the same text: the lists below are all that decides. A tree is laid out in a folder of its own, one folder for each
// repository, because tools keep what they know beside the sources and because a file is edited; a checkout is never written to. What a repository has
// configured for its own tools (settings of linters) is not copied, what decides how its imports are resolved is.
// Example: `layOut('python', { checkoutOf, into })` gives 1,257 Python files of 14 repositories.
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { Problem } from '../../tools/ecosystem/problem.mjs';
import { runGit } from '../../tools/ecosystem/process.mjs';
import { linkPackages } from './npm-packages.mjs';

/**
 * @typedef {'python' | 'typescript'} Language
 *
 * @typedef {object} Source
 * @property {string} repository
 * @property {string} [folder] Only this folder of it.
 *
 * @typedef {object} TreeDefinition
 * @property {Language} language
 * @property {readonly Source[]} sources
 * @property {object} [tsconfig] Written to the root of each source, where the repository's own cannot be used.
 * @property {Readonly<Record<string, string>>} [packages] What the sources import, at exact versions.
 *
 * @typedef {object} Tree
 * @property {string} name
 * @property {string} folder
 * @property {Language} language
 * @property {readonly string[]} files Relative to the folder, in the order of the sources and by name in each.
 * @property {number} lines
 */

/** Small repositories of many kinds. */
const small = ['xinntao/BasicSR', 'facebookresearch/demucs', 'JaidedAI/EasyOCR', 'facebookresearch/encodec', 'facebookresearch/mae', 'facebookresearch/detr', 'kuangliu/pytorch-cifar', 'NVIDIA/tacotron2', 'jik876/hifi-gan', 'openai/guided-diffusion'];

/** TensorFlow.js refers to a configuration that its build makes. */
const tfjsConfig = {
  compilerOptions: { target: 'es2017', module: 'esnext', moduleResolution: 'bundler', lib: ['es2019', 'dom'], experimentalDecorators: true, noImplicitAny: true, noEmit: true, skipLibCheck: true, types: [], paths: { '@tensorflow/tfjs-core': ['./tfjs-core/src/index.ts'], '@tensorflow/tfjs-core/dist/*': ['./tfjs-core/src/*'] } },
  include: ['tfjs-core/src', 'tfjs-layers/src'],
};
const magentaConfig = { compilerOptions: { target: 'es2017', module: 'esnext', moduleResolution: 'bundler', lib: ['es2019', 'dom'], noImplicitAny: true, noEmit: true, skipLibCheck: true, types: [] }, include: ['music/src'] };

/** What music/package.json asks for, as of July 2021. */
const magentaPackages = {
  '@tensorflow/tfjs': '2.8.6', '@tensorflow/tfjs-backend-webgl': '2.8.6', '@tonejs/midi': '2.0.28', 'fft.js': '4.0.4', 'ndarray-resample': '1.0.1', protobufjs: '6.11.6', staffrender: '0.2.1', tonal: '2.2.2', tone: '14.9.17',
  '@types/clone': '0.1.30', '@types/d3': '5.16.7', '@types/file-saver': '1.3.1', '@types/ndarray': '1.1.0', '@types/node': '14.18.63', '@types/node-fetch': '2.6.13', '@types/tape': '4.13.4', '@types/webmidi': '2.1.0',
};
const magentaSource = { repository: 'magenta/magenta-js', folder: 'music/src' };

/** @type {Readonly<Record<string, TreeDefinition>>} */
export const trees = {
  'python-small': { language: 'python', sources: small.map((repository) => ({ repository })) },
  python: { language: 'python', sources: [...small, 'cszn/KAIR', 'espnet/espnet_onnx', 'catalyst-team/catalyst', 'salesforce/LAVIS'].map((repository) => ({ repository })) },
  'one-project': { language: 'python', sources: [{ repository: 'huggingface/diffusers', folder: 'src' }] },
  deepbox: { language: 'typescript', sources: [{ repository: 'jehaad1/Deepbox', folder: 'src' }] },
  torchlette: { language: 'typescript', sources: [{ repository: 'vinhowe/torchlette', folder: 'src' }] },
  magenta: { language: 'typescript', sources: [magentaSource], tsconfig: magentaConfig },
  'magenta-installed': { language: 'typescript', sources: [magentaSource], tsconfig: magentaConfig, packages: magentaPackages },
  tfjs: { language: 'typescript', sources: [{ repository: 'tensorflow/tfjs', folder: 'tfjs-core/src' }, { repository: 'tensorflow/tfjs', folder: 'tfjs-layers/src' }], tsconfig: tfjsConfig },
};

const sourceFile = { python: /\.py$/u, typescript: /(?<!\.d)\.tsx?$/u };
const skippedFolders = new Set(['node_modules', 'dist', 'build', 'site-packages', '__pycache__']);
const resolutionFile = /^(?:package\.json|tsconfig.*\.json)$/u;

/** The repositories that the named trees are made of. @param {readonly string[]} names */
export function repositoriesOf(names) {
  return [...new Set(names.flatMap((name) => definitionOf(name).sources.map(({ repository }) => repository)))];
}

/**
 * @param {string} name @param {{ checkoutOf: (repository: string) => string, into: string }} options
 * @returns {Promise<Tree>}
 */
export async function layOut(name, { checkoutOf, into }) {
  const { language, sources, tsconfig } = definitionOf(name);
  const folder = join(into, name);
  /** @type {string[]} */
  const files = [];
  for (const { repository, folder: part = '.' } of sources) {
    const checkout = checkoutOf(repository);
    const target = join(folder, repository.replace('/', '+'));
    if (!existsSync(join(checkout, part))) throw new Problem(`${join(checkout, part)} is not there, which the tree '${name}' needs. Fetch the repositories again: leave --checkouts out, or remove that folder.`);
    if (!existsSync(target)) await startRepository(target);
    for (const file of filesUnder(join(checkout, part)).filter((path) => sourceFile[language].test(path))) files.push(copy(file));
    if (language === 'typescript') for (const entry of readdirSync(checkout)) if (resolutionFile.test(entry)) copy(join(checkout, entry));
    if (tsconfig !== undefined) writeFileSync(join(target, 'tsconfig.json'), JSON.stringify(tsconfig));

    /** @param {string} file */
    function copy(file) {
      const copied = join(target, relative(checkout, file));
      mkdirSync(dirname(copied), { recursive: true });
      copyFileSync(file, copied);
      return relative(folder, copied);
    }
  }
  return { name, folder, language, files, lines: linesOf(folder, files) };
}

/**
 * The same tree with its files in another order: its repositories, or the folders of its only one, as a generator of random numbers that starts at `seed` shuffles them; in each by name.
 * One that takes long comes early in one order and late in another.
 *
 * @param {Tree} tree @param {number} seed a whole number above 0 @returns {Tree}
 */
export function shuffled(tree, seed) {
  const repositoryOf = (/** @type {string} */ file) => file.split(/[\\/]/u)[0] ?? '';
  const isOne = new Set(tree.files.map(repositoryOf)).size === 1;
  const partOf = isOne ? dirname : repositoryOf;
  const parts = [...new Set(tree.files.map(partOf))].map((part) => tree.files.filter((file) => partOf(file) === part));
  let state = seed;
  for (let at = parts.length - 1; at > 0; at -= 1) {
    // Park and Miller, "Random number generators: good ones are hard to find", 1988.
    state = (state * 48271) % 2147483647;
    const other = state % (at + 1);
    const [one = [], two = []] = [parts[at], parts[other]];
    parts[at] = two;
    parts[other] = one;
  }
  return { ...tree, name: `${tree.name}-order${seed}`, files: parts.flat() };
}

/** Makes the packages of a tree available to its sources, if it has any. @param {Tree} tree @param {{ cache: string, say: (line: string) => void }} options @returns {Promise<string | null>} Why they are not. */
export async function withPackages({ name, folder }, options) {
  const { sources, packages } = definitionOf(name);
  if (packages === undefined) return null;
  for (const { repository } of sources) {
    const missing = await linkPackages(join(folder, repository.replace('/', '+')), name, packages, options);
    if (missing !== null) return missing;
  }
  return null;
}

/** A tree of the first files of another. @param {Tree} tree @param {number} count @param {string} into @returns {Promise<Tree>} */
export async function subTree(tree, count, into) {
  const folder = join(into, `${tree.name}-${count}`);
  const files = tree.files.slice(0, count);
  for (const file of files) {
    const [repository = ''] = file.split(/[\\/]/u);
    if (!existsSync(join(folder, repository))) await startRepository(join(folder, repository));
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    copyFileSync(join(tree.folder, file), join(folder, file));
  }
  return { ...tree, folder, files, lines: linesOf(folder, files) };
}

/** @param {string} folder @param {readonly string[]} files */
function linesOf(folder, files) {
  return files.reduce((sum, file) => sum + readFileSync(join(folder, file), 'utf8').split('\n').length, 0);
}

/** As a checkout is one: that is how tools know where a project ends. @param {string} folder */
async function startRepository(folder) {
  mkdirSync(folder, { recursive: true });
  const { code, stderr } = await runGit(['init', '--quiet', '--template='], { cwd: folder });
  if (code !== 0) throw new Problem(`\`git init\` failed in ${folder}:\n${stderr.trim()}`);
}

/** @param {string} name */
function definitionOf(name) {
  const definition = trees[name];
  if (definition === undefined) throw new Problem(`There is no tree '${name}'. There are: ${Object.keys(trees).join(', ')}.`);
  return definition;
}

/** @param {string} folder @returns {string[]} By name. */
function filesUnder(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      if (entry.name.startsWith('.') || skippedFolders.has(entry.name)) return [];
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesUnder(path) : entry.isFile() ? [path] : [];
    });
}
