// Loads the model from its file, ready to serve.
import { readFileSync } from 'node:fs';
import { loadWeights } from '@modeguard/engine';
import { FlowerModel } from './model.ts';
import { WEIGHTS } from './weights-file.ts';

/** The trained model in evaluation mode. */
export function loadModel(): FlowerModel {
  const model = new FlowerModel();
  model.loadStateDict(loadWeights(readFileSync(WEIGHTS)));
  return model.eval();
}
