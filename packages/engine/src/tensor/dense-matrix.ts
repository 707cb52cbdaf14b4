/**
 * Matrices of doubles, for the few operations that decompose or invert one.
 *
 * Guarantees: row-major, everything in double precision; results are new matrices. Refuses nothing: who calls has checked the sizes. For products of tensors there is `matrix-product.ts`.
 *
 * Worked example: `Matrix.identity(2).plus(a).times(b)` is b + a b.
 */
export class Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;

  private constructor(rows: number, columns: number) {
    this.rows = rows;
    this.columns = columns;
    this.data = new Float64Array(rows * columns);
  }

  static from(rows: number, columns: number, value: (row: number, column: number) => number): Matrix {
    const made = new Matrix(rows, columns);
    for (let row = 0, at = 0; row < rows; row++) for (let column = 0; column < columns; column++, at++) made.data[at] = value(row, column);
    return made;
  }

  static identity(size: number): Matrix {
    return Matrix.from(size, size, (row, column) => Number(row === column));
  }

  at(row: number, column: number): number {
    return this.data[row * this.columns + column]!;
  }

  set(row: number, column: number, value: number): void {
    this.data[row * this.columns + column] = value;
  }

  map(value: (entry: number) => number): Matrix {
    return Matrix.from(this.rows, this.columns, (row, column) => value(this.at(row, column)));
  }

  transposed(): Matrix {
    return Matrix.from(this.columns, this.rows, (row, column) => this.at(column, row));
  }

  plus(other: Matrix): Matrix {
    return Matrix.from(this.rows, this.columns, (row, column) => this.at(row, column) + other.at(row, column));
  }

  times(other: Matrix): Matrix {
    const product = new Matrix(this.rows, other.columns);
    for (let row = 0; row < this.rows; row++) {
      for (let inner = 0; inner < this.columns; inner++) {
        const factor = this.at(row, inner);
        for (let column = 0; column < other.columns; column++) product.data[row * other.columns + column]! += factor * other.at(inner, column);
      }
    }
    return product;
  }

  /** v^T this. */
  leftTimes(v: Float64Array): Float64Array {
    const product = new Float64Array(this.columns);
    for (let row = 0; row < this.rows; row++) for (let column = 0; column < this.columns; column++) product[column]! += v[row]! * this.at(row, column);
    return product;
  }

  /** The largest sum of absolute values in a column. */
  norm1(): number {
    return Math.max(0, ...this.map(Math.abs).leftTimes(new Float64Array(this.rows).fill(1)));
  }

  /** X with this X = b, by elimination with partial pivoting; null where a pivot is 0. */
  solve(b: Matrix): Matrix | null {
    const [a, x] = [this.map((value) => value), b.map((value) => value)];
    for (let step = 0; step < a.rows; step++) {
      let pivot = step;
      for (let row = step + 1; row < a.rows; row++) if (Math.abs(a.at(row, step)) > Math.abs(a.at(pivot, step))) pivot = row;
      if (a.at(pivot, step) === 0) return null;
      a.#swap(step, pivot);
      x.#swap(step, pivot);
      for (let row = step + 1; row < a.rows; row++) {
        const factor = a.at(row, step) / a.at(step, step);
        a.#subtract(row, step, factor);
        x.#subtract(row, step, factor);
      }
    }
    for (let step = a.rows - 1; step >= 0; step--) {
      for (let column = 0; column < x.columns; column++) x.set(step, column, x.at(step, column) / a.at(step, step));
      for (let row = 0; row < step; row++) x.#subtract(row, step, a.at(row, step));
    }
    return x;
  }

  /**
   * A = Q R by reflections, as LAPACK's `geqrf` has it: below the diagonal of the result the reflectors (`householderProduct`), on and above it R, whose diagonal may be negative. This must have as many
   * rows as columns or more.
   */
  factorQR(): { readonly factors: Matrix; readonly tau: Float64Array } {
    const factors = this.map((value) => value);
    const tau = new Float64Array(this.columns);
    for (let step = 0; step < this.columns; step++) {
      const head = factors.at(step, step);
      let tail = 0;
      for (let row = step + 1; row < this.rows; row++) tail = Math.hypot(tail, factors.at(row, step));
      // Nothing to reflect.
      if (tail === 0) continue;
      const length = head < 0 ? Math.hypot(head, tail) : -Math.hypot(head, tail);
      tau[step] = (length - head) / length;
      for (let row = step + 1; row < this.rows; row++) factors.set(row, step, factors.at(row, step) / (head - length));
      factors.set(step, step, length);
      for (let column = step + 1; column < this.columns; column++) {
        let along = factors.at(step, column);
        for (let row = step + 1; row < this.rows; row++) along += factors.at(row, step) * factors.at(row, column);
        factors.set(step, column, factors.at(step, column) - tau[step]! * along);
        for (let row = step + 1; row < this.rows; row++) factors.set(row, column, factors.at(row, column) - tau[step]! * along * factors.at(row, step));
      }
    }
    return { factors, tau };
  }

  #swap(one: number, other: number): void {
    if (one === other) return;
    for (let column = 0; column < this.columns; column++) {
      const kept = this.at(one, column);
      this.set(one, column, this.at(other, column));
      this.set(other, column, kept);
    }
  }

  /** Takes `factor` times one row from another. */
  #subtract(from: number, row: number, factor: number): void {
    for (let column = 0; column < this.columns; column++) this.set(from, column, this.at(from, column) - factor * this.at(row, column));
  }
}
