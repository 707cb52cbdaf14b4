/**
 * The methods of an optimizer that save and load its state.
 *
 * Guarantees: importing this file gives them to every optimizer, as `@modeguard/engine` does, and as `loadCheckpoint` does, which reads what PyTorch saved. The dictionary has the keys that PyTorch writes
 * (`optimizer-state-dict.ts`).
 *
 * Worked example: after `import './state-methods.ts'` the call `other.loadStateDict(optimizer.stateDict())` lets `other` go on where `optimizer` is.
 */
import { withoutRecording } from '../autograd/grad-mode.ts';
import type { Tensor } from '../ops/tensor.ts';
import { addMethods } from '../tensor/add-methods.ts';
import { Optimizer, type CommonSettings, type ParamGroup, type ParameterState } from './optimizer.ts';
import { loadOptimizerState, packOptimizerState, type OptimizerStateDict } from './optimizer-state-dict.ts';

abstract class StateMethods<S extends CommonSettings> {
  declare paramGroups: ParamGroup<S>[];
  declare state: Map<Tensor, ParameterState>;

  /** State and settings under PyTorch's names; parameters are numbered through all groups. */
  stateDict(): OptimizerStateDict {
    return packOptimizerState(this.paramGroups, this.state);
  }

  /**
   * Takes over state and settings, also from a dictionary that PyTorch saved. The parameters stay this optimizer's own, matched by order.
   * @throws ValueError if the groups differ in number or size
   */
  loadStateDict(dictionary: OptimizerStateDict): void {
    const loaded = withoutRecording(() => loadOptimizerState<ParamGroup<S>>(dictionary, this.paramGroups));
    this.paramGroups = loaded.groups;
    this.state = loaded.state;
  }
}

declare module './optimizer.ts' {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- the class says what is added
  interface Optimizer<S extends CommonSettings> extends StateMethods<S> {}
}

addMethods(Optimizer, StateMethods);
