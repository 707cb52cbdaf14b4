// How many steps the analysis of a file may take, and each of its roots.
//
// Guarantees: no text keeps the linter busy for longer than that; a root that spends its budget is known to be incomplete, and the others have theirs.
/**
 * Steps that one root may take, and all roots of a file together: half a second, and a few seconds. In 22 repositories of Python, some 2,700 files, 16 roots
 * take more than 59,000 steps, and 14 of them more than 80,000.
 */
const ROOT_BUDGET = 60_000;
const FILE_BUDGET = 300_000;
/**
 * Steps that a root may take in which nothing turns up that has a mode, and all such roots of a file together, beside one for each instruction of its own;
 * when these are spent, the others get less. Most code of most projects is about other things. In ten repositories of Python something turned up late, after
 * a root's own size, in 1,555 roots: in all but a hundredth of them within 700 steps, and in each within 3,100.
 */
const IDLE_ROOT_BUDGET = 6_000;
const IDLE_FILE_BUDGET = 12_000;
const IDLE_LEAST = 1_000;

export class Budget {
  /** Steps so far. */
  steps = 0;
  #limit = FILE_BUDGET;
  /** The limit as soon as something turns up that has a mode. */
  #fullLimit = FILE_BUDGET;
  #idleSteps = 0;
  /** Holds if the root that runs now, or the file, has taken all the steps that it may. */
  get exhausted(): boolean {
    return this.steps > this.#limit;
  }

  /** Runs a root of `size` instructions on its own budget; `onSpent` is called if that did not suffice. */
  forRoot<T>(size: number, run: () => T, onSpent: () => void): T {
    const before = this.steps;
    this.#fullLimit = Math.min(before + ROOT_BUDGET, FILE_BUDGET);
    this.#limit = Math.min(before + size + Math.max(IDLE_LEAST, Math.min(IDLE_ROOT_BUDGET, IDLE_FILE_BUDGET - this.#idleSteps)), this.#fullLimit);
    const result = run();
    if (this.exhausted) onSpent();
    if (this.#limit !== this.#fullLimit) this.#idleSteps += this.steps - before;
    this.#limit = this.#fullLimit = FILE_BUDGET;
    return result;
  }

  /** Something turned up that has a mode: the root that runs is worth all of its budget. */
  noteRelevant(): void {
    if (!this.exhausted) this.#limit = this.#fullLimit;
  }
}
