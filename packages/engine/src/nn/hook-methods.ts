/**
 * The methods of a module that register hooks.
 *
 * Guarantees: importing this file gives them to every module, as `@modeguard/engine` does, and as layers do that install a hook of their own; with `@modeguard/engine/core` and `/nn` alone a program does
 * without them and what runs them. What hooks see and may replace is in `module-hooks.ts`.
 *
 * Worked example: after `import './hook-methods.ts'` the call `model.registerForwardHook((module, inputs, output) => { … })` sees every output of `model`.
 */
import { addMethods } from '../tensor/add-methods.ts';
import { ModuleHooks, type BackwardHook, type BackwardPreHook, type ForwardHook, type ForwardPreHook, type HookHandle } from './module-hooks.ts';
import { moduleState, type ModuleState } from './module-state.ts';
import { Module } from './module.ts';

function hooksOf(module: { readonly [moduleState]: ModuleState }): ModuleHooks {
  return (module[moduleState].hooks ??= new ModuleHooks());
}

abstract class HookMethods {
  declare readonly [moduleState]: ModuleState;

  /** `hook(module, inputs)` before every `forward`; what it returns replaces the inputs. */
  registerForwardPreHook(hook: ForwardPreHook, options: { readonly prepend?: boolean } = {}): HookHandle {
    return ModuleHooks.add(hooksOf(this).forwardPre, hook, options);
  }

  /** `hook(module, inputs, output)` after every `forward`; what it returns replaces the output. With `alwaysCall` also after a throw. */
  registerForwardHook(hook: ForwardHook, options: { readonly prepend?: boolean; readonly alwaysCall?: boolean } = {}): HookHandle {
    return ModuleHooks.add(hooksOf(this).forward, hook, options);
  }

  /** `hook(module, gradInput, gradOutput)` when the gradients of all inputs are known; what it returns replaces those of the inputs. */
  registerFullBackwardHook(hook: BackwardHook, options: { readonly prepend?: boolean } = {}): HookHandle {
    return ModuleHooks.add(hooksOf(this).backward, hook, options);
  }

  /** `hook(module, gradOutput)` when the gradients of all outputs are known; what it returns replaces them. */
  registerFullBackwardPreHook(hook: BackwardPreHook, options: { readonly prepend?: boolean } = {}): HookHandle {
    return ModuleHooks.add(hooksOf(this).backwardPre, hook, options);
  }
}

declare module './module.ts' {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- the class says what is added
  interface Module extends HookMethods {}
}

addMethods(Module, HookMethods);
