// The transfer function: what each instruction does to a state, and what each edge says about it. One instance runs one
// activation of a function; it also collects what the activation returns and leaves behind.
import { destOf, assertNever, type BlockId, type Func, type Instr, type Module, type Temp, type Terminal, type Variable } from '../ir/ir.ts';
import { operandsOf } from '../ir/operands.ts';
import { SharedMap } from '../domains/shared-map.ts';
import { MAX_PATHS, type Analysis } from '../dataflow/solver.ts';
import { elementName } from '../domains/heap.ts';
import { isOff } from '../domains/grad.ts';
import type { ProjectClass } from '../domains/object.ts';
import { PathFacts } from '../domains/path-facts.ts';
import type { State, StaleGuard } from '../domains/state.ts';
import { ANYTHING, cutOff, derive, forwardsOf, joinValues, mustConstant, NOTHING, objectsOf, ofAtoms, ofBoolean, ofConstant, ofObject, type Value } from '../domains/value.ts';
import { getAttribute, getItem, iterate, mayBeEmpty, setAttribute, setItem } from './attributes.ts';
import { callInstr, exactElements } from './call.ts';
import { capturedBy } from './closures.ts';
import { concatenated } from './collection-call.ts';
import { conditionsOf, loopName, SOME, switchesParts, truthName, type Condition, type Conditions } from './conditions.ts';
import { crossingTemps } from './crossing-temps.ts';
import { noteFlagUse } from './forward.ts';
import { consume, hasPending, iterationOf } from './generators.ts';
import { importedValue, starImported } from './imports.ts';
import type { Frame, Machine } from './machine.ts';
import { evaluateOperator } from './operator.ts';
import { noteModeMethod } from './mode-methods.ts';
import { PARTS } from './module-method.ts';
import { noteAwait, noteEnd } from './races.ts';
import { enterScope, exitScope, noteSuspension } from './scope.ts';
import { escapeTree } from './set-mode.ts';
import { withStaleElement, withStaleVariable } from './staleness.ts';
import { assume, constantIsTruthy, truthOf } from './truth.ts';

/** Lists shorter than this are gone through element by element. */
const MAX_UNROLLED = 4;

export class FunctionRun implements Analysis<State> {
  readonly machine: Machine;
  readonly frame: Frame;
  readonly func: Func;
  /** The state after the function, joined over all ways out; null if none was reached. */
  exit: State | null = null;
  thrown: State | null = null;
  result: Value = NOTHING;
  /** The state at the yields of a generator, which is what one that never ends leaves behind; null if none was reached. */
  suspended: State | null = null;
  yielded: Value = NOTHING;
  #definitions: Map<Temp, Instr> | null = null;
  #thrownByStep: State | null = null;
  #paths = MAX_PATHS;
  /** The state at the last arrival at a loop from outside. */
  readonly #before = new Map<BlockId, State>();
  /** Loops whose rounds begin with other modes than the first one. */
  readonly #split = new Set<BlockId>();
  readonly #module: Module;
  readonly #conditions: Conditions;
  readonly #observed: boolean;
  readonly #sharedCells: ReadonlySet<Variable>;

  /** @param shared variables of `func` whose cells an earlier activation left in use */
  constructor(machine: Machine, frame: Frame, func: Func, shared: ReadonlySet<Variable>) {
    this.machine = machine;
    this.frame = frame;
    this.func = func;
    this.#sharedCells = shared;
    this.#module = frame.context.ref.module;
    this.#observed = machine.catching;
    this.#conditions = conditionsOf(frame.context.ref.module, func, machine.libraries);
  }

  clone(state: State): State {
    return state.clone();
  }

  /** Temps that only their own block reads are dropped on the way out: most are, and states stay small. */
  trim(state: State): void {
    const crossing = crossingTemps(this.func);
    for (const temp of state.temps.keys()) {
      if (crossing.has(temp)) continue;
      const kept = new SharedMap<Temp, Value>();
      for (const [key, value] of state.temps) if (crossing.has(key)) kept.set(key, value);
      state.temps = kept;
      return;
    }
  }

