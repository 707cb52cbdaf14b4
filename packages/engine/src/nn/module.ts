/**
 * The base of every layer and model, with PyTorch's mode semantics to the letter.
 *
 * Guarantees (mode inventory 3; PyTorch 2.13, executed): a module starts in training mode; `train(mode)` sets its own flag and
 * calls `train(mode)` of every distinct child, and so honours a child that overrides it; `eval()` is `train(false)`, so a parent never
 * calls an overridden `eval` of a child; assigning `training` reaches no child. Children, parameters and buffers are the fields
 * that hold one. Arrays, Maps, closures and private `#fields` are not reached, as in PyTorch.
 * Refuses: a mode that is no boolean, a state dictionary that does not fit (with PyTorch's message).
 *
 * Worked example: `class Net extends nn.Module { readonly fc = new nn.Linear(4, 2); forward(x: Tensor) { return this.fc.call(x); } }`,
 * used as `new Net().call(x)`: `forward` is what a class writes, `call` runs hooks and trace around it.
 */
import { gradPort, type GradPort } from '../autograd/grad-port.ts';
import { activeTrace } from '../trace/trace.ts';
import { Tensor } from '../ops/tensor.ts';
import { knownSensitivity } from './known-sensitivity.ts';
import { initializeModuleState, moduleState, type Hook, type ModeOrigin, type ModuleState } from './module-state.ts';
import { Parameter } from './parameter.ts';
import { changeMode, setMode } from './set-mode.ts';
import { loadStateInto, type StateDict } from './state-dict.ts';
import { tracedCall } from './traced-call.ts';

export interface HookHandle {
  remove(): void;
}

export abstract class Module {
  /** Training mode (true, the initial value) or evaluation mode. */
  declare training: boolean;
  declare readonly [moduleState]: ModuleState;

  constructor() {
    initializeModuleState(this);
  }

  /** What the module computes. A subclass writes it; a caller uses `call`. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as PyTorch's `forward: Callable[..., Any]`: a subclass decides on inputs and output, and `call` takes its types from there
  abstract forward(...inputs: any[]): any;

  /** Runs pre-hooks, `forward` and hooks. */
  call(...inputs: Parameters<this['forward']>): ReturnType<this['forward']> {
    const state = this[moduleState];
    const runPreHooks = (): readonly unknown[] => {
      let given: readonly unknown[] = inputs;
      for (const hook of state.preHooks) {
        const replaced = hook(this, given);
        if (replaced !== undefined) given = Array.isArray(replaced) ? replaced : [replaced];
      }
      return given;
    };
    const run = (given: readonly unknown[]): ReturnType<this['forward']> => {
      // A class written in JavaScript may have none.
      if (typeof this.forward !== 'function') throw new Error(`Module [${this.constructor.name}] is missing the required "forward" function`);
      let output: unknown = this.forward(...given);
      for (const hook of state.hooks) output = hook(this, given, output) ?? output;
      return output as ReturnType<this['forward']>;
    };
    const trace = activeTrace();
    return trace === null ? run(runPreHooks()) : tracedCall(trace, this, runPreHooks, run);
  }

  /** `hook(module, inputs)` before every `forward`; what it returns replaces the inputs. */
  registerForwardPreHook(hook: (module: object, inputs: readonly unknown[]) => unknown): HookHandle {
    return this.#hook(this[moduleState].preHooks, hook);
  }

  /** `hook(module, inputs, output)` after every `forward`; what it returns replaces the output. */
  registerForwardHook(hook: (module: object, inputs: readonly unknown[], output: unknown) => unknown): HookHandle {
    return this.#hook(this[moduleState].hooks, hook as Hook);
  }

