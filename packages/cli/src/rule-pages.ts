// What there is to read about the rules: the list of all of them, and the documentation page of one. Pages come with the
// package; in a checkout of the repository they are read from its docs/rules.
import { existsSync, readFileSync } from 'node:fs';
import { styleText } from 'node:util';
import wrapAnsi from 'wrap-ansi';
import { rulePrefix, severityIn, type ModeguardPlugin } from './plugin.ts';

export interface PageStyle {
  readonly color: boolean;
  /** Columns to wrap prose to; null leaves lines as they were written. */
  readonly width: number | null;
}

const packagedPages = new URL('rules/', import.meta.url);
const repositoryPages = new URL('../../../docs/rules/', import.meta.url);

export function listRules(plugin: ModeguardPlugin, style: PageStyle): string {
  const names = Object.keys(plugin.rules).sort();
  const blocks = names.map((name) => {
    const meta = plugin.rules[name]?.meta;
    const tags = [
      severityIn(plugin.configs.recommended, name) === 0 ? 'strict only' : 'recommended',
      languagesOf(meta?.languages ?? []),
      ...(meta?.fixable ? ['--fix'] : []),
      ...(meta?.hasSuggestions ? ['suggestions'] : []),
    ].filter((tag) => tag !== '');
    const description = wrap(meta?.docs?.description ?? '', style.width === null ? null : style.width - 4);
    return `${paint('bold', rulePrefix + name, style)}  ${paint('dim', tags.join(', '), style)}\n${indent(description, 4)}\n`;
  });
  return blocks.join('');
}

/** ESLint's names of languages, in the words of their users. */
function languagesOf(languages: readonly string[]): string {
  const names = languages.map((language) => (language === 'js/js' ? 'TypeScript and JavaScript' : language.endsWith('/python') ? 'Python' : language));
  return names.join(', ');
}

export function explainRule(plugin: ModeguardPlugin, name: string, style: PageStyle): string {
  const page = readPage(name);
  if (page !== null) return renderPage(page, style);
  const docs = plugin.rules[name]?.meta?.docs;
  const lines = [`# ${rulePrefix}${name}`, docs?.description, docs?.url].filter((line) => line !== undefined);
  return renderPage(`${lines.join('\n\n')}\n`, style);
}

function readPage(name: string): string | null {
  // A built package answers from its own pages only: above an installed one there may be somebody else's docs/rules.
  const file = new URL(`${name}.md`, existsSync(packagedPages) ? packagedPages : repositoryPages);
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

/** Markdown for a terminal: headings, code and links stand out, prose is wrapped, everything else stays as it is. */
export function renderPage(markdown: string, style: PageStyle): string {
  if (!style.color && style.width === null) return markdown;
  const rendered: string[] = [];
  let paragraph: string[] = [];
  let fenced = false;
  const endParagraph = (): void => {
    if (paragraph.length > 0) rendered.push(renderProse(paragraph.join(' '), style));
    paragraph = [];
  };

  for (const line of markdown.replaceAll(/<!--.*?-->\n?/gsu, '').split(/\r?\n/u)) {
    const heading = /^#+ (?<title>.*)$/u.exec(line)?.groups?.['title'];
    if (/^\s*(?:```|~~~)/u.test(line)) {
      endParagraph();
      fenced = !fenced;
    } else if (fenced) {
      rendered.push(paint('cyan', `    ${line}`.trimEnd(), style));
    } else if (heading !== undefined) {
      endParagraph();
      rendered.push(paint('bold', heading.replaceAll('`', ''), style));
    } else if (line.trim() === '' || line.startsWith('|')) {
      endParagraph();
      rendered.push(line);
    } else if (/^\s*(?:[-*+]|\d+\.) /u.test(line)) {
      endParagraph();
      paragraph = [line];
    } else {
      paragraph.push(paragraph.length === 0 ? line : line.trim());
    }
  }
  endParagraph();
  return `${rendered.join('\n').trimEnd()}\n`;
}

function renderProse(text: string, style: PageStyle): string {
  const styled = text
    .replaceAll(/!?\[(?<label>[^\]]+)\]\((?<target>[^)]+)\)/gu, (_, label: string, target: string) => (/^https?:/u.test(target) ? `${label} (${target})` : label))
    .replaceAll(/\*\*(?<strong>[^*]+)\*\*/gu, (_, strong: string) => paint('bold', strong, style))
    .replaceAll(/`(?<code>[^`]+)`/gu, (whole, code: string) => (style.color ? paint('cyan', code, style) : whole));
  const marker = /^\s*(?:(?:[-*+]|\d+\.) )?/u.exec(text)?.[0] ?? '';
  const body = wrap(styled.slice(marker.length), style.width === null ? null : style.width - marker.length);
  return marker + indent(body, marker.length).trimStart();
}

function wrap(text: string, width: number | null): string {
  return width === null ? text : wrapAnsi(text, Math.max(width, 30));
}

function indent(text: string, columns: number): string {
  return text.split('\n').map((line) => (line === '' ? '' : ' '.repeat(columns) + line)).join('\n');
}

function paint(format: 'bold' | 'dim' | 'cyan', text: string, style: PageStyle): string {
  return style.color ? styleText(format, text, { validateStream: false }) : text;
}
