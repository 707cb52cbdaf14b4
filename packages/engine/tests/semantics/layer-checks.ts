/**
 * A and B: normalisation and dropout, and the H checks that are about layers.
 */
import { F, nn, noGrad, inferenceMode, arange, ones, randn, stack, zeros, type Tensor } from '../../src/index.ts';
import { close, equal, number, outcome, parts, python, type Checks } from './check.ts';

const { size } = python;
const biased = { correction: 0 };
const tracked = (layer: nn.BatchNorm1d): number => number(layer.numBatchesTracked);
const isZero = (x: Tensor): boolean => x.toTypedArray().every((value) => value === 0);

export const layerChecks: Checks = {
  A01: () => {
    const [layer, x] = [new nn.BatchNorm1d(3, { momentum: 0.25 }), randn(5, 3)];
    const out = layer.call(x);
    return {
      out_biased: close(out, x.sub(x.mean(0)).div(x.var(0, biased).add(1e-5).sqrt())),
      rm: close(layer.runningMean!, x.mean(0).mul(0.25)),
      rv_unbiased: close(layer.runningVar!, x.var(0).mul(0.25).add(0.75)),
      rv_biased: close(layer.runningVar!, x.var(0, biased).mul(0.25).add(0.75), 1e-6),
      nbt: tracked(layer),
      nbt_dtype: `torch.${layer.numBatchesTracked!.dtype}`,
      nbt_shape: layer.numBatchesTracked!.shape,
    };
  },
  A03: () => {
    const layer = new nn.BatchNorm1d(3, { momentum: null });
    const xs = Array.from({ length: 3 }, () => randn(4, 3));
    for (const x of xs) layer.call(x);
    return { rm: close(layer.runningMean!, stack(xs.map((x) => x.mean(0))).mean(0), 1e-6), rv: close(layer.runningVar!, stack(xs.map((x) => x.var(0))).mean(0), 1e-6), nbt: tracked(layer) };
  },
  A04: () => {
    const [layer, x] = [new nn.BatchNorm1d(3), randn(4, 3)];
    layer.call(x);
    layer.eval();
    const before = [...layer.stateDict().values()].map((value) => value.clone());
    const out = layer.call(x);
    return {
      formula: close(out, x.sub(layer.runningMean!).div(layer.runningVar!.add(1e-5).sqrt()), 1e-6),
      frozen: [...layer.stateDict().values()].every((value, index) => equal(value, before[index]!)),
      works_N1: outcome(() => size(layer.call(x.slice(0, 1)))),
    };
  },
  A06: () => { const layer = new nn.BatchNorm1d(3); outcome(() => size(layer.call(randn(1, 3)))); return { nbt: tracked(layer), rm: layer.runningMean!.toArray() }; },
  A07: () => { const layer = new nn.BatchNorm1d(3); const result = outcome(() => size(layer.call(randn(0, 3)))); return [result, layer.runningMean!.toArray(), layer.runningVar!.toArray(), tracked(layer)]; },
  A08: () => {
    const [layer, x] = [new nn.BatchNorm1d(3, { trackRunningStats: false }).eval(), randn(4, 3)];
    return { rm: layer.runningMean, sd: [...layer.stateDict().keys()], batch_stats: close(layer.call(x).mean(0), zeros(3)), N1: outcome(() => size(layer.call(x.slice(0, 1)))) };
  },
  A09: () => {
    const moved = (scope: <T>(fn: () => T) => T): unknown[] => { const layer = new nn.BatchNorm1d(3); scope(() => layer.call(randn(4, 3).add(5))); return [!isZero(layer.runningMean!), tracked(layer)]; };
    const frozen = new nn.BatchNorm1d(3).requiresGrad_(false);
    frozen.call(randn(4, 3).add(5));
    return { no_grad: moved(noGrad), inference_mode: moved(inferenceMode), 'requires_grad_(False)': !isZero(frozen.runningMean!) };
  },
  A10: () => { const layer = new nn.BatchNorm1d(3).eval(); layer.call(randn(4, 3)).sum().backward(); return [layer.weight!.grad !== null, layer.weight!.requiresGrad]; },
  A11: () => Object.fromEntries([true, false].map((mode) => {
    const [layer, x] = [new nn.BatchNorm1d(3).train(mode), randn(6, 3, { requiresGrad: true })];
    layer.call(x).mul(arange(0, 18, 1, { dtype: 'float32' }).view(6, 3)).sum().backward();
    return [String(mode), number(x.grad!.sum(0).abs().amax()) < 1e-4];
  })),
  A13: () => outcome(() => size(F.batchNorm(randn(4, 3), null, null))),
  A14: () => { const [mean, variance] = [zeros(3), ones(3)]; F.batchNorm(randn(4, 3).add(3), mean, variance, { training: true }); return [!isZero(mean), !equal(variance, ones(3))]; },
  A17: () => {
    const [batch, instance, lazyInstance, lazyBatch] = [new nn.BatchNorm1d(1), new nn.InstanceNorm1d(1), new nn.LazyInstanceNorm1d(), new nn.LazyBatchNorm1d()];
    const all = ({ eps, momentum, affine, trackRunningStats }: nn.BatchNorm1d | nn.InstanceNorm1d): unknown[] => [eps, momentum, affine, trackRunningStats];
    return { BN: all(batch), IN: all(instance), LazyIN: [lazyInstance.affine, lazyInstance.trackRunningStats], LazyBN: [lazyBatch.affine, lazyBatch.trackRunningStats] };
  },
  A18: () => {
    const layer = new nn.LazyInstanceNorm1d();
    layer.call(randn(2, 3, 4));
    return [layer.constructor.name, layer.affine, layer.trackRunningStats, [...layer.stateDict().keys()].sort()];
  },
  A19: () => {
    const [layer, x] = [new nn.LazyBatchNorm1d().eval(), randn(4, 3)];
    const out = layer.call(x);
    return [layer.constructor.name, layer.training, tracked(layer), close(out, x.div(Math.sqrt(1 + 1e-5)))];
  },
  A20: () => { const [layer, x] = [new nn.BatchNorm1d(2, { momentum: 1 }), randn(5, 2)]; layer.call(x); return [close(layer.runningMean!, x.mean(0)), close(layer.runningVar!, x.var(0))]; },
  B01: () => {
    const x = ones(1000, { requiresGrad: true });
    const out = new nn.Dropout(0.25).call(x);
    out.sum().backward();
    return parts('the share of zeros is a sample', { 0: [...new Set(out.toTypedArray())].sort(), 1: equal(x.grad!, out.detach()) });
  },
  B02: () => [outcome(() => String(new nn.Dropout(1.5))), outcome(() => String(new nn.Dropout(-0.1))), outcome(() => String(F.dropout(ones(2), 1.5))), outcome(() => String(F.dropout(ones(2), 1.5, false)))],
  B03: () => { const x = ones(4); return [new nn.Dropout(1).call(x).toArray(), new nn.Dropout(0).call(x) === x, new nn.Dropout(0.5).eval().call(x) === x]; },
  B09: () => [outcome(() => String(new nn.LSTM(3, 3, { numLayers: 2, dropout: 1.5 }))), outcome(() => String(new nn.LSTM(3, 3, { numLayers: 2, dropout: true as never })))],
  C01: () => {
    const layer = nn.utils.spectralNorm(new nn.Linear(5, 4));
    const u = layer.getBuffer('weight_u').clone();
    layer.eval().call(randn(2, 5));
    const frozen = equal(u, layer.getBuffer('weight_u'));
    layer.train();
    noGrad(() => layer.call(randn(2, 5)));
    return { eval_frozen: frozen, train_no_grad_updates: !equal(u, layer.getBuffer('weight_u')) };
  },
  C03: () => {
    const layer = nn.utils.parametrizations.spectralNorm(new nn.Linear(4, 4).eval());
    const mode = (path: string): boolean => layer.getSubmodule(path).training;
    return { module: layer.training, ParametrizationList: mode('parametrizations.weight'), inner: mode('parametrizations.weight.0'), ModuleDict: mode('parametrizations') };
  },
  H02: () => { const x = randn(4, 1, 3, { requiresGrad: true }); return [outcome(() => { new nn.LSTM(3, 3).eval().call(x)[0].sum().backward(); return 'None'; }), x.grad !== null]; },
  H04: () => {
    const x = ones(2, 5, 3);
    return parts('there are no docstrings', { 1: F.featureAlphaDropout(x, 0.5) !== x });
  },
  H05: () => {
    const [p, off] = [true, false] as unknown as [number, number];
    return [outcome(() => python.list(F.dropout(ones(4), p))), outcome(() => python.list(F.dropout(ones(4), off))), ...[0, null, 'eval'].map((training) => outcome(() => String(F.dropout(ones(4), 0.5, training as never))))];
  },
  H09: () => {
    const [norm, drop] = [new nn.BatchNorm1d(50), new nn.Dropout(0.5)];
    const net = new nn.Sequential(norm, drop).eval();
    for (const part of net.modules()) if (part instanceof nn.Dropout) part.train();
    const [x, before] = [randn(3, 50), tracked(norm)];
    return [!equal(net.call(x), net.call(x)), before === tracked(norm), net.training];
  },
  H11: () => { const [layer, x] = [new nn.Dropout(0.5), ones(50)]; layer.p = 0; const same = layer.call(x) === x; layer.p = 2; return [same, outcome(() => size(layer.call(x)))]; },
  H12: () => {
    const layer = new nn.BatchNorm1d(2);
    const state = new Map([...layer.stateDict()].filter(([key]) => !key.includes('num')));
    layer.numBatchesTracked!.fill_(7);
    const { missingKeys, unexpectedKeys } = layer.loadStateDict(state);
    return [missingKeys.length + unexpectedKeys.length === 0 ? '<All keys matched successfully>' : 'keys do not match', tracked(layer)];
  },
  H20: () => {
    const minus = (count: number): Tensor => ones(count).neg();
    return [F.rrelu(minus(2)).toArray(), !equal(F.rrelu(minus(2), 1 / 8, 1 / 3, true), F.rrelu(minus(2), 1 / 8, 1 / 3, true)), F.rrelu(minus(1), 1 / 8, 1 / 3, false, true).toArray()];
  },
  H21: () => outcome(() => size(F.instanceNorm(randn(2, 3, 4), { useInputStats: false }))),
  H22: () => noGrad(() => {
    const q = randn(1, 2, 5, 8);
    const run = (dropoutP: number): Tensor => F.scaledDotProductAttention(q, q, q, { dropoutP });
    return parts('the third says which version of PyTorch makes it public', { 0: equal(run(0.5), run(0.5)), 1: equal(run(0), run(0)) });
  }),
  H14: () => {
    const layer = new nn.BatchNorm1d(2);
    const before = new Map([...layer.stateDict()].map(([key, value]) => [key, value.clone()]));
    noGrad(() => layer.call(randn(8, 2).add(3)));
    return [...layer.stateDict()].filter(([key, value]) => !equal(value, before.get(key)!)).map(([key]) => key);
  },
};
