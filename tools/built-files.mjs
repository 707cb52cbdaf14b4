// @ts-check
// Which built files are no longer what the build left: changed by hand, or gone. TypeScript's build mode looks at sources alone, and takes a project for up to date whatever became of its outputs.
//
// Guarantees: a file that the last build left is found if its bytes differ or it is missing; with no record, as in a tree that another version has built, every file counts as changed. Files that the record does not
// know, such as those of a compiler that was run by hand, are nobody's.
// Example: `echo >> packages/cli/dist/run.js` -> `changed('packages/cli/dist')` is `['run.js']`.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export class BuiltFiles {
  /** @type {string} */ #place;
  /** Folders, and in them names and hashes. @type {Record<string, Record<string, string>>} */ #left;

  /** @param {string} place the file that keeps the record */
  constructor(place) {
    this.#place = place;
    try {
      this.#left = JSON.parse(readFileSync(place, 'utf8'));
    } catch {
      this.#left = {};
    }
  }

  /** Names of files below the folder that are not as the last build left them; null if nothing is known of the folder. @param {string} folder @returns {string[] | null} */
  changed(folder) {
    const left = this.#left[folder];
    if (left === undefined) return null;
    const now = hashesIn(folder);
    return Object.keys(left).filter((name) => now[name] !== left[name]);
  }

  /** Keeps what there is now as what the build left. @param {readonly string[]} folders */
  keep(folders) {
    this.#left = Object.fromEntries(folders.map((folder) => [folder, hashesIn(folder)]));
    mkdirSync(dirname(this.#place), { recursive: true });
    writeFileSync(this.#place, JSON.stringify(this.#left));
  }
}

/** @param {string} folder @returns {Record<string, string>} */
function hashesIn(folder) {
  const hashes = /** @type {Record<string, string>} */ ({});
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return hashes;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    hashes[file.slice(folder.length + 1)] = createHash('sha256').update(readFileSync(file)).digest('base64');
  }
  return hashes;
}
