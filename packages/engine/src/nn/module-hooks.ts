/**
 * The hooks of a module and the order in which a call runs them.
 *
 * Guarantees: PyTorch's order (2.13, executed): pre-hooks, forward, hooks; `prepend` puts a hook before those already there; what a
 * hook returns replaces the inputs or the output; a hook with `alwaysCall` runs also when the forward or another hook throws, and cannot
 * hide that error. A module without hooks pays nothing for them. `train`, `eval` and `forward` run none.
 */
import { userWarning } from '../tensor/user-warning.ts';
import { observeGradients } from './backward-hooks.ts';
import type { Module } from './module.ts';
import type { Tensor } from '../ops/tensor.ts';

/** Ends what was registered. Ending twice is allowed. */
export interface HookHandle {
  remove(): void;
}

export type ForwardPreHook = (module: object, inputs: readonly unknown[]) => unknown;
export type ForwardHook = (module: object, inputs: readonly unknown[], output: unknown) => unknown;
/** A gradient of each input or output; null where none flows. */
export type Gradients = readonly (Tensor | null)[];
export type BackwardPreHook = (module: object, gradOutput: Gradients) => Gradients | Tensor | null | void;
export type BackwardHook = (module: object, gradInput: Gradients, gradOutput: Gradients) => Gradients | Tensor | null | void;

interface Entry<H> {
  readonly hook: H;
  readonly alwaysCall: boolean;
}

export class ModuleHooks {
  readonly forwardPre: Entry<ForwardPreHook>[] = [];
  readonly forward: Entry<ForwardHook>[] = [];
  readonly backwardPre: Entry<BackwardPreHook>[] = [];
  readonly backward: Entry<BackwardHook>[] = [];

  /** Registers `hook` in one of the lists. The entry is new each time, so that one function may be registered twice. */
  static add<H>(list: Entry<H>[], hook: H, options: { readonly prepend?: boolean; readonly alwaysCall?: boolean }): HookHandle {
    const entry: Entry<H> = { hook, alwaysCall: options.alwaysCall ?? false };
    if (options.prepend ?? false) list.unshift(entry);
    else list.push(entry);
    return {
      remove: () => {
        const at = list.indexOf(entry);
        if (at >= 0) list.splice(at, 1);
      },
    };
  }

  /** The same hooks, registered on a copy of the module. */
  copy(): ModuleHooks {
    const copy = new ModuleHooks();
    copy.forwardPre.push(...this.forwardPre);
    copy.forward.push(...this.forward);
    copy.backwardPre.push(...this.backwardPre);
    copy.backward.push(...this.backward);
    return copy;
  }

  get isEmpty(): boolean {
    return this.forwardPre.length + this.forward.length + this.backwardPre.length + this.backward.length === 0;
  }

  /** The inputs as the pre-hooks leave them. */
  prepare(module: Module, inputs: readonly unknown[]): readonly unknown[] {
    let given = inputs;
    try {
      for (const { hook } of [...this.forwardPre]) {
        const replaced = hook(module, given);
        if (replaced !== undefined) given = Array.isArray(replaced) ? replaced : [replaced];
      }
    } catch (error) {
      this.#callAlways(module, given, undefined, new Set());
      throw error;
    }
    return given;
  }

  /** Runs `forward` on prepared inputs and the hooks on its output. */
  run(module: Module, inputs: readonly unknown[], forward: (inputs: readonly unknown[]) => unknown): unknown {
    const called = new Set<Entry<ForwardHook>>();
    let output: unknown;
    try {
      const observed = observeGradients(module, this.backwardPre, this.backward, inputs);
      output = forward(observed.inputs);
      for (const entry of [...this.forward]) {
        called.add(entry);
        output = entry.hook(module, observed.inputs, output) ?? output;
      }
      return observed.output(output);
    } catch (error) {
      this.#callAlways(module, inputs, output, called);
      throw error;
    }
  }

  #callAlways(module: Module, inputs: readonly unknown[], output: unknown, called: ReadonlySet<Entry<ForwardHook>>): void {
    for (const entry of [...this.forward]) {
      if (!entry.alwaysCall || called.has(entry)) continue;
      try {
        output = entry.hook(module, inputs, output) ?? output;
      } catch (error) {
        userWarning(`module forward hook with \`alwaysCall: true\` raised an exception that was silenced as another error was raised in forward: ${(error as Error).message}`);
      }
    }
  }
}
