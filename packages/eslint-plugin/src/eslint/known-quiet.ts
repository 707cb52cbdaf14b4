// Files of which it is known from an earlier run that no rule has anything to say, so that whoever drives ESLint need not have them parsed.
//
// Guarantees: what holds for a kept result (`project/result-cache.ts`) holds here; a file that is not certainly quiet is not called so. It is an answer for
// runs without settings of their own, as the command's are; a `modeguard.json` of the project counts.
import { readFileSync } from 'node:fs';
import { normalize } from 'node:path';
import type { Language } from '../ir/ir.ts';
import { lower, settingsOfViews } from '../analyze.ts';
import { librariesFor } from '../libraries/read.ts';
import type { Reading } from '../project/dependencies.ts';
import { keptDigest, type ViewQuestion } from '../project/kept-views.ts';
import { projectLibraries } from '../project/own-libraries.ts';
import { keptResult } from '../project/result-cache.ts';

export function isKnownQuiet(file: string): boolean {
  if (process.env['MODEGUARD_DEBUG'] !== undefined) return false;
  const language: Language = file.endsWith('.py') ? 'python' : 'typescript';
  try {
    const libraries = projectLibraries(file);
    const reading: Reading = { language, lower: (other, text) => lower({ file: other, text, language }), libraries: librariesFor(language, libraries) };
    const views: ViewQuestion = { ...reading, settings: settingsOfViews(language, libraries) };
    const kept = keptResult({ ...reading, file, text: readFileSync(file, 'utf8'), settings: libraries }, (importer) => keptDigest(views, importer, normalize(file)));
    return Array.isArray(kept) && kept.length === 0;
  } catch {
    return false;
  }
}
