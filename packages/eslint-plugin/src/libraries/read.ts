// Reads library models: checks them against the schema and indexes their rows. A model that does not fit is refused with the
// path of the field that is wrong, so that a typing mistake in a user's model is never silence.
import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { librarySchema, type ClassRow, type FrameworkRow, type FunctionRow, type LibraryModel, type MethodEffect, type OptionFamily } from './schema.ts';
import type { Language } from '../ir/ir.ts';

/** By language: a project of one is not to wait for the models of the other. */
const SHIPPED: Readonly<Record<Language, readonly string[]>> = {
  python: ['pytorch', 'python', 'lightning', 'transformers-trainer', 'flash-attention', 'torchvision', 'timm', 'transformers', 'diffusers', 'peft', 'accelerate', 'fastai', 'ignite', 'ultralytics', 'torch-geometric', 'torchmetrics', 'sentence-transformers', 'open-clip', 'segmentation-models-pytorch', 'keras', 'ema-pytorch', 'attrs'],
  typescript: ['modeguard-engine', 'modeguard-guard', 'javascript', 'tensorflow-js', 'mlx', 'js-pytorch', 'deepbox', 'torchlette', 'ts-torch', 'piston', 'toygrad', 'inference-only'],
};

/** Checks `data`; `origin` names it in errors (`pytorch.json`, `settings.modeguard.libraries[0]`). */
export function parseLibrary(data: unknown, origin: string): LibraryModel {
  const result = v.safeParse(librarySchema, data);
  if (result.success) return withoutPrototypes(result.output);
  const problems = result.issues.slice(0, 5).map((issue) => `  ${v.getDotPath(issue) ?? '(top)'}: ${issue.message}`);
  throw new Error(`The library model ${origin} is not valid:\n${problems.join('\n')}\nSee docs/library-models.md for the fields.`);
}

/** Effects of methods that say nothing about modules of other libraries. */
const OF_ONE: ReadonlySet<MethodEffect> = new Set(['infer', 'infer-eval', 'pure', 'self']);

/** Names are looked up in these by what a program writes, and `toString` is no row. */
function withoutPrototypes(model: LibraryModel): LibraryModel {
  for (const record of [model.modules?.methods, model.layers?.methods, model.tensorMethods, model.own?.names, ...model.frameworks.flatMap((row) => [row.hooks, row.methods, row.constructors])]) if (record !== undefined) Object.setPrototypeOf(record, null);
  return model;
}

/** Paths whose answers are remembered. A project has some thousands, and each is asked for at every call that is run. */
const MAX_ANSWERS = 20_000;

/** Answers about paths, each of which takes a search through all patterns. */
class Answers<T extends object | string | boolean | null> {
  readonly #find: (path: string) => T;
  readonly #known = new Map<string, T>();

  constructor(find: (path: string) => T) {
    this.#find = find;
  }

