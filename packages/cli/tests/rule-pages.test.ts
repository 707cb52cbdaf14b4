import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { renderPage } from '../src/rule-pages.ts';

const page = `# \`modeguard/x\`

A **strong** claim about \`model.eval()\` that is long enough to be wrapped, see [the guide](../guide.md) or [PyTorch](https://pytorch.org).

- an item that is long enough to need a second line, which lines up
- another

| a | b |
|---|---|

\`\`\`python
model.eval()   # not wrapped, however long the line may be, because it is code
\`\`\`
`;

describe('a page on a terminal', () => {
  it('is the Markdown itself for another program', () => {
    expect(renderPage(page, { color: false, width: null })).toBe(page);
  });

  it('wraps prose, hangs lists, indents code', () => {
    expect(renderPage(page, { color: false, width: 50 })).toBe(
      [
        'modeguard/x',
        '',
        'A strong claim about `model.eval()` that is long',
        'enough to be wrapped, see the guide or PyTorch',
        '(https://pytorch.org).',
        '',
        '- an item that is long enough to need a second',
        '  line, which lines up',
        '- another',
        '',
        '| a | b |',
        '|---|---|',
        '',
        '    model.eval()   # not wrapped, however long the line may be, because it is code',
        '',
      ].join('\n'),
    );
  });

  it('is the same with colours', () => {
    const plain = renderPage(page, { color: false, width: 70 }).replaceAll('`', '');
    const colored = renderPage(page, { color: true, width: 70 });
    expect(colored).toContain('\u001B[1mmodeguard/x\u001B[22m');
    expect(stripVTControlCharacters(colored).replaceAll(/\s+/gu, ' ')).toBe(plain.replaceAll(/\s+/gu, ' '));
  });
});
