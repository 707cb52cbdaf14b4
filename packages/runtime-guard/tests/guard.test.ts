/**
 * The guard on the real engine and on a hand-written model that only looks like one.
 */
import { channel } from 'node:diagnostics_channel';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { configure, expectGrad, expectMode, inference, ModeViolation, takeViolations, watchModes, withMode } from '../src/index.ts';
import { inferenceMode, isGradEnabled, isInferenceModeEnabled, nn, noGrad, ones, randn, type Tensor } from '../../engine/src/index.ts';

class Net extends nn.Module {
  readonly fc = new nn.Linear(4, 2);
  readonly bn = new nn.BatchNorm1d(2);
  readonly drop = new nn.Dropout(0.5);
  override forward(x: Tensor): Tensor {
    return this.drop.call(this.bn.call(this.fc.call(x)));
  }
}

/** PyTorch-like, without registering anything with anybody. */
class Fake {
  training = true;
  readonly children: readonly Fake[];
  constructor(...children: readonly Fake[]) { this.children = children; }
  train(mode = true): this {
    this.training = mode;
    for (const child of this.children) child.train(mode);
    return this;
  }
  eval(): this { return this.train(false); }
  *namedModules(prefix = ''): Generator<[string, Fake]> {
    yield [prefix, this];
    for (const [index, child] of this.children.entries()) yield* child.namedModules(prefix === '' ? String(index) : `${prefix}.${index}`);
  }
}

const reset = (): void => {
  configure({ policy: 'throw', sink: null, grad: null });
  takeViolations();
};
beforeEach(reset);
afterEach(reset);

function caught(fn: () => unknown): ModeViolation {
  try {
    fn();
  } catch (error) {
    if (error instanceof ModeViolation) return error;
    throw error;
  }
  throw new Error('no violation');
}
const flags = (module: nn.Module): boolean[] => [...module.modules()].map((part) => part.training);

describe('expectMode', () => {
  test('passes in the mode, throws in the other with rule, offenders and docs', () => {
    const model = new Net();
    expectMode(model, 'train');
    const violation = caught(() => expectMode(model, 'eval'));
    expect(violation.rule).toBe('no-train-mode-inference');
    expect(violation.docs).toBe('https://github.com/modeguard/modeguard/blob/main/docs/rules/no-train-mode-inference.md');
    expect(violation.offenders.slice(0, 2).map(({ path, className, mode }) => [path, className, mode])).toEqual([['bn', 'BatchNorm1d', 'train'], ['drop', 'Dropout', 'train']]);
    expect(violation.message).toMatch(/^Expected evaluation mode, but 4 of 4 modules are in training mode: 'bn' \(BatchNorm1d\), 'drop' \(Dropout\).*\nWhy: .* 2 of them behave differently in the two modes\.\nDo: .*\nSee https:/);
    expect(caught(() => expectMode(model.eval(), 'train')).rule).toBe('no-eval-mode-training');
  });

  test('names where the mode was last set: train, assignment, or never since construction', () => {
    const model = new Net();
    const here = Number(/guard\.test\.ts:(\d+)/.exec(new Error().stack!)![1]);
    expect(caught(() => expectMode(model, 'eval')).message).toMatch(new RegExp(`Never switched since it was constructed at .*guard\\.test\\.ts:`));
    model.train();
    const violation = caught(() => expectMode(model, 'eval'));
    expect(violation.message).toMatch(new RegExp(`Last set by train\\(\\) at .*guard\\.test\\.ts:${here + 2}:\\d+\\.`));
    expect(violation.offenders.every(({ setAt }) => setAt?.includes(`:${here + 2}:`))).toBe(true);
    model.eval();
    model.drop.training = true;
    expect(caught(() => expectMode(model, 'eval')).offenders).toMatchObject([{ path: 'drop', setBy: 'assignment' }]);
  });

  test('one stray submodule is found; except lets it pass with all below', () => {
    const model = new nn.Sequential(new nn.Sequential(new nn.Dropout()), new nn.Linear(1, 1)).eval();
    model.at(0).train();
    expect(caught(() => expectMode(model, 'eval')).offenders.map(({ path }) => path)).toEqual(['0.0', '0']);
    expectMode(model, 'eval', { except: ['0'] });
  });

  test('many offenders are counted, not all named', () => {
    const model = new Fake(...Array.from({ length: 9 }, () => new Fake()));
    expect(caught(() => expectMode(model, 'eval')).message).toContain('and 5 more');
  });

  test('what is no model or no mode is refused', () => {
    expect(() => expectMode({}, 'eval')).toThrow('Object is not a model');
    expect(() => expectMode(null as never, 'eval')).toThrow('null is not a model');
    expect(() => expectMode(new Net(), 'test' as never)).toThrow("'train' or 'eval'");
  });
});

describe('expectGrad', () => {
  test('finds the engine without being told', () => {
    expectGrad('enabled');
    noGrad(() => expectGrad('disabled'));
    inferenceMode(() => { expectGrad('inference'); expectGrad('disabled'); });
    expect(caught(() => expectGrad('disabled')).rule).toBe('require-no-grad');
    expect(caught(() => noGrad(() => expectGrad('enabled'))).rule).toBe('no-grad-cut-in-training');
    expect(caught(() => noGrad(() => expectGrad('inference'))).message).toContain('off by inference mode, but they are disabled');
  });

  test('an adapter of the user\'s own comes first', () => {
    configure({ grad: { isEnabled: () => false, noGrad: (fn) => fn() } });
    expectGrad('disabled');
    expect(() => inference(new Fake(), () => 1, { scope: 'inferenceMode' })).toThrow('no inferenceMode');
  });

  test('several loaded libraries: the model decides, else it is refused', () => {
    const ports = (globalThis as unknown as Record<symbol, Set<object>>)[Symbol.for('modeguard.gradPort')]!;
    const second = { isEnabled: () => true, noGrad: (fn: () => unknown) => fn() };
    ports.add(second);
    try {
      expect(() => expectGrad('enabled')).toThrow('2 libraries');
      expectGrad('enabled', { model: new Net() });
    } finally {
      ports.delete(second);
    }
  });
});

