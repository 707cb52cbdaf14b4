// Which tests of a function say the same thing twice: `if train:` here and `if train:` or `model.train(train)` further down.
//
// A condition is the truth of a variable, or its being equal to a constant (`phase == 'train'`). It is followed if the variable is used
// again later and nothing about it can change in between but an assignment in the same function: it is no receiver of methods or
// target of item assignment, which could change what its truth is. Only functions that deal with modes are looked at, and none with more such variables
// than MAX_FOLLOWED: that is a long script, every path through which would carry all of them.
//
// So is the truth of an attribute (`args.evaluate`, `self.args.phase == 'train'`), if a test of it decides on a mode or a backward pass (`attribute-conditions.ts`).
import { definitionsOf } from '../ir/definitions.ts';
import { successorsOf, type BlockId, type Constant, type Func, type Instr, type Module, type Temp, type Variable } from '../ir/ir.ts';
import { nestOf } from '../ir/nesting.ts';
import type { PathFacts } from '../domains/path-facts.ts';
import { ByModels } from '../libraries/by-models.ts';
import type { Libraries } from '../libraries/read.ts';
import { attributeOf, followedAttributes } from './attribute-conditions.ts';
import { isOfVariable, truthName } from './fact-names.ts';
import { sidesOf } from './one-side.ts';

export interface Condition {
  /** `v3`, `v3==train` or `v3.phase==train`. */
  readonly name: string;
  /** What is tested: `v3` or `v3.phase`. */
  readonly subject: string;
  readonly variable: Variable;
  /** What it is compared with; null for its truth. */
  readonly constant: string | null;
  readonly negated: boolean;
}

export interface Conditions {
  /** By the temp that holds the outcome. */
  readonly tests: ReadonlyMap<Temp, Condition>;
  /** Temps that hold a followed subject and are used as a value only: its known truth may stand for it. */
  readonly plainLoads: ReadonlyMap<Temp, string>;
  /** The followed subjects that are read at or after the start of a block before they are assigned. */
  readonly live: ReadonlyMap<BlockId, ReadonlySet<string>>;
  /** Blocks that are the head of a loop. */
  readonly heads: ReadonlySet<BlockId>;
}

const MAX_FOLLOWED = 100;
/** How many tests a block may be behind, on the average: in `a && a && …` each is behind all before it. */
const MAX_TOLD = 64;
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
  const others = `${condition.subject}==`;
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
      if (condition !== undefined && condition.subject === truthName(condition.variable)) tested.add(condition.variable);
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
  const attributes = followedAttributes(module, func, tests, libraries, (instr) => effectOnModes(instr, libraries));
  if (followed.size + attributes.size === 0 || followed.size > MAX_FOLLOWED) return empty;
  const subjects = new Map<Temp, string>();
  for (const [temp, instr] of definitions) {
    const subject = instr.kind === 'load' && followed.has(instr.variable) ? truthName(instr.variable) : instr.kind === 'get-attr' ? attributeOf(temp, definitions)?.subject : undefined;
    if (subject !== undefined && (instr.kind === 'load' || attributes.has(subject))) subjects.set(temp, subject);
  }
  const plainLoads = new Map([...subjects].filter(([temp]) => !receivers.has(temp)));
  const isFollowed = ({ subject, variable }: Condition): boolean => (subject === truthName(variable) ? followed.has(variable) : attributes.has(subject));
  const live = liveness(func, subjects, followed);
  // What is seen on one side of a test is told with what the test says, also where that is not asked for again: it adds no path.
  // Approximation: not of the tests behind those that nest too deeply.
  let left = MAX_TOLD * func.blocks.length;
  for (const { terminal } of func.blocks) {
    const condition = terminal.kind === 'branch' && terminal.test !== null ? tests.get(terminal.test) : undefined;
    if (terminal.kind !== 'branch' || condition === undefined || !isFollowed(condition)) continue;
    const sides = sidesOf(func, terminal).flat();
    for (const id of sides) live.get(id)!.add(condition.subject);
    left -= sides.length;
    if (left < 0) break;
  }
  return { tests: new Map([...tests].filter(([, condition]) => isFollowed(condition))), plainLoads, live, heads };
}

const nests = new ByModels<Func, boolean>();

