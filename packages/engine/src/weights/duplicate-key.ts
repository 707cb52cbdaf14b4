/**
 * Finds a key that a JSON object names twice, which `JSON.parse` would silently let the last one win.
 *
 * Guarantees: looks at objects of every depth. Expects text that `JSON.parse` accepts.
 */
export function duplicateKey(json: string): string | null {
  const scopes: (Set<string> | null)[] = [];
  const token = /"(?:[^"\\]|\\.)*"|[{}[\]]/g;
  for (let match = token.exec(json); match !== null; match = token.exec(json)) {
    const text = match[0];
    if (text === '{') scopes.push(new Set());
    else if (text === '[') scopes.push(null);
    else if (text === '}' || text === ']') scopes.pop();
    else if (/^\s*:/.test(json.slice(token.lastIndex, token.lastIndex + 64))) {
      const key = JSON.parse(text) as string;
      const scope = scopes.at(-1);
      if (scope?.has(key)) return key;
      scope?.add(key);
    }
  }
  return null;
}
