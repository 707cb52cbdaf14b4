// Reads library models: checks them against the schema and indexes their rows. A model that does not fit is refused with the
// path of the field that is wrong, so that a typing mistake in a user's model is never silence.
import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { librarySchema, type ClassRow, type FrameworkRow, type FunctionRow, type LibraryModel, type MethodEffect, type OptionFamily } from './schema.ts';
import type { Language } from '../ir/ir.ts';

const SHIPPED = ['pytorch', 'python', 'modeguard-engine', 'modeguard-guard', 'javascript', 'tensorflow-js', 'mlx', 'js-pytorch', 'deepbox', 'lightning', 'transformers-trainer'] as const;

/** Checks `data`; `origin` names it in errors (`pytorch.json`, `settings.modeguard.libraries[0]`). */
export function parseLibrary(data: unknown, origin: string): LibraryModel {
  const result = v.safeParse(librarySchema, data);
  if (result.success) return result.output;
  const problems = result.issues.slice(0, 5).map((issue) => `  ${v.getDotPath(issue) ?? '(top)'}: ${issue.message}`);
  throw new Error(`The library model ${origin} is not valid:\n${problems.join('\n')}\nSee docs/library-models.md for the fields.`);
}

/** The rows of all models of a language, by path. */
export class Libraries {
  readonly models: readonly LibraryModel[];
  readonly #classes = new Map<string, ClassRow>();
  readonly #functions = new Map<string, FunctionRow>();
  readonly #prefixes: FunctionRow[] = [];
  readonly #classPrefixes: ClassRow[] = [];
  readonly #bases = new Map<string, LibraryModel>();
  readonly #families = new Map<string, OptionFamily>();
  readonly #frameworks = new Map<string, FrameworkRow>();
  readonly #packages: readonly string[];
  readonly #aliases: readonly { from: string; to: string }[];
  readonly tensorMethods = new Map<string, MethodEffect>();
  readonly moduleMethods = new Map<string, MethodEffect>();
  readonly shapeAttributes = new Set<string>();
  readonly flags = new Set<string>();
  /** Names of functional layers that are off unless they are told the mode. */
  readonly idle = new Set<string>();

  constructor(models: readonly LibraryModel[]) {
    this.models = models;
    for (const model of models) {
      for (const row of model.classes) {
        if (row.path.endsWith('*')) this.#classPrefixes.push(row);
        else this.#classes.set(row.path, row);
      }
      for (const row of model.functions) {
        if (row.path.endsWith('*')) this.#prefixes.push(row);
        else this.#functions.set(row.path, row);
        if (row.effect.kind === 'functional' && row.effect.training?.default === false) this.idle.add(row.path.slice(row.path.lastIndexOf('.') + 1));
      }
      for (const row of model.frameworks) for (const base of row.bases) this.#frameworks.set(base, row);
      for (const [name, effect] of Object.entries(model.tensorMethods)) this.tensorMethods.set(name, effect);
      for (const name of model.shapeAttributes) this.shapeAttributes.add(name);
      if (model.layers !== undefined) {
        for (const base of model.layers.bases) this.#families.set(base, model.layers);
        for (const row of model.classes) if (row.kind === 'layer') this.#families.set(row.path, model.layers);
      }
      if (model.modules !== undefined) {
        for (const base of model.modules.bases) this.#bases.set(base, model);
        this.flags.add(model.modules.flag);
        for (const [name, effect] of Object.entries(model.modules.methods)) this.moduleMethods.set(name, effect);
      }
    }
    this.#prefixes.sort((a, b) => b.path.length - a.path.length);
    this.#classPrefixes.sort((a, b) => b.path.length - a.path.length);
    this.#packages = models.flatMap((model) => model.packages);
    this.#aliases = models.flatMap((model) => model.aliases).sort((a, b) => b.from.length - a.from.length);
  }

