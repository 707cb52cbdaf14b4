// Who imports a file, directly or through others: the files whose calls decide in which mode its functions run.
//
// Nearest first, at most MAX_IMPORTERS. Tests are no callers: a test that calls a function with a fresh network says nothing about the
// function.
import { basename, dirname, extname, normalize, relative } from 'node:path';
import type { Language } from '../ir/ir.ts';
import { listingAround } from './project-listing.ts';
import { resolutionByLayout, resolved, type Resolution } from './resolution.ts';
import { isTest } from './test-file.ts';

const MAX_IMPORTERS = 8;
const MAX_DISTANCE = 3;

export interface Importers {
  readonly files: readonly string[];
  /** False if there are, or may be, more. */
  readonly complete: boolean;
}

/** The files of the project that import `file`, those at the smallest distance first. */
export function importersOf(file: string, language: Language, resolution: Resolution = resolutionByLayout(language)): Importers {
  const { root, byName, complete, fingerprint } = listingAround(file, language);
  const found = new Set<string>();
  const self = normalize(file);
  let level: readonly string[] = [self];
  for (let distance = 0; distance < MAX_DISTANCE && level.length > 0; distance += 1) {
    const next: string[] = [];
    for (const target of level) {
      // The spelling spares most of the questions to the file system.
      for (const { item, specifier } of namesOf(target).flatMap((name) => byName.get(name) ?? [])) {
        if (item.file === self || found.has(item.file) || resolved(resolution, item.file, specifier, fingerprint) !== target || isTest(relative(root, item.file), language)) continue;
        if (found.size >= MAX_IMPORTERS) return { files: [...found], complete: false };
        found.add(item.file);
        next.push(item.file);
      }
    }
    level = next;
  }
  return { files: [...found], complete: complete && level.length === 0 };
}

/** The names under which other files import `file`: its own without extension, or for an index that of its folder, or none (`.`, `./`). */
function namesOf(file: string): readonly string[] {
  const name = basename(file, extname(file));
  return name === '__init__' || name === 'index' ? [basename(dirname(file)), name, ''] : [name];
}
