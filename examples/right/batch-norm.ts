// How much longer will a machine run? A regression with batch normalisation. It is validated in evaluation mode, and what is
// deployed has the weights and the statistics of what was trained.
import { fileURLToPath } from 'node:url';
import { manualSeed, nn, noGrad, optim, randn, type Tensor } from '@modeguard/engine';

const SENSORS = 6;

export class WearModel extends nn.Module {
  readonly input = new nn.Linear(SENSORS, 8);
  readonly norm = new nn.BatchNorm1d(8);
  readonly output = new nn.Linear(8, 1);

  forward(readings: Tensor): Tensor {
    return this.output.call(this.norm.call(this.input.call(readings)).relu());
  }
}

export interface Machines {
  readonly readings: Tensor;
  readonly hours: Tensor;
}

/** The sensors do not measure around zero: that is what the running statistics have to learn. */
export function sampleMachines(count: number): Machines {
  const readings = randn(count, SENSORS).mul(2).add(5);
  return { readings, hours: readings.mean(1, true).mul(0.5) };
}

/** The mean squared error, without learning from it. */
export function validate(model: WearModel, machines: Machines): number {
  model.eval();
  return noGrad(() => {
    const estimate = model.call(machines.readings);
    return estimate.sub(machines.hours).square().mean().item();
  });
}

export function train(model: WearModel, machines: Machines, steps = 60): void {
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.05 });
  const criterion = new nn.MSELoss();
  model.train();
  for (let step = 0; step < steps; step++) {
    optimizer.zeroGrad();
    const loss = criterion.call(model.call(machines.readings), machines.hours);
    loss.backward();
    optimizer.step();
  }
}

export function run(): { readonly errors: readonly number[]; readonly deployed: number } {
  manualSeed(11);
  const model = new WearModel();
  train(model, sampleMachines(64));
  const heldOut = sampleMachines(16);
  const errors = [validate(model, heldOut), validate(model, heldOut)];

  const deployed = new WearModel();
  deployed.loadStateDict(model.stateDict());
  deployed.eval();
  const estimate = noGrad(() => deployed.call(heldOut.readings));
  return { errors, deployed: estimate.mean().item() };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(run());
