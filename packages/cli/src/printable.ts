// A text for a line of a report or of a terminal: control characters, which names of files may have, as JSON writes them.
//
// Example: a file named `a`, line feed, `b.py` -> `a\\nb.py`.
// eslint-disable-next-line no-control-regex -- they are what it is about
const CONTROL = /[\u0000-\u001F\u007F-\u009F\u2028\u2029]/gu;

export function printable(text: string): string {
  return text.replace(CONTROL, (character) => (character < ' ' ? JSON.stringify(character).slice(1, -1) : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`));
}
