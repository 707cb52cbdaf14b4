/**
 * Half a cosine from the base rate to `etaMin`, again and again, each time over `tMult` times as many epochs (SGDR, Loshchilov and Hutter 2017).
 * Guarantees PyTorch's values, also for fractional epochs (`step(epoch + batch / batches)`). Refuses a first period that is no positive
 * whole number, and a multiplier below 1.
 */
import { ValueError } from '../../tensor/errors.ts';
import { LRScheduler, type AnyOptimizer, type ScheduleOptions } from './lr-scheduler.ts';

export class CosineAnnealingWarmRestarts extends LRScheduler {
  t0: number;
  tMult: number;
  etaMin: number;
  /** Length of the period under way, and the place in it. */
  tI: number;
  tCur: number;

  constructor(optimizer: AnyOptimizer, t0: number, options: ScheduleOptions & { readonly tMult?: number; readonly etaMin?: number } = {}) {
    super(optimizer, options);
    const { tMult = 1, etaMin = 0, lastEpoch = -1 } = options;
    if (!Number.isInteger(t0) || t0 <= 0) throw new ValueError(`Expected positive integer T_0, but got ${t0}`);
    if (!Number.isInteger(tMult) || tMult < 1) throw new ValueError(`Expected integer T_mult >= 1, but got ${tMult}`);
    this.t0 = t0;
    this.tMult = tMult;
    this.etaMin = etaMin;
    this.tI = t0;
    this.tCur = lastEpoch;
    this.start();
  }

  override start(): void {
    this.step();
  }

  override step(epoch?: number): void {
    this.advance(epoch ?? (this.lastEpoch < 0 ? 0 : undefined));
  }

  override advance(epoch?: number): void {
    if (epoch === undefined) {
      this.tCur += 1;
      if (this.tCur >= this.tI) {
        this.tCur %= this.tI;
        this.tI *= this.tMult;
      }
      this.lastEpoch += 1;
    } else {
      if (epoch < 0) throw new ValueError(`Expected non-negative epoch, but got ${epoch}`);
      this.#goTo(epoch);
      this.lastEpoch = Math.floor(epoch);
    }
    this.set(this.nextLrs());
  }

  #goTo(epoch: number): void {
    const { t0, tMult } = this;
    if (epoch < t0) {
      this.tI = t0;
      this.tCur = epoch;
    } else if (tMult === 1) {
      this.tCur = epoch % t0;
    } else {
      const restarts = Math.trunc(Math.log((epoch / t0) * (tMult - 1) + 1) / Math.log(tMult));
      this.tCur = epoch - (t0 * (tMult ** restarts - 1)) / (tMult - 1);
      this.tI = t0 * tMult ** restarts;
    }
  }

  protected override nextLrs(): readonly number[] {
    return this.baseLrs.map((rate) => this.etaMin + ((rate - this.etaMin) * (1 + Math.cos((Math.PI * this.tCur) / this.tI))) / 2);
  }
}
