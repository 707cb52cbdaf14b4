// Where an import of TypeScript or JavaScript leads, as the TypeScript compiler resolves it: with the `paths` and the module resolution of
// the nearest tsconfig.json, as a bundler would where there is none. What lies in node_modules is a library.
import { dirname } from 'node:path';
import ts from '#typescript';

const defaults = (): ts.CompilerOptions => ({ module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler, allowJs: true, allowImportingTsExtensions: true });

/** The file that `specifier` means in `file`; null if it is none of the project's. */
export function resolveTypeScript(file: string, specifier: string): string | null {
  const options = optionsFor(dirname(file));
  // Node's conditions of a package's `exports` differ between `import` and `require`.
  const format = ts.getImpliedNodeFormatForFile(file, undefined, ts.sys, options);
  return sourceOf(ts.resolveModuleName(specifier, file, options, ts.sys, undefined, undefined, format).resolvedModule);
}

/** The file that a module was found in, if it is source of the project. */
export function sourceOf(found: ts.ResolvedModuleFull | undefined): string | null {
  if (found === undefined || found.isExternalLibraryImport === true || found.extension === ts.Extension.Dts || found.extension === ts.Extension.Dmts || found.extension === ts.Extension.Dcts || found.extension === ts.Extension.Json) return null;
  return found.resolvedFileName;
}

interface Options {
  readonly time: number;
  readonly options: ts.CompilerOptions;
}

/** The nearest tsconfig.json of each folder, and what stands in each. */
const configs = new Map<string, string | null>();
const known = new Map<string | null, Options>();

/** The options of the nearest tsconfig.json, read again when it has changed. */
function optionsFor(folder: string): ts.CompilerOptions {
  let config = configs.get(folder);
  if (config === undefined) configs.set(folder, (config = ts.findConfigFile(folder, ts.sys.fileExists) ?? null));
  const time = config === null ? 0 : (ts.sys.getModifiedTime?.(config)?.getTime() ?? 0);
  const before = known.get(config);
  if (before !== undefined && before.time === time) return before.options;
  const options = config === null ? defaults() : read(config);
  known.set(config, { time, options });
  return options;
}

function read(config: string): ts.CompilerOptions {
  const { config: json, error } = ts.readConfigFile(config, ts.sys.readFile);
  // Only the options matter; listing the files of a large project would cost more than the analysis.
  const host: ts.ParseConfigHost = { ...ts.sys, readDirectory: () => [] };
  if (error !== undefined) return defaults();
  const { options } = ts.parseJsonConfigFileContent(json, host, dirname(config));
  return { ...defaults(), ...options, allowJs: true };
}
