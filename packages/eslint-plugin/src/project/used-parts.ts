// What an analysis has used of another file: whatever stands outside of functions, and the functions that it ran. An edit of the rest cannot change what it
// found.
//
// Guarantees: two texts of a file with the same hash over the same used parts are the same to whoever used no more: the same statements outside of functions,
// signatures included, the same bodies of the used functions, the same names of methods, globals and imports anywhere in the file (some questions are
// asked of a whole file: whether it takes steps of generators, whether it mentions modes). Comments and empty lines of Python do not count, and neither does
// the place of anything: a result that tells places in the file depends on all of its text. Always used are functions that assign variables of
// others, and mode methods, which are looked at without being run.
//
// Worked example: `def a(): return 1` and `def b(): return 2` in one file, of which an importer calls `a`. Its hash changes with the body of `a`, with a third
// function, and with `def b(x):`; not with the body of `b`.
import type { Func, Language, Module } from '../ir/ir.ts';
import type { Libraries } from '../libraries/read.ts';
import { isModeSource } from './mode-sources.ts';
import { hashOf } from './project-listing.ts';
import { mentionsModes } from './relevance.ts';

/** Names of functions, or everything. */
export type UsedParts = ReadonlySet<string> | 'all';

interface Parts {
  /** Hash of what stands outside of functions, and of what is always used. */
  readonly frame: string;
  /** Hashes of the bodies of the others, by name. */
  readonly bodies: ReadonlyMap<string, string>;
  readonly nameOf: ReadonlyMap<Func, string>;
}

const partsOfModules = new WeakMap<Module, Parts>();

/** The name of the part that `func` belongs to: the function around all others; null if that counts as what stands outside. */
export function partOf(module: Module, text: string, func: Func): string | null {
  return partsOf(module, text).nameOf.get(outermost(module, func)) ?? null;
}

/** The hash of the used parts of a file. A used function that is gone changes it, and so does whatever makes the whole file one about modes. */
export function hashOfParts(module: Module, text: string, used: ReadonlySet<string>, libraries: Libraries): string {
  const { frame, bodies } = partsOf(module, text);
  return hashOf(JSON.stringify([frame, mentionsModes(module, text, libraries), isModeSource(module, libraries), ...[...used].sort().map((name) => [name, bodies.get(name) ?? null])]));
}

/** The hash of a whole file, of Python without comments and empty lines. */
export function hashOfCode(text: string, language: Language): string {
  return hashOf(readable(text, language));
}

function partsOf(module: Module, text: string): Parts {
  let parts = partsOfModules.get(module);
  if (parts === undefined) partsOfModules.set(module, (parts = divide(module, text)));
  return parts;
}

const ALWAYS_USED: ReadonlySet<string> = new Set(['train', 'eval']);

function divide(module: Module, text: string): Parts {
  const assigning = new Set(module.funcs.flatMap((func) => (assignsOutside(module, func) ? [outermost(module, func)] : [])));
  const separate = module.funcs.filter((func) => func.parent === 0 && HAS_A_BODY.has(func.kind) && func.bodyStart > func.nameSpan.end && func.bodyStart <= func.span.end && !assigning.has(func) && !ALWAYS_USED.has(func.name));
  const bodies = new Map<string, string>();
  const nameOf = new Map<Func, string>();
  let outside = '';
  let end = 0;
  for (const func of [...separate].sort((a, b) => a.bodyStart - b.bodyStart)) {
    // One that stands in the signature of another is part of that.
    if (func.bodyStart < end) continue;
    const name = freeName(bodies, `${func.owner === null ? '' : `${module.classes[func.owner]!.name}.`}${func.name}`);
    bodies.set(name, hashOf(readable(text.slice(func.bodyStart, func.span.end), module.language)));
    nameOf.set(func, name);
    outside += `${text.slice(end, func.bodyStart)}\0${name}\n`;
    end = func.span.end;
  }
  return { frame: hashOf(JSON.stringify([readable(outside + text.slice(end), module.language), [...mentionedNames(module)].sort()])), bodies, nameOf };
}

const HAS_A_BODY: ReadonlySet<Func['kind']> = new Set(['function', 'method', 'getter', 'setter', 'constructor']);

function outermost(module: Module, func: Func): Func {
  let top = func;
  while (top.parent !== null && top.parent !== 0) top = module.funcs[top.parent]!;
  return top;
}

function assignsOutside(module: Module, func: Func): boolean {
  if (func.parent === null) return false;
  const inside = (owner: number): boolean => {
    for (let at: Func | undefined = func; at !== undefined && at.parent !== null; at = module.funcs[at.parent]) if (at.id === owner) return true;
    return false;
  };
  return func.blocks.some((block) => block.instrs.some((instr) => instr.kind === 'store' && !inside(instr.variable.owner)));
}

function freeName(taken: ReadonlyMap<string, unknown>, name: string): string {
  let free = name;
  for (let number = 2; taken.has(free); number += 1) free = `${name} ${number}`;
  return free;
}

function mentionedNames(module: Module): ReadonlySet<string> {
  const names = new Set<string>();
  for (const func of module.funcs) {
    for (const block of func.blocks) {
      for (const instr of block.instrs) {
        if (instr.kind === 'global') names.add(instr.name);
        else if (instr.kind === 'call' && instr.callee.kind === 'method') names.add(`.${instr.callee.name}`);
        else if (instr.kind === 'import') names.add(`${instr.module} ${instr.name ?? ''}`);
        else if (instr.kind === 'import-all') names.add(`${instr.module} *`);
      }
    }
  }
  return names;
}

const STRING_OR_COMMENT = /("""(?:\\[\s\S]|[^\\])*?"""|'''(?:\\[\s\S]|[^\\])*?'''|"(?:\\[\s\S]|[^"\\\n])*"|'(?:\\[\s\S]|[^'\\\n])*')|#[^\n\r]*/g;

/** Python's text without comments, trailing spaces and empty lines. */
function readable(text: string, language: Language): string {
  if (language !== 'python') return text;
  return text.replace(STRING_OR_COMMENT, (_, literal: string | undefined) => literal ?? '').replace(/[ \t\r]*\n(?:[ \t\r]*\n)*/g, '\n').replace(/^\n/, '').trimEnd();
}