/** Holds if `func`, or a function around it or beside it in the same function, sets modes or trains. */
function nestDealsWithModes(module: Module, func: Func, libraries: Libraries): boolean {
  let top = func;
  while (top.parent !== null && module.funcs[top.parent]!.parent !== null) top = module.funcs[top.parent]!;
  return nests.get(top, libraries, () => nestOf(module, top).some((other) => other.blocks.some((block) => block.instrs.some((instr) => effectOnModes(instr, libraries) !== null))));
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

/** `set-train`, `set-eval` or `backward`, if that is what an instruction does. */
function effectOnModes(instr: Instr, libraries: Libraries): string | null {
  if (instr.kind !== 'call' || instr.callee.kind !== 'method') return null;
  const effect = instr.callee.name === 'backward' ? 'backward' : libraries.moduleMethods.get(instr.callee.name);
  return effect === 'set-train' || effect === 'set-eval' || effect === 'backward' ? effect : null;
}

function conditionAt(temp: Temp, definitions: ReadonlyMap<Temp, Instr>, func: Func): Condition | null {
  const instr = definitions.get(temp);
  const tested = subjectAt(temp, definitions);
  if (tested !== null) return { name: tested.subject, ...tested, constant: null, negated: false };
  if (instr?.kind !== 'operator') return null;
  if (instr.operator === 'not') {
    const inner = conditionAt(instr.operands[0]!, definitions, func);
    return inner === null ? null : { ...inner, negated: !inner.negated };
  }
  if (instr.operator !== '==' && instr.operator !== '!=' && instr.operator !== 'is' && instr.operator !== 'is not') return null;
  const [left, right] = instr.operands as [Temp, Temp];
  const [subject, other] = subjectAt(left, definitions) !== null ? [subjectAt(left, definitions), right] : [subjectAt(right, definitions), left];
  const constant = definitions.get(other);
  if (subject === null || constant?.kind !== 'const') return null;
  const spelled = spell(constant.value);
  return { name: `${subject.subject}==${spelled}`, ...subject, constant: spelled, negated: instr.operator === '!=' || instr.operator === 'is not' };
}

/** The variable or attribute that `temp` holds; null if it holds something else. */
function subjectAt(temp: Temp, definitions: ReadonlyMap<Temp, Instr>): Pick<Condition, 'subject' | 'variable'> | null {
  const instr = definitions.get(temp);
  if (instr?.kind === 'load') return { subject: truthName(instr.variable), variable: instr.variable };
  return instr?.kind === 'get-attr' ? attributeOf(temp, definitions) : null;
}

/** In names of facts, these stand between their parts. */
const SEPARATORS = /[ /=%]/g;

function spell(constant: Constant): string {
  return 'value' in constant ? `${constant.type}:${String(constant.value).replaceAll(SEPARATORS, (sign) => `%${sign.charCodeAt(0).toString(16)}`)}` : constant.type;
}

/** A constant as the text has it, for the name that `spell` gave it. */
export function unspelled(name: string): string {
  return name.replaceAll(/%([0-9a-f]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}

/** Backwards over the blocks until nothing changes. */
function liveness(func: Func, subjects: ReadonlyMap<Temp, string>, followed: ReadonlySet<Variable>): Map<BlockId, Set<string>> {
  const live = new Map<BlockId, Set<string>>(func.blocks.map((block) => [block.id, new Set<string>()]));
  for (let changed = true; changed; ) {
    changed = false;
    for (const block of [...func.blocks].reverse()) {
      const after = new Set<string>();
      const successors = block.handler === null ? successorsOf(block.terminal) : [...successorsOf(block.terminal), block.handler];
      for (const target of successors) for (const subject of live.get(target)!) after.add(subject);
      for (const variable of followed) if (variable.captured) after.add(truthName(variable));
      for (const instr of [...block.instrs].reverse()) {
        if (instr.kind === 'store') for (const subject of after) if (isOfVariable(subject, instr.variable)) after.delete(subject);
        if (instr.kind !== 'load' && instr.kind !== 'get-attr') continue;
        const subject = subjects.get(instr.dest);
        if (subject !== undefined) after.add(subject);
      }
      const before = live.get(block.id)!;
      if (after.size > before.size) {
        live.set(block.id, after);
        changed = true;
      }
    }
  }
  return live;
}