  /** Holds if imports from `module` are described by some model. */
  knows(module: string): boolean {
    return this.#packages.some((name) => module === name || module.startsWith(`${name}.`) || module.startsWith(`${name}/`));
  }

  /** Holds if some row describes `path` itself or something below it. */
  describes(path: string): boolean {
    const below = `${path}.`;
    for (const known of this.#functions.keys()) if (known === path || known.startsWith(below)) return true;
    return this.#prefixes.some((row) => row.path.startsWith(below));
  }

  /** The one spelling of a path that rows use. */
  canonical(path: string): string {
    for (const alias of this.#aliases) if (path.startsWith(alias.from)) return this.canonical(alias.to + path.slice(alias.from.length));
    return path;
  }

  classAt(path: string): ClassRow | null {
    return this.#classes.get(path) ?? this.#classPrefixes.find((row) => path.startsWith(row.path.slice(0, -1)) && looksLikeClass(path)) ?? null;
  }

  functionAt(path: string): FunctionRow | null {
    return this.#functions.get(path) ?? this.#prefixes.find((row) => path.startsWith(row.path.slice(0, -1))) ?? null;
  }

  /** The model whose module base this is, or null. */
  moduleBaseAt(path: string): LibraryModel | null {
    return this.#bases.get(path) ?? null;
  }

  /** The first model that has layers whose mode is an option of each call, for objects whose class is not in sight. */
  get optionFamily(): OptionFamily | null {
    return this.models.find((item) => item.layers !== undefined)?.layers ?? null;
  }

  /** The model that has this row, or null. */
  modelOf(row: ClassRow): LibraryModel | null {
    return this.models.find((model) => model.classes.includes(row)) ?? null;
  }

  /** How the layer, model or base class at `path` is told its mode in each call; null for anything else. */
  familyAt(path: string): OptionFamily | null {
    return this.#families.get(path) ?? null;
  }

  /** The framework whose base class this is, or null. */
  frameworkAt(path: string): FrameworkRow | null {
    return this.#frameworks.get(path) ?? null;
  }

  /** Holds for `train` and `eval`. */
  isModeMethod(name: string): boolean {
    const effect = this.moduleMethods.get(name);
    return effect === 'set-train' || effect === 'set-eval';
  }

  /** How modules of this language's libraries are used; the first model that has modules speaks for opaque objects. */
  get moduleModel(): NonNullable<LibraryModel['modules']> {
    const model = this.models.find((item) => item.modules !== undefined);
    if (model?.modules === undefined) throw new Error('No library model describes modules.');
    return model.modules;
  }
}

function looksLikeClass(path: string): boolean {
  return /^[A-Z]/.test(path.slice(path.lastIndexOf('.') + 1));
}

let shipped: readonly LibraryModel[] | null = null;
const byLanguage = new Map<Language, Libraries>();

function shippedModels(): readonly LibraryModel[] {
  shipped ??= SHIPPED.map((name) => parseLibrary(JSON.parse(readFileSync(new URL(`./models/${name}.json`, import.meta.url), 'utf8')), `${name}.json`));
  return shipped;
}

/** The shipped models for `language`, with the user's own in front of them. */
const byOwnModels = new WeakMap<readonly LibraryModel[], Map<Language, Libraries>>();

export function librariesFor(language: Language, own: readonly LibraryModel[] = []): Libraries {
  if (own.length === 0) {
    let known = byLanguage.get(language);
    if (known === undefined) {
      known = new Libraries(shippedModels().filter((model) => model.language === language));
      byLanguage.set(language, known);
    }
    return known;
  }
  // The same models give the same object: what is kept of an analysis holds for one set of models.
  let withOwn = byOwnModels.get(own);
  if (withOwn === undefined) byOwnModels.set(own, (withOwn = new Map()));
  let known = withOwn.get(language);
  if (known === undefined) withOwn.set(language, (known = new Libraries([...shippedModels(), ...own].filter((model) => model.language === language))));
  return known;
}
