// Holds what is reported of a program against its markers: `error: [rule]` at the end of a line is a definite finding, `error?: [rule]` a possible one.
import { expect } from 'vitest';
import { analyze } from '../../src/analyze.ts';
import type { Language } from '../../src/ir/ir.ts';
import { RULES } from '../../src/rules/registry.ts';

export function checkProgram(text: string, language: Language): void {
  const analysis = analyze({ file: language === 'python' ? 'program.py' : 'program.js', text, language });
  const reported = RULES.flatMap((rule) => rule.judge(analysis)).map((finding) => `${analysis.lines.lineOf(finding.span.start)} ${finding.certainty === 'definite' ? 'error' : 'error?'}: [${finding.rule}]`);
  const marked = text.split('\n').flatMap((line, index) => [...line.matchAll(/(error\??: \[[\w-]+\])/g)].map((found) => `${index + 1} ${found[1]!}`));
  expect(reported.sort()).toEqual(marked.sort());
}
