// How much power will be used tomorrow? A forecast with noise injected while it trains. Both noise layers ask for the mode when
// they run, and the forecast records no graph.
import { fileURLToPath } from 'node:url';
import { manualSeed, nn, noGrad, optim, randn, randnLike, type Tensor } from '@modeguard/engine';

const HOURS = 12;

/** Disturbs its input, so that the network does not rely on exact values. */
export class NoiseInjection extends nn.Module {
  readonly std: number;

  constructor(std = 0.1) {
    super();
    this.std = std;
  }

  forward(x: Tensor): Tensor {
    if (!this.training) return x;
    const noise = randnLike(x).mul(this.std);
    return x.add(noise);
  }
}

/** Disturbs the hidden features only while the network is trained. */
export class FeatureNoise extends nn.Module {
  readonly std: number;

  constructor(std = 0.05) {
    super();
    this.std = std;
  }

  forward(x: Tensor): Tensor {
    if (!this.training) return x;
    return x.add(randnLike(x).mul(this.std));
  }
}

export class LoadForecast extends nn.Module {
  readonly noise = new NoiseInjection();
  readonly hidden = new nn.Linear(HOURS, 8);
  readonly featureNoise = new FeatureNoise();
  readonly output = new nn.Linear(8, 1);

  forward(past: Tensor): Tensor {
    const features = this.hidden.call(this.noise.call(past)).tanh();
    return this.output.call(this.featureNoise.call(features));
  }
}

export function train(model: LoadForecast, past: Tensor, next: Tensor, steps = 30): void {
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  model.train();
  for (let step = 0; step < steps; step++) {
    optimizer.zeroGrad();
    const loss = nn.functional.mseLoss(model.call(past), next);
    loss.backward();
    optimizer.step();
  }
}

export function run(): { readonly forecasts: readonly number[] } {
  manualSeed(3);
  const model = new LoadForecast();
  const past = randn(48, HOURS);
  train(model, past, past.mean(1, true));

  model.eval();
  const today = randn(1, HOURS);
  const forecasts: number[] = [];
  for (let repeat = 0; repeat < 2; repeat++) {
    forecasts.push(noGrad(() => model.call(today)).item());
  }
  return { forecasts };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(run());
