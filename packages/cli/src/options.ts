// The command line: which options there are, what they mean, and the help text. Guarantees that what comes out is
// consistent; every mistake is a UsageError that names the word that was wrong.
import { parseArgs } from 'node:util';
import { UsageError } from './io.ts';

export const formats = ['stylish', 'json', 'sarif'] as const;
export type Format = (typeof formats)[number];

export interface LintCommand {
  readonly kind: 'lint';
  readonly paths: readonly string[];
  readonly format: Format;
  readonly outputFile: string | null;
  readonly fix: boolean;
  readonly strict: boolean;
  /** As typed, with or without the prefix; empty means every rule of the chosen configuration. */
  readonly rules: readonly string[];
}

export type Command =
  | LintCommand
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | { readonly kind: 'list-rules' }
  | { readonly kind: 'explain'; readonly rule: string }
  /** `what`: as typed, a file and perhaps a function. */
  | { readonly kind: 'debug'; readonly what: string };

export interface CommandLine {
  readonly command: Command;
  /** `undefined`: neither --color nor --no-color was given. */
  readonly color: boolean | undefined;
}

export const usage = `Usage: modeguard [options] [path ...]

Finds neural networks that run in the wrong mode, in Python, TypeScript and
JavaScript. Paths are files and directories; without any, the current directory.

Options:
      --strict              report what is possible, not only what is certain
      --rule <name>         check this rule only; may be repeated
      --fix                 apply the fixes that keep the program's behaviour
  -f, --format <name>       stylish (default), json or sarif
  -o, --output-file <file>  write the report to a file, not to standard output
      --list-rules          print every rule and what it proves
      --explain <rule>      print the documentation page of a rule
      --debug <file>[:<function>]
                            print how the analysis sees a function: its
                            intermediate representation and the states found
      --color, --no-color   colour the output, or not; otherwise NO_COLOR,
                            FORCE_COLOR and the terminal decide
  -v, --version             print the version
  -h, --help                print this text

Files:
  In a directory, files named .py .ts .tsx .mts .cts .js .mjs .cjs .jsx are
  checked. Left out are files that git ignores (a .gitignore counts without a
  repository too), node_modules, dist, virtual and conda environments,
  site-packages, *.min.js, *.d.ts and symbolic links. A file that is named on
  the command line is always checked.
  ESLint configuration files are not read. Comments work as in ESLint:
  # eslint-disable-next-line modeguard/<rule> -- why
  A Python file with syntax errors is checked as far as it can be read: without
  the functions that have one in them and without its statements outside of
  functions. A TypeScript or JavaScript file with one is skipped, with a
  warning on standard error.
  A broken modeguard.json is told once; the files that it is for are left out.

Exit code:
  0  nothing found, or warnings only
  1  errors found
  2  modeguard itself failed, was called wrongly, or could not use the project's
     modeguard.json
`;

const settings = {
  strict: true,
  allowPositionals: true,
  options: {
    strict: { type: 'boolean' },
    rule: { type: 'string', multiple: true },
    fix: { type: 'boolean' },
    format: { type: 'string', short: 'f' },
    'output-file': { type: 'string', short: 'o' },
    'list-rules': { type: 'boolean' },
    explain: { type: 'string' },
    debug: { type: 'string' },
    color: { type: 'boolean' },
    'no-color': { type: 'boolean' },
    version: { type: 'boolean', short: 'v' },
    help: { type: 'boolean', short: 'h' },
  },
} as const;

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ ...settings, args: [...argv] });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    // Node adds advice about positional arguments that start with a dash, which is rarely what happened.
    throw new UsageError(error.message.replace(/\. To specify a positional.*$/su, '.'));
  }
}

function parseFormat(name: string): Format {
  const found = formats.find((format) => format === name);
  if (found === undefined) throw new UsageError(`Unknown format '${name}'. There are: ${formats.join(', ')}.`);
  return found;
}

export function parseCommandLine(argv: readonly string[]): CommandLine {
  const { values, positionals } = parse(argv);
  if (values.color && values['no-color']) throw new UsageError('--color and --no-color exclude each other.');
  const color = values.color ? true : values['no-color'] ? false : undefined;
  return { color, command: chooseCommand() };

  function chooseCommand(): Command {
    if (values.help) return { kind: 'help' };
    if (values.version) return { kind: 'version' };
    if (values['list-rules']) return { kind: 'list-rules' };
    if (values.explain !== undefined) return { kind: 'explain', rule: values.explain };
    if (values.debug !== undefined) {
      if (positionals.length > 0) throw new UsageError(`--debug takes one file, as in --debug ${values.debug}; '${positionals[0]!}' is left over.`);
      return { kind: 'debug', what: values.debug };
    }
    return {
      kind: 'lint',
      paths: positionals.length === 0 ? ['.'] : positionals,
      format: parseFormat(values.format ?? 'stylish'),
      outputFile: values['output-file'] ?? null,
      fix: values.fix ?? false,
      strict: values.strict ?? false,
      rules: values.rule ?? [],
    };
  }
}
