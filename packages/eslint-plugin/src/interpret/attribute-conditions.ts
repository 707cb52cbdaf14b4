// Which attributes are tested again and say the same thing: `if args.evaluate:` here and `if args.evaluate:` further down, `self.args.phase == 'train'` in two methods of one activation.
//
// Guarantees: an attribute is followed only if a test of it decides which mode is set or whether a backward pass is made, it is tested more than once, and nothing in sight may change it between:
// no function of the file assigns an attribute of any of its names (a constructor may), no property has one of them, and no method is called on what has it. A call of code that is not
// the file's, to which that is handed, ends what is known (`forgetHanded`).
// Refuses: attributes of the object that runs itself (`self.phase`), whose other methods may set them; what decides on whether a loop goes on; more than MAX_ATTRIBUTES in one function, each of which doubles its paths.
//
// Worked example: after `net.train() if args.train else net.eval()`, the `loss.backward()` below `if args.train:` is not on the way on which the network sleeps.
import { successorsOf, type BlockId, type Func, type Instr, type Module, type Temp, type Variable } from '../ir/ir.ts';
import { definitionsOf } from '../ir/definitions.ts';
import { roundsOf } from './rounds.ts';
import type { State } from '../domains/state.ts';
import type { Libraries } from '../libraries/read.ts';
import type { Condition } from './conditions.ts';
import { isOfVariable, truthName } from './fact-names.ts';
import { sidesOf } from './one-side.ts';

const MAX_ATTRIBUTES = 2;
const EFFECTS = ['set-train', 'set-eval', 'backward'];

type CallInstr = Extract<Instr, { kind: 'call' }>;

/** The attribute of a variable that `temp` holds, and how a fact names it; null if it holds something else. */
export function attributeOf(temp: Temp, definitions: ReadonlyMap<Temp, Instr>): { readonly subject: string; readonly variable: Variable } | null {
  const names: string[] = [];
  let at = definitions.get(temp);
  for (; at?.kind === 'get-attr'; at = definitions.get(at.object)) names.unshift(at.name);
  return at?.kind === 'load' && names.length > 0 ? { subject: [truthName(at.variable), ...names].join('.'), variable: at.variable } : null;
}

/** The attributes that are followed in `func`, as facts name them. */
export function followedAttributes(module: Module, func: Func, tests: ReadonlyMap<Temp, Condition>, libraries: Libraries, effectOnModes: (instr: Instr) => string | null): ReadonlySet<string> {
  const branches = func.blocks.flatMap(({ id, terminal }) => (terminal.kind === 'branch' && terminal.test !== null ? [{ block: id, terminal, condition: tests.get(terminal.test) }] : []));
  const leaving = new Set<string>();
  const counts = new Map<string, number>();
  const deciding = new Set<string>();
  for (const { block, terminal, condition } of branches) {
    if (condition === undefined || condition.subject === truthName(condition.variable)) continue;
    if (leavesALoop(func, block)) leaving.add(condition.subject);
    counts.set(condition.subject, (counts.get(condition.subject) ?? 0) + 1);
    // A backward pass on either side, scaled on one of them, is made whatever the test says.
    const [effects, others] = sidesOf(func, terminal).map((side) => new Set(side.flatMap((id) => func.blocks[id]!.instrs.map(effectOnModes)))) as [Set<string | null>, Set<string | null>];
    if (EFFECTS.some((effect) => effects.has(effect) !== others.has(effect))) deciding.add(condition.subject);
  }
  const variables = new Map([...tests.values()].map(({ subject, variable }) => [subject, variable]));
  const found = [...deciding].filter((subject) => counts.get(subject)! > 1 && !leaving.has(subject) && staysAsItIs(module, func, subject, variables.get(subject)!, libraries));
  return new Set(found.length > MAX_ATTRIBUTES ? [] : found);
}

/** Holds if one way out of a block ends a loop: whoever goes round until something changes counts on it. */
function leavesALoop(func: Func, block: BlockId): boolean {
  return [...roundsOf(func).bodies.values()].some((body) => body.has(block) && successorsOf(func.blocks[block]!.terminal).some((target) => !body.has(target)));
}

function staysAsItIs(module: Module, func: Func, subject: string, variable: Variable, libraries: Libraries): boolean {
  const [, ...names] = subject.split('.') as [string, ...string[]];
  if (names.some((name) => libraries.flags.has(name) || changedNames(module).has(name))) return false;
  const isReceiver = func.thisVariable === variable || (func.owner !== null && func.params[0]?.variable === variable);
  if (isReceiver && names.length === 1) return false;
  const definitions = definitionsOf(func);
  // What an object does to itself is out of sight; what `self` is made of, its methods would have to assign.
  const ownPath = isReceiver ? [truthName(variable), names[0]].join('.') : truthName(variable);
  return !func.blocks.some(({ instrs }) => instrs.some((instr) => {
    const changed = instr.kind === 'call' && instr.callee.kind === 'method' ? instr.callee.object : instr.kind === 'set-item' ? instr.object : null;
    if (changed === null) return false;
    const at = definitions.get(changed);
    const path = at?.kind === 'load' ? truthName(at.variable) : attributeOf(changed, definitions)?.subject;
    return path !== undefined && isBelow(path, ownPath) && isBelow(subject, path);
  }));
}

function isBelow(path: string, other: string): boolean {
  return path === other || path.startsWith(`${other}.`);
}

const changing = new WeakMap<Module, ReadonlySet<string>>();

/** Names of attributes that some function of the file assigns to something that is made already, and of its properties. */
function changedNames(module: Module): ReadonlySet<string> {
  let names = changing.get(module);
  if (names === undefined) {
    const found = new Set<string>();
    for (const func of module.funcs) {
      const isConstructor = func.owner !== null && (func.name === '__init__' || func.name === 'constructor' || func.kind === 'field-initializer');
      for (const { instrs } of func.blocks) {
        for (const instr of instrs) {
          if (instr.kind === 'set-attr' && !isConstructor) found.add(instr.name);
          if (instr.kind === 'define-member' && instr.member !== 'method' && instr.member !== 'static') found.add(instr.name);
        }
      }
    }
    changing.set(module, (names = found));
  }
  return names;
}

/** Forgets what is known of the attributes of what is handed to code that is not the file's own. */
export function forgetHanded(state: State, func: Func, module: Module, instr: CallInstr): void {
  if (state.facts.key === '') return;
  const callee = instr.callee.kind === 'value' ? state.get(instr.callee.value).atoms : [];
  const isOwn = callee.length > 0 && callee.every((atom) => (atom.kind === 'function' && atom.ref.module === module) || (atom.kind === 'class' && atom.class.module === module));
  if (isOwn) return;
  const definitions = definitionsOf(func);
  for (const { value } of instr.args) {
    const given = definitions.get(value);
    if (given?.kind === 'load') state.facts = state.facts.without((name) => name.includes('.') && isOfVariable(name, given.variable));
  }
}
