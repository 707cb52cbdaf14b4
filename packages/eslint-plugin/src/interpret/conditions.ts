// Which tests of a function say the same thing twice: `if train:` here and `if train:` or `model.train(train)` further down.
//
// A condition is the truth of a variable, or its being equal to a constant (`phase == 'train'`). It is followed if the variable is used
// again later and nothing about it can change in between but an assignment in the same function: it is no receiver of methods or
// target of item assignment, which could change what its truth is. Only functions that deal with modes are looked at, and none with more such variables
// than MAX_FOLLOWED: that is a long script, every path through which would carry all of them.
import { definitionsOf } from '../ir/definitions.ts';
import { successorsOf, type BlockId, type Constant, type Func, type Instr, type Module, type Temp, type Variable } from '../ir/ir.ts';
import { nestOf } from '../ir/nesting.ts';
import type { PathFacts } from '../domains/path-facts.ts';
import { ByModels } from '../libraries/by-models.ts';
import type { Libraries } from '../libraries/read.ts';

export interface Condition {
  /** `v3` or `v3==train`. */
  readonly name: string;
  readonly variable: Variable;
  /** What it is compared with; null for its truth. */
  readonly constant: string | null;
  readonly negated: boolean;
}

export interface Conditions {
  /** By the temp that holds the outcome. */
  readonly tests: ReadonlyMap<Temp, Condition>;
  /** Temps that hold a followed variable and are used as a value only: its known truth may stand for it. */
  readonly plainLoads: ReadonlyMap<Temp, Variable>;
  /** The names (`truthName`) of followed variables that are read at or after the start of a block before they are assigned. */
  readonly live: ReadonlyMap<BlockId, ReadonlySet<string>>;
  /** Blocks that are the head of a loop. */
  readonly heads: ReadonlySet<BlockId>;
}

const MAX_FOLLOWED = 100;
const known = new ByModels<Func, Conditions>();

export function conditionsOf(module: Module, func: Func, libraries: Libraries): Conditions {
  return known.get(func, libraries, () => find(module, func, libraries));
}

const foreign = new WeakMap<Module, ReadonlySet<Variable>>();

/** Variables that are assigned by another function than their own. */
export function assignedFromInside(module: Module): ReadonlySet<Variable> {
  let variables = foreign.get(module);
  if (variables === undefined) {
    const stores = module.funcs.flatMap((func) => func.blocks.flatMap((block) => block.instrs.flatMap((instr) => (instr.kind === 'store' && instr.variable.owner !== func.id ? [instr.variable] : []))));
    foreign.set(module, (variables = new Set(stores)));
  }
  return variables;
}

/** The variable that a fact about a condition is of, by the name of its truth. */
export function subjectOf(fact: string): string {
  const comparison = fact.indexOf('==');
  return comparison < 0 ? fact : fact.slice(0, comparison);
}

/** The name under which the truth of a variable is known. */
export function truthName(variable: Variable): string {
  return `v${variable.id}`;
}

/** In place of a number of entries: at least one. */
export const SOME = -1;

/** In place of whether a round of a loop has put a network to sleep: it has, unless a loop that sets modes had rounds. */
export const DOUBTED = 0;

/** The name under which it is known how often a loop has been entered. */
export function loopName(head: BlockId): string {
  return `l${head}`;
}

/** What a condition must come to on the path that `facts` are of; null if that is open. */
export function outcomeOf(facts: PathFacts, condition: Condition | undefined): boolean | null {
  if (condition === undefined || facts.key === '') return null;
  const known = facts.get(condition.name);
  if (typeof known === 'boolean') return known !== condition.negated;
  if (condition.constant === null) return null;
  // Equal to one constant is unequal to another.
  const others = `${truthName(condition.variable)}==`;
  for (const [name, value] of facts.entries()) if (value === true && name.startsWith(others)) return condition.negated;
  return null;
}

function find(module: Module, func: Func, libraries: Libraries): Conditions {
  const heads = new Set<BlockId>();
  for (const block of func.blocks) for (const target of successorsOf(block.terminal)) if (target <= block.id) heads.add(target);
  const empty: Conditions = { tests: new Map(), plainLoads: new Map(), live: new Map(), heads };
  if (!nestDealsWithModes(module, func, libraries)) return empty;
  const instrs = func.blocks.flatMap((block) => block.instrs);
  const definitions = definitionsOf(func);
  const tests = new Map<Temp, Condition>();
  for (const temp of definitions.keys()) {
    const condition = conditionAt(temp, definitions, func);
    if (condition !== null) tests.set(temp, condition);
  }
  const tested = new Set<Variable>();
  for (const block of func.blocks) {
    if (block.terminal.kind === 'branch' && block.terminal.test !== null) {
      const condition = tests.get(block.terminal.test);
      if (condition !== undefined) tested.add(condition.variable);
    }
  }
  const [loads, changed] = [new Map<Variable, number>(), new Set<Variable>()];
  const receivers = new Set<Temp>();
  for (const instr of instrs) {
    if (instr.kind === 'load') loads.set(instr.variable, (loads.get(instr.variable) ?? 0) + 1);
    const receiver = instr.kind === 'call' && instr.callee.kind === 'method' ? instr.callee.object : instr.kind === 'set-item' || instr.kind === 'get-attr' || instr.kind === 'set-attr' ? instr.object : null;
    if (receiver === null) continue;
    receivers.add(receiver);
    const definition = definitions.get(receiver);
    if (definition?.kind === 'load') changed.add(definition.variable);
  }
  const followed = new Set([...tested].filter((variable) => ((loads.get(variable) ?? 0) > 1 || variable.captured) && !changed.has(variable) && !assignedFromInside(module).has(variable)));
  if (followed.size === 0 || followed.size > MAX_FOLLOWED) return empty;
  const plainLoads = new Map<Temp, Variable>();
  for (const [temp, instr] of definitions) if (instr.kind === 'load' && followed.has(instr.variable) && !receivers.has(temp)) plainLoads.set(temp, instr.variable);
  return { tests: new Map([...tests].filter(([, condition]) => followed.has(condition.variable))), plainLoads, live: liveness(func, followed), heads };
}