describe('policies and sinks', () => {
  test('collect keeps, off looks at nothing, a callback and the channel hear of all', () => {
    const heard: unknown[] = [];
    const published: unknown[] = [];
    const listener = (message: unknown): void => void published.push(message);
    channel('modeguard:violation').subscribe(listener);
    configure({ policy: 'collect', sink: (violation) => heard.push(violation) });
    expectMode(new Net(), 'eval');
    configure({ policy: 'off' });
    expectMode({ never: 'looked at' }, 'eval');
    channel('modeguard:violation').unsubscribe(listener);
    const kept = takeViolations();
    expect([kept.length, heard, published, takeViolations()]).toEqual([1, kept, kept, []]);
    configure({ policy: 'warn' });
    expectMode(new Net(), 'eval');
    expect(heard).toHaveLength(2);
    expect(() => expectMode(new Net(), 'eval', { policy: 'throw' })).toThrow(ModeViolation);
    expect(() => configure({ policy: 'loud' as never })).toThrow('policy must be one of');
  });
});

describe('withMode', () => {
  test('gives every submodule its own flag back, after a throw too, and where it was set', () => {
    const model = new Net();
    model.bn.eval();
    const before = flags(model);
    expect(withMode(model, 'eval', () => flags(model))).toEqual([false, false, false, false]);
    expect(flags(model)).toEqual(before);
    expect(() => withMode(model, 'eval', () => { throw new Error('inside'); })).toThrow('inside');
    expect(flags(model)).toEqual(before);
    withMode(model, 'train', () => expect(flags(model)).toEqual([true, true, true, true]));
    expect(caught(() => expectMode(model, 'eval')).message).toContain('Never switched since it was constructed');
  });

  test('awaits, passes rejections on, and nests within one task', async () => {
    const model = new Net();
    const seen = await withMode(model, 'eval', async () => {
      await turn();
      const inner = await withMode(model, 'train', async () => { await turn(); return model.training; });
      return [inner, model.training];
    });
    expect([seen, flags(model)]).toEqual([[true, false], [true, true, true, true]]);
    await expect(withMode(model, 'eval', async () => { await turn(); throw new Error('late'); })).rejects.toThrow('late');
    expect(model.training).toBe(true);
  });

  test('another task in the other mode is refused, also on a part; in the same mode it shares', async () => {
    const model = new Net();
    let release = (): void => {};
    const first = withMode(model, 'eval', () => new Promise<void>((resolve) => { release = resolve; }));
    expect(caught(() => withMode(model, 'train', () => 1)).rule).toBe('no-mode-race');
    expect(caught(() => withMode(model.drop, 'train', () => 1)).message).toContain("still holds the model in 'eval' mode");
    let finish = (): void => {};
    const second = withMode(model, 'eval', () => new Promise<void>((resolve) => { finish = resolve; }));
    release();
    await first;
    expect(flags(model)).toEqual([false, false, false, false]);
    finish();
    await second;
    expect(flags(model)).toEqual([true, true, true, true]);
  });

  test('submodules that come and go', () => {
    const model = new nn.Identity();
    const [removed, replacement, added] = [new nn.Dropout(), new nn.Dropout(), new nn.Dropout()];
    model.registerModule('a', removed);
    withMode(model, 'eval', () => {
      model.registerModule('a', replacement.eval());
      model.registerModule('b', added.eval());
    });
    expect([model.training, removed.training, replacement.training, added.training]).toEqual([true, true, true, false]);
  });

  test('works on a model of any library', () => {
    const model = new Fake(new Fake(), new Fake());
    model.children[1]!.training = false;
    withMode(model, 'eval', () => expect(model.children[0]!.training).toBe(false));
    expect([model, ...model.children].map(({ training }) => training)).toEqual([true, true, false]);
  });
});

describe('inference', () => {
  test('evaluation mode and no graph, restored', async () => {
    const model = new Net();
    const x = randn(3, 4);
    const [a, b] = [inference(model, () => model.call(x)), inference(model, () => model.call(x))];
    expect([a.toArray(), a.requiresGrad, a.isInference()]).toEqual([b.toArray(), false, false]);
    expect([model.training, isGradEnabled()]).toEqual([true, true]);
    expect(inference(model, isInferenceModeEnabled, { scope: 'inferenceMode' })).toBe(true);
    const late = await inference(model, async () => { await turn(); return [isGradEnabled(), model.training]; });
    expect([late, isGradEnabled(), model.training]).toEqual([[false, false], true, true]);
    expect(() => inference(model, () => model.call(ones(1)))).toThrow();
    expect(flags(model)).toEqual([true, true, true, true]);
  });
});

describe('watchModes', () => {
  test('tells where a foreign model was set, until it is stopped', () => {
    const model = new Fake(new Fake());
    expect(caught(() => expectMode(model, 'eval')).offenders[0]!.setAt).toBeUndefined();
    const stop = watchModes(model);
    expect(model.train()).toBe(model);
    expect(caught(() => expectMode(model, 'eval')).message).toMatch(/Last set by train\(\) at .*guard\.test\.ts:\d+:\d+/);
    stop();
    expect(Object.keys(model)).toEqual(['training', 'children']);
    expect(Object.hasOwn(model, 'train')).toBe(false);
  });
});
