// The plugin: rules, the Python language, and the two configs. `recommended` reports what is certain, `strict` also what is
// possible. Both configs cover TypeScript, JavaScript and Python; they set the parser for TypeScript files, so that the
// plugin works in a project that has no other configuration.
import { createRequire } from 'node:module';
import type { Linter } from 'eslint';
import { makeRule } from './eslint/make-rule.ts';
import { PythonLanguage } from './eslint/python-language.ts';
import { revealRule } from './eslint/reveal-rule.ts';
import { typescriptParser } from './eslint/typescript-parser.ts';
import { RULES } from './rules/registry.ts';

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };

const rules = { ...Object.fromEntries(RULES.map((rule) => [rule.name, makeRule(rule)])), reveal: revealRule };

const plugin = {
  meta: { name: '@modeguard/eslint-plugin', version, namespace: 'modeguard' },
  languages: { python: new PythonLanguage() },
  rules,
};

function config(name: string, certainty: 'definite' | 'possible'): Linter.Config[] {
  // What a marker shows is no fault, but should not stay in the code.
  const severities = { ...Object.fromEntries(RULES.map((rule) => [`modeguard/${rule.name}`, ['error', { certainty }] as const])), 'modeguard/reveal': 'warn' };
  // The types of a rule made by @typescript-eslint/utils are not those of ESLint's own; the objects are.
  const plugins = { modeguard: self as unknown as NonNullable<Linter.Config['plugins']>[string] };
  return [
    { name: `modeguard/${name}/javascript`, files: ['**/*.{js,mjs,cjs,jsx}'], plugins, rules: severities as unknown as Linter.RulesRecord, languageOptions: { parserOptions: { ecmaFeatures: { jsx: true } } } },
    { name: `modeguard/${name}/typescript`, files: ['**/*.{ts,mts,cts,tsx}'], plugins, rules: severities as unknown as Linter.RulesRecord, languageOptions: { parser: typescriptParser, parserOptions: { warnOnUnsupportedTypeScriptVersion: false } } },
    { name: `modeguard/${name}/python`, files: ['**/*.py'], plugins, language: 'modeguard/python', rules: severities as unknown as Linter.RulesRecord },
  ];
}

const self: typeof plugin & { configs: { recommended: Linter.Config[]; strict: Linter.Config[] } } = Object.assign(plugin, { configs: { recommended: [] as Linter.Config[], strict: [] as Linter.Config[] } });
self.configs.recommended = config('recommended', 'definite');
self.configs.strict = config('strict', 'possible');

export default self;
