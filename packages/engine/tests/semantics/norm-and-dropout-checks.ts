/**
 * A, B and G: normalisation of images and instances, dropouts of channels, and layers that change or draw in evaluation, too.
 */
import { F, nn, noGrad, ones, randn, tensor, zeros, type Tensor } from '../../src/index.ts';
import { close, equal, number, outcome, python, type Checks } from './check.ts';

const { size } = python;
const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));
const varies = (run: () => Tensor): boolean => Array.from({ length: 10 }, () => equal(run(), run())).includes(false);

export const normAndDropoutChecks: Checks = {
  A02: () => {
    const [layer, x] = [new nn.BatchNorm2d(3), randn(2, 3, 4, 5)];
    layer.call(x);
    return close(layer.runningVar!, x.transpose(0, 1).reshape(3, -1).var(1).mul(0.1).add(0.9));
  },
  A05: () => [
    outcome(() => size(new nn.BatchNorm1d(3).call(randn(1, 3)))),
    outcome(() => size(new nn.BatchNorm2d(3).call(randn(1, 3, 1, 1)))),
    outcome(() => size(new nn.BatchNorm1d(3).call(randn(1, 3, 2)))),
    outcome(() => size(F.batchNorm(randn(1, 3), null, null, { training: true }))),
  ],
  A12: () => [
    outcome(() => size(new nn.BatchNorm1d(3).call(randn(3)))),
    outcome(() => size(new nn.BatchNorm2d(3).call(randn(2, 3)))),
    outcome(() => size(new nn.BatchNorm3d(3).call(randn(2, 3, 4, 4)))),
    outcome(() => size(new nn.BatchNorm1d(3).call(randn(2, 4)))),
  ],
  A15: () => {
    const [layer, x] = [new nn.InstanceNorm1d(3, { trackRunningStats: true }), randn(4, 3, 7).add(2)];
    const out = layer.call(x);
    const moved = {
      rm: close(layer.runningMean!, x.mean(2).mean(0).mul(0.1), 1e-6),
      rv: close(layer.runningVar!, x.var(2).mean(0).mul(0.1).add(0.9)),
      rv_biased: close(layer.runningVar!, x.var(2, { correction: 0 }).mean(0).mul(0.1).add(0.9)),
      nbt: number(layer.numBatchesTracked),
      out: close(out.mean(2), zeros(4, 3)),
    };
    const [mean, deviation] = [layer.runningMean!.view(1, 3, 1), layer.runningVar!.view(1, 3, 1).add(1e-5).sqrt()];
    return { ...moved, eval_running: close(layer.eval().call(x), x.sub(mean).div(deviation)) };
  },
  A16: () => [
    outcome(() => size(new nn.InstanceNorm1d(3).eval().call(randn(2, 3, 1)))),
    outcome(() => size(new nn.InstanceNorm1d(3, { trackRunningStats: true }).eval().call(randn(2, 3, 1)))),
    outcome(() => size(new nn.InstanceNorm1d(3, { trackRunningStats: true }).call(randn(2, 3, 1)))),
  ],
  B04: () => {
    const [p, alpha] = [0.3, 1.7580993408473766];
    const values = [...new nn.AlphaDropout(p).call(zeros(1000)).toTypedArray()].map((value) => rounded(Number(value), 5));
    const a = 1 / Math.sqrt((alpha * alpha * p + 1) * (1 - p));
    const b = alpha * a * p;
    return [[...new Set(values)].sort((x, y) => x - y), [rounded(-alpha * a + b, 5), rounded(b, 5)]];
  },
  B05: () => {
    const unchanged = (layer: nn.AlphaDropout | nn.FeatureAlphaDropout, x: Tensor): boolean => { const before = x.clone(); layer.call(x); return equal(x, before); };
    return [unchanged(new nn.AlphaDropout(0.5, { inplace: true }), randn(50)), unchanged(new nn.FeatureAlphaDropout(0.5, { inplace: true }), randn(2, 5, 3))];
  },
  B06: () => {
    const channels = new nn.Dropout2d(0.5).call(ones(2, 40, 3, 3)).view(80, 9).toArray() as number[][];
    return [
      channels.every((values) => values.every((value) => value === 0) || values.every((value) => value === 2)),
      outcome(() => size(new nn.Dropout2d(0.5).call(ones(4, 5)))),
      outcome(() => size(new nn.Dropout1d(0.5).call(ones(4, 5, 6, 7)))),
    ];
  },
  B07: () => {
    const x = ones(1000).neg();
    const out = new nn.RReLU().call(x);
    return [new nn.RReLU().eval().call(x.slice(0, 2)).toArray(), (1 / 8 + 1 / 3) / 2, rounded(-out.amax().item(), 3), rounded(-out.amin().item(), 3)];
  },
  G14: () => {
    const layer = new nn.Embedding(4, 3, { maxNorm: 0.1 }).eval();
    const before = layer.weight.detach().clone();
    noGrad(() => layer.call(tensor([0], { dtype: 'int64' })));
    return !equal(before, layer.weight);
  },
  G15: () => {
    const x = randn(1, 2, 20, 20);
    const draws = (outputRatio: number): boolean => { const layer = new nn.FractionalMaxPool2d(2, { outputRatio }).eval(); return varies(() => layer.call(x) as Tensor); };
    return { integral_ratio_random: draws(0.5), ratio_06_random: draws(0.6) };
  },
};