const nests = new ByModels<Func, boolean>();

/** Holds if `func`, or a function around it or beside it in the same function, sets modes or trains. */
function nestDealsWithModes(module: Module, func: Func, libraries: Libraries): boolean {
  let top = func;
  while (top.parent !== null && module.funcs[top.parent]!.parent !== null) top = module.funcs[top.parent]!;
  return nests.get(top, libraries, () => nestOf(module, top).some((other) => other.blocks.some((block) => block.instrs.some((instr) => dealsWithModes(instr, libraries)))));
}

/** Holds if a mode is set in some round of the loop with these blocks. */
export function setsModesInRounds(func: Func, body: ReadonlySet<BlockId> | undefined, libraries: Libraries): boolean {
  return body !== undefined && [...body].some((id) => func.blocks[id]!.instrs.some((instr) => {
    if (instr.kind === 'set-attr') return libraries.flags.has(instr.name);
    const effect = instr.kind === 'call' && instr.callee.kind === 'method' ? libraries.moduleMethods.get(instr.callee.name) : undefined;
    return effect === 'set-train' || effect === 'set-eval';
  }));
}

const SWITCHING = new Set(['set-train', 'set-eval', 'freeze', 'unfreeze', 'requires-grad']);
const switching = new ByModels<Func, boolean>();

/** Holds if `func` itself sets modes or freezes parameters. */
export function switchesParts(func: Func, libraries: Libraries): boolean {
  const does = (instr: Instr): boolean => (instr.kind === 'call' && instr.callee.kind === 'method' && SWITCHING.has(libraries.moduleMethods.get(instr.callee.name) ?? '')) || (instr.kind === 'set-attr' && (libraries.flags.has(instr.name) || /^requires_?grad$/i.test(instr.name)));
  return switching.get(func, libraries, () => func.blocks.some((block) => block.instrs.some(does)));
}

function dealsWithModes(instr: Instr, libraries: Libraries): boolean {
  if (instr.kind !== 'call' || instr.callee.kind !== 'method') return false;
  const effect = libraries.moduleMethods.get(instr.callee.name);
  return effect === 'set-train' || effect === 'set-eval' || effect === 'backward' || instr.callee.name === 'backward';
}

function conditionAt(temp: Temp, definitions: ReadonlyMap<Temp, Instr>, func: Func): Condition | null {
  const instr = definitions.get(temp);
  if (instr?.kind === 'load') return { name: truthName(instr.variable), variable: instr.variable, constant: null, negated: false };
  if (instr?.kind !== 'operator') return null;
  if (instr.operator === 'not') {
    const inner = conditionAt(instr.operands[0]!, definitions, func);
    return inner === null ? null : { ...inner, negated: !inner.negated };
  }
  if (instr.operator !== '==' && instr.operator !== '!=' && instr.operator !== 'is' && instr.operator !== 'is not') return null;
  const [left, right] = instr.operands.map((operand) => definitions.get(operand));
  const [load, constant] = left?.kind === 'load' ? [left, right] : [right, left];
  if (load?.kind !== 'load' || constant?.kind !== 'const') return null;
  const spelled = spell(constant.value);
  return { name: `${truthName(load.variable)}==${spelled}`, variable: load.variable, constant: spelled, negated: instr.operator === '!=' || instr.operator === 'is not' };
}

function spell(constant: Constant): string {
  return 'value' in constant ? `${constant.type}:${String(constant.value).replaceAll(' ', '_')}` : constant.type;
}

/** Backwards over the blocks until nothing changes. */
function liveness(func: Func, followed: ReadonlySet<Variable>): ReadonlyMap<BlockId, ReadonlySet<string>> {
  const live = new Map<BlockId, Set<Variable>>(func.blocks.map((block) => [block.id, new Set<Variable>()]));
  for (let changed = true; changed; ) {
    changed = false;
    for (const block of [...func.blocks].reverse()) {
      const after = new Set<Variable>();
      const successors = block.handler === null ? successorsOf(block.terminal) : [...successorsOf(block.terminal), block.handler];
      for (const target of successors) for (const variable of live.get(target)!) after.add(variable);
      for (const variable of followed) if (variable.captured) after.add(variable);
      for (const instr of [...block.instrs].reverse()) {
        if (instr.kind === 'store') after.delete(instr.variable);
        if (instr.kind === 'load' && followed.has(instr.variable)) after.add(instr.variable);
      }
      const before = live.get(block.id)!;
      if (after.size > before.size) {
        live.set(block.id, after);
        changed = true;
      }
    }
  }
  return new Map([...live].map(([block, variables]) => [block, new Set([...variables].map(truthName))]));
}
