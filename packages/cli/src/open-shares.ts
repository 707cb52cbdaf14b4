// Which share of the files a thread takes next.
//
// Guarantees: every share is taken once. A thread goes on beside what it has done as long as there is something free: what it has read of the
// neighbours is still in its memory. Otherwise it begins as far from the others as may be, so that each has room.
//
// Worked example, ten shares and two threads: the one takes 0, 1, 2, … and the other 9, 8, 7, … until they meet.

/** Shares that lie beside each other, of which some are free. */
export class OpenShares {
  readonly #shares: readonly (readonly string[])[];
  readonly #free: boolean[];

  /** @param shares neighbours beside each other */
  constructor(shares: readonly (readonly string[])[]) {
    this.#shares = shares;
    this.#free = shares.map(() => true);
  }

  /** For one thread: gives it its next share whenever it is called; null if there is no more. */
  forThread(): () => readonly string[] | null {
    let [first, last] = [-1, -1];
    return () => {
      if (first >= 0 && this.#free[last + 1] === true) last += 1;
      else if (first > 0 && this.#free[first - 1] === true) return this.#take((first -= 1));
      else first = last = this.#farthest();
      return last < 0 ? null : this.#take(last);
    };
  }

  /** The files of all shares that are still free, and are not after that. */
  takeAll(): readonly string[] {
    return this.#shares.flatMap((_, at) => (this.#free[at]! ? this.#take(at) : []));
  }

  #take(at: number): readonly string[] {
    this.#free[at] = false;
    return this.#shares[at]!;
  }

  /** In the longest row of free shares the end that is the end of all, or the middle; -1 if none is free. */
  #farthest(): number {
    let [from, to] = [0, -1];
    for (let start = 0; start < this.#free.length; start += 1) {
      let end = start;
      while (this.#free[end] === true) end += 1;
      if (end - 1 - start > to - from) [from, to] = [start, end - 1];
      start = end;
    }
    if (to < 0) return -1;
    return from === 0 ? 0 : to === this.#free.length - 1 ? to : (from + to) >> 1;
  }
}
