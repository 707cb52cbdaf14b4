/**
 * Containers, wrappers, and modules that call functional layers, in the configurations of the mode inventory.
 */
import { ReLU } from '../nn/activations.ts';
import { BatchNorm1d } from '../nn/batch-norm-1d.ts';
import { checkpoint } from '../nn/checkpoint.ts';
import { ModuleDict, ModuleList, Sequential } from '../nn/containers.ts';
import { Dropout } from '../nn/dropout.ts';
import { alphaDropout, batchNorm, dropout, dropout1d, featureAlphaDropout, gumbelSoftmax, rrelu, scaledDotProductAttention } from '../nn/functional.ts';
import { Linear } from '../nn/linear.ts';
import { Module } from '../nn/module.ts';
import { ParameterDict, ParameterList } from '../nn/parameter-containers.ts';
import { ones, randn, zeros } from '../ops/creation.ts';
import type { Tensor } from '../ops/tensor.ts';
import { AveragedModel } from '../optim/averaged-model.ts';
import { entry, inputs, type Configuration } from './configuration.ts';

/** Calls what the container holds, one after the other. */
class Chain extends Module {
  readonly parts: ModuleList | ModuleDict | readonly Module[];

  constructor(parts: ModuleList | ModuleDict | readonly Module[]) {
    super();
    this.parts = parts;
  }

  override forward(x: Tensor): Tensor {
    let value = x;
    for (const part of this.parts instanceof ModuleDict ? this.parts.values() : this.parts) value = part.call(value) as Tensor;
    return value;
  }
}

/** Computes its part again in the backward pass. */
class Checkpointed extends Module {
  readonly m: Module;

  constructor(part: Module) {
    super();
    this.m = part;
  }

  override forward(x: Tensor): Tensor {
    return checkpoint((input: Tensor) => this.m.call(input) as Tensor, x);
  }
}

class Scaled extends Module {
  readonly scales: ParameterList | ParameterDict;

  constructor(scales: ParameterList | ParameterDict) {
    super();
    this.scales = scales;
  }

  override forward(x: Tensor): Tensor {
    return x.mul(this.scales instanceof ParameterDict ? this.scales.get('a') : this.scales.at(0));
  }
}

/** A module whose forward is one call of a functional layer. */
class Functional extends Module {
  readonly run: (x: Tensor, training: boolean) => Tensor;

  constructor(run: (x: Tensor, training: boolean) => Tensor) {
    super();
    this.run = run;
  }

  override forward(x: Tensor): Tensor {
    return this.run(x, this.training);
  }
}

export const functionalEntry = (call: string, run: (x: Tensor, training: boolean) => Tensor): Configuration => entry(`custom Module calling ${call}`, '', () => new Functional(run), inputs.nc);

const attend = (x: Tensor, dropoutP: number): Tensor => scaledDotProductAttention(x.unsqueeze(0), x.unsqueeze(0), x.unsqueeze(0), { dropoutP });

export const containerConfigurations: readonly Configuration[] = [
  entry('Sequential', 'Linear+ReLU', () => new Sequential(new Linear(6, 6), new ReLU()), inputs.nc),
  entry('Sequential', 'Linear+Dropout', () => new Sequential(new Linear(6, 6), new Dropout(0.5)), inputs.nc),
  entry('ModuleList', '[Linear,Dropout]', () => new Chain(new ModuleList([new Linear(6, 6), new Dropout(0.5)])), inputs.nc),
  entry('ModuleDict', '{a:Linear,b:Dropout}', () => new Chain(new ModuleDict<Module>({ a: new Linear(6, 6), b: new Dropout(0.5) })), inputs.nc),
  entry('plain python list of modules (NOT registered)', '[Linear,Dropout] - eval() does not reach it', () => new Chain([new Linear(6, 6), new Dropout(0.5)]), inputs.nc),
  entry('ParameterList', '1', () => new Scaled(new ParameterList([randn(6)])), inputs.nc),
  entry('ParameterDict', '1', () => new Scaled(new ParameterDict({ a: randn(6) })), inputs.nc),
  entry('optim.swa_utils.AveragedModel', 'wraps Dropout', () => new AveragedModel(new Dropout(0.5)), inputs.nc),
  entry('utils.checkpoint(BatchNorm1d)', 'use_reentrant=False', () => new Checkpointed(new BatchNorm1d(6)), inputs.nc),
  entry('utils.checkpoint(Dropout)', 'use_reentrant=False', () => new Checkpointed(new Dropout(0.5)), inputs.nc),
  functionalEntry('F.dropout(x,0.5)  [no training arg]', (x) => dropout(x, 0.5)),
  functionalEntry('F.dropout(x,0.5,self.training)', (x, training) => dropout(x, 0.5, training)),
  functionalEntry('F.dropout1d(x,0.5)', (x) => dropout1d(x, 0.5)),
  functionalEntry('F.alpha_dropout(x,0.5)', (x) => alphaDropout(x, 0.5)),
  functionalEntry('F.feature_alpha_dropout(x,0.5)', (x) => featureAlphaDropout(x, 0.5)),
  functionalEntry('F.rrelu(x)', (x) => rrelu(x)),
  functionalEntry('F.gumbel_softmax(x)', (x) => gumbelSoftmax(x)),
  functionalEntry('scaled_dot_product_attention(dropout_p=0.5)', (x) => attend(x, 0.5)),
  functionalEntry('scaled_dot_product_attention(dropout_p=p if self.training else 0)', (x, training) => attend(x, training ? 0.5 : 0)),
  functionalEntry('F.batch_norm(x,rm,rv)', (x) => batchNorm(x, zeros(6), ones(6))),
];
