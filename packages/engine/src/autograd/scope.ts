/**
 * Scopes that end the tensors made inside them.
 *
 * Guarantees: `using s = scope()` disposes, at the end of its block, of every tensor made since, newest first, except those given to
 * `s.keep(...)` and those that belong to something longer lived: parameters (leaves that require gradients), the gradients of leaves,
 * and what an optimizer or a layer keeps for itself. A kept tensor goes to the enclosing scope, if there is one. Scopes nest;
 * they are optional, because dropped tensors are found without them, only later and at the price of a copy each.
 * Refuses to be ended out of order. A scope is synchronous: what other tasks make during an `await` inside it is collected, too.
 *
 * Worked example: `{ using s = scope(); answer = s.keep(x.exp().sum()); }` frees the exponentials and leaves the sum.
 */

/** What a scope needs of a tensor. */
export interface Disposable {
  readonly isLeaf: boolean;
  readonly requiresGrad: boolean;
  dispose(): void;
}

const open: Scope[] = [];

/** The innermost scope, or null. For the engine's own use. A variable, so that a bundler sees where none is ever opened. */
export let activeScope: Scope | null = null;

/** Runs `fn` for the engine itself: what it makes belongs to no scope. */
export function withoutScope<T>(fn: () => T): T {
  return activeScope === null ? fn() : activeScope.without(fn);
}

/** A tensor that something longer lived now owns, as a module its buffer: no open scope ends it. */
export function releaseFromScopes(tensor: Disposable): void {
  for (const scope of open) scope.keep(tensor);
}

export class Scope {
  readonly #made: Disposable[] = [];
  readonly #kept = new Set<Disposable>();

  constructor() {
    open.push(this);
    activeScope = this;
  }

  /** Called for every tensor that is made. */
  add(tensor: Disposable): void {
    this.#made.push(tensor);
  }

  /** Runs `fn` as if no scope were open. */
  without<T>(fn: () => T): T {
    activeScope = null;
    try {
      return fn();
    } finally {
      activeScope = this;
    }
  }

  /** Exempts a tensor and returns it. */
  keep<T extends Disposable>(tensor: T): T {
    this.#kept.add(tensor);
    return tensor;
  }

  /** Ends the scope, as `using` does at the end of the block. */
  dispose(): void {
    if (open.at(-1) !== this) throw new Error('scope: ended out of order; end the scopes that were opened inside it first');
    open.pop();
    activeScope = open.at(-1) ?? null;
    for (const tensor of this.#made.reverse()) {
      if (this.#kept.has(tensor)) activeScope?.add(tensor);
      else if (!(tensor.isLeaf && tensor.requiresGrad)) tensor.dispose();
    }
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** Opens a scope: `using s = scope();`, or `const s = scope(); try { … } finally { s.dispose(); }`. */
export function scope(): Scope {
  return new Scope();
}
