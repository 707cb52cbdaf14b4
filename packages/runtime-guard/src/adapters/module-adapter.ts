/**
 * What a guard needs to know of a model, whatever library made it.
 *
 * Guarantees: structural only; the first adapter whose `matches` accepts a model is used. Refuses an object that no
 * adapter recognises, saying what was looked for.
 */
import type { Offender } from '../mode-violation.ts';
import { torchLikeAdapter } from './torch-like-adapter.ts';

/** One module of a model's tree. */
export interface ModuleEntry {
  readonly path: string;
  readonly module: object;
  readonly className: string;
  readonly training: boolean;
  /** Whether the mode changes what the module computes; undefined if nobody can tell. */
  readonly sensitive: boolean | undefined;
  readonly setAt: Pick<Offender, 'setAt' | 'setBy'>;
}

export interface ModuleAdapter {
  readonly name: string;
  matches(model: object): boolean;
  /** The tree, the model itself first under the path ''. */
  entries(model: object): ModuleEntry[];
  /** Sets the mode of the whole tree the library's own way. */
  setMode(model: object, training: boolean): void;
  /** Sets one module's own flag and nothing else, and puts back what was known of where it had been set. */
  setOwnFlag(module: object, training: boolean, origin: unknown): void;
  /** What `setOwnFlag` gets as `origin`. */
  originOf(module: object): unknown;
}

const adapters: readonly ModuleAdapter[] = [torchLikeAdapter];

/** @throws TypeError for something that is no model of a known kind */
export function adapterFor(model: object): ModuleAdapter {
  const isObject = (typeof model === 'object' && model !== null) || typeof model === 'function';
  const adapter = isObject ? adapters.find((candidate) => candidate.matches(model)) : undefined;
  if (adapter !== undefined) return adapter;
  const given = model === null ? 'null' : isObject ? (model.constructor?.name ?? 'an object') : typeof model;
  throw new TypeError(`modeguard: ${given} is not a model: expected an object with a 'training' flag, train(mode) and namedModules()`);
}
