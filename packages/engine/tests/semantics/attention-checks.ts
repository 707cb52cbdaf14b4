/**
 * B08 to B15: recurrent layers, attention and transformers.
 */
import { vi } from 'vitest';
import { F, inferenceMode, nn, noGrad, ones, randn, setGradEnabled, tensor, type Tensor } from '../../src/index.ts';
import { close, equal, type Checks } from './check.ts';

const x = randn(2, 5, 8);
const attention = (settings: object = {}): nn.MultiheadAttention => new nn.MultiheadAttention(8, 2, { batchFirst: true, ...settings });
const layer = (settings: object = {}): nn.TransformerEncoderLayer => new nn.TransformerEncoderLayer(8, 2, { dimFeedforward: 16, batchFirst: true, ...settings });
const padding = tensor([[false, false, false, true, true], [false, false, true, true, true]]);
const isNaNs = (values: Tensor): boolean => values.toTypedArray().some((value) => Number.isNaN(Number(value)));
const drops = (of: nn.TransformerEncoderLayer): nn.Module[] => [of.dropout, of.dropout1, of.dropout2];

/** Which fused paths a call takes, by the reasons that the layers give. */
function hits(module: nn.MultiheadAttention | nn.TransformerEncoderLayer, off = true): string[] {
  return setGradEnabled(!off, () => {
    if (module instanceof nn.MultiheadAttention) return module.whyNotFastPath(x, x, x) === '' ? ['mha'] : [];
    if (module.whyNotFastPath(x) === '') return ['encoder_layer'];
    const inner: string[] = [];
    const spy = vi.spyOn(module.self_attn, 'fused').mockImplementationOnce((...given) => {
      inner.push('mha');
      spy.mockRestore();
      return module.self_attn.fused(...given);
    });
    module.call(x);
    spy.mockRestore();
    return inner;
  });
}

export const attentionChecks: Checks = {
  B08: () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    void new nn.LSTM(3, 3, { dropout: 0.5 });
    return String(warn.mock.calls[0]![0]).replace('UserWarning: ', '');
  },
  B10: () => {
    const [module, q] = [new nn.MultiheadAttention(8, 2, { dropout: 0.5 }), randn(5, 2, 8)];
    const sumsToOne = (): boolean => close(module.call(q, q, q)[1]!.sum(-1), ones(2, 5));
    const training = sumsToOne();
    module.eval();
    return [training, sumsToOne()];
  },
  B11: () => {
    const [module, q] = [new nn.MultiheadAttention(8, 2).eval(), randn(5, 2, 8)];
    const run = (): Tensor =>
      F.multiHeadAttentionForward(q, q, q, { heads: 2, inProjWeight: module.in_proj_weight, separate: null, inProjBias: module.in_proj_bias, biasK: null, biasV: null, addZeroAttn: false, outProjWeight: module.out_proj.weight, outProjBias: module.out_proj.bias }, { dropoutP: 0.5 })[0];
    return equal(run(), run());
  },
  B12: () => {
    const asleep = (change: (of: nn.TransformerEncoderLayer) => void): nn.TransformerEncoderLayer => { const made = layer().eval(); change(made); return made; };
    const hooked = layer().eval();
    const calls: number[] = [];
    hooked.linear1.registerForwardHook(() => void calls.push(1));
    hooked.self_attn.registerForwardHook(() => void calls.push(2));
    const result: Record<string, unknown> = {
      'MHA train no_grad': hits(attention()),
      'MHA eval no_grad': hits(attention().eval()),
      'MHA eval grad': hits(attention().eval(), false),
      'MHA eval no_grad dropout=.5': hits(attention({ dropout: 0.5 }).eval()),
      'MHA eval no_grad batch_first=False': hits(attention({ batchFirst: false }).eval()),
      'Layer train': hits(layer()),
      'Layer eval no_grad (dropout .1)': hits(layer().eval()),
      'Layer eval grad': hits(layer().eval(), false),
      'Layer eval requires_grad_(False), grad on': hits(layer().eval().requiresGrad_(false), false),
      'Layer eval, inner dropouts train': hits(asleep((made) => { for (const drop of drops(made)) drop.train(); })),
      'Layer eval, self_attn.train()': hits(asleep((made) => void made.self_attn.train())),
      'Layer train, self_attn.eval()': hits(asleep((made) => { made.train(); made.self_attn.eval(); })),
      'Layer eval + forward hooks on linear1/self_attn': [hits(hooked), 'hook calls', calls],
    };
    nn.attention.setFastpathEnabled(false);
    result['torch.backends.mha.set_fastpath_enabled(False)'] = hits(layer().eval());
    nn.attention.setFastpathEnabled(true);
    result['Layer eval inference_mode'] = inferenceMode(() => hits(layer().eval()));
    return result;
  },
  B13: () => {
    const module = layer({ dropout: 0.5 }).eval();
    for (const drop of drops(module)) drop.train();
    return { no_grad_deterministic: noGrad(() => equal(module.call(x), module.call(x))), grad_deterministic: equal(module.call(x), module.call(x)) };
  },
  B14: () => {
    const module = new nn.TransformerEncoder(layer(), 2).eval();
    const [fast, slow] = [noGrad(() => module.call(x, { srcKeyPaddingMask: padding })), module.call(x, { srcKeyPaddingMask: padding })];
    const padded = (of: Tensor): boolean => of.select(0, 1).narrow(0, 2, 3).toTypedArray().every((value) => value === 0);
    return { fast: fast.shape, slow: slow.shape, fast_pad_zero: padded(fast), slow_pad_zero: padded(slow), valid_equal: close(fast.select(0, 0).narrow(0, 0, 3), slow.select(0, 0).narrow(0, 0, 3)) };
  },
  B15: () => {
    const module = attention().eval();
    const mask = tensor([new Array<boolean>(5).fill(false), new Array<boolean>(5).fill(true)]);
    const run = (): Tensor => module.call(x, x, x, { keyPaddingMask: mask })[0];
    return { fast_nan: isNaNs(noGrad(run).select(0, 1)), slow_nan: isNaNs(run().select(0, 1)) };
  },
};
