// How a file is named in reports: relative to the directory that the command runs in, with forward slashes on every
// platform. Files on another Windows drive keep their full name, because no relative one exists.
import { relative, sep } from 'node:path';

export function displayPath(file: string, cwd: string): string {
  return relative(cwd, file).split(sep).join('/');
}
