// Builds IR. The front ends speak only to these two classes, so that the invariants of `ir.ts` are kept in one place:
// temps are defined once, every block has a terminal, unreachable blocks are dropped and the rest stands in reverse postorder.
//
// `FuncBuilder` also owns what both languages share about leaving a region early. `withCleanup` runs a body under a cleanup
// (`finally`, the exit of a `with`); the cleanup is lowered once for the normal way out, once for the exceptional one and
// once for each `return`, `break` or `continue` that leaves the body, so that a state is never merged across ways out.
import type { Arg, Block, BlockId, Callee, ClassDef, ClassId, Constant, Func, FuncId, FuncKind, Instr, InstrBody, Language, Module, Param, Temp, Terminal, TerminalBody, Variable } from './ir.ts';
import { reversePostorder } from './order.ts';
import type { Span } from '../source/span.ts';

/** States hold the variables of several modules: their numbers are all different. */
let variables = 0;

/** A variable with an id that no other has. */
export function newVariable(owner: FuncId, name: string, origin: Variable['origin']): Variable {
  const variable: Variable = { id: variables, name, owner, captured: false, origin };
  variables += 1;
  return variable;
}

export class ModuleBuilder {
  readonly file: string;
  readonly language: Language;
  readonly #funcs: (Func | null)[] = [];
  readonly #classes: ClassDef[] = [];
  readonly #exports = new Map<string, Variable>();

  constructor(file: string, language: Language) {
    this.file = file;
    this.language = language;
  }

  reserveFunc(): FuncId {
    this.#funcs.push(null);
    return this.#funcs.length - 1;
  }

  setFunc(func: Func): void {
    this.#funcs[func.id] = func;
  }

  addClass(definition: Omit<ClassDef, 'id'>): ClassId {
    const id = this.#classes.length;
    this.#classes.push({ id, ...definition });
    return id;
  }

  variable(owner: FuncId, name: string, origin: Variable['origin']): Variable {
    return newVariable(owner, name, origin);
  }

  export(name: string, variable: Variable): void {
    this.#exports.set(name, variable);
  }

  finish(syntaxErrors: readonly Span[]): Module {
    const funcs = this.#funcs.map((func, id) => {
      if (func === null) throw new Error(`Function ${id} was reserved and never lowered.`);
      return func;
    });
    return { file: this.file, language: this.language, funcs, classes: this.#classes, exports: this.#exports, syntaxErrors };
  }
}

interface OpenBlock {
  readonly id: BlockId;
  readonly instrs: Instr[];
  terminal: Terminal | null;
  readonly handler: BlockId | null;
}

/** A region that must be cleaned up when it is left early. */
interface Cleanup {
  readonly kind: 'cleanup';
  /** How many handlers were in force around the region. */
  readonly handlersOutside: number;
  readonly lower: (how: 'normal' | 'exception') => void;
}

/** A loop, or a labelled statement or `switch` that only `break` can leave. */
interface JumpTarget {
  readonly kind: 'target';
  readonly label: string | null;
  readonly breakTo: BlockId;
  readonly continueTo: BlockId | null;
}

export interface FuncHeader {
  readonly id: FuncId;
  readonly name: string;
  readonly kind: FuncKind;
  readonly isAsync: boolean;
  readonly isGenerator: boolean;
  readonly params: readonly Param[];
  readonly thisVariable: Variable | null;
  readonly parent: FuncId | null;
  readonly owner: ClassId | null;
  readonly span: Span;
  readonly nameSpan: Span;
  readonly bodyStart: number;
  readonly defStart: number;
}

// Approximation: a region whose text stands this deeply inside other cleanups (not inside their bodies: those are lowered once)
// is cleaned up on the normal way out only. Copies double with each level, and nobody writes five levels of `finally` inside
// `finally`.
const MAX_NESTED_CLEANUPS = 4;

export class FuncBuilder {
  readonly module: ModuleBuilder;
  readonly id: FuncId;
  #blocks: OpenBlock[] = [];
  #current: OpenBlock;
  #handlers: (BlockId | null)[] = [null];
  #frames: (Cleanup | JumpTarget)[] = [];
  #temps = 0;
  #scopes = 0;
  #statement: Span = { start: 0, end: 0 };
  #cleanupDepth = 0;

