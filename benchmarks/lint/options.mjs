// @ts-check
// The command line of the benchmark. Guarantees that a value which is not understood is refused with what there is instead.
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { defaultCache } from '../../tools/ecosystem/checkout.mjs';
import { Problem, reasonOf } from '../../tools/ecosystem/problem.mjs';

export const partNames = /** @type {const} */ (['python', 'typescript', 'growth', 'edited', 'editor', 'phases']);

/** @typedef {(typeof partNames)[number]} PartName */

export const usage = `Usage: node benchmarks/lint/run.mjs [options]

Measures the linter, and other tools beside it in the same run, on public
repositories at the commits of benchmarks/lint/repositories.json. Fetches them,
and installs the Python tools into virtual environments, when it first needs
them. Build before: npm run build.

Options:
      --part NAME          only this part; may be repeated. There are:
                             python      time and memory beside other tools
                             typescript  what we add to typed linting
                             growth      time by the size of the tree
                             edited      one file edited, file by file
                             editor      an answer while somebody types
                             phases      parsing alone beside the whole
      --short              a smaller tree, one round: under ten minutes
      --rounds N           runs of each, of which the medians are shown
                           (default: 3; with --short: 1)
      --checkouts DIR      take the repositories from here, as DIR/owner+name or
                           DIR/owner/name, and fetch none
      --cache DIR          where repositories, Python tools and npm packages
                           are kept
                           (default: ${defaultCache().replace(homedir(), '~')})
      --python COMMAND     a Python to install tools with; may be repeated
      --timeout SECONDS    for one run of one tool (default: 1800)
  -o, --output DIR         write the results there too, a file for each part
  -h, --help               print this text
`;

/**
 * @typedef {object} Options
 * @property {readonly PartName[]} parts
 * @property {boolean} short
 * @property {number} rounds
 * @property {string | null} checkouts
 * @property {string} cache
 * @property {readonly string[]} pythons
 * @property {number} timeoutSeconds
 * @property {string | null} output
 */

/** @param {string[]} argv @returns {Options | 'help'} */
export function readOptions(argv) {
  const values = parse(argv);
  if (values.help) return 'help';
  const parts = values.part ?? [];
  for (const part of parts) if (!partNames.some((name) => name === part)) throw new Problem(`Unknown part '${part}'. There are: ${partNames.join(', ')}.`);
  const short = values.short ?? false;
  return {
    parts: parts.length === 0 ? partNames : partNames.filter((name) => parts.includes(name)),
    short,
    rounds: wholeNumber(values.rounds ?? (short ? '1' : '3'), '--rounds', 1000),
    checkouts: values.checkouts === undefined ? null : resolve(values.checkouts),
    cache: resolve(values.cache ?? defaultCache()),
    pythons: values.python ?? [],
    // Above a million seconds a timer of Node fires at once.
    timeoutSeconds: wholeNumber(values.timeout ?? '1800', '--timeout', 1_000_000),
    output: values.output === undefined ? null : resolve(values.output),
  };
}

/** @param {string} given @param {string} option @param {number} most */
function wholeNumber(given, option, most) {
  const value = Number(given);
  if (!Number.isInteger(value) || value < 1 || value > most) throw new Problem(`${option} takes a whole number from 1 to ${most}, not '${given}'.`);
  return value;
}

/** @param {string[]} args */
function parse(args) {
  try {
    return parseArgs({
      args,
      options: {
        part: { type: 'string', multiple: true },
        short: { type: 'boolean' },
        rounds: { type: 'string' },
        checkouts: { type: 'string' },
        cache: { type: 'string' },
        python: { type: 'string', multiple: true },
        timeout: { type: 'string' },
        output: { type: 'string', short: 'o' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw new Problem(`${reasonOf(error)} See --help.`);
  }
}

/** Where a repository is, in a folder of checkouts. @param {string} checkouts @param {string} repository */
export function placesOf(checkouts, repository) {
  return [join(checkouts, repository.replace('/', '+')), join(checkouts, ...repository.split('/'))];
}
