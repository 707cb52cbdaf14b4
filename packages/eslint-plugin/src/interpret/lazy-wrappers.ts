// What goes on with a generator only as a loop goes on with it: `enumerate(gen())`, `zip(gen(), xs)`, `tqdm(gen())`.
//
// Guarantees: nothing of the generator has run when such a function returns; at the head of the loop it is gone through, or run in turns with the body (`turns.ts`), and what it yields comes out as these functions
// hand it on. Behind a loop over `zip` the generator may not have come to its end, as another argument may have.
// Refuses: a wrapper that anything else than the loop is given (`bar = tqdm(gen()); bar.update()`), and several generators in one `zip`: those run to their end where the wrapper is made.
//
// Worked example: the body of `for i, batch in enumerate(validation(net)):`, over `def validation(net): net.eval(); yield a; yield b; net.train()`, meets `net` asleep, with a number and a batch.
import { definitionsOf, storesOf } from '../ir/definitions.ts';
import type { Func, Instr, Module, Temp, Variable } from '../ir/ir.ts';
import { operandsOf, terminalOperandsOf } from '../ir/operands.ts';
import { elementName } from '../domains/heap.ts';
import type { State } from '../domains/state.ts';
import { ANYTHING, derive, ofObject, type Atom, type LazyWrapper, type Value } from '../domains/value.ts';
import { ByModels } from '../libraries/by-models.ts';
import type { Libraries } from '../libraries/read.ts';
import { NO_ARGS, type ArgValues, type Frame } from './activation.ts';
import { iterate } from './attributes.ts';
import { goThrough } from './collection-call.ts';
import type { CallInstr } from './call.ts';
import type { Machine } from './machine.ts';

type FunctionAtom = Extract<Atom, { kind: 'function' }>;

/** Wrappers of wrappers. */
const MAX_WRAPPED = 4;

/** What the call at `path` gives if it goes on with the one generator among its arguments as somebody goes on with it; null for any other call. */
export function wrapLazily(machine: Machine, frame: Frame, path: string, args: ArgValues, instr: CallInstr): FunctionAtom | null {
  const effect = machine.libraries.functionAt(path)?.effect;
  if (effect?.kind !== 'iterate' || effect.lazy !== true || args.more !== null) return null;
  const { gives } = effect;
  const at = args.positional.findIndex((value) => value.atoms.some(isGenerator));
  const [atom] = args.positional[at]?.atoms ?? [];
  const isOne = atom !== undefined && isGenerator(atom) && args.positional[at]!.atoms.length === 1 && !args.positional[at]!.unknown && args.positional.every((value, other) => other === at || !value.atoms.some(isGenerator));
  if (!isOne || atom.made !== undefined || atom.scopes.length > 0 || machine.managers.has(atom.ref.func) || (atom.through?.length ?? 0) >= MAX_WRAPPED || (gives !== 'tuples' && at > 0) || !isOnlyGoneThrough(machine, frame, instr)) return null;
  const others = gives === 'tuples' ? args.positional.filter((_, other) => other !== at) : [];
  const wrapper: LazyWrapper = { gives: gives === 'numbered' || gives === 'tuples' ? gives : 'elements', at, others: others.length, instr };
  return { ...atom, prefix: [...atom.prefix, ...others], through: [...(atom.through ?? []), wrapper] };
}

function isGenerator(atom: Atom): atom is FunctionAtom {
  return atom.kind === 'function' && atom.binding === 'generator';
}

/** The arguments of the generator itself: those of the wrappers stand behind them. */
export function argumentsOf({ prefix, through = [] }: FunctionAtom): readonly Value[] {
  return prefix.slice(0, prefix.length - through.reduce((sum, { others }) => sum + others, 0));
}

/** The wrappers of a generator, the innermost first, each with its other arguments. */
function* wrappersOf(atom: FunctionAtom): Generator<readonly [LazyWrapper, readonly Value[]]> {
  let from = argumentsOf(atom).length;
  for (const wrapper of atom.through ?? []) yield [wrapper, atom.prefix.slice(from, (from += wrapper.others))];
}

/** What the wrappers make of the list of all that the generator yields. */
export function wrappedList(machine: Machine, frame: Frame, state: State, atom: FunctionAtom, list: Value): Value {
  let wrapped = list;
  for (const [{ gives, at, instr }, others] of wrappersOf(atom)) wrapped = goThrough(machine, frame, state, gives, { ...NO_ARGS, positional: others.toSpliced(at, 0, wrapped) }, instr) ?? derive([wrapped, ...others]);
  return wrapped;
}

