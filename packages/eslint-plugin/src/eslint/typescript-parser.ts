// The parser of our configurations for TypeScript files: that of typescript-eslint, loaded when the first such file is parsed. It brings the compiler with
// it, half a second that a project of Python files need not wait for.
import { createRequire } from 'node:module';
import type { Linter } from 'eslint';

const require = createRequire(import.meta.url);
const { name, version } = require('@typescript-eslint/parser/package.json') as { name: string; version: string };

export const typescriptParser: Linter.Parser = {
  meta: { name, version },
  parseForESLint: (text, options) => (require('@typescript-eslint/parser') as Extract<Linter.Parser, { parseForESLint: unknown }>).parseForESLint(text, options),
};
