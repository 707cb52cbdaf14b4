// Library models that are not shipped: those of the ESLint settings, of a file `modeguard.json` in the project, and of packages that bring one along.
//
// `modeguard.json` is looked for from the folder of a linted file upwards, to the root of the repository; the nearest counts. It holds `{"libraries": […]}`,
// each entry a model, the path of a JSON file with one (from where it is written), or the name of an npm package with a file `modeguard.json`.
// What cannot be read or is no model is refused with its place, by a ConfigurationError. The same files give the same array, by which what is kept of an analysis is found.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { parseLibrary } from '../libraries/read.ts';
import type { LibraryModel } from '../libraries/schema.ts';
import { ConfigurationError } from './configuration-error.ts';
import { parseJson } from '../source/parse-json.ts';

const NAME = 'modeguard.json';
const NONE: readonly LibraryModel[] = [];

/** The models that `list` names; `origin` is what an error calls it, `folder` where its paths start. */
export function readLibraries(list: unknown, origin: string, folder: string): readonly LibraryModel[] {
  if (!Array.isArray(list)) throw new Error(`${origin} must be an array of library models, of paths of JSON files, or of names of packages.`);
  return list.flatMap((entry: unknown, index) => (typeof entry === 'string' ? readNamed(entry, `${origin}[${index}]`, folder) : [parseLibrary(entry, `${origin}[${index}]`)]));
}

/** The models of the nearest `modeguard.json` above `file`; none if there is no such file. */
export function projectLibraries(file: string): readonly LibraryModel[] {
  const place = findUp(dirname(resolve(file)));
  if (place === null) return NONE;
  try {
    return keptModels(place);
  } catch (error) {
    throw new ConfigurationError(place, `${error instanceof Error ? error.message : String(error)}\nCorrect it, or remove ${place}: until then, no file that it is for is checked.`, { cause: error });
  }
}

function findUp(start: string): string | null {
  for (let folder = start; ; folder = dirname(folder)) {
    const place = join(folder, NAME);
    if (existsSync(place)) return place;
    if (isRoot(folder)) return null;
  }
}

const roots = new Map<string, boolean>();

/** Holds for the root of a repository, and for that of the file system. */
function isRoot(folder: string): boolean {
  let answer = roots.get(folder);
  if (answer === undefined) roots.set(folder, (answer = existsSync(join(folder, '.git')) || dirname(folder) === folder));
  return answer;
}

/** What was read from a file, and the files that it names, with the times of their changes: an editor goes on while any of them is edited. */
interface Kept {
  readonly from: ReadonlyMap<string, string>;
  readonly models: readonly LibraryModel[];
}

const kept = new Map<string, Kept>();
/** The files that are being read, each with those that it names: one that names itself, or one that leads back to it, is refused. */
const reading = new Map<string, Map<string, string>>();

function keptModels(place: string): readonly LibraryModel[] {
  if (reading.has(place)) throw new Error(`The library model ${place} names itself, by way of ${[...reading.keys()].join(', ')}. Take the entry out of its "libraries".`);
  let known = kept.get(place);
  if (known === undefined || ![...known.from].every(([file, changed]) => changeOf(file) === changed)) {
    const from = new Map([[place, changeOf(place)]]);
    reading.set(place, from);
    try {
      known = { from, models: readModels(place) };
    } finally {
      reading.delete(place);
    }
    kept.set(place, known);
  }
  for (const outer of reading.values()) for (const [file, changed] of known.from) outer.set(file, changed);
  return known.models;
}

function changeOf(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat === undefined ? '' : `${stat.mtimeMs} ${stat.size}`;
}

/** A file with `libraries`, or with one model. */
function readModels(place: string): readonly LibraryModel[] {
  const data = readJson(place);
  if (typeof data !== 'object' || data === null || !('libraries' in data)) return [parseLibrary(data, place)];
  const unknownKey = Object.keys(data).find((name) => name !== 'libraries' && name !== '$schema');
  if (unknownKey !== undefined) throw new Error(`${place} has a key "${unknownKey}", which is not a setting; there is \`libraries\`.`);
  return readLibraries(data.libraries, `${place}: libraries`, dirname(place));
}

function readJson(place: string): unknown {
  let text: string;
  try {
    text = readFileSync(place, 'utf8');
  } catch (error) {
    throw new Error(`The library model ${place} cannot be read: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  try {
    return parseJson(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new Error(`The library model ${place} is not valid JSON: ${error instanceof Error ? error.message : String(error)}.`, { cause: error });
  }
}

/** A JSON file, or a package. */
function readNamed(name: string, origin: string, folder: string): readonly LibraryModel[] {
  if (name.endsWith('.json')) return keptModels(placeOf(name, origin, folder));
  let place: string;
  try {
    place = createRequire(join(folder, 'package.json')).resolve(`${name}/${NAME}`);
  } catch (error) {
    throw new Error(`${origin} names the package "${name}", but there is no file ${name}/${NAME} to be found from ${folder}. Install the package, or name a JSON file.`, { cause: error });
  }
  return keptModels(place);
}

function placeOf(name: string, origin: string, folder: string): string {
  const place = resolve(folder, name);
  if (!existsSync(place)) throw new Error(`${origin} names the file ${place}, which does not exist.`);
  return place;
}