  of(path: string): T {
    let answer = this.#known.get(path);
    if (answer === undefined) {
      if (this.#known.size === MAX_ANSWERS) this.#known.clear();
      this.#known.set(path, (answer = this.#find(path)));
    }
    return answer;
  }
}

/** The rows of all models of a language, by path. */
export class Libraries {
  readonly models: readonly LibraryModel[];
  readonly #classes = new Map<string, ClassRow>();
  readonly #functions = new Map<string, FunctionRow>();
  readonly #functionPatterns: FunctionRow[] = [];
  readonly #classPatterns: ClassRow[] = [];
  readonly #basePatterns: { readonly path: string; readonly model: LibraryModel }[] = [];
  readonly #bases = new Map<string, LibraryModel>();
  readonly #families = new Map<string, OptionFamily>();
  readonly #frameworks = new Map<string, FrameworkRow>();
  readonly #packages: readonly string[];
  readonly #aliases: readonly { from: string; to: string }[];
  readonly #knows = new Answers((module) => this.#packages.some((name) => module === name || module.startsWith(`${name}.`) || module.startsWith(`${name}/`)));
  readonly #describes = new Answers((path) => {
    const below = `${path}.`;
    return this.#functions.has(path) || [...this.#functions.keys()].some((known) => known.startsWith(below)) || this.#functionPatterns.some((row) => row.path.startsWith(below));
  });
  readonly #canonical = new Answers((path): string => {
    const alias = this.#aliases.find(({ from }) => path.startsWith(from));
    return alias === undefined ? path : this.canonical(alias.to + path.slice(alias.from.length));
  });
  readonly #classAt = new Answers((path) => this.#classes.get(path) ?? this.#classPatterns.find((row) => matches(path, row.path) && looksLikeClass(path)) ?? null);
  readonly #functionAt = new Answers((path) => this.#functions.get(path) ?? this.#functionPatterns.find((row) => matches(path, row.path)) ?? null);
  readonly #moduleBaseAt = new Answers((path) => this.#bases.get(path) ?? this.#basePatterns.find((pattern) => matches(path, pattern.path))?.model ?? null);
  readonly #modelsOfRows = new Map<ClassRow, LibraryModel>();
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
        if (!this.#modelsOfRows.has(row)) this.#modelsOfRows.set(row, model);
        if (row.path.includes('*')) this.#classPatterns.push(row);
        else this.#classes.set(row.path, row);
      }
      for (const row of model.functions) {
        if (row.path.includes('*')) this.#functionPatterns.push(row);
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
        for (const base of model.modules.bases) {
          if (base.includes('*')) this.#basePatterns.push({ path: base, model });
          else this.#bases.set(base, model);
        }
        this.flags.add(model.modules.flag);
        // What one library alone calls so, and what does nothing there, may do anything elsewhere.
        const isFirst = this.moduleMethods.size === 0;
        for (const [name, effect] of Object.entries(model.modules.methods)) if (isFirst || !(OF_ONE.has(effect) || this.moduleMethods.has(name))) this.moduleMethods.set(name, effect);
      }
    }
    for (const patterns of [this.#functionPatterns, this.#classPatterns, this.#basePatterns]) patterns.sort((a, b) => endOf(b.path) - endOf(a.path) || b.path.length - a.path.length);
    this.#packages = models.flatMap((model) => model.packages);
    this.#aliases = models.flatMap((model) => model.aliases).sort((a, b) => b.from.length - a.from.length);
  }

  /** Holds if imports from `module` are described by some model. */
  knows(module: string): boolean {
    return this.#knows.of(module);
  }

  /** What `name` stands for where a file of `packageName` imports it from another: the library's own source; null elsewhere. */
  ownPath(packageName: string, name: string): string | null {
    return this.models.find((model) => model.own?.packages.includes(packageName) === true)?.own?.names[name] ?? null;
  }

  /** Holds if some row describes `path` itself or something below it. */
  describes(path: string): boolean {
    return this.#describes.of(path);
  }

  /** The one spelling of a path that rows use. */
  canonical(path: string): string {
    return this.#canonical.of(path);
  }

  classAt(path: string): ClassRow | null {
    return this.#classAt.of(path);
  }

  functionAt(path: string): FunctionRow | null {
    return this.#functionAt.of(path);
  }

  /** The model whose module base this is, or null. */
  moduleBaseAt(path: string): LibraryModel | null {
    return this.#moduleBaseAt.of(path);
  }

  /** The first model that has layers whose mode is an option of each call, for objects whose class is not in sight. */
  get optionFamily(): OptionFamily | null {
    return this.models.find((item) => item.layers !== undefined)?.layers ?? null;
  }

  /** The model that has this row, or null. */
  modelOf(row: ClassRow): LibraryModel | null {
    return this.#modelsOfRows.get(row) ?? null;
  }

  /** What the library of a module calls `name`, for what the module gets from `path` or a class that it derives from. */
  methodAt(model: LibraryModel | null, name: string): MethodEffect | undefined {
    return model?.modules?.methods[name] ?? this.moduleMethods.get(name);
  }

  /** The model whose modules `path` is one of, by its package; null if that describes none. */
  moduleModelAt(path: string): LibraryModel | null {
    return this.models.find((model) => model.modules !== undefined && model.packages.some((name) => path.startsWith(`${name}.`))) ?? null;
  }

  /** How the layer, model or base class at `path` is told its mode in each call; null for anything else. */
  familyAt(path: string): OptionFamily | null {
    const known = this.#families.get(path);
    if (known !== undefined) return known;
    const row = this.classAt(path);
    return row?.kind === 'layer' ? (this.modelOf(row)?.layers ?? null) : null;
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

/** Holds if `path` is what `pattern` spells, with anything in the place of its `*`. */
function matches(path: string, pattern: string): boolean {
  const star = pattern.indexOf('*');
  return path.length >= pattern.length - 1 && path.startsWith(pattern.slice(0, star)) && path.endsWith(pattern.slice(star + 1));
}

/** How much of a pattern stands behind its `*`: `x.*Tokenizer.load` goes before `x.Bert*.load`. */
function endOf(pattern: string): number {
  return pattern.length - pattern.indexOf('*');
}

function looksLikeClass(path: string): boolean {
  return /^[A-Z]/.test(path.slice(path.lastIndexOf('.') + 1));
}

const shipped = new Map<Language, readonly LibraryModel[]>();
const byLanguage = new Map<Language, Libraries>();

function shippedModels(language: Language): readonly LibraryModel[] {
  let models = shipped.get(language);
  if (models === undefined) shipped.set(language, (models = SHIPPED[language].map((name) => parseLibrary(JSON.parse(readFileSync(new URL(`./models/${name}.json`, import.meta.url), 'utf8')), `${name}.json`))));
  return models;
}

const byOwnModels = new WeakMap<readonly LibraryModel[], Map<Language, Libraries>>();

/** The shipped models for `language`, and the user's own, which have the last word. */
export function librariesFor(language: Language, own: readonly LibraryModel[] = []): Libraries {
  if (own.length === 0) {
    let known = byLanguage.get(language);
    if (known === undefined) {
      known = new Libraries(shippedModels(language));
      byLanguage.set(language, known);
    }
    return known;
  }
  // The same models give the same object: what is kept of an analysis holds for one set of models.
  let withOwn = byOwnModels.get(own);
  if (withOwn === undefined) byOwnModels.set(own, (withOwn = new Map()));
  let known = withOwn.get(language);
  if (known === undefined) withOwn.set(language, (known = new Libraries([...shippedModels(language), ...own.filter((model) => model.language === language)])));
  return known;
}
