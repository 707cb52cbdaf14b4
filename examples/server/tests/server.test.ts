// The guarded server: right answers in evaluation mode, a clear refusal in training mode.
import { afterEach, describe, expect, test } from 'vitest';
import type { FastifyInstance } from 'fastify';
import { buildApp } from '../dist/app.js';
import { loadModel } from '../dist/load-model.js';

const SETOSA = [5.1, 3.5, 1.4, 0.2];
const VIRGINICA = [6.5, 3.0, 5.8, 2.2];
let app: FastifyInstance;
afterEach(() => app.close());

const predict = (measurements: unknown) => app.inject({ method: 'POST', url: '/predict', payload: { measurements } });

describe('in evaluation mode', () => {
  test('two equal requests give equal answers, and the right ones', async () => {
    app = buildApp(loadModel());
    const [first, second] = [await predict(SETOSA), await predict(SETOSA)];
    expect(first.statusCode).toBe(200);
    expect(second.body).toBe(first.body);
    expect(first.json()).toMatchObject({ species: 'setosa' });
    expect((await predict(VIRGINICA)).json()).toMatchObject({ species: 'virginica' });
    expect(first.json<{ probabilities: number[] }>().probabilities.reduce((sum, value) => sum + value)).toBeCloseTo(1, 5);
  });

  test('over a real socket', async () => {
    app = buildApp(loadModel());
    const address = await app.listen({ host: '127.0.0.1', port: 0 });
    expect(await (await fetch(`${address}/health`)).json()).toEqual({ status: 'ok' });
    const ask = async (): Promise<string> => (await fetch(`${address}/predict`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ measurements: SETOSA }) })).text();
    expect(await ask()).toBe(await ask());
  });

  test.each([[[1, 2, 3]], [[1, 2, 3, 4, 5]], [[1, 2, 3, 'x']], [[1, 2, 3, -1]], [[1, 2, 3, null]], ['no list'], [undefined]])('%j is a bad request with a reason', async (measurements) => {
    app = buildApp(loadModel());
    const response = await predict(measurements);
    expect(response.statusCode).toBe(400);
    expect(response.json<{ message: string }>().message).toMatch(/measurements/);
  });
});

test('with the model left in training mode it answers 500 with the violation', async () => {
  const model = loadModel();
  model.train();
  app = buildApp(model);
  const response = await predict(SETOSA);
  expect(response.statusCode).toBe(500);
  const violation = response.json<{ rule: string; message: string; offenders: { path: string; setAt?: string }[] }>();
  expect(violation).toMatchObject({ error: 'ModeViolation', rule: 'no-train-mode-inference' });
  expect(violation.offenders.map((offender) => offender.path)).toEqual(expect.arrayContaining(['norm', 'drop']));
  expect(violation.offenders.every((offender) => offender.setAt !== undefined)).toBe(true);
  expect(violation.message).toMatch(/Last set by train\(\) at .*server\.test/);
});

test('one layer in the wrong mode is enough', async () => {
  const model = loadModel();
  model.norm.train();
  app = buildApp(model);
  expect((await predict(SETOSA)).json<{ offenders: { path: string }[] }>().offenders.map((offender) => offender.path)).toEqual(['norm']);
});
