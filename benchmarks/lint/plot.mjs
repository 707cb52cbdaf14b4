// @ts-check
// Plots and fits of a time by a size, both on logarithmic scales: a straight line is a power of the size, and its slope the exponent.
// Example: `exponentOf([{ size: 10, seconds: 1 }, { size: 100, seconds: 10 }])` is 1: twice as much takes twice as long.

/** @typedef {{ size: number, seconds: number }} Point */
/** @typedef {{ mark: string, label: string, points: readonly Point[] }} Series */

const width = 64;
const height = 16;

/** The slope of the line that is nearest to the points, by least squares of the logarithms; NaN for fewer than two sizes. @param {readonly Point[]} points */
export function exponentOf(points) {
  const logarithms = points.filter(({ size, seconds }) => size > 0 && seconds > 0).map(({ size, seconds }) => ({ x: Math.log(size), y: Math.log(seconds) }));
  const mean = (/** @type {readonly number[]} */ values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const x = mean(logarithms.map((point) => point.x));
  const y = mean(logarithms.map((point) => point.y));
  const spread = logarithms.reduce((sum, point) => sum + (point.x - x) ** 2, 0);
  return spread === 0 ? NaN : logarithms.reduce((sum, point) => sum + (point.x - x) * (point.y - y), 0) / spread;
}

/** A text of `height` lines and two more for the axis; a dotted line shows what is linear. @param {readonly Series[]} series @param {string} unit Of the sizes. */
export function plot(series, unit) {
  const points = series.flatMap((one) => one.points).filter(({ size, seconds }) => size > 0 && seconds > 0);
  if (points.length === 0) return '(nothing to plot)';
  const sizes = points.map(({ size }) => Math.log(size));
  const times = points.map(({ seconds }) => Math.log(seconds));
  const [left, right, low, high] = [Math.min(...sizes), Math.max(...sizes), Math.min(...times), Math.max(...times)];
  const grid = Array.from({ length: height }, () => Array.from({ length: width }, () => ' '));
  /** @param {number} x @param {number} y @param {string} mark */
  const put = (x, y, mark) => {
    const column = Math.round(((x - left) / (right - left || 1)) * (width - 1));
    const row = Math.round(((high - y) / (high - low || 1)) * (height - 1));
    const line = grid[row];
    if (line !== undefined && column >= 0 && column < width) line[column] = mark;
  };
  // Through the middle of what is plotted.
  for (let column = 0; column < width; column += 2) {
    const x = left + (column / (width - 1)) * (right - left);
    put(x, (low + high) / 2 + (x - (left + right) / 2), '.');
  }
  for (const { mark, points: own } of series) for (const { size, seconds } of own) if (size > 0 && seconds > 0) put(Math.log(size), Math.log(seconds), mark);
  const labels = [`${Math.exp(high).toPrecision(3)} s`, `${Math.exp(low).toPrecision(3)} s`];
  const margin = Math.max(...labels.map((label) => label.length));
  const lines = grid.map((line, row) => `${(row === 0 ? (labels[0] ?? '') : row === height - 1 ? (labels[1] ?? '') : '').padStart(margin)} |${line.join('').trimEnd()}`);
  const ends = [Math.round(Math.exp(left)).toLocaleString('en-US'), `${Math.round(Math.exp(right)).toLocaleString('en-US')} ${unit}`];
  return [...lines, `${' '.repeat(margin)} +${'-'.repeat(width)}`, `${' '.repeat(margin)}  ${ends[0]}${(ends[1] ?? '').padStart(width - (ends[0] ?? '').length)}`, ...series.map(({ mark, label }) => `${mark}  ${label}`), '.  what is linear'].join('\n');
}