  #hook(hooks: Set<Hook>, hook: Hook): HookHandle {
    // Wrapped, so that one function may be registered twice.
    const entry: Hook = (module, inputs, output) => hook(module, inputs, output);
    hooks.add(entry);
    return { remove: () => void hooks.delete(entry) };
  }

  // --- mode

  /**
   * Sets training (or, with false, evaluation) mode on this module and everything registered in it.
   * @throws ValueError for anything but a boolean
   */
  train(mode = true): this {
    return changeMode(this, mode, 'train', () => {
      setMode(this, mode);
      return this;
    }) as this;
  }

  /** Evaluation mode: `train(false)`. */
  eval(): this {
    return changeMode(this, false, 'eval', () => this.train(false)) as this;
  }

  /**
   * Whether what this module itself computes (children aside) depends on the mode; undefined where only running it can tell.
   * Layers answer from their configuration: a Dropout with p = 0 is not sensitive.
   */
  isModeSensitive(): boolean | undefined {
    return undefined;
  }

  /** Where the mode was last set, while a guard has asked for that to be remembered. Read structurally by guards. */
  get [Symbol.for('modeguard.modeSetAt')](): ModeOrigin | undefined {
    return this[moduleState].modeSetAt;
  }

  /** A guard that puts a flag back puts its origin back, too. */
  set [Symbol.for('modeguard.modeSetAt')](origin: ModeOrigin | undefined) {
    this[moduleState].modeSetAt = origin;
  }

  /** Read structurally by guards, which list the layers that matter first. */
  get [Symbol.for('modeguard.modeSensitive')](): boolean | undefined {
    return knownSensitivity(this);
  }

  /** The gradient switches of the engine that this module belongs to; read structurally by guards. */
  get [Symbol.for('modeguard.gradPort')](): GradPort {
    return gradPort;
  }

  // --- what is registered

  /** Registered entries by field name, children included more than once if two fields hold the same one. */
  protected registered(): Iterable<[string, unknown]> {
    return Object.keys(this)
      .filter((name) => name !== 'training')
      .map((name): [string, unknown] => [name, (this as Record<string, unknown>)[name]]);
  }

  /** Direct children with their names, each module once. */
  *namedChildren(): Generator<[string, Module]> {
    const seen = new Set<Module>();
    for (const [name, value] of this.registered()) {
      if (!(value instanceof Module) || seen.has(value)) continue;
      seen.add(value);
      yield [name, value];
    }
  }

  *children(): Generator<Module> {
    for (const [, child] of this.namedChildren()) yield child;
  }

  /** This module ('') and all below it, parents first; each once unless `removeDuplicate` is false. */
  *namedModules(prefix = '', removeDuplicate = true, seen = new Set<Module>()): Generator<[string, Module]> {
    if (seen.has(this)) return;
    if (removeDuplicate) seen.add(this);
    yield [prefix, this];
    for (const [name, child] of this.registered()) {
      if (child instanceof Module) yield* child.namedModules(prefix === '' ? name : `${prefix}.${name}`, removeDuplicate, seen);
    }
  }

  *modules(): Generator<Module> {
    for (const [, module] of this.namedModules()) yield module;
  }

  *#namedTensors(of: (module: Module) => Iterable<[string, Tensor]>, recurse: boolean): Generator<[string, Tensor]> {
    const seen = new Set<Tensor>();
    for (const [prefix, module] of recurse ? this.namedModules() : [['', this] as const]) {
      for (const [name, value] of of(module)) {
        if (seen.has(value)) continue;
        seen.add(value);
        yield [prefix === '' ? name : `${prefix}.${name}`, value];
      }
    }
  }

  *#ownParameters(): Generator<[string, Parameter]> {
    for (const [name, value] of this.registered()) if (value instanceof Parameter) yield [name, value];
  }

  *#ownBuffers(onlySaved: boolean): Generator<[string, Tensor]> {
    for (const [field, { key, persistent }] of this[moduleState].buffers) {
      const value = (this as Record<string, unknown>)[field];
      if (value instanceof Tensor && (persistent || !onlySaved)) yield [key, value];
    }
  }

  namedParameters(options: { readonly recurse?: boolean } = {}): Generator<[string, Parameter]> {
    return this.#namedTensors((module) => module.#ownParameters(), options.recurse ?? true) as Generator<[string, Parameter]>;
  }

  *parameters(options: { readonly recurse?: boolean } = {}): Generator<Parameter> {
    for (const [, parameter] of this.namedParameters(options)) yield parameter;
  }

  namedBuffers(options: { readonly recurse?: boolean } = {}): Generator<[string, Tensor]> {
    return this.#namedTensors((module) => module.#ownBuffers(false), options.recurse ?? true);
  }

  *buffers(options: { readonly recurse?: boolean } = {}): Generator<Tensor> {
    for (const [, buffer] of this.namedBuffers(options)) yield buffer;
  }

  /**
   * Makes the field `name` a buffer: part of the state, not trained. `key` is its name in the state dictionary where that
   * differs (PyTorch's `running_mean` for a field `runningMean`).
   */
  registerBuffer(name: string, value: Tensor | null, options: { readonly key?: string; readonly persistent?: boolean } = {}): void {
    this[moduleState].buffers.set(name, { key: options.key ?? name, persistent: options.persistent ?? true });
    (this as Record<string, unknown>)[name] = value;
  }

  registerModule(name: string, module: Module | null): void {
    if (module !== null && !(module instanceof Module)) throw new TypeError(`${typeof module} is not a Module subclass`);
    (this as Record<string, unknown>)[name] = module;
  }

  registerParameter(name: string, parameter: Parameter | null): void {
    (this as Record<string, unknown>)[name] = parameter;
  }

  // --- acting on all

  /** Calls `fn` on every module below this one and then on this one. */
  apply(fn: (module: Module) => void): this {
    for (const child of this.children()) child.apply(fn);
    fn(this);
    return this;
  }

  requiresGrad_(requiresGrad = true): this {
    for (const parameter of this.parameters()) parameter.requiresGrad_(requiresGrad);
    return this;
  }

  zeroGrad(options: { readonly setToNone?: boolean } = {}): void {
    for (const parameter of this.parameters()) {
      if (options.setToNone ?? true) parameter.grad = null;
      else if (parameter.grad !== null) parameter.grad.detach().zero_();
    }
  }

  /** Parameters and persistent buffers by path: detached, sharing memory. The mode is no part of it. */
  stateDict(prefix = ''): StateDict {
    const state: StateDict = new Map();
    for (const [path, module] of this.namedModules('', false)) {
      const start = prefix + (path === '' ? '' : `${path}.`);
      for (const [name, value] of module.#ownParameters()) state.set(start + name, value.detach());
      for (const [name, value] of module.#ownBuffers(true)) state.set(start + name, value.detach());
    }
    return state;
  }

  /**
   * Copies values in by name; the mode stays as it is.
   * @throws RuntimeError that lists all missing, unexpected and ill-sized keys (the first two only when `strict`)
   */
  loadStateDict(state: StateDict | Readonly<Record<string, Tensor>>, options: { readonly strict?: boolean } = {}): { readonly missingKeys: readonly string[]; readonly unexpectedKeys: readonly string[] } {
    return loadStateInto(this, state, options.strict ?? true);
  }

  /** `Net(\n  (fc): Linear(inFeatures=4, ...)\n)`. */
  toString(): string {
    const lines = [...this.namedChildren()].map(([name, child]) => `  (${name}): ${child.toString().replaceAll('\n', '\n  ')}`);
    return lines.length === 0 ? `${this.constructor.name}(${this.extraRepr()})` : `${this.constructor.name}(\n${lines.join('\n')}\n)`;
  }

  protected extraRepr(): string {
    return '';
  }
}
