// Method resolution: the classes of the project and the library classes behind an object, nearest first.
import type { ProjectClass } from '../domains/object.ts';
import type { Libraries } from '../libraries/read.ts';
import type { ClassRow, FrameworkRow, LibraryModel, OptionFamily } from '../libraries/schema.ts';

export interface ClassOrder {
  /** Classes of the project, the class itself first. */
  readonly project: readonly ProjectClass[];
  /** The first library class row among the bases, if any. */
  readonly row: ClassRow | null;
  /** The library whose module base it derives from, if any. */
  readonly moduleModel: LibraryModel | null;
  /** Set if it is a layer whose mode is an option of each call. */
  readonly family: OptionFamily | null;
  /** The framework that calls its methods, if any. */
  readonly framework: FrameworkRow | null;
  /** Holds if some base is a class that we cannot see. */
  readonly hasUnknownBase: boolean;
}

/** Classes of the project that are looked at behind one: no hand writes more. */
const MAX_CLASSES = 64;

/**
 * Bases depth first, each class once, a class after all that derive from it where that order exists.
 * Approximation: not full C3; the two differ only where a class inherits from classes that order a common base differently.
 */
export function classOrder(start: ProjectClass, libraries: Libraries): ClassOrder {
  let row: ClassRow | null = null;
  let moduleModel: LibraryModel | null = null;
  let family: OptionFamily | null = null;
  let framework: FrameworkRow | null = null;
  let hasUnknownBase = false;
  const seen = new Set<ProjectClass>();
  const visit = (item: ProjectClass): void => {
    if (seen.has(item)) return;
    seen.add(item);
    if (seen.size > MAX_CLASSES) return;
    for (const base of item.bases) {
      if (base.unknown && base.atoms.length === 0) hasUnknownBase = true;
      for (const atom of base.atoms) {
        if (atom.kind === 'class') visit(atom.class);
        else if (atom.kind === 'library') {
          const model = libraries.moduleBaseAt(atom.path);
          const known = libraries.classAt(atom.path);
          moduleModel ??= model;
          family ??= libraries.familyAt(atom.path);
          framework ??= libraries.frameworkAt(atom.path);
          // A pattern speaks of the classes that no other row names, and the base itself is none of them.
          if (known !== null && known.kind === 'module' && !(model !== null && known.path.includes('*'))) {
            row ??= known;
            moduleModel ??= libraries.models.find((candidate) => candidate.classes.includes(known)) ?? null;
          }
          if (model === null && known === null && family === null && !PLAIN_BASES.has(atom.path)) hasUnknownBase = true;
        } else hasUnknownBase = true;
      }
    }
  };
  visit(start);
  return { project: derivedFirst(start, seen), row, moduleModel, family, framework, hasUnknownBase };
}

/** What is `among` them, each once and after all that derive from it: the last base first, backwards. */
function derivedFirst(start: ProjectClass, among: ReadonlySet<ProjectClass>): readonly ProjectClass[] {
  const basesFirst: ProjectClass[] = [];
  const left = new Set(among);
  const visit = (item: ProjectClass): void => {
    if (!left.delete(item)) return;
    for (const { atoms } of item.bases.toReversed()) for (const atom of atoms.toReversed()) if (atom.kind === 'class') visit(atom.class);
    basesFirst.push(item);
  };
  visit(start);
  return basesFirst.reverse();
}

const PLAIN_BASES = new Set(['builtins.object', 'abc.ABC', 'typing.Generic', 'typing.NamedTuple', 'typing.Protocol', 'enum.Enum', 'builtins.dict', 'builtins.list', 'builtins.tuple', 'builtins.Exception', 'torch.utils.data.Dataset', 'torch.utils.data.IterableDataset', 'torch.autograd.Function', 'contextlib.ContextDecorator', 'contextlib.AbstractContextManager']);

export function findMember(order: ClassOrder, name: string, after: ProjectClass | null = null): { readonly owner: ProjectClass; readonly entry: NonNullable<ReturnType<ProjectClass['members']['get']>> } | null {
  const from = after === null ? 0 : order.project.indexOf(after) + 1;
  for (let i = from; i < order.project.length; i += 1) {
    const owner = order.project[i]!;
    const entry = owner.members.get(name);
    if (entry !== undefined) return { owner, entry };
  }
  return null;
}
