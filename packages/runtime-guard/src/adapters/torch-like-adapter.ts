/**
 * The adapter for any library that follows PyTorch: `training`, `train(mode)`, `namedModules()`.
 *
 * Guarantees: reads only; a module may tell where its mode was set (`Symbol.for('modeguard.modeSetAt')`: `{ at, via }`) and
 * whether it depends on the mode (`Symbol.for('modeguard.modeSensitive')`), as the modules of `@modeguard/engine` do; `watchModes`
 * supplies the first for libraries that do not.
 */
import type { Offender } from '../mode-violation.ts';
import { watchedOrigin } from './watched-origins.ts';
import type { ModuleAdapter } from './module-adapter.ts';

export const modeSetAt = Symbol.for('modeguard.modeSetAt');
const modeSensitive = Symbol.for('modeguard.modeSensitive');

/** A model of such a library. */
export interface TorchLikeModule {
  training: boolean;
  train(mode?: boolean): unknown;
  namedModules(): Iterable<readonly [string, TorchLikeModule]>;
}

export interface ModeOrigin {
  readonly at: string;
  readonly via: NonNullable<Offender['setBy']>;
}

interface Annotated {
  [modeSetAt]?: ModeOrigin | undefined;
  readonly [modeSensitive]?: boolean | undefined;
}

function originOf(module: object): ModeOrigin | undefined {
  return watchedOrigin(module) ?? (module as Annotated)[modeSetAt];
}

export const torchLikeAdapter: ModuleAdapter = {
  name: 'torch-like',
  matches(model) {
    const candidate = model as Partial<TorchLikeModule>;
    return typeof candidate.train === 'function' && typeof candidate.namedModules === 'function' && 'training' in candidate;
  },
  entries(model) {
    return Array.from((model as TorchLikeModule).namedModules(), ([path, module]) => {
      const origin = originOf(module);
      return {
        path,
        module,
        className: module.constructor.name,
        training: Boolean(module.training),
        sensitive: (module as Annotated)[modeSensitive],
        setAt: origin === undefined ? {} : { setAt: origin.at, setBy: origin.via },
      };
    });
  },
  setMode(model, training) {
    (model as TorchLikeModule).train(training);
  },
  setOwnFlag(module, training, origin) {
    // An equal flag is not assigned again: a library may tell listeners of every assignment.
    if ((module as TorchLikeModule).training !== training) (module as TorchLikeModule).training = training;
    if (modeSetAt in module) (module as Annotated)[modeSetAt] = origin as ModeOrigin | undefined;
  },
  originOf: (module) => (module as Annotated)[modeSetAt],
};
