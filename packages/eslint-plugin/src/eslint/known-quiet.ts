// Files of which it is known from an earlier run that no rule has anything to say, so that whoever drives ESLint need not have them parsed.
//
// Guarantees: what holds for a kept result (`project/result-cache.ts`) holds here; a file that is not certainly quiet is not called so. It is an answer for
// runs without settings of their own, as the command's are; a `modeguard.json` of the project counts.
import { normalize } from 'node:path';
import type { Language } from '../ir/ir.ts';
import { lower, settingsOfViews } from '../analyze.ts';
import { librariesFor } from '../libraries/read.ts';
import type { Reading } from '../project/dependencies.ts';
import { digestOfKnown, keptViews, type KnownViews, type ViewQuestion } from '../project/kept-views.ts';
import { projectLibraries } from '../project/own-libraries.ts';
import { atOneMoment, hashOf, hashOfFile } from '../project/project-listing.ts';
import { readSource } from '../project/read-source.ts';
import { keptResult, type CacheQuestion } from '../project/result-cache.ts';

/** Those of the files that are known to be quiet. */
export function knownQuiet(files: readonly string[]): ReadonlySet<string> {
  if (process.env['MODEGUARD_DEBUG'] !== undefined) return new Set();
  // Every importer is asked about several files.
  const views = new Map<string, KnownViews | null>();
  return atOneMoment(() => new Set(files.filter((file) => isQuiet(file, views))));
}

function isQuiet(file: string, knownViews: Map<string, KnownViews | null>): boolean {
  const language: Language = file.endsWith('.py') ? 'python' : 'typescript';
  try {
    const libraries = projectLibraries(file);
    const reading: Reading = { language, lower: (other, text) => lower({ file: other, text, language }), libraries: librariesFor(language, libraries) };
    const views: ViewQuestion = { ...reading, settings: settingsOfViews(language, libraries) };
    const digestOf = (importer: string): string | null => {
      let known = knownViews.get(importer);
      if (known === undefined) knownViews.set(importer, (known = keptViews(views, importer)));
      return digestOfKnown(views, known, normalize(file));
    };
    const read = (): string => readSource(file);
    // Asked for where something is kept of the file.
    const question: CacheQuestion = {
      ...reading,
      file,
      settings: libraries,
      get text() {
        return read();
      },
      get textHash() {
        // What is listed has been read for its imports.
        return hashOfFile(normalize(file), language) || hashOf(read());
      },
    };
    const kept = keptResult(question, digestOf);
    return Array.isArray(kept) && kept.length === 0;
  } catch {
    return false;
  }
}
