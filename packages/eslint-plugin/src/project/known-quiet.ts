// Files of which it is known from an earlier run that no rule has anything to say, so that whoever drives ESLint need not have them parsed.
//
// Guarantees: what holds for a kept result (`result-cache.ts`) holds here; a file that is not certainly quiet is not called so. It is an answer for
// runs without settings of their own, as the command's are; a `modeguard.json` of the project counts.
import { readFileSync } from 'node:fs';
import type { Language } from '../ir/ir.ts';
import { projectLibraries } from './own-libraries.ts';
import { keptResult } from './result-cache.ts';

export function isKnownQuiet(file: string): boolean {
  if (process.env['MODEGUARD_DEBUG'] !== undefined) return false;
  const language: Language = file.endsWith('.py') ? 'python' : 'typescript';
  try {
    const kept = keptResult({ file, text: readFileSync(file, 'utf8'), language, settings: projectLibraries(file) });
    return Array.isArray(kept) && kept.length === 0;
  } catch {
    return false;
  }
}
