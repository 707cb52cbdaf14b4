/**
 * The trace as ground truth: every event kind, and the facts that fixtures derive from them.
 */
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { F, inferenceMode, nn, noGrad, ones, optim, randn, randnLike, trace, withTrace, type Tensor, type TraceEvent } from '../src/index.ts';

type Kind = TraceEvent['kind'];
const only = <K extends Kind>(events: readonly TraceEvent[], kind: K): Extract<TraceEvent, { kind: K }>[] =>
  events.filter((event): event is Extract<TraceEvent, { kind: K }> => event.kind === kind);
const roots = (events: readonly TraceEvent[]): trace.ForwardEvent[] => only(events, 'forward').filter((event) => event.depth === 0);

/** What the fixtures will ask: root calls that are read, never trained with, and ran a sensitive leaf in training mode. */
function inferenceInTrainingMode(events: readonly TraceEvent[]): number[] {
  const consumed = new Set(only(events, 'backward').flatMap((event) => event.forwards));
  const read = new Set(only(events, 'read').flatMap((event) => event.forwards));
  return roots(events).filter(({ id, leaves }) => read.has(id) && !consumed.has(id) && leaves.some((leaf) => leaf.training)).map(({ id }) => id);
}

class Net extends nn.Module {
  readonly fc = new nn.Linear(4, 2);
  readonly drop = new nn.Dropout(0.5);
  override forward(x: Tensor): Tensor {
    return this.drop.call(this.fc.call(x));
  }
}

class Noise extends nn.Module {
  override forward(x: Tensor): Tensor {
    return this.training ? x.add(randnLike(x)) : x;
  }
}

describe('forward', () => {
  test('a root call lists its sensitive leaves; nested calls come before it', () => {
    const model = new Net();
    const { events } = withTrace(() => model.call(ones(1, 4)));
    expect(only(events, 'forward').map(({ id, root, depth, className, path }) => ({ id, root, depth, className, path }))).toEqual([
      { id: 2, root: 1, depth: 1, className: 'Linear', path: 'fc' },
      { id: 3, root: 1, depth: 1, className: 'Dropout', path: 'drop' },
      { id: 1, root: 1, depth: 0, className: 'Net', path: '' },
    ]);
    expect(roots(events)[0]).toMatchObject({ grad: 'enabled', graph: true, training: true, threw: false, leaves: [{ path: 'drop', className: 'Dropout', training: true, because: 'layer' }] });
  });

  test('grad state and graph', () => {
    const model = new Net().eval();
    const { events } = withTrace(() => {
      model.call(ones(1, 4));
      noGrad(() => model.call(ones(1, 4)));
      inferenceMode(() => model.call(ones(1, 4)));
    });
    expect(roots(events).map(({ grad, graph }) => [grad, graph])).toEqual([['enabled', true], ['disabled', false], ['inference', false]]);
  });

  test('a class of the user\'s own is sensitive if its forward reads the flag', () => {
    class Layered extends nn.Linear {
      override forward(x: Tensor): Tensor {
        return this.training ? super.forward(x) : super.forward(x).mul(2);
      }
    }
    const model = new nn.Sequential(new Noise(), new nn.Identity(), new Layered(2, 2));
    model.at(0).eval();
    const { events } = withTrace(() => model.call(ones(2, 2)));
    expect(roots(events)[0]!.leaves.map(({ path, training, because }) => [path, training, because])).toEqual([['0', false, 'reads-training'], ['2', true, 'reads-training']]);
  });

  test('inert layers are no leaves; a flag read from outside counts for its module; unregistered ones have no path', () => {
    class Outside extends nn.Module {
      readonly inert = new nn.Sequential(new nn.Dropout(0), new nn.BatchNorm1d(2, { trackRunningStats: false }), new nn.Softmax(1));
      readonly flag = new nn.Identity();
      readonly hidden = [new nn.Dropout(0.1)];
      override forward(x: Tensor): Tensor {
        return this.hidden[0]!.call(F.dropout(this.inert.call(x), 0.5, this.flag.training));
      }
    }
    const model = new Outside().eval();
    const { events } = withTrace(() => model.call(ones(2, 2)));
    expect(roots(events)[0]!.leaves.map(({ path, className, training }) => [path, className, training])).toEqual([[null, 'Dropout', true], ['flag', 'Identity', false]]);
  });

  test('a forward that throws is told', () => {
    const { events } = withTrace(() => {
      try { new nn.BatchNorm1d(2).call(ones(1, 2)); } catch { /* expected */ }
    });
    expect(roots(events)).toMatchObject([{ threw: true, leaves: [{ className: 'BatchNorm1d' }] }]);
    expect(only(events, 'buffer').map(({ name }) => name)).toEqual(['num_batches_tracked']);
  });
});

