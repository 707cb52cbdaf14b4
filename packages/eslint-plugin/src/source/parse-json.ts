// Reads JSON with an error that says where. What V8 says differs between versions and kinds of faults: often a part of the text and no place.
//
// Example: `{"a": }` -> `line 1, column 7: Unexpected token '}'`.
import { LineIndex } from './line-index.ts';

/** The value; a SyntaxError with line and column, both from 1, if the text is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const { line, column } = new LineIndex(text).positionAt(faultIn(text));
    const said = error instanceof Error ? error.message.replace(/,? (?:\.{3})?".*$| in JSON at position.*$| of JSON input$| after JSON at.*$/su, '') : String(error);
    throw new SyntaxError(`line ${line}, column ${column + 1}: ${said}`, { cause: error });
  }
}

/** The offset of what is wrong: up to there the text could still become JSON, which V8 shows by finding fault with its end alone. */
function faultIn(text: string): number {
  let [good, bad] = [0, text.length + 1];
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (mayGoOn(text.slice(0, middle))) good = middle;
    else bad = middle;
  }
  return good;
}

function mayGoOn(start: string): boolean {
  try {
    JSON.parse(start);
    return true;
  } catch (error) {
    const { message } = error as SyntaxError;
    const position = /at position (\d+)/u.exec(message);
    return message.startsWith('Unexpected end') || (position !== null && Number(position[1]) >= start.length);
  }
}
