/**
 * A `Linear` whose number of inputs is that of its first input. Guarantees what `lazy.ts` says.
 */
import type { Tensor } from '../ops/tensor.ts';
import { deferred } from './lazy.ts';
import { Linear } from './linear.ts';
import { uninitializedParameter } from './uninitialized-parameter.ts';

export class LazyLinear extends Linear {
  constructor(outFeatures: number, options: { readonly bias?: boolean } = {}) {
    const { bias = true } = options;
    super(0, 0, { bias: false });
    (this as { outFeatures: number }).outFeatures = outFeatures;
    this.weight = uninitializedParameter();
    if (bias) this.bias = uninitializedParameter();
    deferred<Linear>(this, { make: (_module, input: Tensor) => new Linear(input.size(-1), outFeatures, { bias }), sizes: ['inFeatures', 'outFeatures'] });
  }
}