/** What the wrappers make of one value that it yields. */
export function wrappedElement(machine: Machine, frame: Frame, state: State, atom: FunctionAtom, element: Value): Value {
  let wrapped = element;
  for (const [{ gives, at, instr }, others] of wrappersOf(atom)) {
    if (gives === 'elements') continue;
    const elements = gives === 'numbered' ? [ANYTHING, wrapped] : others.map((other) => iterate(state, other)).toSpliced(at, 0, wrapped);
    wrapped = ofObject(machine.objects.allocate(state, frame.context, instr, 'turn', { kind: 'collection', class: null, library: null, label: 'tuple', replaces: true }, { attrs: new Map(elements.map((value, place) => [elementName(place), value])) }));
  }
  return wrapped;
}

/** Whether a loop over it may end before the generator does; `asksFirst`: it is asked for one more value before. */
export function mayEndEarly({ through = [] }: FunctionAtom): { readonly asksFirst: boolean } | null {
  const pairing = through.filter(({ gives, others }) => gives === 'tuples' && others > 0);
  return pairing.length === 0 ? null : { asksFirst: pairing.some(({ at }) => at === 0) };
}

/** Holds if nothing but one loop, or a function of a library on its way there, is given what `instr` makes: no step of it is taken elsewhere. */
export function isOnlyGoneThrough(machine: Machine, frame: Frame, instr: Instr): boolean {
  const { func, module } = frame.context.ref;
  return instr.kind === 'call' && passed.get(func, machine.libraries, () => passedThrough(func, module, machine.libraries)).has(instr.dest);
}

const passed = new ByModels<Func, ReadonlySet<Temp>>();
/** Built-in functions that take steps, or give what takes some. */
const STEPPING = new Set(['next', 'anext', 'iter', 'aiter']);
/** Calls and variables on the way of a generator to its loop. */
const MAX_WAY = 6;

function passedThrough(func: Func, module: Module, libraries: Libraries): ReadonlySet<Temp> {
  const definitions = definitionsOf(func);
  const stores = storesOf(func);
  const imported = importedFromLibraries(module, libraries);
  const uses = new Map<Temp, (Instr | 'loop' | 'end')[]>();
  const loads = new Map<Variable, Temp[]>();
  const use = (temp: Temp, by: Instr | 'loop' | 'end'): void => void uses.set(temp, [...(uses.get(temp) ?? []), by]);
  for (const { instrs, terminal } of func.blocks) {
    for (const instr of instrs) {
      for (const temp of operandsOf(instr)) use(temp, instr);
      if (instr.kind === 'load') loads.set(instr.variable, [...(loads.get(instr.variable) ?? []), instr.dest]);
    }
    for (const temp of terminalOperandsOf(terminal)) use(temp, terminal.kind === 'each' ? 'loop' : 'end');
  }
  const isOfLibrary = (temp: Temp): boolean => {
    const definition = definitions.get(temp);
    if (definition?.kind === 'global') return !STEPPING.has(definition.name);
    return definition?.kind === 'get-attr' ? isOfLibrary(definition.object) : definition?.kind === 'load' && imported.has(definition.variable);
  };
  const isPassed = (temp: Temp, length: number): boolean => {
    const [only, ...others] = uses.get(temp) ?? [];
    if (only === undefined || only === 'end' || others.length > 0 || length > MAX_WAY) return false;
    if (only === 'loop') return true;
    if (only.kind === 'call') return only.callee.kind === 'value' && only.callee.value !== temp && isOfLibrary(only.callee.value) && isPassed(only.dest, length + 1);
    if (only.kind !== 'store' || only.variable.captured || only.variable.owner !== func.id || stores.get(only.variable)?.length !== 1) return false;
    const [load, ...more] = loads.get(only.variable) ?? [];
    return load !== undefined && more.length === 0 && isPassed(load, length + 1);
  };
  return new Set(func.blocks.flatMap(({ instrs }) => instrs.flatMap((instr) => (instr.kind === 'call' && isPassed(instr.dest, 0) ? [instr.dest] : []))));
}

const libraryNames = new ByModels<Module, ReadonlySet<Variable>>();

/** The variables of a file that hold something of a library, as it imports it. */
function importedFromLibraries(module: Module, libraries: Libraries): ReadonlySet<Variable> {
  return libraryNames.get(module, libraries, () => {
    const found = new Set<Variable>();
    for (const func of module.funcs) {
      const definitions = definitionsOf(func);
      for (const { instrs } of func.blocks) {
        for (const instr of instrs) {
          const imported = instr.kind === 'store' ? definitions.get(instr.value) : undefined;
          if (instr.kind === 'store' && imported?.kind === 'import' && libraries.knows(imported.module)) found.add(instr.variable);
        }
      }
    }
    return found;
  });
}

