// ESLint on ourselves: the recommended sets of ESLint and typescript-eslint, and our own plugin over everything.
import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';
import modeguard from './packages/eslint-plugin/dist/index.js';

// AssemblyScript puts decorators on functions, which TypeScript does not parse.
export default defineConfig([
  globalIgnores(['**/dist/**', '**/node_modules/**', 'packages/eslint-plugin/wasm/**', 'packages/engine/kernels/**', 'packages/eslint-plugin/tests/frontends/zoo/**']),
  { files: ['**/*.{js,mjs,ts}'], extends: [js.configs.recommended, tseslint.configs.recommended] },
  {
    files: ['**/*.{js,mjs,ts}'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-undef': 'off',
      // Walks up a chain of scopes or contexts start at `this`.
      '@typescript-eslint/no-this-alias': 'off',
    },
  },
  { plugins: { modeguard }, extends: ['modeguard/recommended'] },
  // Wrong on purpose; the tests hold what our plugin says of them against a run.
  { files: ['fixtures/tfjs/cases/**', 'fixtures/keras/cases/**'], rules: { '@typescript-eslint/no-unused-vars': 'off', ...Object.fromEntries(Object.keys(modeguard.rules).map((name) => [`modeguard/${name}`, 'off'])) } },
]);
