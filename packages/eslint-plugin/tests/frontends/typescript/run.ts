// Runs IR: a small executor for the part of JavaScript that has no classes, generators or promises. It is how a test asks
// whether the lowering means what the text means.
import { assertNever, type Func, type Instr, type Module, type Temp, type Variable } from '../../../src/ir/ir.ts';

interface Box {
  readonly value: unknown;
}

interface Activation {
  readonly func: Func;
  readonly around: Activation | null;
  readonly variables: Map<Variable, unknown>;
  readonly temps: Map<Temp, Box>;
}

type Callable = (this: unknown, ...args: unknown[]) => unknown;

export class Executor {
  readonly #module: Module;
  readonly #globals: Readonly<Record<string, unknown>>;

  constructor(module: Module, globals: Readonly<Record<string, unknown>>) {
    this.#module = module;
    this.#globals = globals;
  }

  /** Runs the module and calls its function `name`. */
  call(name: string): unknown {
    const activation = this.#run(this.#module.funcs[0]!, null, undefined, []).activation;
    const variable = [...activation.variables.keys()].find((candidate) => candidate.name === name)!;
    return (activation.variables.get(variable) as Callable)();
  }

  #run(func: Func, around: Activation | null, receiver: unknown, args: readonly unknown[]): { readonly activation: Activation; readonly value: unknown } {
    const activation: Activation = { func, around, variables: new Map(), temps: new Map() };
    if (func.thisVariable !== null) activation.variables.set(func.thisVariable, receiver);
    func.params.forEach(({ variable, kind }, index) => activation.variables.set(variable, kind === 'rest' ? args.slice(index) : args[index]));
    const get = (temp: Temp): unknown => activation.temps.get(temp)!.value;
    // An exception is pending from the start of its handler to the `catch` or `rethrow` there; cleanups may nest others in it.
    const pending: unknown[] = [];
    const iterators = new Map<number, { readonly box: Box; readonly iterator: Iterator<unknown> }>();
    for (let id = func.entry; ; ) {
      const block = func.blocks[id]!;
      try {
        for (const instr of block.instrs) this.#step(activation, instr, pending);
        const { terminal } = block;
        switch (terminal.kind) {
          case 'goto':
            id = terminal.target;
            break;
          case 'branch':
            if (terminal.test === null) throw new Error('an open choice');
            id = get(terminal.test) ? terminal.then : terminal.else;
            break;
          case 'each': {
            const box = activation.temps.get(terminal.iterable)!;
            const known = iterators.get(id);
            const iterator = known?.box === box ? known.iterator : (box.value as Iterable<unknown>)[Symbol.iterator]();
            iterators.set(id, { box, iterator });
            const next = iterator.next();
            if (next.done !== true) activation.temps.set(terminal.dest, { value: next.value });
            id = next.done === true ? terminal.done : terminal.body;
            break;
          }
          case 'return':
            return { activation, value: terminal.value === null ? undefined : get(terminal.value) };
          case 'throw':
            throw terminal.value === null ? pending.pop() : get(terminal.value);
          case 'unreachable':
            throw new Error('unreachable');
          default:
            return assertNever(terminal);
        }
      } catch (error) {
        if (block.handler === null) throw error;
        pending.push(error);
        id = block.handler;
      }
    }
  }

  #step(activation: Activation, instr: Instr, pending: unknown[]): void {
    const { temps } = activation;
    const get = (temp: Temp): unknown => temps.get(temp)!.value;
    const set = (temp: Temp, value: unknown): void => void temps.set(temp, { value });
    switch (instr.kind) {
      case 'const':
        return set(instr.dest, instr.value.type === 'none' ? null : instr.value.type === 'undefined' ? undefined : instr.value.value);
      case 'load':
        return set(instr.dest, home(activation, instr.variable).variables.get(instr.variable));
      case 'store':
        return void home(activation, instr.variable).variables.set(instr.variable, get(instr.value));
      case 'global':
        return set(instr.dest, this.#globals[instr.name]);
      case 'get-attr':
        return set(instr.dest, property(get(instr.object), instr.name));
      case 'set-attr':
        return void ((get(instr.object) as Record<string, unknown>)[instr.name] = get(instr.value));
      case 'get-item':
        return set(instr.dest, property(get(instr.object), get(instr.index!) as string));
      case 'set-item':
        return void ((get(instr.object) as Record<string, unknown>)[get(instr.index!) as string] = get(instr.value));
      case 'call': {
        const args = instr.args.flatMap((arg) => (arg.kind === 'spread' ? [...(get(arg.value) as Iterable<unknown>)] : [get(arg.value)]));
        const { callee } = instr;
        if (callee.kind === 'value') return set(instr.dest, (get(callee.value) as Callable)(...args));
        const object = get(callee.object);
        return set(instr.dest, (property(object, callee.name) as Callable).apply(object, args));
      }
      case 'function': {
        const func = this.#module.funcs[instr.func]!;
        const run = (receiver: unknown, args: readonly unknown[]): unknown => this.#run(func, activation, receiver, args).value;
        return set(instr.dest, function (this: unknown, ...args: unknown[]) { return run(this, args); });
      }
      case 'collection': {
        if (instr.form === 'list') return set(instr.dest, instr.elements.flatMap((element) => (element.kind === 'spread' ? [...(get(element.value) as Iterable<unknown>)] : [get(element.value)])));
        const object: Record<string, unknown> = {};
        for (const { key, value, without = [] } of instr.elements) {
          if (key === null) Object.assign(object, Object.fromEntries(Object.entries(get(value) as object).filter(([name]) => !without.includes(name))));
          else object[get(key) as string] = get(value);
        }
        return set(instr.dest, object);
      }
      case 'operator':
        return set(instr.dest, operate(instr.operator, instr.operands.map((operand) => get(operand))));
      case 'enter':
        return set(instr.dest, get(instr.manager));
      case 'exit':
        return void (get(instr.manager) as Disposable | null | undefined)?.[Symbol.dispose]();
      case 'opaque':
        // What is opaque here (the receiver of a computed method) does nothing at run time.
        return set(instr.dest, undefined);
      case 'catch':
        return set(instr.dest, pending.pop());
      default:
        throw new Error(`no meaning for ${instr.kind}`);
    }
  }
}

function home(activation: Activation, variable: Variable): Activation {
  for (let at: Activation | null = activation; at !== null; at = at.around) if (at.func.id === variable.owner) return at;
  throw new Error(`${variable.name} has no home`);
}

function property(object: unknown, name: string): unknown {
  return (object as Record<string, unknown>)[name];
}

function operate(operator: string, [a, b]: readonly unknown[]): unknown {
  switch (operator) {
    case 'not':
      return !a;
    case '==':
      return a === b || (a == null && b == null);
    case '!=':
      return a !== b && (a != null || b != null);
    case '+':
      return (a as number) + (b as number);
    case '-':
      return (a as number) - (b as number);
    case '<':
      return (a as number) < (b as number);
    case 'keys':
      return Object.keys(a as object);
    default:
      throw new Error(`no meaning for ${operator}`);
  }
}
