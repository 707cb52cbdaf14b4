// Every rule has a page, every page has its headings, and every program on it is linted: what is marked is reported, and nothing else.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { analyze } from '../../src/analyze.ts';
import { RULES } from '../../src/rules/registry.ts';

const pages = join(import.meta.dirname, '..', '..', '..', '..', 'docs', 'rules');
const HEADINGS = ['What it proves', 'Why', 'Incorrect', 'Correct', 'Options', 'Known misses', 'Known false alarms', 'Fix safety', 'When not to use it'];

test('there is a page for every rule and for nothing else', () => {
  // `reveal` judges nothing: it shows what a comment asks for, and its page has headings of its own.
  expect(readdirSync(pages).sort()).toEqual([...RULES.map((rule) => `${rule.name}.md`), 'reveal.md'].sort());
});

describe.each(RULES.map((rule) => [rule.name, rule] as const))('%s', (name, rule) => {
  const page = readFileSync(join(pages, `${name}.md`), 'utf8');

  test('opens with its name and description', () => {
    const description = `${rule.description[0]!.toUpperCase()}${rule.description.slice(1)}.`;
    expect(page.startsWith(`# modeguard/${name}\n\n${description}\n`)).toBe(true);
  });

  test('has all headings, in order', () => {
    expect([...page.matchAll(/^## (.*)$/gm)].map((match) => match[1])).toEqual(HEADINGS);
  });

  const blocks = [...page.matchAll(/^```(py|ts)\n([\s\S]*?)^```$/gm)].map((match) => ({ language: match[1]!, text: match[2]! }));
  test.each(blocks.map((block, index) => [index + 1, block] as const))('program %i is reported where it is marked', (_, { language, text }) => {
    const analysis = analyze({ file: `page.${language}`, text, language: language === 'py' ? 'python' : 'typescript' });
    expect(analysis.module.syntaxErrors).toEqual([]);
    const reported = rule.judge(analysis).filter((finding) => finding.certainty === 'definite').map((finding) => analysis.lines.lineOf(finding.span.start));
    const marked = text.split('\n').flatMap((line, index) => (/(?:error|SPURIOUS): \[/.test(line) && line.includes(`[${name}]`) ? [index + 1] : []));
    expect(reported).toEqual(marked);
    // A program under "Known misses" shows a miss.
    if (text.includes('MISSING:')) expect(marked).toEqual([]);
  });

  test('its messages have three parts that are sentences, with code in backticks and no blame', () => {
    const findings = blocks.flatMap(({ language, text }) => rule.judge(analyze({ file: `page.${language}`, text, language: language === 'py' ? 'python' : 'typescript' })));
    expect(findings.length).toBeGreaterThan(0);
    for (const { what, why, action, suggestions } of findings) {
      for (const part of [what, why, action, ...suggestions.map((suggestion) => suggestion.message)]) {
        expect(part).toMatch(/^[`A-Z][^!]*\.$/);
        const prose = part.replaceAll(/`[^`]*`/g, '');
        // Code is in backticks, and nobody is to blame.
        expect(prose, part).not.toMatch(/`|\w\(|\b(?:self|this|torch|nn|tf)\.\w/);
        expect(prose, part).not.toMatch(/\b(?:you|your|please|should have|careless|mistake|obviously|simply|just)\b/i);
      }
    }
  });
});
