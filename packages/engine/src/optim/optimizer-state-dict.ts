/**
 * The state dictionary of an optimizer, with the keys that PyTorch writes.
 *
 * Guarantees: `{ state: { 0: { exp_avg, … } }, param_groups: [{ lr, betas, …, params: [0, 1] }] }`, so that what PyTorch saved can be
 * loaded and the other way round. `step` is a 0-dimensional tensor there and a number here. A loaded tensor is copied and takes the type
 * of its parameter. Refuses a dictionary whose groups differ in number or size, before anything is changed.
 */
import { Tensor } from '../ops/tensor.ts';
import { ValueError } from '../tensor/errors.ts';
import { NdArray } from '../tensor/nd-array.ts';
import type { ParameterState } from './optimizer.ts';

export interface OptimizerStateDict {
  readonly state: Readonly<Record<number, Readonly<Record<string, Tensor | number | null>>>>;
  readonly param_groups: readonly (Readonly<Record<string, unknown>> & { readonly params: readonly number[] })[];
}

interface Group {
  readonly params: readonly Tensor[];
}

const toSnake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const toCamel = (name: string): string => name.replace(/(?<!^)_([a-z])/g, (_, letter: string) => letter.toUpperCase());

export function packOptimizerState(groups: readonly Group[], state: ReadonlyMap<Tensor, ParameterState>): OptimizerStateDict {
  const numbers = new Map<Tensor, number>();
  for (const group of groups) for (const parameter of group.params) if (!numbers.has(parameter)) numbers.set(parameter, numbers.size);
  const packed: Record<number, Record<string, Tensor | number | null>> = {};
  for (const [parameter, values] of state) {
    packed[numbers.get(parameter)!] = Object.fromEntries(
      Object.entries(values).map(([name, value]) => [toSnake(name), typeof value === 'number' ? new Tensor(NdArray.filled('float32', [], value)) : value]),
    );
  }
  return {
    state: packed,
    param_groups: groups.map(({ params, ...settings }) => ({
      ...Object.fromEntries(Object.entries(settings).map(([name, value]) => [toSnake(name), value])),
      params: params.map((parameter) => numbers.get(parameter)!),
    })),
  };
}

export function loadOptimizerState<G extends Group>(dictionary: OptimizerStateDict, own: readonly G[]): { readonly groups: G[]; readonly state: Map<Tensor, ParameterState> } {
  const saved = dictionary.param_groups;
  if (saved.length !== own.length) throw new ValueError('loaded state dict has a different number of parameter groups');
  if (saved.some((group, index) => group.params.length !== own[index]!.params.length)) {
    throw new ValueError("loaded state dict contains a parameter group that doesn't match the size of optimizer's group");
  }
  const parameters = new Map<number, Tensor>();
  for (const [index, group] of saved.entries()) for (const [position, number] of group.params.entries()) parameters.set(number, own[index]!.params[position]!);
  const state = new Map<Tensor, ParameterState>();
  for (const [number, values] of Object.entries(dictionary.state)) {
    const parameter = parameters.get(Number(number));
    if (parameter === undefined) continue;
    state.set(parameter, Object.fromEntries(Object.entries(values).map(([name, value]) => [toCamel(name), takeOver(name, value, parameter)])));
  }
  const groups = saved.map((group, index): G => {
    const settings = Object.fromEntries(Object.entries(group).map(([name, value]) => [toCamel(name), value]));
    return { ...own[index]!, ...settings, params: own[index]!.params };
  });
  return { groups, state };
}

function takeOver(name: string, value: Tensor | number | null, parameter: Tensor): Tensor | number | null {
  if (!(value instanceof Tensor)) return value;
  return name === 'step' ? value.item() : new Tensor(value.array.copy(parameter.dtype));
}