  joinInto(into: State, from: State): boolean {
    return into.joinFrom(from);
  }

  pathOf(state: State): string {
    return state.facts.key;
  }

  maxPaths(): number {
    return this.#paths;
  }

  forgetPath(state: State): void {
    state.facts = PathFacts.none;
  }

  isExhausted(): boolean {
    return this.machine.exhausted;
  }

  mayThrow(instr: Instr): boolean {
    if (instr.kind === 'call') return instr.callee.kind !== 'method' || !this.#isSwitch(instr.callee.name);
    return instr.kind === 'await' || instr.kind === 'opaque' || instr.kind === 'enter' || instr.kind === 'import';
  }

  /** `train()` and `eval()` of a library do not throw: a `finally` that puts a mode back does so. */
  #isSwitch(name: string): boolean {
    const effect = this.machine.libraries.moduleMethods.get(name);
    return effect === 'set-train' || effect === 'set-eval';
  }

  thrownState(): State | null {
    return this.#thrownByStep;
  }

  leave(state: State, terminal: Terminal | null): void {
    let out = state.forCallee();
    if (terminal === null || terminal.kind === 'throw') {
      if (this.thrown === null) this.thrown = out;
      else this.thrown.joinFrom(out);
      return;
    }
    if (terminal.kind !== 'return') return;
    if (this.func.isAsync && state.relied.size > 0) noteEnd(this.machine, this.frame, state);
    // Whoever calls a root goes through the generator that it returns.
    const given = terminal.value !== null && this.frame.context.parent === null && !this.func.isGenerator ? state.get(terminal.value) : null;
    if (given !== null && hasPending(given)) {
      state.set(terminal.value!, consume(this.machine, this.frame, state, given, iterationOf(terminal)));
      out = state.forCallee();
    }
    const value = terminal.value === null ? ofConstant({ type: this.machine.language === 'python' ? 'none' : 'undefined' }) : state.get(terminal.value);
    this.result = joinValues(this.result, this.func.isGenerator ? this.yielded : value);
    if (this.exit === null) this.exit = out;
    else this.exit.joinFrom(out);
  }

  observesThrows(): boolean {
    return this.#observed;
  }

  step(state: State, instr: Instr, caught: boolean): boolean {
    const { machine, frame } = this;
    // A write may copy the heap, so a step costs more the larger that is.
    machine.steps += 1 + (state.heap.size >>> 8);
    this.#thrownByStep = null;
    switch (instr.kind) {
      case 'const':
        state.set(instr.dest, ofConstant(instr.value));
        return true;
      case 'load': {
        const variable = this.#conditions.plainLoads.get(instr.dest);
        const truth = variable === undefined ? undefined : state.facts.get(truthName(variable));
        const value = this.frame.captured?.get(instr.variable) ?? (this.#isCell(instr.variable) ? state.cells.get(instr.variable) : state.locals.get(instr.variable)) ?? ANYTHING;
        state.set(instr.dest, typeof truth !== 'boolean' ? withStaleVariable(machine, instr.variable, value, frame, instr) : { ...value, atoms: ofBoolean(truth).atoms, unknown: false });
        return true;
      }
      case 'store': {
        const value = state.get(instr.value);
        const gone = truthName(instr.variable);
        state.facts = state.facts.without((name) => name === gone || name.startsWith(`${gone}==`));
        if (this.#sharedCells.has(instr.variable)) state.cells.set(instr.variable, joinValues(state.cells.get(instr.variable) ?? NOTHING, value));
        else if (this.#isCell(instr.variable)) state.cells.set(instr.variable, value);
        else state.locals.set(instr.variable, value);
        return true;
      }
      case 'global': {
        if (instr.name === '__name__') {
          // A file that is imported is not the program.
          state.set(instr.dest, this.#module === machine.module ? ANYTHING : ofConstant({ type: 'string', value: 'imported' }));
          return true;
        }
        const starred = starImported(machine, state, this.#module, instr.name);
        if (starred !== null) {
          state.set(instr.dest, starred);
          return true;
        }
        const path = machine.libraries.canonical(`${machine.language === 'python' ? 'builtins' : 'globals'}.${instr.name}`);
        state.set(instr.dest, machine.libraries.describes(path) ? ofAtoms({ kind: 'library', path }) : ANYTHING);
        return true;
      }
      case 'import': {
        const found = importedValue(machine, state, this.#module, instr.module, instr.name);
        if (found !== null) {
          state.set(instr.dest, found);
          return true;
        }
        const path = machine.libraries.canonical(instr.name === null ? instr.module : instr.name === 'default' ? instr.module : `${instr.module}.${instr.name}`);
        // A relative import that leads nowhere is a file that we cannot see.
        state.set(instr.dest, instr.module.startsWith('.') ? ANYTHING : ofAtoms({ kind: 'library', path }));
        return true;
      }
      case 'import-all':
        return true;
      case 'get-attr':
        state.set(instr.dest, getAttribute(machine, frame, state, state.get(instr.object), instr.name, instr));
        if (machine.libraries.isModeMethod(instr.name)) noteModeMethod(machine, frame, this.func, state.get(instr.dest), instr);
        return true;
      case 'set-attr':
        setAttribute(machine, frame, state, state.get(instr.object), instr.name, state.get(instr.value), instr);
        return true;
      case 'get-item':
        {
          const [object, index] = [consume(machine, frame, state, state.get(instr.object), instr), instr.index === null ? null : state.get(instr.index)];
          state.set(instr.dest, withStaleElement(machine, object, index, getItem(state, object, index), frame, instr));
        }
        return true;
      case 'set-item':
        setItem(machine, state, state.get(instr.object), instr.index === null ? null : state.get(instr.index), state.get(instr.value), instr);
        return true;
      case 'call': {
        machine.thrown = null;
        machine.catching = this.#observed || caught;
        const path = machine.path;
        if (state.facts.key !== '') machine.path = `${path}/${this.func.id}:${state.facts.key}`;
        const result = callInstr(machine, frame, state, instr);
        machine.path = path;
        machine.catching = this.#observed;
        if (machine.thrown !== null) {
          // This function's own names are as they were before the call.
          this.#thrownByStep = state.clone();
          this.#thrownByStep.adopt(machine.thrown);
        }
        state.set(instr.dest, result.value);
        return result.returns;
      }
      case 'function': {
        const func = this.#module.funcs[instr.func]!;
        machine.created.add(func);
        if (instr.defaults.length > 0) machine.defaults.set(func, new Map(instr.defaults.map((item) => [item.param, state.get(item.value)])));
        const captured = capturedBy(this.#module, func, frame.captured);
        const ref = captured === undefined ? { module: this.#module, func } : { module: this.#module, func, captured };
        state.set(instr.dest, ofAtoms({ kind: 'function', ref, receiver: null, binding: 'receiver', prefix: [], scopes: [] }));
        return true;
      }
      case 'class':
        state.set(instr.dest, ofAtoms({ kind: 'class', class: this.#classOf(instr.class, instr.bases.map((base) => state.get(base))) }));
        return true;
      case 'define-member': {
        const value = state.get(instr.value);
        for (const atom of state.get(instr.class).atoms) {
          if (atom.kind !== 'class') continue;
          const known = atom.class.members.get(instr.name);
          // A getter and its setter share a name; the getter is what a read finds.
          if (known?.member === 'getter' && instr.member === 'setter') continue;
          atom.class.members.set(instr.name, { value: known === undefined || known.member !== instr.member ? value : joinValues(known.value, value), member: instr.member });
        }
        return true;
      }
      case 'super': {
        const owner = this.#ownerClass();
        const receiver = this.frame.receiver;
        state.set(instr.dest, owner === null || receiver === null ? ANYTHING : ofAtoms({ kind: 'super', object: receiver, after: owner }));
        return true;
      }
      case 'collection': {
        const elements = new Map<string, Value>();
        let position = 0;
        for (const element of instr.elements) {
          const value = state.get(element.value);
          if (element.kind === 'spread') {
            elements.set('[]', joinValues(elements.get('[]') ?? NOTHING, iterate(state, consume(machine, frame, state, value, instr))));
            continue;
          }
          const key = element.key === null ? null : state.get(element.key);
          const constant = key?.atoms.length === 1 && key.atoms[0]!.kind === 'constant' ? key.atoms[0]!.value : null;
          const name = key === null ? elementName(position) : constant?.type === 'string' || constant?.type === 'number' ? elementName(constant.value) : '[]';
          position += 1;
          elements.set(name, joinValues(elements.get(name) ?? NOTHING, value));
        }
        const object = machine.collection(state, frame.context, instr, '', instr.form, elements);
        if (instr.form === 'string') {
          const read = machine.settled(state, ofObject(object));
          machine.use(forwardsOf(read), 'read', instr.span);
          state.set(instr.dest, ANYTHING);
        } else state.set(instr.dest, ofObject(object));
        return true;
      }
      case 'operator': {
        const outcome = this.#outcomeOf(state, this.#conditions.tests.get(instr.dest));
        if (outcome !== null) {
          state.set(instr.dest, ofBoolean(outcome));
          return true;
        }
        const operands = instr.operands.map((operand) => state.get(operand));
        const joined = machine.language === 'python' && (instr.operator === '+' || instr.operator === '+=') ? concatenated(machine, frame, state, operands, instr) : null;
        const computed = joined ?? evaluateOperator(machine, state, instr.operator, operands, instr);
        state.set(instr.dest, isOff(state.grad) ? cutOff(computed) : computed);
        return true;
      }
      case 'await':
        noteSuspension(machine, frame, state, 'await', instr);
        if (state.relied.size > 0) noteAwait(machine, frame, state, instr);
        state.set(instr.dest, state.get(instr.value));
        return true;
      case 'yield': {
        const value = instr.value === null ? NOTHING : state.get(instr.value);
        if (frame.managed === undefined && !machine.managers.has(this.func)) noteSuspension(machine, frame, state, 'yield', instr);
        this.yielded = joinValues(this.yielded, instr.delegate ? iterate(state, consume(machine, frame, state, value, instr)) : value);
        if (this.suspended === null) this.suspended = state.forCallee();
        else this.suspended.joinFrom(state.forCallee());
        if (frame.managed?.phase === 'enter') return false;
        if (frame.managed !== undefined) {
          state.adopt(frame.managed.body);
          if (frame.managed.how === 'exception') {
            this.#thrownByStep = state.clone();
            return false;
          }
        }
        if (this.frame.context.parent === null) machine.use(forwardsOf(machine.settled(state, value)), 'escaped', instr.span);
        state.set(instr.dest, ANYTHING);
        return true;
      }
      case 'enter':
        state.set(instr.dest, enterScope(machine, frame, state, state.get(instr.manager), instr));
        return true;
      case 'exit':
        return this.#leaveScope(state, instr);
      case 'catch':
        state.set(instr.dest, ANYTHING);
        return true;
      case 'opaque': {
        const operands = instr.operands.map((operand) => consume(machine, frame, state, state.get(operand), instr));
        for (const operand of operands) escapeTree(state, operand);
        state.set(instr.dest, derive(operands.map((operand) => machine.settled(state, operand))));
        return true;
      }
      default:
        return assertNever(instr);
    }
  }

  #leaveScope(state: State, instr: Extract<Instr, { kind: 'exit' }>): boolean {
    const { after, thrown } = exitScope(this.machine, this.frame, state, state.get(instr.manager), instr);
    this.#thrownByStep = thrown === state ? state.clone() : thrown;
    if (after === null) return false;
    if (after !== state) {
      state.adopt(after);
      state.scopes = after.scopes;
    }
    return true;
  }

  edge(state: State, terminal: Terminal, source: BlockId, target: BlockId, isThen: boolean): State | null {
    const { heads, live } = this.#conditions;
    let unrolled = false;
    switch (terminal.kind) {
      case 'branch': {
        if (terminal.test === null) break;
        const test = state.get(terminal.test);
        const truth = truthOf(test);
        if (this.machine.probe === null && !this.frame.early) {
          for (const atom of test.atoms) if (atom.kind === 'flag') noteFlagUse(this.machine, this.frame, state, atom.object, { name: atom.object.label, span: terminal.span, effect: 'branch', sensitivity: 'unknown' });
        }
        if (isThen ? !truth.mayBeTrue : !truth.mayBeFalse) return null;
        assume(state, test, isThen);
        this.machine.use(forwardsOf(test), 'read', terminal.span);
        const guard = this.#guardOf(terminal.test, test, isThen);
        if (guard !== null) state.staleGuards = [...state.staleGuards.filter((known) => known.block !== guard.block), guard];
        const condition = this.#conditions.tests.get(terminal.test);
        if (condition !== undefined && truth.mayBeTrue && truth.mayBeFalse && !test.atoms.some((atom) => atom.kind === 'flag' || (atom.kind === 'object' && atom.object.kind !== 'opaque'))) {
          state.facts = state.facts.with(condition.name, isThen !== condition.negated);
          if (condition.constant === null) narrow(state, condition.variable, isThen !== condition.negated);
        }
        break;
      }
      case 'each': {
        const iterable = state.get(terminal.iterable);
        const elements = exactElements(state, iterable);
        const entered = state.facts.get(loopName(source));
        if (elements !== null && elements.length < this.#maxUnrolled(iterable) && typeof entered === 'number' && entered !== SOME) {
          // A short list that is known in full is gone through element by element: `for net in (encoder, decoder): net.eval()`.
          this.#paths = Math.max(this.#paths, elements.length + MAX_PATHS);
          if (isThen !== entered < elements.length) return null;
          if (isThen) state.set(terminal.dest, elements[entered]!);
          unrolled = isThen;
          break;
        }
        if (!isThen && entered === 0 && !mayBeEmpty(state, iterable)) return null;
        if (isThen) state.set(terminal.dest, iterate(state, iterable));
        break;
      }
      case 'goto':
      case 'return':
      case 'throw':
      case 'unreachable':
        break;
      default:
        return assertNever(terminal);
    }
    // The first arrival at the head of a loop is kept apart from the later ones; after the loop that is forgotten, and inside too, unless the
    // first round has changed a mode: what the second round then does is the point of `no-eval-mode-training`.
    const inSplitBody = isThen && this.#split.has(source) && state.facts.get(loopName(source)) === SOME;
    if (heads.has(source) && !unrolled && !inSplitBody) state.facts = state.facts.without((name) => name === loopName(source));
    if (heads.has(target)) {
      const entered = state.facts.get(loopName(target));
      if (source < target) {
        this.#consume(state, target);
        this.#before.set(target, state.clone());
      }
      else if (changesModes(this.#before.get(target), state)) this.#split.add(target);
      state.facts = state.facts.with(loopName(target), source < target ? 0 : typeof entered === 'number' && entered !== SOME ? entered + 1 : SOME);
    }
    const needed = live.get(target);
    if (needed !== undefined && state.facts.key !== '') {
      const names = [...needed].map((variable) => truthName(variable));
      state.facts = state.facts.without((name) => name.startsWith('v') && !names.some((one) => name === one || name.startsWith(`${one}==`)));
    }
    return state;
  }

  /** The parts of a network are gone through one by one where the function may switch or freeze some of them. */
  #maxUnrolled(iterable: Value): number {
    const [list] = objectsOf(iterable);
    const holdsParts = list !== undefined && (list.label === PARTS || list.kind === 'module');
    return holdsParts && switchesParts(this.func, this.machine.libraries) ? Infinity : MAX_UNROLLED;
  }

  /** The generator that the loop with this head goes through runs now, up to its end. */
  #consume(state: State, head: BlockId): void {
    const { terminal } = this.func.blocks[head]!;
    if (terminal.kind !== 'each') return;
    const iterable = state.get(terminal.iterable);
    if (hasPending(iterable)) state.set(terminal.iterable, consume(this.machine, this.frame, state, iterable, iterationOf(terminal)));
  }

  /** Holds if a variable outlives this activation: other functions use it, or other files import it. */
  #isCell(variable: Variable): boolean {
    return variable.captured || variable.owner !== this.func.id || (this.func.kind === 'module' && this.#module !== this.machine.module);
  }

  /** What a condition must come to on this path; null if that is open. */
  #outcomeOf(state: State, condition: Condition | undefined): boolean | null {
    if (condition === undefined || state.facts.key === '') return null;
    const known = state.facts.get(condition.name);
    if (typeof known === 'boolean') return known !== condition.negated;
    if (condition.constant === null) return null;
    // Equal to one constant is unequal to another.
    const others = `${truthName(condition.variable)}==`;
    for (const [name, value] of state.facts.entries()) if (value === true && name.startsWith(others)) return condition.negated;
    return null;
  }

  /** A test that speaks of a mode: through a stale copy, or by its name where the value is not known. */
  #guardOf(temp: Temp, test: Value, side: boolean): StaleGuard | null {
    if (this.machine.probe === null) return null;
    if (test.stale !== null) return { test, block: temp + this.func.id * 1_000_000, side };
    if (test.atoms.some((atom) => atom.kind === 'flag')) return null;
    // The argument of the call that is probed is no hint at a mode, but the mode.
    if (this.machine.probe.options !== null && mustConstant(test) !== null) return null;
    return this.#speaksOfMode(temp, 0) ? { test, block: temp + this.func.id * 1_000_000, side } : null;
  }

  #speaksOfMode(temp: Temp, depth: number): boolean {
    const instr = this.#definition(temp);
    if (instr === undefined || depth > 4) return false;
    if (instr.kind === 'load') return MODE_WORDS.test(instr.variable.name);
    if (instr.kind === 'get-attr') return MODE_WORDS.test(instr.name) || this.#speaksOfMode(instr.object, depth + 1);
    return operandsOf(instr).some((operand) => this.#speaksOfMode(operand, depth + 1));
  }

  #definition(temp: Temp): Instr | undefined {
    if (this.#definitions === null) {
      this.#definitions = new Map();
      for (const block of this.func.blocks) {
        for (const instr of block.instrs) {
          const dest = destOf(instr);
          if (dest !== null) this.#definitions.set(dest, instr);
        }
      }
    }
    return this.#definitions.get(temp);
  }

  #classOf(id: number, bases: readonly Value[]): ProjectClass {
    const { machine } = this;
    const definition = this.#module.classes[id]!;
    let known = machine.classes.get(definition);
    if (known === undefined) {
      known = { module: this.#module, definition, bases, members: new Map() };
      machine.classes.set(definition, known);
    } else if (known.bases.length === bases.length) known.bases = known.bases.map((base, i) => joinValues(base, bases[i]!));
    return known;
  }

  /** The class that the running function belongs to: for `super`. Nested functions belong to the method around them. */
  #ownerClass(): ProjectClass | null {
    for (let func: Func | undefined = this.func; func !== undefined; func = func.parent === null ? undefined : this.#module.funcs[func.parent]) {
      if (func.owner !== null) return this.machine.classes.get(this.#module.classes[func.owner]!) ?? null;
    }
    return null;
  }
}

/** Takes out of a variable that may hold several constants those that `truth` rules out: functions inside of this one see it, too. */
function narrow(state: State, variable: Variable, truth: boolean): void {
  const names = variable.captured ? state.cells : state.locals;
  const value = names.get(variable);
  if (value === undefined || value.unknown || value.atoms.some((atom) => atom.kind !== 'constant')) return;
  names.set(variable, { ...value, atoms: value.atoms.filter((atom) => atom.kind === 'constant' && constantIsTruthy(atom.value) === truth) });
}

const MODE_WORDS = /train|eval|infer|test|determin|stochastic|sampl|augment|phase|stage|mode|valid/i;

/** Holds if some network has another mode in `after` than it had in `before`. */
function changesModes(before: State | undefined, after: State): boolean {
  if (before === undefined || before.heap.isSameAs(after.heap)) return false;
  return after.heap.entriesUnlike(before.heap).some(({ key, value }) => value.modes !== 0 && before.heap.has(key) && before.object(key).modes !== value.modes);
}
