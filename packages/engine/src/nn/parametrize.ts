/**
 * Parametrizations: a parameter or buffer that is computed by modules each time it is read.
 *
 * Guarantees (C02 to C04; PyTorch 2.13, executed): the tensor moves to `parametrizations.<name>.original` (or `original0`, `original1`, … if the right inverse
 * gives several), the field becomes an accessor: reading it calls the parametrizations, inside and outside of `forward`, and inside
 * `cached` only the first time; assigning to it goes through the right inverses. A parametrization takes the mode of the module at registration; the containers
 * around it start in training mode. Removing leaves the present value, computed once more, in the same parameter object.
 * Refuses a name under which there is no tensor, and parametrizations that change type or shape (unless `unsafe`).
 *
 * Worked example: `parametrize.registerParametrization(layer, 'weight', new Symmetric());`
 */
import { withoutRecording } from '../autograd/grad-mode.ts';
import { Tensor } from '../ops/tensor.ts';
import { NotImplementedError, RuntimeError, ValueError } from '../tensor/errors.ts';
import { sameShape } from '../tensor/shape.ts';
import { ModuleDict, ModuleList } from './containers.ts';
import { moduleState } from './module-state.ts';
import { Module } from './module.ts';
import { Parameter } from './parameter.ts';

/** A module that computes a tensor from one or several; `rightInverse` gives tensors from which it would compute `value`. */
export interface Parametrization extends Module {
  rightInverse?(value: Tensor): Tensor | readonly Tensor[];
}

let cacheDepth = 0;
let cache = new Map<Module, Map<string, Tensor>>();

/** Runs `fn` with every parametrized tensor computed once. @throws Error for an asynchronous callback, whose cache would be seen by others */
export function cached<T>(fn: () => T): T {
  cacheDepth++;
  try {
    const result = fn();
    if (typeof (result as { then?: unknown } | null | undefined)?.then === 'function') throw new Error('cached: the callback is asynchronous. Await first, then call cached around the synchronous part.');
    return result;
  } finally {
    if (--cacheDepth === 0) cache = new Map();
  }
}

/** The parametrizations of one tensor, in order, with the tensor or tensors that they start from. */
export class ParametrizationList extends ModuleList<Parametrization> {
  readonly unsafe: boolean;
  /** How the tensor was registered if it was a buffer. */
  readonly buffer: BufferRegistration | null;
  /** How many originals there are, if they are numbered; null if there is one, called `original`. */
  readonly count: number | null;

  constructor(parametrizations: readonly Parametrization[], original: Tensor, options: { readonly unsafe: boolean; readonly buffer: BufferRegistration | null }) {
    super(parametrizations);
    this.unsafe = options.unsafe;
    this.buffer = options.buffer;
    const [shape, dtype] = [original.shape, original.dtype];
    const start = withoutRecording(() => this.inverse(original, true));
    if (start instanceof Tensor) {
      if (start.dtype !== dtype) throw new ValueError(`When \`right_inverse\` outputs one tensor, it may not change the dtype.\noriginal.dtype: torch.${dtype}\nright_inverse(original).dtype: torch.${start.dtype}`);
      this.count = null;
      // The same object, so that an optimizer that has it goes on with it.
      if (start !== original) withoutRecording(() => original.replaceArray(start.array));
      this.keep('original', original);
    } else {
      this.count = start.length;
      for (const [index, part] of start.entries()) {
        this.keep(`original${index}`, original instanceof Parameter ? new Parameter(part, { requiresGrad: original.requiresGrad }) : part);
      }
    }
    if (!this.unsafe) requireSame((this as ParametrizationList).call(), { shape, dtype });
  }

  private keep(name: string, value: Tensor): void {
    if (this.buffer !== null) this.registerBuffer(name, value);
    else this.registerParameter(name, value as Parameter);
  }

  private originals(): readonly Tensor[] {
    const names = this.count === null ? ['original'] : Array.from({ length: this.count }, (_, index) => `original${index}`);
    return names.map((name) => (this as unknown as Record<string, Tensor>)[name]!);
  }

  /** Through the right inverses, last first. Missing ones, and those that are not implemented, are the identity where `lenient`. */
  private inverse(value: Tensor, lenient: boolean): Tensor | readonly Tensor[] {
    let at: Tensor | readonly Tensor[] = value;
    for (const parametrization of [...this].reverse()) {
      if (parametrization.rightInverse !== undefined) {
        try {
          at = parametrization.rightInverse(at as Tensor);
        } catch (error) {
          if (!lenient || !(error instanceof NotImplementedError)) throw error;
        }
      } else if (!lenient) throw new RuntimeError(`parametrization ${parametrization.constructor.name} does not implement right_inverse.`);
    }
    return at;
  }

  /** Chooses the originals so that the parametrized tensor becomes `value`. */
  assign(value: Tensor): void {
    withoutRecording(() => {
      const start = this.inverse(value, false);
      const list = start instanceof Tensor ? [start] : start;
      const originals = this.originals();
      if (list.length !== originals.length) throw new ValueError(`'right_inverse' must return a sequence of tensors of length ${originals.length}. Got a sequence of length ${list.length}.`);
      for (const [index, part] of list.entries()) {
        const original = originals[index]!;
        if (original.dtype !== part.dtype) throw new ValueError(`The tensor returned by \`right_inverse\` has dtype torch.${part.dtype} while \`original\` has dtype torch.${original.dtype}`);
        original.replaceArray(part.array.copy());
      }
    });
  }

