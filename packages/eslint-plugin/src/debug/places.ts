// How the debug output names places and values: `12:5` for line and column of the file that is shown, `net.py:12:5` for another one, `Net@12:5` for
// the object that is made there. Columns count from 1, as the reports do.
import { basename } from 'node:path';
import type { Analysis } from '../analyze.ts';
import type { AbstractObject, Site } from '../domains/object.ts';
import type { Atom, Value } from '../domains/value.ts';
import type { Constant } from '../ir/ir.ts';
import type { RecordedRun } from '../interpret/recorder.ts';
import { qualifiedName } from '../ir/qualified-name.ts';

/** Where things are, in the words of one run. */
export class Places {
  readonly #analysis: Analysis;
  readonly #run: RecordedRun;

  constructor(analysis: Analysis, run: RecordedRun) {
    this.#analysis = analysis;
    this.#run = run;
  }

  at(site: Site): string {
    const { line, column } = this.#analysis.sourceOf(site.file).lines.positionAt(site.span.start);
    const place = `${line}:${column + 1}`;
    return site.file === this.#run.module.file ? place : `${basename(site.file)}:${place}`;
  }

  /** `12 | model.eval()`: the line that something begins on. */
  line(site: Site): string {
    const { text, lines } = this.#analysis.sourceOf(site.file);
    const start = lines.lineStart(site.span.start);
    return `${lines.lineOf(site.span.start)} | ${/^.*/.exec(text.slice(start, start + 200))![0].trim()}`;
  }

  object(object: AbstractObject): string {
    const age = object.age === 'earlier' ? ' (made earlier)' : '';
    return `${object.label}@${this.at(object.site)}${age}`;
  }

  /** What a variable or a temp may hold; empty if nothing is known of it. `?`: or anything else. */
  value(value: Value): string {
    const parts = value.atoms.map((atom) => this.#atom(atom));
    if (value.from.length > 0) parts.push(`from the forward call at ${this.#forwards(value.from)}`);
    if (value.detached.length > 0) parts.push(`from the forward call at ${this.#forwards(value.detached)}, without a gradient path`);
    if (value.stale !== null) parts.push(`a copy of the mode taken at ${this.at(value.stale.site)}`);
    if (parts.length > 0 && value.unknown && value.atoms.length > 0) parts.push('?');
    return parts.join(' | ');
  }

  #forwards(numbers: readonly number[]): string {
    const sites = numbers.flatMap((number) => this.#run.forwards[number]?.call ?? []).map((site) => this.at(site));
    return [...new Set(sites)].slice(0, 4).join(', ');
  }

  #atom(atom: Atom): string {
    switch (atom.kind) {
      case 'constant':
        return constantText(atom.value);
      case 'object':
        return this.object(atom.object);
      case 'function': {
        const name = qualifiedName(atom.ref.module, atom.ref.func);
        const scopes = atom.scopes.length === 0 ? '' : ` under ${atom.scopes.map((scope) => scope.path).join(', ')}`;
        return `${atom.binding === 'generator' ? 'generator' : 'function'} ${name}${atom.receiver === null ? '' : ` of ${this.object(atom.receiver)}`}${scopes}`;
      }
      case 'class':
        return `class ${atom.class.definition.name}`;
      case 'partial':
        return `partial ${this.#atom(atom.target)}`;
      case 'library':
        return atom.path;
      case 'method':
        return `${this.object(atom.object)}.${atom.name}`;
      case 'flag':
        return `${atom.negated ? 'not ' : ''}the mode of ${this.object(atom.object)}, read at ${this.at(atom.read.site)}`;
      case 'namespace':
        return `file ${basename(atom.module.file)}`;
      case 'parameters':
        return `parameters of ${this.object(atom.object)}`;
      case 'scope':
        return `scope ${atom.effect.path}`;
      case 'super':
        return `super of ${this.object(atom.object)}`;
    }
  }
}

function constantText(value: Constant): string {
  if (!('value' in value)) return value.type;
  return value.type === 'string' ? JSON.stringify(value.value) : String(value.value);
}
