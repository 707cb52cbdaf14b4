/**
 * The base of every layer and model, with PyTorch's mode semantics to the letter.
 *
 * Guarantees (mode inventory 3; PyTorch 2.13, executed): a module starts in training mode; `train(mode)` sets its own flag and
 * calls `train(mode)` of every distinct child, and so honours a child that overrides it; `eval()` is `train(false)`, so a parent never
 * calls an overridden `eval` of a child; assigning `training` reaches no child. Children, parameters and buffers are the fields
 * that hold one. Arrays, Maps, closures and private `#fields` are not reached, as in PyTorch.
 * Refuses: a mode that is no boolean.
 *
 * Worked example: `class Net extends nn.Module { readonly fc = new nn.Linear(4, 2); forward(x: Tensor) { return this.fc.call(x); } }`,
 * used as `new Net().call(x)`: `forward` is what a class writes, `call` runs hooks and trace around it. Registering hooks, deep copies,
 * loading and looking up tensors are methods that `hook-methods.ts`, `copy-methods.ts`, `load-methods.ts` and `lookup-methods.ts` add where they are imported.
 */
import { withoutRecording } from '../autograd/grad-mode.ts';
import { releaseFromScopes } from '../autograd/scope.ts';
import { gradPort, type GradPort } from '../autograd/grad-port.ts';
import { isFloating, type DType } from '../tensor/dtype.ts';
import { activeTrace } from '../trace/trace.ts';
import { Tensor } from '../ops/tensor.ts';
import { RuntimeError } from '../tensor/errors.ts';
import { methodsToImport } from '../tensor/methods-to-import.ts';
import { knownSensitivity } from './known-sensitivity.ts';
import { submoduleAt } from './module-lookup.ts';
import { initializeModuleState, moduleState, type ModeOrigin, type ModuleState } from './module-state.ts';
import { Parameter } from './parameter.ts';
import { changeMode, setMode } from './set-mode.ts';
import type { OwnState, StateDict } from './state-dict.ts';
import { uninitialized } from './uninitialized.ts';

export type { HookHandle } from './module-hooks.ts';

export interface NamedOptions {
  /** Put before every path. */
  readonly prefix?: string;
  readonly recurse?: boolean;
  readonly removeDuplicate?: boolean;
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
    // A class written in JavaScript may have none.
    if (typeof this.forward !== 'function') throw new Error(`Module [${this.constructor.name}] is missing the required "forward" function`);
    const hooks = this[moduleState].hooks?.isEmpty === false ? this[moduleState].hooks : null;
    const trace = activeTrace;
    if (hooks === null && trace === null) return this.forward(...inputs) as ReturnType<this['forward']>;
    const forward = (given: readonly unknown[]): unknown => this.forward(...given);
    if (hooks === null) return trace!.moduleCall(trace!, this, () => inputs, forward) as ReturnType<this['forward']>;
    const prepare = (): readonly unknown[] => hooks.prepare(this, inputs);
    const run = (given: readonly unknown[]): unknown => hooks.run(this, given, forward);
    return (trace === null ? run(prepare()) : trace.moduleCall(trace, this, prepare, run)) as ReturnType<this['forward']>;
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

  /** Direct children with their names; one that two fields hold comes twice. */
  *childEntries(): Generator<[string, Module]> {
    for (const [name, value] of this.registered()) if (value instanceof Module) yield [name, value];
  }

