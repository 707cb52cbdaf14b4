// @ts-check
// The benchmark of the linter: one command, every part of which measures all that it compares in one run. See --help and README.md beside this file.
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Problem } from '../../tools/ecosystem/problem.mjs';
import { runGit } from '../../tools/ecosystem/process.mjs';
import { checkoutsOf } from './checkouts.mjs';
import { readOptions, usage } from './options.mjs';
import * as edited from './parts/edited.mjs';
import * as editor from './parts/editor.mjs';
import * as growth from './parts/growth.mjs';
import * as phases from './parts/phases.mjs';
import * as python from './parts/python.mjs';
import * as typescript from './parts/typescript.mjs';
import { machineText } from './report.mjs';
import { repositoriesOf } from './trees.mjs';

/**
 * @typedef {object} Bench What a part is given.
 * @property {import('./options.mjs').Options} options
 * @property {(repository: string) => string} checkoutOf
 * @property {string} scratch A folder of its own, which is removed afterwards.
 * @property {(line: string) => void} say
 * @property {(name: string, text: string) => void} attach Writes a file beside the results, if they are written.
 *
 * @typedef {object} Part
 * @property {string} title
 * @property {(short: boolean) => readonly string[]} treeNames
 * @property {(bench: Bench) => Promise<string>} run Gives Markdown.
 */

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
/** @type {Readonly<Record<import('./options.mjs').PartName, Part>>} */
const parts = { python, typescript, growth, edited, editor, phases };

/** @param {string} line */
const say = (line) => process.stderr.write(`${line}\n`);

async function revision() {
  const { code, stdout } = await runGit(['describe', '--always', '--dirty', '--exclude', '*'], { cwd: root });
  return code === 0 ? stdout.trim() : 'of no revision';
}

/** @param {string[]} argv */
async function perform(argv) {
  const options = readOptions(argv);
  if (options === 'help') {
    process.stdout.write(usage);
    return;
  }
  for (const name of ['eslint-plugin/dist/bundle/index.js', 'cli/dist/bin.js']) if (!existsSync(join(root, 'packages', name))) throw new Problem('modeguard is not built. Run `npm run build` first.');
  const chosen = options.parts.map((name) => /** @type {const} */ ([name, parts[name]]));
  const checkoutOf = await checkoutsOf(repositoriesOf(chosen.flatMap(([, part]) => part.treeNames(options.short))), { ...options, say });
  if (options.output !== null) mkdirSync(options.output, { recursive: true });
  const machine = machineText({ revision: await revision() });
  for (const [name, part] of chosen) {
    const scratch = mkdtempSync(join(tmpdir(), 'modeguard-bench-'));
    const remove = () => rmSync(scratch, { recursive: true, force: true });
    process.once('exit', remove);
    /** @param {string} file @param {string} text */
    const attach = (file, text) => {
      if (options.output !== null) writeFileSync(join(options.output, file), text);
    };
    try {
      const text = `## ${part.title}\n\n${machine}; ${options.rounds} ${options.rounds === 1 ? 'round' : 'rounds'}.\n\n${await part.run({ options, checkoutOf, scratch, say, attach })}\n`;
      process.stdout.write(`${text}\n`);
      attach(`${name}.md`, text);
    } finally {
      remove();
      process.off('exit', remove);
    }
  }
}

try {
  await perform(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Problem)) throw error;
  say(error.message);
  process.exitCode = 2;
}
