// @ts-check
// The plugin as a user has it: the files that its manifest names.
import { readFileSync } from 'node:fs';

const manifest = new URL('../../../packages/eslint-plugin/package.json', import.meta.url);
/** @type {{ exports: { '.': { default: string } } }} */
const { exports } = JSON.parse(readFileSync(manifest, 'utf8'));

/** @type {typeof import('../../../packages/eslint-plugin/dist/index.js')} */
const { default: plugin } = await import(new URL(exports['.'].default, manifest).href);

export const modeguard = plugin;
