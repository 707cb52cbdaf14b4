// A project as the program of typed linting has it: which file an import means, and the trees that the compiler has made already.
//
// Guarantees: a file of the program is resolved with the options of its own configuration, those of the project reference that it belongs to included, and
// in the module format that it has; an import of a referenced project leads to its source, also by the name of the declarations that a build
// would make of it (as the editor follows it, and whether or not it was built). Whatever the program does not answer (a file that is not part of
// it, a JavaScript file without types) is resolved as without typed linting, so that both see the same where both see something. Refuses: files that only
// declare, and what lies in node_modules.
// Example: with `paths: { "@app/*": ["./src/*"] }` in tsconfig.app.json, `resolve('/p/src/main.ts', '@app/net')` is `/p/src/net.ts`.
import { basename, dirname, extname, join, normalize } from 'node:path';
import ts from '#typescript';
import { hashOf } from './project-listing.ts';
import type { Resolution } from './resolution.ts';
import { resolveTypeScript, sourceOf } from './resolve-typescript.ts';

export class TypedProject implements Resolution {
  readonly key: string;
  readonly #program: ts.Program;
  readonly #references: References;
  readonly #host: ts.ModuleResolutionHost;
  readonly #caches = new Map<ts.CompilerOptions, ts.ModuleResolutionCache>();

  private constructor(program: ts.Program) {
    this.#program = program;
    const references = allReferences(program.getResolvedProjectReferences() ?? []);
    this.#references = new References(references, new Set(program.getRootFileNames().map(normalize)));
    this.#host = references.length === 0 ? ts.sys : hostWith(this.#references);
    this.key = hashOf(JSON.stringify([program.getCompilerOptions(), ...references.map(({ commandLine }) => commandLine.options)].map((options) => ({ ...options, configFile: null }))));
  }

  /** The same for the same program. */
  static of(program: ts.Program): TypedProject {
    let project = projects.get(program);
    if (project === undefined) projects.set(program, (project = new TypedProject(program)));
    return project;
  }

  /** The tree of `file`, if the program has it and its text is `text`. */
  treeOf(file: string, text: string): ts.SourceFile | undefined {
    const tree = this.#program.getSourceFile(file);
    // A byte order mark is part of the compiler's text and not of ESLint's; offsets would differ. So would what is not saved. Another version of the compiler
    // than ours numbers the kinds of its nodes in another way.
    return tree !== undefined && tree.text === text && tree.kind === ts.SyntaxKind.SourceFile ? tree : undefined;
  }

  readonly resolve = (file: string, specifier: string): string | null => {
    const source = this.#program.getSourceFile(file);
    if (source === undefined) return resolveTypeScript(file, specifier);
    const owner = this.#references.ownerOf(file);
    const options = owner?.commandLine.options ?? this.#program.getCompilerOptions();
    const beside = this.#fileBeside(source, specifier, options);
    if (beside !== null) return beside;
    const { resolvedModule } = ts.resolveModuleName(specifier, file, options, this.#host, this.#cacheFor(options), owner, source.impliedNodeFormat);
    const built = resolvedModule === undefined ? undefined : this.#references.sourceOf(resolvedModule.resolvedFileName);
    return built ?? sourceOf(resolvedModule) ?? resolveTypeScript(file, specifier);
  };

  /** The file of the program that `./name` means by its name alone, which is the first that the compiler looks for; null where it may look elsewhere before. */
  #fileBeside({ fileName, impliedNodeFormat }: ts.SourceFile, specifier: string, { rootDirs, moduleSuffixes }: ts.CompilerOptions): string | null {
    if (!/^\.\.?\/.*[^/.]$/.test(specifier) || extname(specifier) !== '' || impliedNodeFormat === ts.ModuleKind.ESNext || rootDirs !== undefined || moduleSuffixes !== undefined) return null;
    const name = `${join(dirname(fileName), specifier)}.ts`;
    return !isInstalled(name) && this.#program.getSourceFile(name) !== undefined ? name : null;
  }

  /** What the file system said while the program stands: the files of a folder import the same. */
  #cacheFor(options: ts.CompilerOptions): ts.ModuleResolutionCache {
    let cache = this.#caches.get(options);
    if (cache === undefined) this.#caches.set(options, (cache = ts.createModuleResolutionCache(this.#program.getCurrentDirectory(), (name) => (ts.sys.useCaseSensitiveFileNames ? name : name.toLowerCase()), options)));
    return cache;
  }
}

const projects = new WeakMap<ts.Program, TypedProject>();

/** The files of the projects that a program refers to. */
class References {
  readonly #owners = new Map<string, ts.ResolvedProjectReference>();
  /** From declarations that a build makes to their sources. */
  readonly #sources = new Map<string, string>();
  readonly #folders = new Set<string>();

  /** @param roots the files that are the program's own, by their normal names */
  constructor(references: readonly ts.ResolvedProjectReference[], roots: ReadonlySet<string>) {
    for (const reference of references) {
      for (const name of reference.commandLine.fileNames) {
        if (isDeclaration(name) || name.endsWith('.json')) continue;
        if (!roots.has(normalize(name))) this.#owners.set(normalize(name), reference);
        for (const output of ts.getOutputFileNames(reference.commandLine, name, !ts.sys.useCaseSensitiveFileNames)) if (isDeclaration(output)) this.#add(normalize(output), name);
      }
    }
  }

  #add(output: string, source: string): void {
    this.#sources.set(output, source);
    for (let folder = dirname(output); !this.#folders.has(folder); folder = dirname(folder)) this.#folders.add(folder);
  }

  ownerOf(file: string): ts.ResolvedProjectReference | undefined {
    return this.#owners.get(normalize(file));
  }

  sourceOf(output: string): string | undefined {
    return this.#sources.get(normalize(output)) ?? (isInstalled(output) ? this.#sources.get(realPath(output)) : undefined);
  }

  hasFolder(folder: string): boolean {
    return this.#folders.has(normalize(folder)) || (isInstalled(folder) && this.#folders.has(realPath(folder)));
  }
}

/** A workspace links its packages into node_modules. */
function isInstalled(path: string): boolean {
  return /[\\/]node_modules[\\/]/.test(path);
}

/** Where a path leads of which only the beginning may exist. */
function realPath(path: string): string {
  const folder = dirname(path);
  if (folder === path) return path;
  return ts.sys.directoryExists(folder) ? join(ts.sys.realpath?.(folder) ?? folder, basename(path)) : join(realPath(folder), basename(path));
}

/** What a referenced project builds is there for whoever imports it, though nobody may have built it yet. */
function hostWith(references: References): ts.ModuleResolutionHost {
  return {
    ...ts.sys,
    fileExists: (path) => ts.sys.fileExists(path) || references.sourceOf(path) !== undefined,
    directoryExists: (path) => ts.sys.directoryExists(path) || references.hasFolder(path),
  };
}

function isDeclaration(file: string): boolean {
  return /\.d\.[cm]?ts$/.test(file);
}

/** The references of references too, each once: projects may refer to each other. */
function allReferences(direct: readonly (ts.ResolvedProjectReference | undefined)[]): readonly ts.ResolvedProjectReference[] {
  const found = new Set<ts.ResolvedProjectReference>();
  const visit = (references: readonly (ts.ResolvedProjectReference | undefined)[]): void => {
    for (const reference of references) {
      if (reference === undefined || found.has(reference)) continue;
      found.add(reference);
      visit(reference.references ?? []);
    }
  };
  visit(direct);
  return [...found];
}
