// Library models: the shipped ones are valid, a bad one is refused with the path of what is wrong.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Language } from '../../src/ir/ir.ts';
import { Libraries, librariesFor, parseLibrary } from '../../src/libraries/read.ts';

const minimal = { name: 'x', language: 'python', packages: ['x'] };

describe('parseLibrary', () => {
  test('takes a minimal model', () => {
    expect(parseLibrary(minimal, 'test')).toMatchObject({ name: 'x', classes: [], functions: [] });
  });
  test.each([
    [{ ...minimal, language: 'ruby' }, 'language'],
    [{ ...minimal, clases: [] }, 'clases'],
    [{ ...minimal, classes: [{ path: 'x.A', kind: 'module' }] }, 'classes.0.source'],
    [{ ...minimal, functions: [{ path: 'x.f', effect: { kind: 'magic' }, source: 'y' }] }, 'functions.0.effect.kind'],
    [null, '(top)'],
  ])('names the wrong field: %#', (model, path) => {
    expect(() => parseLibrary(model, 'settings.modeguard.libraries[0]')).toThrow(new RegExp(`settings\\.modeguard\\.libraries\\[0\\][\\s\\S]*${path.replace(/[.()]/g, '\\$&')}`));
  });
});

describe('shipped models', () => {
  test.each(['python', 'typescript'] as const)('of %s are valid and describe modules', (language) => {
    expect(librariesFor(language).moduleModel.forward).toBe('forward');
  });
  const python = librariesFor('python');
  test('aliases lead to one spelling', () => {
    expect(python.canonical('torch.nn.modules.dropout.Dropout')).toBe('torch.nn.Dropout');
  });
  test('an exact row goes before a prefix', () => {
    expect(python.classAt('torch.nn.Dropout')?.sensitive).toBe('yes');
    expect(python.classAt('torch.nn.SomethingNew')?.sensitive).toBe('unknown');
    expect(python.functionAt('torch.no_grad')?.effect.kind).toBe('grad-scope');
    expect(python.functionAt('torch.cat')?.effect.kind).toBe('pure');
  });
  test('every row has a source', () => {
    for (const model of [...librariesFor('python').models, ...librariesFor('typescript').models]) for (const row of [...model.classes, ...model.functions]) expect(row.source).not.toBe('');
  });
});

test('a model of the user\'s own goes before the shipped ones', () => {
  const own = parseLibrary({ ...minimal, classes: [{ path: 'x.Drop', kind: 'module', sensitive: 'yes', effect: 'random', source: 'test' }] }, 'test');
  expect(new Libraries([own]).classAt('x.Drop')?.effect).toBe('random');
  expect(librariesFor('python', [own]).classAt('x.Drop')?.effect).toBe('random');
});

test('every shipped model is read for its language, and for no other', () => {
  const folder = new URL('../../src/libraries/models/', import.meta.url);
  const written = readdirSync(folder).map((file) => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as { name: string; language: Language });
  for (const language of ['python', 'typescript'] as const) {
    expect(librariesFor(language).models.map((model) => model.name).sort()).toEqual(written.filter((model) => model.language === language).map((model) => model.name).sort());
  }
});
