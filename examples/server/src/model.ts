// The network that the server runs: measurements of a flower in, its species out. Batch normalisation and dropout make it give other answers in
// training mode.
import { nn, type Tensor } from '@modeguard/engine';

export const FEATURES = 4;
export const SPECIES = ['setosa', 'versicolor', 'virginica'] as const;

export class FlowerModel extends nn.Module {
  readonly input = new nn.Linear(FEATURES, 16);
  readonly norm = new nn.BatchNorm1d(16);
  readonly drop = new nn.Dropout(0.3);
  readonly output = new nn.Linear(16, SPECIES.length);

  forward(measurements: Tensor): Tensor {
    return this.output.call(this.drop.call(this.norm.call(this.input.call(measurements)).relu()));
  }
}
