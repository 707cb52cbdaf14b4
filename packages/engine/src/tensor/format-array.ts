/**
 * Prints an array as PyTorch prints a tensor: `tensor([[ 0.1235, -1.0000]])`.
 *
 * Guarantees: four decimals, a common width, scientific notation and the trailing dot of whole numbers by PyTorch's rules,
 * lines of 80 characters, more than 1000 elements abridged to three at each edge. After PyTorch 2.13 `_tensor_str.py`,
 * compared with recorded prints.
 */
import type { NdArray } from './nd-array.ts';
import { isFloating } from './dtype.ts';

const lineWidth = 80;
const threshold = 1000;
const edgeItems = 3;

/** Four decimals, ties to even as in C; `toFixed` alone rounds an exact tie up. */
function fixed4(value: number): string {
  const doubled = value * 20_000;
  if (Number.isInteger(doubled) && Math.abs(doubled) % 2 === 1 && Math.abs(value) < 1e8) {
    const below = Math.floor(value * 10_000);
    return ((below % 2 === 0 ? below : below + 1) / 10_000).toFixed(4);
  }
  return Object.is(value, -0) ? '-0.0000' : value.toFixed(4);
}

function scientific(value: number): string {
  return value.toExponential(4).replace(/e([+-])(\d)$/, 'e$10$2');
}

function special(value: number): string | null {
  return Number.isNaN(value) ? 'nan' : value === Infinity ? 'inf' : value === -Infinity ? '-inf' : null;
}

/** Chooses notation and width for all values at once, as PyTorch's `_Formatter` does. */
function chooseFormat(values: ArrayLike<number>, array: NdArray): (value: number) => string {
  if (array.dtype === 'bool') {
    const width = Array.from(values).some((value) => value === 0) ? 5 : 4;
    return (value) => (value === 0 ? 'False' : 'True').padStart(array.rank === 0 ? 0 : width);
  }
  if (!isFloating(array.dtype)) {
    const width = Array.from(values).reduce((widest, value) => Math.max(widest, String(value).length), 1);
    return (value) => String(value).padStart(width);
  }
  const finite = Array.from(values).filter((value) => Number.isFinite(value) && value !== 0);
  const magnitudes = finite.map(Math.abs);
  const largest = magnitudes.reduce((most, value) => Math.max(most, value), 0);
  const smallest = magnitudes.reduce((least, value) => Math.min(least, value), Infinity);
  const whole = finite.every((value) => Number.isInteger(value));
  const wide = finite.length > 0 && (largest / smallest > 1000 || largest > 1e8 || (!whole && smallest < 1e-4));
  const text = (value: number): string =>
    special(value) ?? (wide ? scientific(value) : whole ? `${Object.is(value, -0) ? '-0' : value.toFixed(0)}.` : fixed4(value));
  const width = finite.reduce((widest, value) => Math.max(widest, text(value).length), 1);
  return (value) => text(value).padStart(width);
}

export function formatArray(array: NdArray, suffixes: readonly string[]): string {
  const prefix = 'tensor(';
  const data = array.contiguousData();
  const abridged = array.numel > threshold;
  const shown = (size: number): (number | null)[] =>
    abridged && size > 2 * edgeItems
      ? [0, 1, 2, null, size - 3, size - 2, size - 1]
      : Array.from({ length: size }, (_, index) => index);
  const visible: number[] = [];
  const collect = (dim: number, base: number): void => {
    if (dim === array.rank) return void visible.push(data[base]!);
    for (const index of shown(array.shape[dim]!)) if (index !== null) collect(dim + 1, base * array.shape[dim]! + index);
  };
  if (array.numel > 0) collect(0, 0);
  const format = chooseFormat(visible, array);
  const width = visible.length === 0 ? 1 : Math.max(...visible.map((value) => format(value).length));

  const render = (dim: number, base: number, indent: number): string => {
    const size = array.shape[dim];
    if (size === undefined) return format(data[base]!);
    const last = dim === array.rank - 1;
    const parts = shown(size).map((index) => (index === null ? (last ? ' ...' : '...') : render(dim + 1, base * size + index, indent + 1)));
    if (!last) return `[${parts.join(`,${'\n'.repeat(array.rank - dim - 1)}${' '.repeat(indent + 1)}`)}]`;
    const perLine = Math.max(1, Math.floor((lineWidth - indent) / (width + 2)));
    const lines: string[] = [];
    for (let start = 0; start < parts.length; start += perLine) lines.push(parts.slice(start, start + perLine).join(', '));
    return `[${lines.join(`,\n${' '.repeat(indent + 1)}`)}]`;
  };
  const empty = array.numel === 0;
  const body = empty ? '[]' : render(0, 0, prefix.length);
  const notes = [...suffixes];
  if (empty && array.rank !== 1) notes.unshift(`size=(${array.shape.join(', ')})`);
  if (array.dtype === 'float64' || array.dtype === 'int32') notes.unshift(`dtype=torch.${array.dtype}`);
  if (empty && (array.dtype === 'int64' || array.dtype === 'bool')) notes.unshift(`dtype=torch.${array.dtype}`);
  let text = prefix + body;
  let column = text.length - (text.lastIndexOf('\n') + 1) + 1;
  for (const note of notes) {
    if (column + note.length + 2 > lineWidth) {
      text += `,\n${' '.repeat(prefix.length)}${note}`;
      column = prefix.length + note.length;
    } else {
      text += `, ${note}`;
      column += note.length + 2;
    }
  }
  return `${text})`;
}
