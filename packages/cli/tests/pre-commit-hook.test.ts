// What keeps the hook installable by every pre-commit from 2.9 on: older ones run npm in a clone of this repository, and npm
// refuses pnpm's protocols, runs life-cycle scripts and reads devEngines. tools/try-pre-commit.mjs tries it for real.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const root = new URL('../../../', import.meta.url);
const readJson = (name: string): Record<string, unknown> => JSON.parse(readFileSync(new URL(name, root), 'utf8')) as Record<string, unknown>;

describe('the root package.json', () => {
  const manifest = readJson('package.json');

  it.each(['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'])('has only plain versions in %s', (kind) => {
    for (const [name, version] of Object.entries((manifest[kind] ?? {}) as Record<string, string>)) expect(version, name).not.toMatch(/^(?:workspace|catalog|link|file):/u);
  });

  it('has no script that npm runs by itself', () => {
    const scripts = Object.keys((manifest['scripts'] ?? {}) as object);
    expect(scripts.filter((name) => /^(?:pre|post)?(?:install|prepare|pack|publish)$|^prepublishOnly$/u.test(name))).toEqual([]);
  });

  it('has no devEngines', () => {
    expect(manifest).not.toHaveProperty('devEngines');
  });
});

describe('.pre-commit-hooks.yaml', () => {
  it('installs the version that is in the repository', () => {
    const hooks = readFileSync(new URL('.pre-commit-hooks.yaml', root), 'utf8');
    const { version } = readJson('packages/cli/package.json') as { version: string };
    expect(hooks).toContain(`additional_dependencies: ["modeguard@${version}"]`);
    expect(readJson('packages/eslint-plugin/package.json')['version']).toBe(version);
  });
});