  constructor(module: ModuleBuilder, id: FuncId) {
    this.module = module;
    this.id = id;
    this.#current = this.#open();
  }

  /** Sets the statement that the following instructions belong to. */
  atStatement(span: Span): void {
    this.#statement = span;
  }

  temp(): Temp {
    this.#temps += 1;
    return this.#temps - 1;
  }

  scope(): number {
    this.#scopes += 1;
    return this.#scopes - 1;
  }

  synthetic(name: string): Variable {
    return this.module.variable(this.id, name, 'synthetic');
  }

  /** @param body is made an instruction by being written to: a copy of each, by spreading, costs ten times as much */
  emit(body: InstrBody, span: Span): void {
    // Statements after a `return` are lowered into a block that nothing reaches; `finish` drops it.
    this.#current.instrs.push(Object.assign(body, { span, statement: this.#statement }));
  }

  constant(value: Constant, span: Span): Temp {
    const dest = this.temp();
    this.emit({ kind: 'const', dest, value }, span);
    return dest;
  }

  load(variable: Variable, span: Span): Temp {
    if (variable.owner !== this.id) variable.captured = true;
    const dest = this.temp();
    this.emit({ kind: 'load', dest, variable }, span);
    return dest;
  }

  store(variable: Variable, value: Temp, span: Span): void {
    if (variable.owner !== this.id) variable.captured = true;
    this.emit({ kind: 'store', variable, value }, span);
  }

  getAttr(object: Temp, name: string, span: Span): Temp {
    const dest = this.temp();
    this.emit({ kind: 'get-attr', dest, object, name }, span);
    return dest;
  }

  call(callee: Callee, args: readonly Arg[], span: Span, calleeSpan: Span, isNew = false): Temp {
    const dest = this.temp();
    this.emit({ kind: 'call', dest, callee, args, isNew, calleeSpan }, span);
    return dest;
  }

  operator(operator: string, operands: readonly Temp[], span: Span): Temp {
    const dest = this.temp();
    this.emit({ kind: 'operator', dest, operator, operands }, span);
    return dest;
  }

  opaque(construct: string, operands: readonly Temp[], span: Span): Temp {
    const dest = this.temp();
    this.emit({ kind: 'opaque', dest, operands, construct }, span);
    return dest;
  }

  /** Makes an empty block under the handler that is in force now. Fill it after `startBlock`. */
  newBlock(): BlockId {
    return this.#open().id;
  }

