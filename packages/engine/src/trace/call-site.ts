/**
 * Where in the user's source something was called.
 *
 * Guarantees: the innermost stack frame that is neither in the engine's own files nor in the platform's. Refuses to guess:
 * `null` where the stack has no such frame (an engine bundled into the user's file cannot be told from it, for one).
 * Costs a stack trace, so callers ask only while somebody listens.
 */

export interface CallSite {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Folders whose frames are ours: the compiled engine, and its source, which source maps put in the place of the compiled one. */
const engineRoots = ['../../dist/', '../../src/'].map((folder) => toPath(new URL(folder, import.meta.url).href));

function toPath(location: string): string {
  if (!location.startsWith('file://')) return location;
  const path = decodeURIComponent(new URL(location).pathname);
  return /^\/[A-Za-z]:/.test(path) ? path.slice(1) : path;
}

/** Folders of other packages that act on the user's behalf and put themselves here, as a runtime guard does. */
const foreignRoots = Symbol.for('modeguard.ownFrames');

const frame = /^\s*at (?:(.*?) ?\()?(.+?):(\d+):(\d+)\)?$/;

/** @param object one that is being made: its own constructors, and those of its bases, are passed over, so that the place is that of `new` */
export function callSite(object?: object): CallSite | null {
  const own = object === undefined ? null : constructorsOf(object);
  const others = (globalThis as { [foreignRoots]?: ReadonlySet<string> })[foreignRoots];
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 100;
  const stack = new Error().stack ?? '';
  Error.stackTraceLimit = limit;
  for (const text of stack.split('\n')) {
    const match = frame.exec(text);
    if (match === null) continue;
    const file = toPath(match[2]!.replace(/\?[^/]*$/, ''));
    if (engineRoots.some((root) => file.startsWith(root)) || file.startsWith('node:') || file === '<anonymous>') continue;
    if (others !== undefined && [...others].some((root) => file.startsWith(root))) continue;
    if (own?.has(match[1] ?? '') === true) continue;
    return { file, line: Number(match[3]), column: Number(match[4]) };
  }
  return null;
}

/** What a stack trace calls the constructors that make `object`. */
function constructorsOf(object: object): ReadonlySet<string> {
  const names = new Set<string>();
  for (let at: unknown = Object.getPrototypeOf(object); at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at)) names.add(`new ${(at as object).constructor.name}`);
  return names;
}

/** `file:line:column`, the form that terminals and editors turn into a link. */
export function formatCallSite(site: CallSite): string {
  return `${site.file}:${site.line}:${site.column}`;
}
