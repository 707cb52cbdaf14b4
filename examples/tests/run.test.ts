// What is reported is so: the examples are run on the engine, and the numbers show it.
import { expect, test } from 'vitest';
import { run as rightBatchNorm } from '../dist/right/batch-norm.js';
import { run as rightDropout } from '../dist/right/dropout.js';
import { run as rightNoise } from '../dist/right/noise.js';
import { run as wrongBatchNorm } from '../dist/wrong/batch-norm.js';
import { run as wrongDropout } from '../dist/wrong/dropout.js';
import { run as wrongNoise } from '../dist/wrong/noise.js';
import { withTrace, type TraceEvent } from '@modeguard/engine';

/** Inference calls of networks that recorded a graph which no backward pass consumed. */
function wastedGraphs(events: readonly TraceEvent[]): number {
  const consumed = new Set(events.flatMap((event) => (event.kind === 'backward' ? event.forwards : [])));
  const read = new Set(events.flatMap((event) => (event.kind === 'read' ? event.forwards : [])));
  return events.filter((event) => event.kind === 'forward' && event.depth === 0 && event.graph && read.has(event.id) && !consumed.has(event.id)).length;
}

test('dropout: predictions differ from call to call until the model is in evaluation mode', () => {
  const [first, second] = wrongDropout().predictions;
  expect(first).not.toBe(second);
  const [a, b] = rightDropout().predictions;
  expect(a).toBe(b);
});

test('batch normalisation: a fresh model does not estimate what the trained one does', () => {
  const [wrong, right] = [wrongBatchNorm(), rightBatchNorm()];
  expect(Math.abs(right.deployed - 2.5)).toBeLessThan(0.1);
  expect(Math.abs(wrong.deployed - 2.5)).toBeGreaterThan(1);
});

test('noise: forecasts stay random after eval()', () => {
  const [first, second] = wrongNoise().forecasts;
  expect(first).not.toBe(second);
  const [a, b] = rightNoise().forecasts;
  expect(a).toBe(b);
});

test('graphs are recorded for nothing in the wrong programs only', () => {
  for (const run of [wrongDropout, wrongNoise]) expect(wastedGraphs(withTrace(run).events)).toBeGreaterThan(0);
  for (const run of [rightDropout, rightNoise, rightBatchNorm]) expect(wastedGraphs(withTrace(run).events)).toBe(0);
});
