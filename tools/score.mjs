// @ts-check
// Prints precision and recall per rule over the cases of fixtures/, as pinned in fixtures/score.json.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { scoreTable } from '../fixtures/dist/harness/score.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
console.log(scoreTable(JSON.parse(readFileSync(join(root, 'fixtures', 'score.json'), 'utf8'))));