  override forward(): Tensor {
    const [first, ...rest] = this;
    let value = (first as Module).call(...this.originals()) as Tensor;
    for (const parametrization of rest) value = (parametrization as Module).call(value) as Tensor;
    return value;
  }
}

function requireSame(value: unknown, wanted: Pick<Tensor, 'shape' | 'dtype'>): void {
  if (!(value instanceof Tensor)) throw new ValueError(`A parametrization must return a tensor. Got ${typeof value}.`);
  const say = (what: string, before: string, after: string): never => {
    throw new ValueError(`Registering a parametrization may not change the ${what} of the tensor, unless \`unsafe\` flag is enabled.\nunparametrized ${what}: ${before}\nparametrized ${what}: ${after}`);
  };
  if (value.dtype !== wanted.dtype) say('dtype', `torch.${wanted.dtype}`, `torch.${value.dtype}`);
  const size = (shape: readonly number[]): string => `torch.Size([${shape.join(', ')}])`;
  if (!sameShape(value.shape, wanted.shape)) say('shape', size(wanted.shape), size(value.shape));
}

interface BufferRegistration {
  readonly key: string;
  readonly persistent: boolean;
}

interface Parametrized {
  parametrizations?: ModuleDict<ParametrizationList>;
}

function listOf(module: Module, name: string): ParametrizationList | undefined {
  const { parametrizations } = module as Parametrized;
  return parametrizations instanceof ModuleDict && parametrizations.has(name) ? parametrizations.get(name) : undefined;
}

/** Whether a tensor of the module, or the one of this name, is parametrized. */
export function isParametrized(module: Module, name?: string): boolean {
  const { parametrizations } = module as Parametrized;
  return name === undefined ? parametrizations instanceof ModuleDict && parametrizations.size > 0 : listOf(module, name) !== undefined;
}

/** On the module itself, not on its class; written with `this`, so that a copy of the module has its own. */
function accessor(name: string): PropertyDescriptor & ThisType<Module> {
  return {
    configurable: true,
    // Not enumerable: what enumerates fields must not run the parametrizations.
    enumerable: false,
    get(): Tensor {
      const list = listOf(this, name)!;
      if (cacheDepth === 0) return list.call();
      let known = cache.get(this);
      if (known === undefined) cache.set(this, (known = new Map()));
      let value = known.get(name);
      if (value === undefined) known.set(name, (value = list.call()));
      return value;
    },
    set(value: Tensor) {
      listOf(this, name)!.assign(value);
    },
  };
}

export function registerParametrization<M extends Module>(module: M, name: string, parametrization: Parametrization, options: { readonly unsafe?: boolean } = {}): M {
  const { unsafe = false } = options;
  parametrization.train(module.training);
  const existing = listOf(module, name);
  if (existing !== undefined) {
    if (!unsafe) requireSame((parametrization as Module).call((module as unknown as Record<string, Tensor>)[name]!), (module as unknown as Record<string, Tensor>)[name]!);
    existing.append(parametrization);
    return module;
  }
  const original = (module as unknown as Record<string, unknown>)[name];
  const buffer = module[moduleState].buffers.get(name) ?? null;
  if (!(original instanceof Parameter) && !(buffer !== null && original instanceof Tensor)) {
    throw new ValueError(`Module '${String(module)}' does not have a parameter, a buffer, or a parametrized element with name '${name}'`);
  }
  const list = new ParametrizationList([parametrization], original, { unsafe, buffer });
  delete (module as unknown as Record<string, unknown>)[name];
  module[moduleState].buffers.delete(name);
  (module as Parametrized).parametrizations ??= new ModuleDict<ParametrizationList>();
  Object.defineProperty(module, name, accessor(name));
  (module as Parametrized).parametrizations!.set(name, list);
  return module;
}

/** Ends all parametrizations of a tensor. With `leaveParametrized: false` the original comes back instead of the present value. */
export function removeParametrizations<M extends Module>(module: M, name: string, options: { readonly leaveParametrized?: boolean } = {}): M {
  const { leaveParametrized = true } = options;
  const list = listOf(module, name);
  if (list === undefined) throw new ValueError(`Module ${String(module)} does not have a parametrization on ${name}`);
  const fields = module as unknown as Record<string, Tensor>;
  let restored: Tensor;
  if (list.count === null) {
    restored = (list as unknown as { original: Tensor }).original;
    if (leaveParametrized) {
      const value = withoutRecording(() => fields[name]!);
      withoutRecording(() => restored.replaceArray(value.array));
    }
  } else {
    if (!leaveParametrized) throw new ValueError('Cannot leave unparametrized (`leave_parametrized=False`) a tensor that is parametrized in terms of a sequence of tensors.');
    const value = fields[name]!;
    restored = value.requiresGrad ? new Parameter(value.detach()) : value;
  }
  delete fields[name];
  (module as Parametrized).parametrizations!.pop(name);
  if ((module as Parametrized).parametrizations!.size === 0) delete (module as Parametrized).parametrizations;
  if (list.buffer !== null) module.registerBuffer(name, restored, list.buffer);
  else module.registerParameter(name, restored as Parameter);
  return module;
}
