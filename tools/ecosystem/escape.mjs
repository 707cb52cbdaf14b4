// @ts-check
// Text of other people's as Markdown. Guarantees that it shows as it was written: no message, path or source line becomes
// markup, a link, a mention of somebody or the end of a table cell. Code spans of our own messages stay code spans.

/** One line of text in which `code` is code. @param {string} text */
export function escapeMessage(text) {
  const escaped = text.replaceAll(/(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)|[\s\S]/gu, (all, ticks) => (ticks === undefined ? escapeCharacter(all) : all));
  // What would open a list, a heading or a quotation at the start of a line.
  return escaped.replace(/^([+\-=]|\d+(?=[.)]))(?=.)/u, (start) => (/\d/u.test(start) ? `${start}\\` : `\\${start}`));
}

/** @param {string} text */
export function escapeText(text) {
  return [...text].map(escapeCharacter).join('');
}

/** @param {string} character */
function escapeCharacter(character) {
  // A backslash does not keep GitHub from mentioning somebody.
  if (character === '@') return '@<!-- -->';
  return /[\\`*_[\]<>~|#&]/u.test(character) ? `\\${character}` : character;
}

/** @param {string} text */
export function codeSpan(text) {
  const line = text.replaceAll(/\s+/gu, ' ').trim();
  if (line === '') return '';
  const longest = Math.max(0, ...[...line.matchAll(/`+/gu)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  const padding = longest > 0 ? ' ' : '';
  return `${fence}${padding}${line}${padding}${fence}`;
}

/** A row of a table; a pipe ends a cell even within code. @param {readonly (string | number)[]} cells */
export function tableRow(cells) {
  return `| ${cells.map((cell) => String(cell).replaceAll(/(?<!\\)\|/gu, '\\|')).join(' | ')} |`;
}

/** @param {string} repository @param {string} commit @param {string} path @param {number} line */
export function permalink(repository, commit, path, line) {
  // Parentheses would end the link.
  const encoded = path.split('/').map((part) => encodeURIComponent(part).replaceAll('(', '%28').replaceAll(')', '%29'));
  return `https://github.com/${repository}/blob/${commit}/${encoded.join('/')}#L${line}`;
}
