/**
 * Sums of products by Einstein's convention.
 *
 * Guarantees: the notation and the refusals of `torch.einsum` (2.13, executed): letters name dimensions, a letter twice in one operand takes the diagonal, `...` stands for any
 * leading dimensions, which broadcast; without `->` the output has, in alphabetical order, the letters that occur once. Operands are multiplied from left to right, each pair as one batch of
 * matrix products, so that gradients are those of `matmul`. Refuses the form that gives dimensions as lists.
 *
 * Worked example: `einsum('bij,bjk->bik', a, b)` is `a.bmm(b)`; `einsum('ii', a)` is the trace.
 */
import './indexing-methods.ts';
import { RuntimeError } from '../tensor/errors.ts';
import { numelOf } from '../tensor/shape.ts';
import { arange } from './creation.ts';
import type { Tensor } from './tensor.ts';

/** A tensor with a label for each dimension: a letter, or `.0`, `.1`, … counted from the right for those of an ellipsis. */
interface Labelled {
  readonly x: Tensor;
  readonly labels: readonly string[];
}

const isLetter = (character: string): boolean => /^[A-Za-z]$/.test(character);

/** The letters and the ellipsis of one term, with null for the ellipsis. */
function parse(term: string, where: string): readonly (string | null)[] {
  const found: (string | null)[] = [];
  for (let at = 0; at < term.length; at++) {
    const character = term[at]!;
    if (character === ' ') continue;
    if (character === '.') {
      if (term.slice(at, at + 3) !== '...') throw new RuntimeError(`einsum(): found '.' for ${where} that is not part of any ellipsis`);
      if (found.includes(null)) throw new RuntimeError(`einsum(): found '.' for ${where} for which an ellipsis was already found`);
      found.push(null);
      at += 2;
      continue;
    }
    if (!isLetter(character)) throw new RuntimeError(`einsum(): invalid subscript given at index ${at} in the equation string, subscripts must be in [a-zA-Z]`);
    found.push(character);
  }
  return found;
}

const ellipsisLabels = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `.${count - 1 - index}`);

function label(x: Tensor, term: string, position: number): Labelled {
  const parts = parse(term, `operand ${position}`);
  const named = parts.filter((part) => part !== null).length;
  const rest = x.dim() - named;
  const found = `einsum(): the number of subscripts in the equation (${named})`;
  const against = `the number of dimensions (${x.dim()}) for operand ${position}`;
  if (!parts.includes(null) && rest !== 0) throw new RuntimeError(`${found} does not match ${against} and no ellipsis was given`);
  if (rest < 0) throw new RuntimeError(`${found} is more than ${against}`);
  return diagonals({ x, labels: parts.flatMap((part) => (part === null ? ellipsisLabels(rest) : [part])) }, position);
}

/** Takes diagonals until no label stands twice. */
function diagonals({ x, labels }: Labelled, position: number): Labelled {
  const second = labels.findIndex((name, at) => labels.indexOf(name) < at);
  if (second < 0) return { x, labels };
  const first = labels.indexOf(labels[second]!);
  const [size, other] = [x.size(first), x.size(second)];
  if (size !== other) throw new RuntimeError(`einsum(): subscript ${labels[second]} is repeated for operand ${position} but the sizes don't match, ${other} != ${size}`);
  const order = [first, second, ...labels.keys()].filter((dim, at, all) => all.indexOf(dim) === at);
  const along = arange(size);
  return diagonals({ x: x.permute(order).index(along, along), labels: order.slice(1).map((dim) => labels[dim]!) }, position);
}

/** The sum over dimensions that are not among `kept`. */
function summed({ x, labels }: Labelled, kept: (name: string) => boolean): Labelled {
  const dims = [...labels.keys()].filter((dim) => !kept(labels[dim]!));
  return dims.length === 0 ? { x, labels } : { x: x.sum(dims), labels: labels.filter(kept) };
}

/** Without the dimensions of size 1 that are longer in `other`: they broadcast. */
function narrowed(one: Labelled, other: Labelled): Labelled {
  const broadcasts = (name: string, dim: number): boolean => one.x.size(dim) === 1 && other.labels.includes(name) && other.x.size(other.labels.indexOf(name)) !== 1;
  return summed(one, (name) => !broadcasts(name, one.labels.indexOf(name)));
}