describe('derivation', () => {
  test('inference in training mode is seen with gradients on and off, and training is not', () => {
    const model = new Net();
    const x = ones(1, 4);
    const { events } = withTrace(() => {
      model.call(x).argmax(1).item();
      noGrad(() => model.call(x).softmax(1)).toArray();
      const loss = model.call(x).square().mean();
      loss.backward();
      loss.item();
      model.eval();
      String(model.call(x));
    });
    const [first, second, third, fourth] = roots(events).map(({ id }) => id);
    expect(inferenceInTrainingMode(events)).toEqual([first, second]);
    expect(only(events, 'backward')).toMatchObject([{ forwards: [third], derivesFrom: [third] }]);
    expect(only(events, 'read').map(({ via, forwards }) => [via, forwards])).toEqual([
      ['argmax', [first]], ['item', [first]], ['toArray', [second]], ['item', [third]], ['toString', [fourth]],
    ]);
  });

  test('a teacher under noGrad is derived from, and not consumed', () => {
    const [student, teacher] = [new Net(), new Net()];
    const { events } = withTrace(() => {
      const target = noGrad(() => teacher.call(ones(1, 4)));
      F.mseLoss(student.call(ones(1, 4)), target).backward();
    });
    const [taught, learned] = roots(events).map(({ id }) => id);
    expect(only(events, 'backward')).toMatchObject([{ forwards: [learned], derivesFrom: [taught, learned] }]);
  });

  test('through detach, in-place writes and later calls; not through running statistics', () => {
    const [first, second] = [new Net(), new nn.BatchNorm1d(2)];
    const { events } = withTrace(() => {
      const kept = ones(3, 2).mul(0);
      kept.add_(first.call(randn(3, 4)).detach());
      second.call(kept);
      second.call(randn(3, 2)).toArray();
    });
    const ids = roots(events).map(({ id }) => id);
    expect(only(events, 'read').map(({ forwards }) => forwards)).toEqual([[ids[2]]]);
    const again = withTrace(() => second.call(first.call(randn(3, 4))).toArray()).events;
    expect(only(again, 'read')[0]!.forwards).toEqual(roots(again).map(({ id }) => id));
  });

  test('an optimizer step and loading are no gradient scopes', () => {
    const model = new Net();
    const optimizer = new optim.SGD(model.parameters());
    const { events } = withTrace(() => {
      model.call(ones(1, 4)).sum().backward();
      optimizer.step();
      model.loadStateDict(model.stateDict());
    });
    expect(only(events, 'gradScope')).toEqual([]);
  });
});

describe('modes', () => {
  test('one event for the outermost call, with what changed and what did not obey', () => {
    class Frozen extends nn.BatchNorm1d {
      override train(_mode = true): this { return super.train(false); }
    }
    const model = new nn.Sequential(new nn.Dropout(), new Frozen(2));
    const { events } = withTrace(() => {
      model.eval();
      model.train();
      model.training = false;
    });
    expect(only(events, 'mode').map(({ via, mode, changed, disagreeing }) => [via, mode, changed.map(({ path }) => path), disagreeing])).toEqual([
      ['eval', false, ['', '0', '1'], []],
      ['train', true, ['', '0'], ['1']],
      ['assignment', false, [''], ['0']],
    ]);
  });
});

describe('the rest', () => {
  test('construction, also inside a forward', () => {
    class Builds extends nn.Module {
      override forward(x: Tensor): Tensor { return new nn.Dropout(0.5).call(x); }
    }
    const { events } = withTrace(() => new Builds().call(ones(2)));
    expect(only(events, 'construct').map(({ className, forward }) => [className, forward])).toEqual([['Builds', null], ['Dropout', 1]]);
    expect(roots(events)[0]!.leaves).toMatchObject([{ path: null, className: 'Dropout', training: true }]);
  });

  test('random draws name the module and its flag; p = 1 and evaluation mode draw nothing', () => {
    const model = new nn.Sequential(new Noise());
    const { events } = withTrace(() => {
      model.call(ones(2));
      new nn.Dropout(1).call(ones(2));
      model.eval().call(ones(2));
      F.dropout(ones(2));
    });
    expect(only(events, 'random').map(({ op, className, path, training, forward }) => [op, className, path, training, forward])).toEqual([
      ['randnLike', 'Noise', '0', true, 1], ['dropout', null, null, null, null],
    ]);
  });

  test('buffers written by training and by loading', () => {
    const layer = new nn.BatchNorm1d(2);
    const { events } = withTrace(() => {
      layer.call(ones(2, 2));
      layer.eval().call(ones(2, 2));
      layer.loadStateDict(layer.stateDict());
    });
    expect(only(events, 'buffer').map(({ name, via, forward }) => [name, via, forward])).toEqual([
      ['num_batches_tracked', 'forward', 1], ['running_mean', 'forward', 1], ['running_var', 'forward', 1],
      ['running_mean', 'load', null], ['running_var', 'load', null], ['num_batches_tracked', 'load', null],
    ]);
  });

  test('scopes enter and exit, an asynchronous one when it settles', async () => {
    const { events } = await withTrace(async () => {
      const pending = noGrad(async () => { await turn(); });
      inferenceMode(() => 1);
      await pending;
      await turn();
    });
    expect(only(events, 'gradScope').map(({ phase, scope, id }) => [phase, scope, id])).toEqual([
      ['enter', 'noGrad', 1], ['enter', 'inferenceMode', 2], ['exit', 'inferenceMode', 2], ['exit', 'noGrad', 1],
    ]);
  });

  test('call sites are those of the user, in file and line', () => {
    const model = new Net();
    const here = Number(/trace\.test\.ts:(\d+)/.exec(new Error().stack!)![1]);
    const { events } = withTrace(() => {
      model.eval();
      model.call(ones(1, 4)).toArray();
    });
    const sites = [...only(events, 'mode'), ...roots(events), ...only(events, 'read')].map(({ site }) => [site!.file.endsWith('trace.test.ts'), site!.line - here]);
    expect(sites).toEqual([[true, 2], [true, 3], [true, 3]]);
    expect(trace.formatCallSite(roots(events)[0]!.site!)).toMatch(/trace\.test\.ts:\d+:\d+$/);
  });

  test('the same program gives the same events, and nothing is heard after the end', () => {
    const run = (): TraceEvent[] => withTrace(() => new Net().call(ones(1, 4)).toArray()).events;
    expect(run()).toEqual(run());
    const heard: TraceEvent[] = [];
    const stop = trace.listen((event) => heard.push(event));
    stop();
    new Net().call(ones(1, 4));
    expect(heard).toEqual([]);
  });
});
