/**
 * E: gradient modes, and the H checks that are about them.
 */
import { enableGrad, inferenceMode, isGradEnabled, nn, noGrad, ones, optim, randn, setGradEnabled, type Tensor } from '../../src/index.ts';
import { equal, number, outcome, parts, python, type Checks } from './check.ts';

const { bool, tuple, list, size } = python;

export const gradientChecks: Checks = {
  E01: () => {
    const [inside, after] = noGrad(() => [enableGrad(() => isGradEnabled()), isGradEnabled()]);
    try {
      noGrad(() => { throw new Error('x'); });
    } catch {
      // Only what it leaves behind matters.
    }
    return parts('scopes are callbacks: there are no decorators and no decorated generators', { enable_inside: inside, after_enable: after, after_exc: isGradEnabled() });
  },
  E05: () => parts('there is no switch as a statement', { 1: setGradEnabled(false, () => isGradEnabled()), 2: isGradEnabled() }),
  E08: () => {
    const [layer, out, made] = noGrad(() => { const linear = new nn.Linear(2, 2); return [linear, linear.call(ones(1, 2)), ones(1, { requiresGrad: true })] as const; });
    return [layer.weight.requiresGrad, out.requiresGrad, made.requiresGrad, out.isInference()];
  },
  E09: () => {
    const weight = ones(2, { requiresGrad: true });
    return inferenceMode(() => {
      const outer = isGradEnabled();
      const [inner, y] = enableGrad(() => [isGradEnabled(), weight.mul(2)] as const);
      const z = weight.mul(3);
      const off = inferenceMode(() => [isGradEnabled(), weight.mul(2).requiresGrad, weight.mul(2).isInference()], false);
      return { grad_enabled: outer, enable_grad_inside: inner, y: [y.requiresGrad, y.isInference()], z: [z.requiresGrad, z.isInference()], inference_mode_False: off };
    });
  },
  E10: () => {
    const weight = ones(2, { requiresGrad: true });
    const [a, linear, norm] = inferenceMode(() => [ones(2), new nn.Linear(2, 2), new nn.BatchNorm1d(2)] as const);
    const result: Record<string, unknown> = {
      save_for_backward: outcome(() => String(weight.mul(a))),
      inplace_outside: outcome(() => String(a.add_(1))),
      requires_grad_outside: outcome(() => String(a.requiresGrad_())),
      'add_ok (nothing saved)': outcome(() => bool(weight.add(a).requiresGrad)),
      clone_is_normal: outcome(() => tuple(bool(a.clone().isInference()), bool(weight.mul(a.clone()).requiresGrad))),
      version: outcome(() => String(a.version)),
      'view outside': outcome(() => bool(a.view(2, 1).isInference())),
      'detach outside': outcome(() => bool(a.detach().isInference())),
      'param created inside: requires_grad/is_inference': outcome(() => tuple(bool(linear.weight.requiresGrad), bool(linear.weight.isInference()))),
      'fwd of that Linear outside': outcome(() => bool(linear.call(ones(1, 2)).requiresGrad)),
      'BN created inside, train fwd outside': outcome(() => size(norm.call(randn(4, 2)))),
      'BN created inside, eval fwd outside no_grad': outcome(() => size(noGrad(() => norm.eval().call(randn(4, 2))))),
    };
    const backward = (scope: <T>(fn: () => T) => T): unknown => outcome(() => String(scope(() => weight.mul(2).sum()).backward()));
    result['backward() of loss computed inside'] = backward(inferenceMode);
    result['backward() of loss computed under no_grad'] = backward(noGrad);
    result['normal tensor mutated inside'] = outcome(() => { const normal = ones(2); inferenceMode(() => normal.add_(1)); return tuple(list(normal), bool(normal.isInference())); });
    result['leaf requiring grad mutated inplace inside'] = outcome(() => { inferenceMode(() => weight.add_(1)); return list(weight); });
    return result;
  },
  E15: () => { const layer = new nn.Linear(2, 2).requiresGrad_(false); return [layer.call(ones(1, 2)).requiresGrad, layer.call(ones(1, 2, { requiresGrad: true })).requiresGrad]; },
  E16: () => { const weight = ones(2, { requiresGrad: true }); const loss = weight.mul(2).sum(); noGrad(() => loss.backward()); return weight.grad!.toArray(); },
  E19: () => {
    const weight = ones(1, { requiresGrad: true });
    return parts('values are read out by `toArray`, which works on any tensor; there is no `data`', { 0: weight.detach().requiresGrad, 3: outcome(() => python.float(weight.item())) });
  },
  E20: () => {
    const layer = new nn.Linear(1, 1).eval();
    const optimizer = new optim.SGD(layer.parameters(), { lr: 1 });
    const before = number(layer.weight);
    layer.call(ones(1, 1)).sum().backward();
    optimizer.step();
    return before !== number(layer.weight);
  },
  H19: () => {
    const net = new nn.Sequential(new nn.Linear(50, 50), new nn.Dropout(0.5));
    const x = ones(50);
    const facts = (evaluate: number, off: number): object => {
      net.train(evaluate === 0);
      const run = (): Tensor => setGradEnabled(off === 0, () => net.call(x));
      const [y, z] = [run(), run()];
      return { deterministic: equal(y, z), graph: y.requiresGrad };
    };
    return Object.fromEntries([0, 1].flatMap((evaluate) => [0, 1].map((off) => [`eval=${evaluate},no_grad=${off}`, facts(evaluate, off)])));
  },
};
