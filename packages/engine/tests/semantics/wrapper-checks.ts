/**
 * C, and the G and H checks that are about wrappers, copies and averages.
 */
import { checkpoint, nn, noGrad, ones, optim, randn, type Tensor } from '../../src/index.ts';
import { BatchNormBase } from '../../src/nn/batch-norm-base.ts';
import { NormBase } from '../../src/nn/norm-base.ts';
import { equal, number, outcome, Part, parts, thrown, type Checks } from './check.ts';

const { parametrizations, parametrize } = nn.utils;
/** Large enough that 15 iterations have not found the singular vectors. */
const normalized = (): nn.Linear => parametrizations.spectralNorm(new nn.Linear(40, 50));

const copied = (module: nn.Module): Map<string, Tensor> => new Map([...module.stateDict()].map(([key, value]) => [key, value.clone()]));

export const wrapperChecks: Checks = {
  C02: () => {
    const layer = normalized();
    const moves = (): boolean => {
      const before = layer.getBuffer('parametrizations.weight.0._u').clone();
      void layer.weight;
      return !equal(before, layer.getBuffer('parametrizations.weight.0._u'));
    };
    const training = moves();
    layer.eval();
    return { train_read_updates: training, eval_read_updates: moves() };
  },
  C04: () => {
    const same = (mode: boolean): boolean => {
      const layer = normalized().eval();
      const before = layer.weight.detach().clone();
      layer.train(mode);
      parametrize.removeParametrizations(layer, 'weight');
      return equal(before, layer.weight);
    };
    return { removed_in_eval_same: same(false), removed_in_train_same: same(true) };
  },
  D24: () => {
    const model = new nn.Sequential(new nn.Linear(2, 2), new nn.BatchNorm1d(2));
    const state = copied(model);
    nn.utils.functionalCall(model, state, randn(4, 2));
    return { module_nbt: number((model.at(1) as nn.BatchNorm1d).numBatchesTracked), passed_nbt: number(state.get('1.num_batches_tracked')!), training: model.training };
  },
  H23: () => {
    const norm = new nn.BatchNorm1d(2).eval();
    const state = copied(norm);
    nn.utils.functionalCall(norm, state, randn(4, 2));
    return number(state.get('num_batches_tracked')!);
  },
  H10: () => parts('the dropouts have a common base of their own here, too, and it is not named', {
    d2_is_Dropout: (new nn.Dropout2d() as nn.Module) instanceof nn.Dropout,
    BN: [new nn.BatchNorm1d(1), new nn.SyncBatchNorm(1), new nn.InstanceNorm1d(1), new nn.LazyBatchNorm1d()].map((layer) => layer instanceof BatchNormBase),
    NB: [new nn.InstanceNorm1d(1), new nn.LazyInstanceNorm1d(), new nn.GroupNorm(1, 1)].map((layer) => (layer as nn.Module) instanceof NormBase),
  }),
  G02: () => {
    const converted = (norm: nn.BatchNorm1d): nn.Module => (nn.SyncBatchNorm.convertSyncBatchnorm(new nn.Sequential(norm)) as nn.Sequential).at(0)!;
    return parts('there is one process, and so no DistributedDataParallel', {
      'syncbn conv': converted(new nn.BatchNorm1d(2)).constructor.name,
      'convert_sync_batchnorm keeps .training': converted(new nn.BatchNorm1d(2).eval()).training,
    });
  },
  G06: () => [
    outcome(() => String(nn.utils.fuseConvBnEval(new nn.Conv2d(1, 1, 1), new nn.BatchNorm2d(1)))),
    outcome(() => `'${nn.utils.fuseConvBnEval(new nn.Conv2d(1, 1, 1).eval(), new nn.BatchNorm2d(1).eval()).constructor.name}'`),
  ],
  H25: () => outcome(() => String(nn.utils.fuseLinearBnEval(new nn.Linear(2, 2), new nn.BatchNorm1d(2)))),
  G03: () => {
    const through = (module: nn.Module, x: Tensor): Tensor => checkpoint((input: Tensor) => module.call(input) as Tensor, x);
    const norm = new nn.BatchNorm1d(3);
    through(norm, randn(4, 3).requiresGrad_()).sum().backward();
    const x = ones(200, { requiresGrad: true });
    const y = through(new nn.Dropout(0.5), x);
    y.sum().backward();
    const [changing, again] = [new nn.Dropout(0.5), ones(200, { requiresGrad: true })];
    const late = through(changing, again);
    changing.eval();
    const refused = String(outcome(() => String(late.sum().backward()))).includes('A different number of operations was recorded');
    const unrecorded = new nn.BatchNorm1d(3);
    noGrad(() => through(unrecorded, randn(4, 3)));
    const oneForm = 'there is one form of checkpointing, that of use_reentrant=False';
    return [
      new Part(['false', 'nbt'], number(norm.numBatchesTracked), oneForm),
      new Part(['false', 'mask_same'], equal(y.detach(), x.grad!), oneForm),
      new Part(['false', 'eval() between fwd and bwd', 1], refused ? again.grad !== null : 'not refused', 'operations are counted here, saved tensors there, so that the message differs'),
      new Part(['false', 'no_grad nbt'], number(unrecorded.numBatchesTracked), oneForm),
    ];
  },
  G04: () => {
    const [drop, norm] = [new nn.Dropout(), new nn.BatchNorm1d(2)];
    const net = new nn.Sequential(drop, norm);
    drop.eval();
    norm.eval();
    optim.updateBatchNorm([randn(4, 2)], net);
    const first = [net.training, drop.training, norm.training, norm.momentum];
    net.eval();
    optim.updateBatchNorm([randn(4, 2)], net);
    return [first, [net.training, drop.training]];
  },
  G05: () => {
    const model = new nn.Sequential(new nn.BatchNorm1d(2)).eval();
    const averaged = new optim.AveragedModel(model);
    const before = [averaged.training, averaged.module.training];
    model.train();
    return [before, averaged.module.training];
  },
  H15: () => {
    try {
      nn.utils.weightNorm(new nn.Linear(2, 2)).deepCopy();
      return 'ok';
    } catch (error) {
      // The advice differs; what is refused, and why, does not.
      return thrown(error).replace(/ at the moment\..*/, ' at the moment. If you were attempting to deepcopy a module, this may be because of a torch.nn.utils.weight_norm usage, see https://github.com/pytorch/pytorch/pull/103001');
    }
  },
};
