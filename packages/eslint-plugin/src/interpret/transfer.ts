// The transfer function: what each instruction does to a state (what an edge says about it is in `edges.ts`). One instance runs one
// activation of a function; it also collects what the activation returns and leaves behind.
import { assertNever, type BlockId, type Func, type Instr, type Module, type Temp, type Terminal, type Variable } from '../ir/ir.ts';
import type { Analysis } from '../dataflow/solver.ts';
import { isOff } from '../domains/grad.ts';
import { PathFacts } from '../domains/path-facts.ts';
import { SharedMap } from '../domains/shared-map.ts';
import type { State } from '../domains/state.ts';
import { ANYTHING, cutOff, derive, forwardsOf, joinValues, mustObject, NOTHING, ofBoolean, ofConstant, type Value } from '../domains/value.ts';
import type { Frame, Resumed } from './activation.ts';
import { getAttribute, getByName, getItem, iterate, setAttribute, setItem } from './attributes.ts';
import { callInstr } from './call.ts';
import { combined, keysOfRecord, sliceOf } from './collection-call.ts';
import { forgetHanded } from './attribute-conditions.ts';
import { conditionsOf, outcomeOf, type Conditions } from './conditions.ts';
import { isOfVariable } from './fact-names.ts';
import { isSameFor, neededAt } from './crossing-temps.ts';
import { defineMember, makeClass, makeFunction } from './define.ts';
import { Edges } from './edges.ts';
import { Focus } from './focus.ts';
import { consume, hasPending, iterationOf } from './generators.ts';
import { operatorMethods, readItem, writeItem } from './implied-calls.ts';
import { makeCollection } from './literals.ts';
import { isGetter, isKnownMethod, readGetters } from './object-literals.ts';
import type { Machine } from './machine.ts';
import { evaluateOperator } from './operator.ts';
import { noteModeMethod } from './mode-methods.ts';
import { noteAwait, noteEnd } from './races.ts';
import { globalValue, importValue, superValue } from './outer-names.ts';
import type { RecordedRun } from './recorder.ts';
import { LATER, PASSED, passYield } from './resume.ts';
import { enterScope, exitScope, noteSuspension } from './scope.ts';
import { escapeTree } from './set-mode.ts';
import { settled } from './settled.ts';
import { withStaleElement, withStaleVariable } from './staleness.ts';
import { noteWrittenVariable } from './switched-off.ts';
import { WaysOut } from './ways-out.ts';

