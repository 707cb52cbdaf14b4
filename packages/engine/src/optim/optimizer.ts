/**
 * What all optimizers share: parameter groups, state per parameter, `step` and `zeroGrad`. `state-methods.ts` adds the state dictionary where it is imported.
 *
 * Guarantees: PyTorch's rules and wording (2.13, executed). Each group has its own settings, which may be changed at any time
 * (`optimizer.paramGroups[0].lr = 0.01`); a step moves exactly the parameters that have a gradient, whatever the mode of
 * their model, and is recorded by no graph. Refuses an empty list, a parameter that is in two groups, tensors that are no leaves.
 *
 * Worked example: `new optim.SGD([{ params: body.parameters() }, { params: head.parameters(), lr: 0.1 }], { lr: 0.01 })`.
 */
import { enableGrad, withoutRecording } from '../autograd/grad-mode.ts';
import { Tensor } from '../ops/tensor.ts';
import { RuntimeError, ValueError } from '../tensor/errors.ts';
import { methodsToImport } from '../tensor/methods-to-import.ts';
import { formatSize, sameShape } from '../tensor/shape.ts';
import { activeTrace } from '../trace/trace.ts';

/** What schedulers keep in a group beside the optimizer's own settings. */
export interface ScheduleSettings {
  initialLr?: number;
  maxLr?: number;
  minLr?: number;
  maxMomentum?: number;
  baseMomentum?: number;
}

export interface CommonSettings {
  lr: number;
  weightDecay: number;
  /** Ascends instead of descends. */
  maximize: boolean;
}

export type ParamGroup<S extends CommonSettings = CommonSettings> = { params: readonly Tensor[] } & S & ScheduleSettings;

/** One group as it is given: what it does not set is taken from the settings of the optimizer. */
export type GivenGroup<S extends CommonSettings> = { readonly params: Tensor | Iterable<Tensor> } & Partial<S>;
export type GivenParameters<S extends CommonSettings> = Tensor | Iterable<Tensor> | Iterable<GivenGroup<S>>;

/** The state of one parameter by name: `momentumBuffer`, `expAvg`, `step`, … */
export type ParameterState = Record<string, Tensor | number | null>;

export abstract class Optimizer<S extends CommonSettings = CommonSettings> {
  readonly defaults: Readonly<S>;
  paramGroups: ParamGroup<S>[] = [];
  state = new Map<Tensor, ParameterState>();
  /** Whether a step was made; schedulers warn if they are first. */
  stepped = false;

  constructor(parameters: GivenParameters<S>, defaults: S) {
    this.defaults = defaults;
    if (parameters instanceof Tensor) {
      throw new TypeError('params argument given to the optimizer should be an iterable of Tensors or dicts, but got torch.FloatTensor');
    }
    const given = [...(parameters as Iterable<Tensor | GivenGroup<S>>)];
    if (given.length === 0) throw new ValueError('optimizer got an empty parameter list');
    const grouped = !(given[0] instanceof Tensor) && typeof given[0] === 'object' && 'params' in given[0];
    for (const group of grouped ? (given as GivenGroup<S>[]) : [{ params: given as Tensor[] } as unknown as GivenGroup<S>]) this.addParamGroup(group);
  }

  /** Whether `update` lets go of the gradient when it returns; its memory is then free as soon as it is dropped. */
  protected get borrowsGradients(): boolean {
    return false;
  }

  /** Moves one parameter by its gradient. */
  protected abstract update(parameter: Tensor, grad: Tensor, group: ParamGroup<S>, state: ParameterState): void;

  /** Adds parameters with settings of their own, as when a frozen layer is thawed. */
  addParamGroup(given: GivenGroup<S>): void {
    const params = given.params instanceof Tensor ? [given.params] : [...given.params];
    for (const parameter of params) {
      if (!((parameter as unknown) instanceof Tensor)) throw new TypeError(`optimizer can only optimize Tensors, but one of the params is ${parameter === null ? 'null' : typeof parameter}`);
      if (!parameter.isLeaf) throw new ValueError("can't optimize a non-leaf Tensor");
    }
    const taken = new Set(this.paramGroups.flatMap((group) => group.params));
    if (params.some((parameter) => taken.has(parameter))) throw new ValueError('some parameters appear in more than one parameter group');
    this.paramGroups.push({ ...this.defaults, ...given, params });
  }

  /**
   * Moves every parameter that has a gradient. With a closure, which computes the loss anew, that is run first and its result returned.
   */
  step(): void;
  step<T>(closure: () => T): T;
  step<T>(closure?: () => T): T | undefined {
    const result = closure === undefined ? undefined : enableGrad(closure);
    const idle: Tensor[] = [];
    withoutRecording(() => {
      for (const group of this.paramGroups) {
        for (const parameter of group.params) {
          const grad = this.borrowsGradients ? parameter.borrowGrad() : parameter.grad;
          if (grad === null) {
            if (parameter.requiresGrad) idle.push(parameter);
            continue;
          }
          if (!sameShape(parameter.shape, grad.shape)) {
            throw new RuntimeError(`assigned grad has data of a different size: the parameter has shape ${formatSize(parameter.shape)}, its gradient ${formatSize(grad.shape)}`);
          }
          let state = this.state.get(parameter);
          if (state === undefined) this.state.set(parameter, (state = {}));
          this.update(parameter, grad, group, state);
        }
      }
    });
    this.stepped = true;
    activeTrace?.stepped(idle);
    return result;
  }

  /** Forgets the gradients, or, with `setToNone: false`, fills them with 0. */
  zeroGrad(options: { readonly setToNone?: boolean } = {}): void {
    for (const group of this.paramGroups) {
      for (const parameter of group.params) {
        if (options.setToNone ?? true) parameter.grad = null;
        else parameter.borrowGrad()?.detach().zero_();
      }
    }
  }
}

/** Refuses a negative (or no) number, in PyTorch's words: `Invalid learning rate: -1`. */
export function requireNonNegative(settings: Readonly<Record<string, number>>): void {
  for (const [what, value] of Object.entries(settings)) if (!(value >= 0)) throw new ValueError(`Invalid ${what}: ${value}`);
}

methodsToImport(Optimizer, 'stateDict loadStateDict');
