// `modeguard --debug <file>[:<function>]`: reads the file and prints its functions. Mistakes are errors of their own class, each a sentence for the person
// who typed the command.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { ConfigurationError } from '../project/configuration-error.ts';
import { projectLibraries } from '../project/own-libraries.ts';
import { readDebugRequest } from './debug-request.ts';
import { NoSuchFunction, printFunctions } from './print-functions.ts';

export class DebugError extends Error {
  override readonly name = 'DebugError';
}

const SOURCE = /\.(?:py|[cm]?[jt]s|[jt]sx)$/i;

/** @param typed `app.py`, `app.py:Trainer.fit`; paths are resolved against `folder` */
export function debugFile(typed: string, folder: string): string {
  // A name with a colon may be a file's.
  const request = isFile(resolve(folder, typed)) ? { file: typed, functionName: null } : readDebugRequest(typed);
  const file = resolve(folder, request.file);
  if (!existsSync(file)) throw new DebugError(`No such file: '${request.file}'. Write --debug <file> or --debug <file>:<function>.`);
  if (!isFile(file) || !SOURCE.test(file)) throw new DebugError(`'${request.file}' is no Python, TypeScript or JavaScript file. Write --debug <file> or --debug <file>:<function>.`);
  const text = readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  try {
    return printFunctions({ file, text, language: file.toLowerCase().endsWith('.py') ? 'python' : 'typescript', libraries: projectLibraries(file) }, request.functionName);
  } catch (error) {
    if (error instanceof NoSuchFunction || error instanceof ConfigurationError) throw new DebugError(error.message);
    throw error;
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