const NO_TEMPS: State['temps'] = new SharedMap();

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
  /** Set if somebody wants to see the states of this activation. */
  readonly record: RecordedRun | null;
  #thrownByStep: State | null = null;
  readonly #module: Module;
  readonly #conditions: Conditions;
  readonly #edges: Edges;
  readonly #focus: Focus;
  readonly #observed: boolean;
  /** The states in which the activation is left, for what it does to the modes of others. */
  readonly ways: WaysOut;
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
    this.record = machine.recorder?.begin(machine, frame, func) ?? null;
    this.#focus = new Focus(frame, func);
    this.#edges = new Edges(machine, frame, func, this.#conditions);
    this.ways = new WaysOut(machine, frame, func);
  }

  clone(state: State): State {
    return state.clone();
  }

  /** Temps that are not read any more are dropped on the way out: most are, and states stay small. */
  arriving(state: State, target: BlockId, isLeft: boolean): State {
    const temps = neededAt(this.func, target, state.temps);
    if (!isLeft) return state.clone(temps);
    state.temps = temps;
    return state;
  }

  joinInto(into: State, from: State): boolean {
    return into.joinFrom(from);
  }

  pathOf(state: State): string {
    return state.facts.key;
  }

  maxPaths(): number {
    return this.#edges.maxPaths;
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

  thrownIn(state: State, handler: BlockId | null): State {
    return state.clone(handler === null ? NO_TEMPS : neededAt(this.func, handler, state.temps));
  }

  throwsAlike(before: State, now: State, handler: BlockId | null): boolean {
    return before.isUnchangedIn(now) && (handler === null || isSameFor(this.func, handler, before.temps, now.temps));
  }

  thrownState(): State | null {
    return this.#thrownByStep;
  }

  leave(state: State, terminal: Terminal | null): void {
    if (terminal?.kind === 'return') this.#edges.turns.leaveBy(state, terminal);
    let out = state.forCallee();
    if (terminal !== null) this.#focus.leaveActivation(out);
    if (terminal === null) this.#focus.leave(out, null, null);
    if (terminal === null || terminal.kind === 'throw') {
      if (this.#observed) this.ways.note(state, null);
      if (this.thrown === null) this.thrown = out;
      else this.thrown.joinFrom(out);
      return;
    }
    if (terminal.kind !== 'return' || this.#wasOver(state)) return;
    this.ways.note(state, terminal);
    if (this.func.isAsync && state.relied.size > 0) noteEnd(this.machine, this.frame, state);
    // Whoever calls a root goes through the generator that it returns.
    const given = terminal.value !== null && this.frame.context.parent === null && !this.func.isGenerator ? state.get(terminal.value) : null;
    if (given !== null && hasPending(given)) {
      state.set(terminal.value!, consume(this.machine, this.frame, state, given, iterationOf(terminal)));
      out = state.forCallee();
      this.#focus.leaveActivation(out);
    }
    const value = terminal.value === null ? ofConstant({ type: this.machine.language === 'python' ? 'none' : 'undefined' }) : state.get(terminal.value);
    this.result = joinValues(this.result, this.func.isGenerator ? this.yielded : value);
    if (this.exit === null) this.exit = out;
    else this.exit.joinFrom(out);
  }

  /** Holds on a path on which a generator was over before the step that it is asked for. */
  #wasOver(state: State): boolean {
    const resumed = this.frame.managed;
    if (resumed?.phase !== 'resume') return false;
    const passed = state.facts.get(PASSED);
    if (resumed.isAny) return passed === LATER || (resumed.inTurns === true && passed === 0);
    return typeof passed === 'number' && passed < resumed.passed.length;
  }

  observesThrows(): boolean {
    return this.#observed;
  }

  step(state: State, instr: Instr, caught: boolean): boolean {
    const returns = this.#run(state, instr, caught);
    if (this.record !== null && returns) this.record.after(instr, state);
    return returns;
  }

  /** Whether what `dest` gets is true on this path, if it is used for that alone; null if nobody knows. */
  #truthOf(state: State, dest: Temp): boolean | null {
    const subject = this.#conditions.plainLoads.get(dest);
    const truth = subject === undefined ? undefined : state.facts.get(subject);
    return typeof truth === 'boolean' ? truth : null;
  }

  #run(state: State, instr: Instr, caught: boolean): boolean {
    const { machine } = this;
    const frame = this.#frameIn(state);
    // A write may copy the heap, so a step costs more the larger that is.
    machine.budget.steps += 1 + (state.heap.size >>> 8);
    this.#thrownByStep = null;
    switch (instr.kind) {
      case 'const':
        state.set(instr.dest, ofConstant(instr.value));
        return true;
      case 'load': {
        const truth = this.#truthOf(state, instr.dest);
        const value = this.frame.captured?.get(instr.variable) ?? (this.#isCell(instr.variable) ? state.cells.get(instr.variable) : state.locals.get(instr.variable)) ?? ANYTHING;
        state.set(instr.dest, truth === null ? withStaleVariable(machine, instr.variable, value, frame, instr) : withTruth(value, truth));
        return true;
      }
      case 'store': {
        const value = state.get(instr.value);
        state.facts = state.facts.without((name) => isOfVariable(name, instr.variable));
        if (this.#sharedCells.has(instr.variable)) state.cells.set(instr.variable, joinValues(state.cells.get(instr.variable) ?? NOTHING, value));
        else if (this.#isCell(instr.variable)) {
          state.cells.set(instr.variable, value);
          noteWrittenVariable(machine, instr.variable, value, instr);
        }
        else state.locals.set(instr.variable, value);
        return true;
      }
      case 'global':
        state.set(instr.dest, globalValue(machine, frame, state, instr.name));
        return true;
      case 'import':
        state.set(instr.dest, importValue(machine, frame, state, instr));
        return true;
      case 'import-all':
        return true;
      case 'get-attr':
        state.set(instr.dest, withTruth(getAttribute(machine, frame, state, state.get(instr.object), instr.name, instr), this.#truthOf(state, instr.dest)));
        if (machine.libraries.isModeMethod(instr.name)) noteModeMethod(machine, frame, this.func, state.get(instr.dest), instr);
        return true;
      case 'set-attr':
        setAttribute(machine, frame, state, state.get(instr.object), instr.name, state.get(instr.value), instr);
        return true;
      case 'get-item': {
        const [object, index] = [consume(machine, frame, state, state.get(instr.object), instr), instr.index === null ? null : state.get(instr.index)];
        const { given, rest } = readItem(machine, frame, state, object, index, instr);
        const named = rest === null || index === null ? null : getByName(machine, frame, state, rest, index, instr);
        const entry = named !== null ? named : rest === null ? NOTHING : index === null ? sliceOf(machine, frame, state, getItem(state, rest, null), instr.part, instr) : getItem(state, rest, index);
        const found = entry.atoms.some(isGetter) ? readGetters(machine, frame, state, mustObject(object), entry, instr) : entry;
        state.set(instr.dest, withStaleElement(machine, object, index, joinValues(given, found), frame, instr));
        return true;
      }
      case 'set-item': {
        const [index, value] = [instr.index === null ? null : state.get(instr.index), state.get(instr.value)];
        const rest = writeItem(machine, frame, state, state.get(instr.object), index, value, instr);
        if (rest !== null) setItem(machine, frame, state, rest, index, value, instr);
        return true;
      }
      case 'call': {
        machine.thrown = null;
        machine.catching = this.#observed || caught;
        const path = machine.path;
        if (state.facts.key !== '') machine.path = `${path}/${this.func.id}:${state.facts.key}`;
        const outer = machine.handed;
        const handed = (machine.handed = this.#focus.hand(machine, state, instr));
        const before = handed === null ? null : state.clone();
        const result = callInstr(machine, frame, state, instr);
        forgetHanded(state, this.func, this.#module, instr);
        if (handed !== null) this.#focus.settle(handed, before!);
        machine.handed = outer;
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
      case 'function':
        state.set(instr.dest, makeFunction(machine, frame, state, this.func, instr));
        return true;
      case 'class':
        state.set(instr.dest, makeClass(machine, frame, state, this.func, instr));
        return true;
      case 'define-member':
        defineMember(machine, state, this.func, instr);
        return true;
      case 'super':
        state.set(instr.dest, superValue(machine, frame, state, this.func));
        return true;
      case 'collection':
        state.set(instr.dest, makeCollection(machine, frame, state, this.func, instr));
        return true;
      case 'operator': {
        const outcome = outcomeOf(state.facts, this.#conditions.tests.get(instr.dest));
        if (outcome !== null) {
          state.set(instr.dest, ofBoolean(outcome));
          return true;
        }
        const operands = instr.operands.map((operand) => state.get(operand));
        const joined = machine.language === 'python' ? combined(machine, frame, state, instr.operator, operands, instr) : instr.operator === 'keys' ? keysOfRecord(machine, frame, state, operands[0]!, instr) : null;
        const computed = joined ?? evaluateOperator(machine, state, instr.operator, operands, instr);
        const given = operatorMethods(machine, frame, state, instr.operator, operands, instr);
        const result = given === null ? computed : joinValues(joinValues(computed, given), ANYTHING);
        state.set(instr.dest, isOff(state.grad) ? cutOff(result) : result);
        return true;
      }
      case 'await':
        noteSuspension(machine, frame, state, 'await', instr);
        if (state.relied.size > 0) noteAwait(machine, frame, state, instr);
        state.set(instr.dest, state.get(instr.value));
        return true;
      case 'yield': {
        const value = instr.value === null ? NOTHING : state.get(instr.value);
        if ((frame.managed === undefined || frame.managed.phase === 'resume') && !machine.managers.has(this.func)) noteSuspension(machine, frame, state, 'yield', instr);
        if (frame.managed?.phase === 'resume') return this.#goOn(state, instr, value, frame.managed);
        this.#noteYield(state, null, instr, value);
        if (frame.managed?.phase === 'enter') return false;
        if (frame.managed !== undefined) {
          state.adopt(frame.managed.body);
          if (frame.managed.how === 'exception') {
            this.#thrownByStep = state.clone();
            return false;
          }
        }
        if (this.frame.context.parent === null) machine.use(forwardsOf(settled(state, value)), 'escaped', instr.span);
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
        if (instr.construct === 'computed-method' && isKnownMethod(state.get(instr.operands[1]!))) {
          state.set(instr.dest, ANYTHING);
          return true;
        }
        const operands = instr.operands.map((operand) => consume(machine, frame, state, state.get(operand), instr));
        for (const operand of operands) escapeTree(state, operand);
        state.set(instr.dest, derive(operands.map((operand) => settled(state, operand))));
        return true;
      }
      default:
        return assertNever(instr);
    }
  }

  /** What a generator does before the yields that it has passed belongs to the steps before. */
  #frameIn(state: State): Frame {
    const resumed = this.frame.managed;
    if (resumed?.phase !== 'resume') return this.frame;
    const passed = state.facts.get(PASSED);
    const context = typeof passed === 'number' ? resumed.contexts[passed] : undefined;
    return context === undefined || context === this.frame.context ? this.frame : { ...this.frame, context };
  }

  /** A `yield` of a generator that is gone through in steps. */
  #goOn(state: State, instr: Extract<Instr, { kind: 'yield' }>, value: Value, resumed: Resumed): boolean {
    const { then, stopped } = passYield(state, resumed, instr.delegate);
    if (stopped !== null) this.#noteYield(state, stopped, instr, value);
    state.set(instr.dest, ANYTHING);
    if (then === 'raises') {
      this.#thrownByStep = state.clone();
      if (resumed.isAny) state.facts = state.facts.with(PASSED, LATER);
    }
    // Where nobody knows at which of them it stopped, it may have been a later one.
    return then === 'goes-on' || (then === 'raises' && resumed.isAny);
  }

  /** A generator gives `value`, or what that goes through, and stops in `stopped`; null: in the state after that. */
  #noteYield(state: State, stopped: State | null, instr: Extract<Instr, { kind: 'yield' }>, value: Value): void {
    this.yielded = joinValues(this.yielded, instr.delegate ? iterate(state, consume(this.machine, this.frame, state, value, instr)) : value);
    const left = stopped ?? state.forCallee();
    if (this.suspended === null) this.suspended = left;
    else this.suspended.joinFrom(left);
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
    this.#focus.leave(state, source, target);
    this.#edges.turns.leave(state, source, target, 'normal');
    return this.#edges.take(state, terminal, source, target, isThen);
  }

  caught(state: State, source: BlockId, handler: BlockId): State {
    const closes = this.#edges.turns.isLeft(source, handler);
    const isLeft = this.#focus.isLeft(source, handler);
    if (!closes && !isLeft) return state;
    const arriving = state.clone();
    if (closes) this.#edges.turns.leave(arriving, source, handler, 'exception');
    if (isLeft) this.#focus.leave(arriving, source, handler);
    return arriving;
  }

  /** Holds if a variable outlives this activation: other functions use it, or other files import it. */
  #isCell(variable: Variable): boolean {
    return variable.captured || variable.owner !== this.func.id || (this.func.kind === 'module' && this.#module !== this.machine.module);
  }
}

function withTruth(value: Value, truth: boolean | null): Value {
  return truth === null ? value : value.with({ atoms: ofBoolean(truth).atoms, unknown: false });
}
