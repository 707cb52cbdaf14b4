// Trains the model on measurements drawn around three typical flowers and writes `weights.safetensors`. Deterministic, so that the committed
// file can be made again: `node examples/server/dist/make-weights.js` after a build.
import { writeFileSync } from 'node:fs';
import { cat, F, full, manualSeed, optim, randn, saveWeights, tensor } from '@modeguard/engine';
import { FlowerModel } from './model.ts';
import { WEIGHTS } from './weights-file.ts';

const TYPICAL = [
  [5.0, 3.4, 1.5, 0.2],
  [5.9, 2.8, 4.3, 1.3],
  [6.6, 3.0, 5.6, 2.0],
];
const PER_SPECIES = 40;

manualSeed(2026);
const flowers = cat(TYPICAL.map((flower) => tensor([flower]).add(randn(PER_SPECIES, flower.length).mul(0.3))), 0);
const species = cat(TYPICAL.map((_, index) => full([PER_SPECIES], index)), 0).to('int64');

const model = new FlowerModel();
const optimizer = new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
model.train();
for (let step = 0; step < 150; step++) {
  optimizer.zeroGrad();
  F.crossEntropy(model.call(flowers), species).backward();
  optimizer.step();
}
writeFileSync(WEIGHTS, saveWeights(model.stateDict()));