  /** Goes on in `block`; falls through from the current block if that has not ended. */
  startBlock(block: BlockId, span: Span): void {
    if (this.#current.terminal === null) this.terminate({ kind: 'goto', target: block }, span);
    this.#current = this.#blocks[block]!;
  }

  /**
   * Ends the current block and opens an unreachable one for whatever follows in the text.
   *
   * @param body is written to, as that of `emit` is
   */
  terminate(body: TerminalBody, span: Span): void {
    if (this.#current.terminal !== null) return;
    this.#current.terminal = Object.assign(body, { span });
    this.#current = this.#open();
  }

  /** Lowers a value that is one of two: `a if t else b`, `a and b`, `a ?? b`. `test` null: either. */
  choose(test: Temp | null, then: () => Temp, otherwise: () => Temp, span: Span): Temp {
    const result = this.synthetic('?');
    const [thenBlock, elseBlock, after] = [this.newBlock(), this.newBlock(), this.newBlock()];
    this.terminate({ kind: 'branch', test, then: thenBlock, else: elseBlock }, span);
    this.startBlock(thenBlock, span);
    this.store(result, then(), span);
    this.terminate({ kind: 'goto', target: after }, span);
    this.startBlock(elseBlock, span);
    this.store(result, otherwise(), span);
    this.startBlock(after, span);
    return this.load(result, span);
  }

  /** Lowers `body` with `handler` as the place where its exceptions go. */
  withHandler(handler: BlockId, body: () => void, span: Span): void {
    this.#handlers.push(handler);
    const inner = this.newBlock();
    this.startBlock(inner, span);
    body();
    this.#handlers.pop();
    // What follows must not share a block, and so a handler, with the body.
    const after = this.newBlock();
    this.startBlock(after, span);
  }

  /** Lowers `body`, then `cleanup` on every way out of it (see the head of this file). `swallows`: control may go on after an exception. */
  withCleanup(body: () => void, cleanup: (how: 'normal' | 'exception') => void, span: Span, swallows = false): void {
    const exceptional = this.#cleanupDepth < MAX_NESTED_CLEANUPS ? this.newBlock() : null;
    const lower = (how: 'normal' | 'exception'): void => {
      this.#cleanupDepth += 1;
      cleanup(how);
      this.#cleanupDepth -= 1;
    };
    this.#frames.push({ kind: 'cleanup', handlersOutside: this.#handlers.length, lower });
    if (exceptional === null) body();
    else this.withHandler(exceptional, body, span);
    this.#frames.pop();
    lower('normal');
    if (exceptional !== null) {
      const after = this.newBlock();
      this.terminate({ kind: 'goto', target: after }, span);
      this.startBlock(exceptional, span);
      lower('exception');
      this.terminate(swallows ? { kind: 'goto', target: after } : { kind: 'throw', value: null }, span);
      this.#current = this.#blocks[after]!;
    }
  }

  /** Lowers `body` as a place that `break` (and `continue`, if `continueTo` is given) can leave. */
  withTarget(label: string | null, breakTo: BlockId, continueTo: BlockId | null, body: () => void): void {
    this.#frames.push({ kind: 'target', label, breakTo, continueTo });
    body();
    this.#frames.pop();
  }

  /** `break` or `continue`, through the cleanups in between. A jump that fits no target (a syntax error) goes nowhere. */
  jump(kind: 'break' | 'continue', label: string | null, span: Span): void {
    for (let depth = this.#frames.length - 1; depth >= 0; depth -= 1) {
      const frame = this.#frames[depth]!;
      if (frame.kind === 'cleanup') continue;
      const target = kind === 'break' ? (label === null && frame.label !== null && frame.continueTo === null ? null : frame.breakTo) : frame.continueTo;
      if (target === null || (label !== null && frame.label !== label)) continue;
      this.#leaveTo(depth, () => this.terminate({ kind: 'goto', target }, span));
      return;
    }
    this.terminate({ kind: 'unreachable' }, span);
  }

  /** `return value`, through all open cleanups. */
  return(value: Temp | null, span: Span): void {
    this.#leaveTo(-1, () => this.terminate({ kind: 'return', value }, span));
  }

  throw(value: Temp | null, span: Span): void {
    this.terminate({ kind: 'throw', value }, span);
  }

  /** Runs the cleanups above `depth`, innermost first, each with only the frames and the handler around it in force. */
  #leaveTo(depth: number, then: () => void): void {
    const frames = this.#frames;
    const handlers = this.#handlers;
    const statement = this.#statement;
    for (let i = frames.length - 1; i > depth; i -= 1) {
      const frame = frames[i]!;
      if (frame.kind !== 'cleanup') continue;
      this.#frames = frames.slice(0, i);
      this.#handlers = handlers.slice(0, frame.handlersOutside);
      const block = this.newBlock();
      this.startBlock(block, statement);
      frame.lower('normal');
    }
    then();
    this.#frames = frames;
    this.#handlers = handlers;
    this.#statement = statement;
    // Whatever follows in the text is unreachable, under the handler of its place.
    this.#current = this.#open();
  }

  /** Ends the function: an open end returns nothing. */
  finish(header: FuncHeader, end: Span): Func {
    this.terminate({ kind: 'return', value: null }, end);
    const terminated = this.#blocks.map(({ id, instrs, terminal, handler }): Block => ({ id, instrs, terminal: terminal ?? { kind: 'unreachable', span: end }, handler }));
    const blocks: readonly Block[] = reversePostorder(terminated);
    const { id, name, kind, isAsync, isGenerator, params, thisVariable, parent, owner, span, nameSpan, bodyStart, defStart } = header;
    const func: Func = { id, name, kind, isAsync, isGenerator, params, thisVariable, parent, owner, blocks, entry: 0, tempCount: this.#temps, span, nameSpan, bodyStart, defStart };
    this.module.setFunc(func);
    return func;
  }

  #open(): OpenBlock {
    const block: OpenBlock = { id: this.#blocks.length, instrs: [], terminal: null, handler: this.#handlers[this.#handlers.length - 1] ?? null };
    this.#blocks.push(block);
    return block;
  }
}