  /** Direct children with their names, each module once. */
  *namedChildren(): Generator<[string, Module]> {
    const seen = new Set<Module>();
    for (const [name, value] of this.childEntries()) {
      if (seen.has(value)) continue;
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
    for (const [name, child] of this.childEntries()) yield* child.namedModules(prefix === '' ? name : `${prefix}.${name}`, removeDuplicate, seen);
  }

  *modules(): Generator<Module> {
    for (const [, module] of this.namedModules()) yield module;
  }

  private *namedTensors(of: (module: Module) => Iterable<[string, Tensor]>, { prefix = '', recurse = true, removeDuplicate = true }: NamedOptions): Generator<[string, Tensor]> {
    const seen = new Set<Tensor>();
    for (const [path, module] of recurse ? this.namedModules(prefix, removeDuplicate) : [[prefix, this] as const]) {
      for (const [name, value] of of(module)) {
        if (seen.has(value)) continue;
        if (removeDuplicate) seen.add(value);
        yield [path === '' ? name : `${path}.${name}`, value];
      }
    }
  }

  private *ownParameters(): Generator<[string, Parameter]> {
    for (const [name, value] of this.registered()) if (value instanceof Parameter) yield [name, value];
  }

  private *ownBuffers(): Generator<[string, Tensor]> {
    for (const [field, { key }] of this[moduleState].buffers) {
      const value = (this as Record<string, unknown>)[field];
      if (value instanceof Tensor) yield [key, value];
    }
  }

  /** Parameters with their paths, each once unless `removeDuplicate` is false. */
  namedParameters(options: NamedOptions = {}): Generator<[string, Parameter]> {
    return this.namedTensors((module) => module.ownParameters(), options) as Generator<[string, Parameter]>;
  }

  *parameters(options: { readonly recurse?: boolean } = {}): Generator<Parameter> {
    for (const [, parameter] of this.namedParameters(options)) yield parameter;
  }

  namedBuffers(options: NamedOptions = {}): Generator<[string, Tensor]> {
    return this.namedTensors((module) => module.ownBuffers(), options);
  }

  *buffers(options: { readonly recurse?: boolean } = {}): Generator<Tensor> {
    for (const [, buffer] of this.namedBuffers(options)) yield buffer;
  }

  /** What is registered under this name, undefined if nothing is. */
  entry(name: string): unknown {
    for (const [key, value] of this.registered()) if (key === name) return value;
    return undefined;
  }

  /** The module at a dotted path; '' is this one. @throws ReferenceError that names the part that leads nowhere */
  getSubmodule(target: string): Module {
    return submoduleAt(this, target);
  }

  /**
   * Makes the field `name` a buffer: part of the state, not trained. `key` is its name in the state dictionary where that
   * differs (PyTorch's `running_mean` for a field `runningMean`).
   */
  registerBuffer(name: string, value: Tensor | null, options: { readonly key?: string; readonly persistent?: boolean } = {}): void {
    this[moduleState].buffers.set(name, { key: options.key ?? name, persistent: options.persistent ?? true });
    if (value !== null) releaseFromScopes(value);
    (this as Record<string, unknown>)[name] = value;
  }

  registerModule(name: string, module: Module | null): void {
    if (module !== null && !(module instanceof Module)) throw new TypeError(`${typeof module} is not a Module subclass`);
    (this as Record<string, unknown>)[name] = module;
  }

  registerParameter(name: string, parameter: Parameter | null): void {
    (this as Record<string, unknown>)[name] = parameter;
  }

  /** Puts another module in the place of a registered one. Containers, which keep their entries elsewhere than in fields, override it. */
  replaceChild(name: string, module: Module): void {
    this.registerModule(name, module);
  }

  // --- acting on all

  /** Calls `fn` on every module below this one and then on this one. */
  apply(fn: (module: Module) => void): this {
    for (const child of this.children()) child.apply(fn);
    fn(this);
    return this;
  }

  /**
   * Converts floating-point parameters, their gradients and floating-point buffers to `dtype`; the tensors stay the same objects.
   * @throws TypeError for a type that is not a floating-point one
   */
  to(dtype: DType): this {
    if (!isFloating(dtype)) throw new TypeError(`nn.Module.to only accepts floating point or complex dtypes, but got desired dtype=torch.${dtype}`);
    withoutRecording(() => {
      for (const module of this.modules()) {
        for (const tensor of [...module.namedParameters({ recurse: false }), ...module.namedBuffers({ recurse: false })].map(([, value]) => value)) {
          if (uninitialized?.has(tensor)) uninitialized.setType(tensor, dtype);
          else if (isFloating(tensor.dtype) && tensor.dtype !== dtype) tensor.replaceArray(tensor.array.copy(dtype));
          const grad = tensor.borrowGrad();
          if (grad !== null && grad.dtype !== dtype) tensor.grad = grad.to(dtype);
        }
      }
    });
    return this;
  }

  float(): this {
    return this.to('float32');
  }

  double(): this {
    return this.to('float64');
  }

  requiresGrad_(requiresGrad = true): this {
    for (const parameter of this.parameters()) parameter.requiresGrad_(requiresGrad);
    return this;
  }

  zeroGrad(options: { readonly setToNone?: boolean } = {}): void {
    for (const parameter of this.parameters()) {
      if (options.setToNone ?? true) parameter.grad = null;
      else parameter.borrowGrad()?.detach().zero_();
    }
  }

  /** Parameters, persistent buffers and extra state by path: detached, sharing memory. The mode is no part of it. */
  stateDict(prefix = ''): StateDict {
    const state: StateDict = new Map();
    for (const [path, module] of this.namedModules('', false)) {
      const start = prefix + (path === '' ? '' : `${path}.`);
      for (const { name, value } of module.ownState()) state.set(start + name, value.detach());
      const extra = module.getExtraState();
      if (extra !== undefined) state.set(`${start}_extra_state`, extra);
    }
    return state;
  }

  /** Parameters, then persistent buffers of this module alone, with the field that holds each. */
  *ownState(): Generator<OwnState> {
    for (const [name, value] of this.ownParameters()) yield { name, field: name, value };
    for (const [field, { key, persistent }] of this[moduleState].buffers) {
      const value = (this as Record<string, unknown>)[field];
      if (persistent && value instanceof Tensor) yield { name: key, field, value };
    }
  }

  /** Puts `value` where `ownState` found one. Classes that keep parameters elsewhere than in fields override it. */
  setOwnState(field: string, value: Tensor): void {
    releaseFromScopes(value);
    (this as Record<string, unknown>)[field] = value;
  }

  /** What a class adds to its state dictionary under `_extra_state`, with `setExtraState` for the way back: a tensor, since a state dictionary holds nothing else. */
  getExtraState(): Tensor | undefined {
    return undefined;
  }

  /** Called with what `getExtraState` gave when a state dictionary is loaded. */
  setExtraState(_state: Tensor): void {
    throw new RuntimeError('Reached a code path in Module.setExtraState() that should never be called.');
  }

  /** Called with the whole dictionary, and where this module's part of it starts, before it is looked at. */
  beforeLoad(_prefix: string, _state: StateDict): void {}

  /** Keys of this module's own state that an older checkpoint may lack; what the module has stays then. */
  optionalState(): readonly string[] {
    return [];
  }

  /** `Net(\n  (fc): Linear(inFeatures=4, ...)\n)`. */
  toString(): string {
    const lines = [...this.childEntries()].map(([name, child]) => `  (${name}): ${child.toString().replaceAll('\n', '\n  ')}`);
    const extra = this.extraRepr();
    if (lines.length > 0 && extra !== '') lines.unshift(`  ${extra}`);
    return lines.length === 0 ? `${this.constructor.name}(${extra})` : `${this.constructor.name}(\n${lines.join('\n')}\n)`;
  }

  protected extraRepr(): string {
    return '';
  }
}

methodsToImport(Module, 'registerForwardPreHook registerForwardHook registerFullBackwardHook registerFullBackwardPreHook deepCopy getParameter getBuffer loadStateDict');
