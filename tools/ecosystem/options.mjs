// @ts-check
// The command line of the ecosystem diff. Guarantees that an option which a command does not have is refused, not ignored.
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { defaultCache } from './checkout.mjs';
import { Problem, reasonOf } from './problem.mjs';
import { defaultSource } from './whole-folder.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const defaultSeconds = 600;

export const usage = `Usage: node tools/ecosystem/ecosystem.mjs <command> [options]

Runs modeguard over a pinned list of public repositories and prints, as
Markdown, which findings differ between two versions of modeguard.

Commands:
  fetch                    fetch the repositories at their pinned commits;
                           what is there already is left alone
  run --output FILE        build this tree, run it, write its findings
  diff OLD.json NEW.json   print the difference of two such files
  compare BASE [HEAD]      build and run the revision BASE and the revision HEAD
                           (without it: the working tree), print the difference

Options:
      --only owner/name    these repositories only; may be repeated
                           (fetch, run, compare)
      --cache DIR          where the repositories are
                           (default: ${defaultCache().replace(homedir(), '~')})
      --repositories FILE  another list than tools/ecosystem/repositories.json
      --mirror PREFIX      fetch: a URL or folder in place of
                           ${defaultSource}
      --timeout SECONDS    run, compare: for one repository (default: ${defaultSeconds})
  -o, --output FILE        run: the findings; diff, compare: write the Markdown
                           there, not to standard output
      --modeguard DIR      run: another tree of modeguard than this one
      --no-build           run: take the tree as it is built
  -h, --help               print this text

The cache follows XDG_CACHE_HOME. Progress goes to standard error.

Exit code:
  0  done, with or without differences
  1  done in part: a repository could not be fetched, or modeguard failed or ran
     out of time on one; the report says which
  2  nothing done: called wrongly, or a build, git or a file failed
`;

const everywhere = ['help'];
/** @type {Readonly<Record<string, readonly string[]>>} */
const optionsOf = {
  fetch: ['only', 'cache', 'repositories', 'mirror'],
  run: ['only', 'cache', 'repositories', 'timeout', 'output', 'modeguard', 'no-build'],
  diff: ['output'],
  compare: ['only', 'cache', 'repositories', 'timeout', 'output'],
};
/** @type {Readonly<Record<string, { least: number, most: number, form: string }>>} */
const argumentsOf = {
  fetch: { least: 0, most: 0, form: 'no arguments' },
  run: { least: 0, most: 0, form: 'no arguments' },
  diff: { least: 2, most: 2, form: 'two findings files, OLD.json and NEW.json' },
  compare: { least: 1, most: 2, form: 'one or two revisions, BASE and HEAD' },
};

/**
 * @typedef {object} Options
 * @property {string} command
 * @property {string[]} args
 * @property {string[]} only
 * @property {string} cache
 * @property {string} repositories
 * @property {string} mirror
 * @property {number} timeoutSeconds
 * @property {string | null} output
 * @property {string} modeguard
 * @property {boolean} build
 */

/** @param {string[]} argv @returns {Options | 'help'} */
export function readOptions(argv) {
  const { values, positionals } = parse(argv);
  if (values.help) return 'help';
  const [command, ...args] = positionals;
  const commands = Object.keys(optionsOf).join(', ');
  if (command === undefined) throw new Problem(`Which command? There are: ${commands}. See --help.`);
  const allowed = optionsOf[command];
  const expected = argumentsOf[command];
  if (allowed === undefined || expected === undefined) throw new Problem(`Unknown command '${command}'. There are: ${commands}. See --help.`);
  for (const name of Object.keys(values)) if (!allowed.includes(name) && !everywhere.includes(name)) throw new Problem(`\`${command}\` has no option --${name}; it has ${allowed.map((known) => `--${known}`).join(', ')}.`);
  if (args.length < expected.least || args.length > expected.most) throw new Problem(`\`${command}\` takes ${expected.form}; there ${args.length === 1 ? 'is 1 argument' : `are ${args.length} arguments`}. See --help.`);
  if (command === 'run' && values.output === undefined) throw new Problem('`run` needs --output FILE, where the findings are written.');
  const timeoutSeconds = Number(values.timeout ?? defaultSeconds);
  // Above it, a timer of Node fires at once.
  if (!(timeoutSeconds > 0 && timeoutSeconds <= 1_000_000)) throw new Problem(`--timeout must be a number of seconds above 0, not '${values.timeout}'.`);
  return {
    command,
    args,
    only: values.only ?? [],
    cache: resolve(values.cache ?? defaultCache()),
    repositories: resolve(values.repositories ?? join(here, 'repositories.json')),
    mirror: values.mirror === undefined ? defaultSource : /^[a-z+]+:\/\//iu.test(values.mirror) ? values.mirror : resolve(values.mirror),
    timeoutSeconds,
    output: values.output === undefined ? null : resolve(values.output),
    modeguard: resolve(values.modeguard ?? dirname(dirname(here))),
    build: !values['no-build'],
  };
}

/** @param {string[]} args */
function parse(args) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        only: { type: 'string', multiple: true },
        cache: { type: 'string' },
        repositories: { type: 'string' },
        mirror: { type: 'string' },
        timeout: { type: 'string' },
        output: { type: 'string', short: 'o' },
        modeguard: { type: 'string' },
        'no-build': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new Problem(`${reasonOf(error).replace(/\. To specify a positional.*$/su, '.')} See --help.`);
  }
}
