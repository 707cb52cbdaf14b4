// The command from its arguments to its exit code. The report is the only thing on standard output; whatever else there is
// to say goes to standard error. A mistake of the caller or a failure of ours is exit code 2, never an exception.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { styleText } from 'node:util';
import { displayPath } from './display-path.ts';
import { UsageError, wantsColor, type Io } from './io.ts';
import type { LintOutcome } from './lint.ts';
import { parseCommandLine, usage, type LintCommand } from './options.ts';
import { printable } from './printable.ts';
import { configurationFor, loadInstalledPlugin, resolveRule, type ModeguardPlugin } from './plugin.ts';

/** A repository in a dialect that no parser of ours reads must not drown the report. */
const namedSkips = 20;

export type ExitCode = 0 | 1 | 2;

/** `plugin` is the installed one unless a test brings its own. */
export async function run(argv: readonly string[], io: Io, plugin?: ModeguardPlugin): Promise<ExitCode> {
  try {
    return await perform(argv, io, plugin);
  } catch (error) {
    if (error instanceof UsageError) {
      io.stderr.write(`modeguard: ${error.message}\nTry \`modeguard --help\`.\n`);
    } else {
      io.stderr.write(`modeguard: internal error\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    }
    return 2;
  }
}

async function perform(argv: readonly string[], io: Io, given: ModeguardPlugin | undefined): Promise<ExitCode> {
  const { command, color: colorOption } = parseCommandLine(argv);
  const color = wantsColor(colorOption, io.env, io.stdout);
  // Prose is wrapped for people; another program gets the lines as they were written.
  const style = { color, width: io.stdout.isTTY ? Math.min(io.stdout.columns || 80, 100) : null };
  const plugin = async (): Promise<ModeguardPlugin> => given ?? (await loadInstalledPlugin());

  switch (command.kind) {
    case 'help':
      io.stdout.write(usage);
      return 0;
    case 'version':
      io.stdout.write(`${readVersion()}\n`);
      return 0;
    case 'list-rules': {
      const { listRules } = await import('./rule-pages.ts');
      io.stdout.write(listRules(await plugin(), style));
      return 0;
    }
    case 'explain': {
      const { explainRule } = await import('./rule-pages.ts');
      const loaded = await plugin();
      io.stdout.write(explainRule(loaded, resolveRule(loaded, command.rule), style));
      return 0;
    }
    case 'debug': {
      const { debugFile, DebugError } = await import('@modeguard/eslint-plugin/debug');
      try {
        io.stdout.write(debugFile(command.what, io.cwd));
      } catch (error) {
        throw error instanceof DebugError ? new UsageError(error.message) : error;
      }
      return 0;
    }
    case 'lint':
      return lintAndReport(command, io, await plugin(), { color, colorOption, isInstalled: given === undefined });
  }
}

async function lintAndReport(command: LintCommand, io: Io, plugin: ModeguardPlugin, { color, colorOption, isInstalled }: { color: boolean; colorOption: boolean | undefined; isInstalled: boolean }): Promise<ExitCode> {
  const onlyRules = command.rules.map((name) => resolveRule(plugin, name));
  const { discoverFiles } = await import('./discover.ts');
  const { files, notes } = discoverFiles(command.paths, io);
  const warn = (text: string): void => {
    const label = 'warning:';
    io.stderr.write(`modeguard: ${wantsColor(colorOption, io.env, io.stderr) ? styleText('yellow', label, { validateStream: false }) : label} ${text}\n`);
  };
  for (const note of notes) warn(note);
  if (files.length === 0 && notes.length === 0) warn(`no Python, TypeScript or JavaScript files in ${command.paths.map((path) => `'${path}'`).join(', ')}.`);

  const outcome = await lintWithProgress(command, io, files, configurationFor(plugin, command.strict, onlyRules), onlyRules, isInstalled);
  for (const { file, line, column, reason } of outcome.skipped.slice(0, namedSkips)) warn(`${printable(displayPath(file, io.cwd))}:${line}:${column} was skipped: ${reason}`);
  if (outcome.skipped.length > namedSkips) warn(`${outcome.skipped.length - namedSkips} more files were skipped because they cannot be parsed; --format sarif names all.`);
  for (const { reason, unchecked } of outcome.misconfigured) io.stderr.write(`modeguard: ${reason} (${unchecked === 1 ? '1 file was' : `${unchecked} files were`} left out.)\n`);
  for (const { file, reason } of outcome.failures) io.stderr.write(`modeguard: failed on ${printable(displayPath(file, io.cwd))}: ${reason}\n`);

  const report = await format(command, io, plugin, outcome, command.outputFile === null && color);
  if (command.outputFile === null) io.stdout.write(report);
  else writeReport(resolve(io.cwd, command.outputFile), command.outputFile, report);

  if (outcome.failures.length > 0 || outcome.misconfigured.length > 0) return 2;
  return outcome.findings.some(({ severity }) => severity === 2) ? 1 : 0;
}

async function lintWithProgress(command: LintCommand, io: Io, files: readonly string[], configuration: ReturnType<typeof configurationFor>, onlyRules: readonly string[], isInstalled: boolean): Promise<LintOutcome> {
  const { lint } = await import('./lint.ts');
  const { createProgress } = await import('./progress.ts');
  const progress = createProgress(io, files.length);
  try {
    return await lint({ cwd: io.cwd, files, configuration, onlyRules, fix: command.fix, ...(isInstalled ? { installed: { strict: command.strict } } : {}), onProgress: (done) => progress.update(done) });
  } finally {
    progress.stop();
  }
}

async function format(command: LintCommand, io: Io, plugin: ModeguardPlugin, outcome: LintOutcome, color: boolean): Promise<string> {
  switch (command.format) {
    case 'stylish': {
      if (outcome.findings.length === 0) return '';
      const { formatStylish } = await import('./formats/stylish.ts');
      return formatStylish(outcome.findings, { cwd: io.cwd, color, width: Math.min(io.stdout.columns || 100, 120) });
    }
    case 'json': {
      const { formatJson } = await import('./formats/json.ts');
      return formatJson(outcome.findings, io.cwd);
    }
    case 'sarif': {
      const { formatSarif } = await import('./formats/sarif.ts');
      return formatSarif({ ...outcome, plugin, version: readVersion(), cwd: io.cwd });
    }
  }
}

function writeReport(file: string, typed: string, report: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, report);
  } catch (error) {
    throw new UsageError(`Cannot write '${typed}' (${error instanceof Error && 'code' in error ? String(error.code) : String(error)}).`);
  }
}

function readVersion(): string {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };
  return manifest.version;
}
