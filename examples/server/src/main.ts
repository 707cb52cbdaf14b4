// Starts the server: `node examples/server/dist/main.js [--port 3000] [--training-mode]`. With `--training-mode` the model is left in the wrong mode, to show what the guard
// answers.
import { parseArgs } from 'node:util';
import { buildApp } from './app.ts';
import { loadModel } from './load-model.ts';

const { values } = parseArgs({ options: { port: { type: 'string', default: '3000' }, 'training-mode': { type: 'boolean', default: false } } });
const port = Number(values.port);
if (!Number.isInteger(port) || port < 0 || port > 65535) throw new Error(`--port takes a number from 0 to 65535, not "${values.port}".`);
const model = loadModel();
if (values['training-mode']) model.train();
console.log(`Listening on ${await buildApp(model).listen({ host: '127.0.0.1', port })}`);
