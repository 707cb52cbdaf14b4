// Which customers will leave? A classifier with dropout, and three mistakes: the model that predicts is still in training mode,
// the evaluation records a graph that nothing uses, and a functional dropout ignores the mode. The repaired program is
// ../right/dropout.ts.
import { fileURLToPath } from 'node:url';
import { F, manualSeed, nn, noGrad, optim, randn, type Tensor } from '@modeguard/engine';

const FEATURES = 10;

export class ChurnModel extends nn.Module {
  readonly hidden = new nn.Linear(FEATURES, 16);
  readonly drop = new nn.Dropout(0.5);
  readonly logit = new nn.Linear(16, 1);

  forward(customers: Tensor): Tensor {
    return this.logit.call(this.drop.call(this.hidden.call(customers).relu()));
  }
}

/** The same network, with dropout written as a function. */
export class CompactChurnModel extends nn.Module {
  readonly hidden = new nn.Linear(FEATURES, 16);
  readonly logit = new nn.Linear(16, 1);

  forward(customers: Tensor): Tensor {
    const active = this.hidden.call(customers).relu();
    return this.logit.call(F.dropout(active, 0.5));
  }
}

export interface Customers {
  readonly features: Tensor;
  /** 1 for those who left. */
  readonly left: Tensor;
}

export function sampleCustomers(count: number): Customers {
  const features = randn(count, FEATURES);
  const left = features.narrow(1, 0, 3).sum(1, true).gt(0).to('float32');
  return { features, left };
}

export function train(model: ChurnModel | CompactChurnModel, customers: Customers, steps = 40): void {
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.5 });
  const criterion = new nn.BCEWithLogitsLoss();
  model.train();
  for (let step = 0; step < steps; step++) {
    optimizer.zeroGrad();
    const loss = criterion.call(model.call(customers.features), customers.left);
    loss.backward();
    optimizer.step();
  }
}

/** The probability that a customer leaves. */
export function predict(model: ChurnModel | CompactChurnModel, customer: Tensor): number {
  return noGrad(() => model.call(customer)).sigmoid().item();
}

/** The share of customers that are classified correctly. */
export function accuracy(model: ChurnModel, customers: Customers): number {
  model.eval();
  const logits = model.call(customers.features);
  return logits.gt(0).eq(customers.left).to('float32').mean().item();
}

export function run(): { readonly predictions: readonly number[]; readonly accuracy: number } {
  manualSeed(7);
  const model = new ChurnModel();
  train(model, sampleCustomers(64));
  const newcomer = randn(1, FEATURES);
  const predictions = [predict(model, newcomer), predict(model, newcomer)];
  return { predictions, accuracy: accuracy(model, sampleCustomers(64)) };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(run());
