/**
 * D: modules, their mode, and what is registered in them.
 */
import { F, nn, noGrad, isGradEnabled, ones, type Tensor } from '../../src/index.ts';
import { outcome, parts, python, thrown, type Checks } from './check.ts';

class Net extends nn.Module {
  readonly a: nn.Dropout | null = new nn.Dropout(0.5);
  readonly seq = new nn.Sequential(new nn.Linear(2, 2), new nn.BatchNorm1d(2));
  readonly l = [new nn.Dropout(0.5)];
  readonly d = { x: new nn.Dropout(0.5) };
  readonly t = new Map([['x', new nn.Dropout(0.5)]]);
  readonly ml = new nn.ModuleList([new nn.Dropout(0.5)]);
  readonly md = new nn.ModuleDict({ k: new nn.Dropout(0.5) });
  readonly none = null;
  override forward(x: Tensor): Tensor { return this.seq.call(this.a!.call(x)); }
}
class Empty extends nn.Module {
  override forward(..._inputs: unknown[]): unknown { return undefined; }
}
const child = (name: string, module: nn.Module): Empty => {
  const parent = new Empty();
  parent.registerModule(name, module);
  return parent;
};
const drops = (value: Tensor): boolean => value.toTypedArray().some((element) => element === 0);

export const moduleChecks: Checks = {
  D01: () => [new Empty().training, new Net().training, new nn.Dropout().training, [...new Net().modules()].every((part) => part.training)],
  D02: () => { const net = new Net(); return [net.train() === net, net.eval() === net, net.training, net.train(false).training, net.train(true).training]; },
  D03: () => [outcome(() => String(new Empty().train(1 as never))), outcome(() => String(new Empty().train('eval' as never))), outcome(() => String(new Empty().train(null as never))), outcome(() => python.bool(new Empty().train(false).training))],
  D04: () => {
    const net = new Net().eval();
    return { list: net.l[0]!.training, dict: net.d.x.training, tuple: net.t.get('x')!.training, modulelist: net.ml.at(0).training, moduledict: net.md.get('k').training, nested: net.seq.at(1).training, names: [...net.namedModules()].map(([name]) => name) };
  },
  D05: () => { const net = new Net(); net.training = false; return [net.training, net.a!.training, net.seq.at(1).training]; },
  D06: () => {
    const net = new Net();
    return parts('the annotation of a Python class', { 0: Object.keys(net).includes('training'), 1: net.stateDict().has('training'), 2: Object.hasOwn(nn.Module.prototype, 'training') });
  },
  D07: () => {
    const [a, b, c] = [new Net().eval(), new Net(), new Net().eval()];
    b.loadStateDict(a.stateDict());
    c.loadStateDict(new Net().stateDict());
    return [b.training, c.training, [...a.stateDict().keys()]];
  },
  D08: () => {
    const net = new nn.Sequential(new nn.Dropout(0.5), new nn.BatchNorm1d(2)).eval();
    net.at(1).train();
    const copy = net.deepCopy();
    return parts('whole modules are neither pickled nor shallowly copied here', { 1: [copy.training, copy.at(0).training, copy.at(1).training] });
  },
  D09: () => {
    const net = new Net().eval();
    net.registerModule('late', new nn.Dropout(0.5));
    net.seq.append(new nn.Dropout(0.5));
    net.registerModule('z', new nn.Dropout(0.5));
    return [net.getSubmodule('late').training, net.seq.at(-1).training, net.getSubmodule('z').training];
  },
  D10: () => { const shared = new nn.Dropout(0.5); const [a, b] = [new nn.Sequential(shared), new nn.Sequential(shared)]; a.eval(); return [b.training, b.at(0).training, shared.training]; },
  D11: () => {
    const calls: boolean[] = [];
    class Counted extends nn.Dropout {
      override train(mode = true): this { calls.push(mode); return super.train(mode); }
    }
    const parent = child('a', new Counted());
    parent.registerModule('b', parent.getSubmodule('a'));
    parent.registerModule('n', null);
    parent.train();
    return [calls, [...parent.children()].length, [...parent.namedChildren()].map(([name]) => name)];
  },
  D12: () => {
    class Forgetful extends nn.Dropout {
      override train(mode = true): this { super.train(mode); return undefined as never; }
    }
    const part = new Forgetful();
    const parent = new nn.Sequential(part);
    // Python's None is undefined here.
    return [part.eval() ?? null, parent.eval() === parent, part.training];
  },
  D13: () => {
    class Frozen extends nn.Module {
      readonly bn = new nn.BatchNorm1d(2);
      override forward(x: Tensor): Tensor { return this.bn.call(x); }
      override train(mode = true): this { super.train(mode); this.bn.eval(); return this; }
    }
    const part = new Frozen();
    new nn.Sequential(part).train();
    return [part.training, part.bn.training];
  },
  D14: () => {
    const calls: number[] = [];
    class Own extends nn.Dropout {
      override eval(): this { calls.push(1); return super.eval(); }
    }
    const parent = new nn.Sequential(new Own()).eval();
    return [calls, parent.at(0).training];
  },
  D15: () => { const net = new nn.Sequential(new nn.BatchNorm1d(2)); net.at(0).eval(); const before = net.at(0).training; net.train(); return [before, net.at(0).training]; },
  D16: () => { const net = new Net(); net.apply((part) => void (part instanceof nn.BatchNorm1d && part.eval())); return [net.training, net.seq.at(1).training, net.a!.training]; },
  D17: () => {
    const calls: string[] = [];
    const layer = new nn.Linear(2, 2);
    layer.registerForwardHook(() => void calls.push('f'));
    layer.registerForwardPreHook(() => void calls.push('p'));
    layer.eval();
    const afterEval = [...calls];
    layer.forward(ones(1, 2));
    const afterForward = [...calls];
    layer.call(ones(1, 2));
    return [afterEval, afterForward, calls];
  },
  D19: () => { const net = new Net().eval(); net.double().float().requiresGrad_(false).to('float32'); net.zeroGrad(); return [net.training, net.a!.training]; },
  D20: () => { const out = new nn.Linear(2, 2).eval().call(ones(1, 2)); return [out.requiresGrad, out.gradFn !== null, isGradEnabled()]; },
  D21: () => { const layer = new nn.Dropout(0.5); return noGrad(() => [layer.training, drops(layer.call(ones(100)))]); },
  D22: () => {
    const net = new nn.Sequential(new nn.Dropout(), new nn.Dropout()).eval();
    const [slice, list] = [net.slice(0, 1), new nn.ModuleList([new nn.Dropout()]).eval()];
    return [slice.training, slice.at(0).training, list.slice(0, 1).training, list.concat([new nn.Dropout()]).at(0).training];
  },
  D25: () => { const net = new Net() as { a: nn.Dropout | null } & Net; const { a } = net; (net as { a: nn.Dropout | null }).a = null; net.eval(); return a!.training; },
  D26: () => {
    class Hidden extends nn.Module {
      readonly #h = new nn.Dropout(0.5);
      readonly f = (): nn.Dropout => this.#h;
      override forward(x: Tensor): Tensor { return x; }
    }
    return new Hidden().eval().f().training;
  },
  D27: () => { const layer = new nn.Dropout(0.5); layer.training = 'no' as never; return [layer.training, outcome(() => String(layer.call(ones(3))))]; },
  D28: () => {
    const shared = new nn.Dropout();
    const net = new nn.Sequential(shared, shared);
    const names = (entries: Iterable<[string, unknown]>): string[] => [...entries].map(([name]) => name);
    return [names(net.namedModules()), names(net.namedModules('', false)), names(net.namedChildren())];
  },
  H01: () => {
    const [a, b] = [new Empty(), new Empty()];
    a.registerModule('b', b);
    b.registerModule('a', a);
    let first: string;
    try {
      a.train();
      first = 'ok';
    } catch (error) {
      // JavaScript's error for a stack that is full is Python's RecursionError.
      first = error instanceof RangeError ? 'RecursionError: maximum recursion depth exceeded while calling a Python object' : thrown(error);
    }
    return [first, [...a.modules()].length];
  },
  H06: () => {
    class RandomFlip extends nn.Module {
      override forward(x: Tensor): Tensor { return F.dropout(ones(1)).item() === 0 ? x.mul(-1) : x; }
    }
    const layer = new RandomFlip().eval();
    return new Set(Array.from({ length: 50 }, () => String(layer.call(ones(2))))).size;
  },
  H08: () => { const layer = new nn.Dropout(0.5).eval(); layer.registerForwardPreHook((part) => void (part as nn.Dropout).train()); return [drops(layer.call(ones(50))), layer.training]; },
  H30: () => {
    class Net2 extends nn.Module {
      readonly o = { a: new nn.Dropout() };
      readonly q = new nn.Sequential({ a: new nn.Dropout() });
      override forward(x: Tensor): Tensor { return x; }
    }
    const net = new Net2().eval();
    return [net.o.a.training, net.q.get('a').training, [...net.stateDict().keys()]];
  },
};
