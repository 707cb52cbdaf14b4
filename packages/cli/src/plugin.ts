// The part of the ESLint plugin that the command relies on, and what is derived from it: the configuration to lint with
// and the names of the rules. Tests pass a plugin of their own; everybody else gets the installed one.
import type { Linter, Rule } from 'eslint';
import { UsageError } from './io.ts';

export const rulePrefix = 'modeguard/';

export interface RuleLike {
  readonly meta?: {
    readonly docs?: { readonly description?: string; readonly url?: string };
    readonly fixable?: 'code' | 'whitespace';
    readonly hasSuggestions?: boolean;
    readonly languages?: readonly string[];
  };
  readonly create: Rule.RuleModule['create'];
}

export interface ModeguardPlugin {
  readonly meta: { readonly name: string; readonly version: string };
  readonly rules: Readonly<Record<string, RuleLike>>;
  readonly configs: Readonly<Record<'recommended' | 'strict', readonly Linter.Config[]>>;
}

export async function loadInstalledPlugin(): Promise<ModeguardPlugin> {
  const loaded: { readonly default?: unknown } = await import('@modeguard/eslint-plugin');
  return loaded.default as ModeguardPlugin;
}

/** The rule's name without prefix; a UsageError if there is no such rule. */
export function resolveRule(plugin: ModeguardPlugin, typed: string): string {
  const name = typed.startsWith(rulePrefix) ? typed.slice(rulePrefix.length) : typed;
  if (!Object.hasOwn(plugin.rules, name)) throw new UsageError(`There is no rule '${typed}'. \`modeguard --list-rules\` prints all of them.`);
  return name;
}

/** How a configuration rates a rule: the strongest severity that any of its blocks gives. */
export function severityIn(configs: readonly Linter.Config[], name: string): 0 | 1 | 2 {
  let strongest: 0 | 1 | 2 = 0;
  for (const config of configs) {
    const entry = config.rules?.[rulePrefix + name];
    const severity = Array.isArray(entry) ? entry[0] : entry;
    const level = severity === 'error' || severity === 2 ? 2 : severity === 'warn' || severity === 1 ? 1 : 0;
    if (level > strongest) strongest = level;
  }
  return strongest;
}

/**
 * The flat configuration of a run. Rules that were asked for by name and that only `strict` has are added from there;
 * which rules finally run is the filter's business.
 */
export function configurationFor(plugin: ModeguardPlugin, strict: boolean, only: readonly string[]): Linter.Config[] {
  const chosen = strict ? plugin.configs.strict : plugin.configs.recommended;
  const missing = new Set(only.filter((name) => severityIn(chosen, name) === 0).map((name) => rulePrefix + name));
  const added = plugin.configs.strict.flatMap((config) => {
    const rules = Object.entries(config.rules ?? {}).filter(([name]) => missing.has(name));
    return rules.length === 0 ? [] : [{ ...config, rules: Object.fromEntries(rules) }];
  });
  return [
    // ESLint leaves these out by default. What is checked was decided before.
    { ignores: ['!**/node_modules/', '!**/.git/'] },
    ...chosen,
    ...added,
    // A directive for a rule of another plugin is no business of ours, and --fix must not take it out.
    { linterOptions: { reportUnusedDisableDirectives: 'off', reportUnusedInlineConfigs: 'off' } },
  ];
}
