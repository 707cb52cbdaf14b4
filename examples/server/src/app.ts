// The server: one route that predicts, one that tells that it is alive.
//
// The handler is guarded. A model that somebody left in training mode is no wrong answer here: it is a 500 that names the submodules and the place where
// the mode was set. Predictions run without recording a graph.
import Fastify, { type FastifyInstance } from 'fastify';
import { noGrad, tensor } from '@modeguard/engine';
import { expectMode, ModeViolation } from '@modeguard/runtime-guard';
import { FEATURES, SPECIES, type FlowerModel } from './model.ts';

interface PredictBody {
  readonly measurements: readonly number[];
}

const predictSchema = {
  body: {
    type: 'object',
    required: ['measurements'],
    additionalProperties: false,
    properties: { measurements: { type: 'array', items: { type: 'number', minimum: 0, maximum: 100 }, minItems: FEATURES, maxItems: FEATURES } },
  },
} as const;

export function buildApp(model: FlowerModel): FastifyInstance {
  // Numbers given as strings are refused rather than converted.
  const app = Fastify({ ajv: { customOptions: { coerceTypes: false, removeAdditional: false } } });

  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    if (error instanceof ModeViolation) {
      const { rule, message, offenders, docs } = error;
      return reply.status(500).send({ error: 'ModeViolation', rule, message, offenders, docs });
    }
    const status = error.statusCode ?? 500;
    return reply.status(status).send({ error: status < 500 ? 'BadRequest' : 'InternalError', message: status < 500 ? error.message : 'The prediction failed.' });
  });

  app.get('/health', () => ({ status: 'ok' }));

  app.post<{ Body: PredictBody }>('/predict', { schema: predictSchema }, ({ body }) => {
    expectMode(model, 'eval');
    const probabilities = noGrad(() => model.call(tensor([[...body.measurements]])).softmax(1));
    return { species: SPECIES[probabilities.argmax(1).item()], probabilities: Array.from(probabilities.toTypedArray(), Number) };
  });

  return app;
}
