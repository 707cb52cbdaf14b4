/**
 * One stretch of listening: identities, the stack of module calls, and which root calls a tensor derives from.
 *
 * Guarantees: everything is kept in weak maps owned by the session, so that tensors and modules carry nothing, and nothing
 * survives the last listener. Derivation is tracked through every operation, recorded or not, so that it is known
 * under `noGrad`, too. Approximation: module calls are followed synchronously; what an asynchronous `forward` does after its
 * first `await` belongs to no call.
 */
import { callSite, type CallSite } from './call-site.ts';
import type { BufferEvent, ModeEvent, ReadEvent, SensitiveLeaf, TraceEvent } from './events.ts';

/** A module call under way. */
export interface CallFrame {
  readonly id: number;
  readonly module: object;
  readonly className: string;
  readonly path: string | null;
  readonly root: CallFrame | null;
  /** For a root: where each registered module of its tree is found. */
  readonly paths: ReadonlyMap<object, string>;
  readonly depth: number;
  training: boolean;
  /** Modules whose `training` was read while this frame was innermost. */
  readonly readers: Set<object>;
  readonly leaves: SensitiveLeaf[];
}

/** Calls `module` in two halves, the hooks before it and the rest, and tells the session. */
export type ModuleCall = <T>(trace: TraceSession, module: object, runPreHooks: () => readonly unknown[], run: (inputs: readonly unknown[]) => T) => T;

/** Runs `change`, which sets the mode of `module`, and tells the session what it did to the tree. */
export type ModeChange = <T>(trace: TraceSession, module: object, mode: boolean, via: ModeEvent['via'], change: () => T) => T;

const none: readonly number[] = [];

export class TraceSession {
  /** Set by `nn/traced-call.ts`, which the package imports where it offers to listen: a program that listens to nothing does not carry it. */
  static moduleCall: ModuleCall;
  static modeChange: ModeChange;

  readonly listeners = new Set<(event: TraceEvent) => void>();
  readonly frames: CallFrame[] = [];
  readonly #identities = new WeakMap<object, number>();
  readonly #origins = new WeakMap<object, readonly number[]>();
  readonly #nodeCalls = new WeakMap<object, number>();
  readonly #owners = new WeakMap<object, number>();
  #modules = 0;
  #forwards = 0;
  #scopes = 0;

  /** Where in the user's source this is called; here, so that a program that listens to nothing does not carry what finds it. */
  site(): CallSite | null {
    return callSite();
  }

  /** How modules are called while somebody listens. */
  get moduleCall(): ModuleCall {
    return TraceSession.moduleCall;
  }

  get modeChange(): ModeChange {
    return TraceSession.modeChange;
  }

  emit(event: TraceEvent): void {
    for (const listener of this.listeners) listener(event);
  }

  moduleId(module: object): number {
    let id = this.#identities.get(module);
    if (id === undefined) this.#identities.set(module, (id = ++this.#modules));
    return id;
  }

  /** `module` is called, and these parameters are its own. */
  own(module: object, parameters: Iterable<object>): void {
    for (const parameter of parameters) this.#owners.set(parameter, this.moduleId(module));
  }

  /** Modules that were called and own one of `parameters`, ascending. */
  ownersOf(parameters: Iterable<object>): readonly number[] {
    const owners = new Set<number>();
    for (const parameter of parameters) {
      const owner = this.#owners.get(parameter);
      if (owner !== undefined) owners.add(owner);
    }
    return [...owners].sort((a, b) => a - b);
  }

  // What modules, optimizers and backward passes tell is put together here, so that a program that listens to nothing does not carry it.

  /** A backward pass from `tensor` ran (or was refused, then without nodes) through these nodes. */
  backwardRan(tensor: object, nodes: Iterable<object>): void {
    const forwards = new Set<number>();
    for (const node of nodes) {
      const call = this.#nodeCalls.get(node);
      if (call !== undefined) forwards.add(call);
    }
    this.emit({ kind: 'backward', forwards: [...forwards].sort((a, b) => a - b), derivesFrom: this.originsOf(tensor), site: callSite() });
  }

  constructed(module: object): void {
    this.emit({ kind: 'construct', module: this.moduleId(module), className: module.constructor.name, forward: this.rootCall, site: callSite(module) });
  }

  bufferWritten(module: object, name: string, via: BufferEvent['via']): void {
    this.emit({ kind: 'buffer', module: this.moduleId(module), className: module.constructor.name, name, via, forward: this.rootCall, site: callSite() });
  }

  /** An optimizer stepped; `idle` are those of its parameters that had no gradient. */
  stepped(idle: Iterable<object>): void {
    this.emit({ kind: 'step', idle: this.ownersOf(idle), site: callSite() });
  }

  nextForwardId(): number {
    return ++this.#forwards;
  }

  nextScopeId(): number {
    return ++this.#scopes;
  }

  get innermost(): CallFrame | null {
    return this.frames.at(-1) ?? null;
  }

  get rootCall(): number | null {
    return this.frames[0]?.id ?? null;
  }

  /** Root calls whose output went into this tensor, ascending. */
  originsOf(tensor: object): readonly number[] {
    return this.#origins.get(tensor) ?? none;
  }

  /** `output` was computed from `inputs`. */
  derive(output: object, inputs: readonly object[]): void {
    let merged = this.originsOf(output);
    for (const input of inputs) {
      const more = this.originsOf(input);
      if (more.length === 0 || more === merged) continue;
      merged = merged.length === 0 ? more : [...new Set([...merged, ...more])].sort((a, b) => a - b);
    }
    if (merged.length > 0) this.#origins.set(output, merged);
  }

  /** `tensor` is an output of root call `id`. */
  markOutput(tensor: object, id: number): void {
    this.#origins.set(tensor, [...new Set([...this.originsOf(tensor), id])].sort((a, b) => a - b));
  }

  /** A graph node was recorded: it belongs to the root call under way. */
  recordNode(node: object): void {
    const id = this.rootCall;
    if (id !== null) this.#nodeCalls.set(node, id);
  }

  read(via: ReadEvent['via'], tensor: object): void {
    const forwards = this.originsOf(tensor);
    if (forwards.length > 0) this.emit({ kind: 'read', via, forwards, site: callSite() });
  }

  random(op: string): void {
    const frame = this.innermost;
    this.emit({
      kind: 'random',
      op,
      module: frame === null ? null : this.moduleId(frame.module),
      className: frame?.className ?? null,
      path: frame?.path ?? null,
      training: frame?.training ?? null,
      forward: this.rootCall,
      site: callSite(),
    });
  }
}
