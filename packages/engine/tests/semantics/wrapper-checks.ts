/**
 * C, and the G and H checks that are about wrappers, copies and averages.
 */
import { nn, optim, randn } from '../../src/index.ts';
import { equal, outcome, parts, thrown, type Checks } from './check.ts';

const { parametrizations, parametrize } = nn.utils;
/** Large enough that 15 iterations have not found the singular vectors. */
const normalized = (): nn.Linear => parametrizations.spectralNorm(new nn.Linear(40, 50));

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
