// Collections that a round of a loop makes anew when nothing reads those of the rounds before: `for x in xs: modes = [(m, m.training) for m in net.modules()]; …`.
//
// Guarantees: when such an instruction runs once more, what it has made before cannot be met any more. It is kept in one variable of the function, which no other function reads and which is assigned again before it is read, and
// whatever is read from that is gone through or asked for elements, and not handed on. Refuses to know of any other, and of generators, which others may hold.
import { destOf, type Func, type Instr, type Temp, type Variable } from './ir.ts';
import { eachLiveAfter, onlyGoneThrough } from './liveness.ts';
import { operandsOf, terminalOperandsOf } from './operands.ts';

/** Methods that give elements, or add some, and keep nothing of the collection. */
const ASKING = new Set(['append', 'push', 'add', 'set', 'get', 'items', 'values', 'keys', 'entries', 'pop']);
/** Functions that go through a collection and give another one. */
const GOING_THROUGH = new Set(['len', 'zip', 'enumerate', 'reversed', 'sorted', 'list', 'tuple']);

/** Functions that make a dictionary. */
const MAKING = new Set(['Map', 'dict']);

const known = new WeakMap<Func, ReadonlySet<Instr>>();

const apart = new WeakMap<Func, ReadonlySet<Temp>>();

/** The temps that a loop alone goes through, and whose elements it takes apart at once: `for m, was in zip(modules, modes)`. */
export function takenApartIn(func: Func): ReadonlySet<Temp> {
  let temps = apart.get(func);
  if (temps === undefined) apart.set(func, (temps = findApart(func)));
  return temps;
}

function findApart(func: Func): ReadonlySet<Temp> {
  const gone = func.blocks.flatMap(({ terminal }) => (terminal.kind === 'each' ? [terminal] : []));
  if (gone.length === 0) return new Set();
  const only = onlyGoneThrough(func);
  const kept = new Set(func.blocks.flatMap(({ instrs, terminal }) => [...instrs.flatMap((instr) => (instr.kind === 'get-item' ? (instr.index === null ? [instr.object] : [instr.index]) : operandsOf(instr))), ...terminalOperandsOf(terminal)]));
  return new Set(gone.filter(({ iterable, dest }) => only.has(iterable) && !kept.has(dest)).map(({ iterable }) => iterable));
}

/** The instructions of a function that make such collections. */
export function remadeIn(func: Func): ReadonlySet<Instr> {
  let remade = known.get(func);
  if (remade === undefined) known.set(func, (remade = find(func)));
  return remade;
}

function find(func: Func): ReadonlySet<Instr> {
  const instrs = func.blocks.flatMap((block) => block.instrs);
  const definitions = new Map<Temp, Instr>();
  for (const instr of instrs) {
    const dest = destOf(instr);
    if (dest !== null) definitions.set(dest, instr);
  }
  const nameOf = (temp: Temp): string => {
    const instr = definitions.get(temp);
    return instr?.kind === 'global' ? instr.name : '';
  };
  const made = instrs.filter((instr) => (instr.kind === 'collection' && instr.form !== 'string') || (instr.kind === 'call' && instr.callee.kind === 'value' && MAKING.has(nameOf(instr.callee.value))));
  if (func.isGenerator || made.length === 0) return new Set();
  const uses = new Map<Temp, Instr[]>();
  const loads = new Map<Variable, Temp[]>();
  const variables = new Map<Temp, Variable>();
  for (const instr of instrs) {
    for (const operand of operandsOf(instr)) addTo(uses, operand, instr);
    if (instr.kind !== 'load') continue;
    addTo(loads, instr.variable, instr.dest);
    variables.set(instr.dest, instr.variable);
  }
  const leaving = new Set(func.blocks.flatMap(({ terminal }) => (terminal.kind === 'each' ? [] : terminalOperandsOf(terminal))));
  const isAsked = (temp: Temp, instr: Instr): boolean => {
    if (instr.kind === 'get-item') return instr.object === temp && instr.index !== temp && instr.index !== null;
    if (instr.kind === 'set-item') return instr.object === temp && instr.value !== temp && instr.index !== temp;
    if (instr.kind !== 'call') return false;
    if (instr.callee.kind === 'method') return instr.callee.object === temp && ASKING.has(instr.callee.name) && instr.args.every((arg) => arg.value !== temp);
    return instr.callee.value !== temp && GOING_THROUGH.has(nameOf(instr.callee.value));
  };
  /** Whether whatever is read from the variable is only gone through and asked: the same for all that is kept in it, which may be thousands. */
  const asked = new Map<Variable, boolean>();
  const isOnlyAsked = (variable: Variable): boolean => {
    let answer = asked.get(variable);
    if (answer === undefined) asked.set(variable, (answer = (loads.get(variable) ?? []).every((temp) => !leaving.has(temp) && (uses.get(temp) ?? []).every((use) => isAsked(temp, use)))));
    return answer;
  };
  const kept = new Map<Instr, Variable>();
  for (const instr of made) {
    const dest = destOf(instr)!;
    const stores = (uses.get(dest) ?? []).filter((use) => use.kind === 'store');
    const [store] = stores;
    if (store?.kind !== 'store' || stores.length > 1 || store.variable.captured || store.variable.owner !== func.id || leaving.has(dest)) continue;
    if ((uses.get(dest) ?? []).every((use) => use === store || isAsked(dest, use)) && isOnlyAsked(store.variable)) kept.set(instr, store.variable);
  }
  const remade = new Set<Instr>();
  eachLiveAfter(func, new Set(kept.keys()), (instr, live) => {
    const variable = kept.get(instr)!;
    const read = loads.get(variable) ?? [];
    const isHeld = read.length < live.size ? read.some((temp) => live.has(temp)) : [...live].some((item) => typeof item === 'number' && variables.get(item) === variable);
    if (!live.has(variable) && !isHeld) remade.add(instr);
  });
  return remade;
}

function addTo<K, V>(lists: Map<K, V[]>, key: K, item: V): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}