function arranged({ x, labels }: Labelled, ...groups: readonly (readonly string[])[]): Tensor {
  const sizes = groups.map((group) => numelOf(group.map((name) => x.size(labels.indexOf(name)))));
  return x.permute(groups.flat().map((name) => labels.indexOf(name))).reshape(sizes);
}

/** The product of two, summed over the labels that both have and nobody wants any more. */
function product(a: Labelled, b: Labelled, wanted: (name: string) => boolean): Labelled {
  const left = narrowed(summed(a, (name) => wanted(name) || b.labels.includes(name)), b);
  const right = narrowed(summed(b, (name) => wanted(name) || a.labels.includes(name)), a);
  const shared = left.labels.filter((name) => right.labels.includes(name));
  const [batch, inner] = [shared.filter(wanted), shared.filter((name) => !wanted(name))];
  const alone = (one: Labelled): readonly string[] => one.labels.filter((name) => !shared.includes(name));
  const [rows, columns] = [alone(left), alone(right)];
  const labels = [...batch, ...rows, ...columns];
  const sizeOf = (name: string): number => (left.labels.includes(name) ? left.x.size(left.labels.indexOf(name)) : right.x.size(right.labels.indexOf(name)));
  const matrices = arranged(left, batch, rows, inner).matmul(arranged(right, batch, inner, columns));
  return summed({ x: matrices.reshape(labels.map(sizeOf)), labels }, wanted);
}

function outputLabels(given: string | undefined, operands: readonly Labelled[], terms: readonly string[]): readonly string[] {
  const all = operands.flatMap(({ labels }) => labels);
  const dots = ellipsisLabels(Math.max(0, ...all.filter((name) => name.startsWith('.')).map((name) => Number(name.slice(1)) + 1)));
  if (given === undefined) {
    const counts = new Map<string, number>();
    for (const character of terms.join('')) if (isLetter(character)) counts.set(character, (counts.get(character) ?? 0) + 1);
    return [...dots, ...[...counts].flatMap(([name, count]) => (count === 1 ? [name] : [])).sort()];
  }
  const labels = parse(given, 'the output').flatMap((part) => (part === null ? dots : [part]));
  for (const [at, name] of labels.entries()) {
    if (labels.indexOf(name) < at) throw new RuntimeError(`einsum(): output subscript ${name} appears more than once in the output`);
    if (!all.includes(name)) throw new RuntimeError(`einsum(): output subscript ${name} does not appear in the equation for any input operand`);
  }
  return labels;
}

function checkSizes(operands: readonly Labelled[]): void {
  const sizes = new Map<string, number>();
  for (const [position, { x, labels }] of operands.entries()) {
    for (const [dim, name] of labels.entries()) {
      const [size, known] = [x.size(dim), sizes.get(name) ?? 1];
      if (size !== 1 && known !== 1 && size !== known) throw new RuntimeError(`einsum(): subscript ${name} has size ${size} for operand ${position} which does not broadcast with previously seen size ${known}`);
      sizes.set(name, known === 1 ? size : known);
    }
  }
}

export function einsum(equation: string, ...operands: readonly Tensor[]): Tensor {
  if (operands.length === 0) throw new RuntimeError('einsum(): must provide at least one operand');
  const [inputs = '', output, ...more] = equation.split('->');
  if (more.length > 0 || (output ?? inputs).includes('>') || inputs.includes('-')) throw new RuntimeError("einsum(): expected '->' once in the equation");
  const terms = inputs.split(',');
  if (terms.length > operands.length) throw new RuntimeError('einsum(): fewer operands were provided than specified in the equation');
  if (terms.length < operands.length) throw new RuntimeError('einsum(): more operands were provided than specified in the equation');
  const labelled = operands.map((x, position) => label(x, terms[position]!, position));
  const labels = outputLabels(output, labelled, terms);
  checkSizes(labelled);
  const result = labelled.slice(1).reduce((left, right, position) => {
    const later = labelled.slice(position + 2).flatMap((operand) => operand.labels);
    return product(left, right, (name) => labels.includes(name) || later.includes(name));
  }, labelled[0]!);
  const { x, labels: have } = summed(result, (name) => labels.includes(name));
  return x.permute(labels.map((name) => have.indexOf(name)));
}
