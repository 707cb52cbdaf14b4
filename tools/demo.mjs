// @ts-check
// The demo: lints the example programs in both languages, shows every finding with the way that leads to it, then runs the TypeScript ones
// on the engine and shows in numbers that what was reported is so. Started by `npm run demo`, which builds first.
import { dirname, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { styleText } from 'node:util';
import { ESLint } from 'eslint';
import { collectFindings } from '../packages/eslint-plugin/dist/eslint/collect.js';
import plugin from '../packages/eslint-plugin/dist/index.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const width = Math.min(process.stdout.columns ?? 100, 100);

/** @param {Parameters<typeof styleText>[0]} style @param {string} text */
function paint(style, text) {
  return process.stdout.isTTY && process.env['NO_COLOR'] === undefined ? styleText(style, text) : text;
}

/** @param {string} text */
function title(text) {
  console.log(`\n${paint('bold', text)}\n${'─'.repeat(Math.min(text.length, width))}`);
}

/** Prints `text` broken at blanks, every line indented. @param {string} text @param {string} indent @param {Parameters<typeof styleText>[0]} [style] */
function wrapped(text, indent, style) {
  let line = indent;
  for (const word of text.split(' ')) {
    if (line.length + word.length > width && line.trim() !== '') {
      console.log(style === undefined ? line.trimEnd() : paint(style, line.trimEnd()));
      line = indent;
    }
    line += `${word} `;
  }
  console.log(style === undefined ? line.trimEnd() : paint(style, line.trimEnd()));
}

const eslint = new ESLint({ cwd: root, overrideConfigFile: true, overrideConfig: plugin.configs.recommended });
const show = (/** @type {string} */ file) => relative(root, file).split(sep).join('/');

title('1. What the linter reports in examples/wrong');
/** @type {import('../packages/eslint-plugin/dist/eslint/collect.js').CollectedFinding[]} */
const found = [];
await collectFindings((one) => void found.push(one), () => eslint.lintFiles(['examples/wrong/*.py', 'examples/wrong/*.ts']));
found.sort((a, b) => a.file.localeCompare(b.file) || a.location.start.line - b.location.start.line);
for (const { ruleId, file, location, finding, witness } of found) {
  console.log(`\n${paint('cyan', `${show(file)}:${location.start.line}:${location.start.column + 1}`)}  ${paint('yellow', ruleId)}`);
  wrapped(`${finding.what} ${finding.why}`, '  ');
  wrapped(finding.action, '  → ');
  for (const step of witness) wrapped(`${show(step.file)}:${step.location.start.line}  ${step.text}`, '    ', 'dim');
}

title('2. The same programs, repaired: examples/right');
const clean = await eslint.lintFiles(['examples/right/*.py', 'examples/right/*.ts']);
const left = clean.reduce((sum, result) => sum + result.messages.length, 0);
console.log(`\n${clean.length} files, ${left} findings.`);

title('3. The proof: the TypeScript programs, run on the engine');
const { manualSeed, noGrad, ones, withTrace } = await import('../packages/engine/dist/index.js');

/** Runs an example under the trace. @param {'wrong' | 'right'} side @param {string} name */
async function runExample(side, name) {
  const { run } = await import(`../examples/dist/${side}/${name}.js`);
  const { result, events } = withTrace(() => run());
  const consumed = new Set(events.flatMap((event) => (event.kind === 'backward' ? event.forwards : [])));
  const read = new Set(events.flatMap((event) => (event.kind === 'read' ? event.forwards : [])));
  const calls = events.flatMap((event) => (event.kind === 'forward' && event.depth === 0 && read.has(event.id) && !consumed.has(event.id) ? [event] : []));
  return {
    result,
    wasted: calls.filter((call) => call.graph).length,
    inTraining: calls.filter((call) => call.leaves.some((leaf) => leaf.training)).length,
    drawn: events.filter((event) => event.kind === 'random' && event.forward !== null && event.training === false).length,
    calls: calls.length,
  };
}

/** Two predictions of the network with functional dropout, after eval(). @param {'wrong' | 'right'} side */
async function compactTwice(side) {
  const { CompactChurnModel } = await import(`../examples/dist/${side}/dropout.js`);
  manualSeed(5);
  const model = new CompactChurnModel();
  model.eval();
  const predict = () => noGrad(() => model.call(ones(1, 10)).item());
  return pair([predict(), predict()]);
}

/** @param {string} label @param {string} wrong @param {string} right */
function row(label, wrong, right) {
  console.log(`  ${label.padEnd(50)}${wrong.padStart(22)}${right.padStart(22)}`);
}

/** @param {readonly number[]} values */
function pair(values) {
  return values.map((value) => value.toFixed(4)).join(' / ');
}

console.log();
row('', 'wrong', 'right');
for (const name of ['dropout', 'batch-norm', 'noise']) {
  const [wrong, right] = [await runExample('wrong', name), await runExample('right', name)];
  console.log(paint('cyan', `${name}.ts`));
  if (name === 'dropout') row('the same customer, predicted twice', pair(wrong.result.predictions), pair(right.result.predictions));
  if (name === 'dropout') row('functional dropout after eval(), called twice', await compactTwice('wrong'), await compactTwice('right'));
  if (name === 'noise') row('the same day, forecast twice', pair(wrong.result.forecasts), pair(right.result.forecasts));
  if (name === 'batch-norm') {
    row('mean squared error in validation', wrong.result.errors[0].toFixed(4), right.result.errors[0].toFixed(4));
    row('estimate of the deployed model (truth: about 2.5)', wrong.result.deployed.toFixed(4), right.result.deployed.toFixed(4));
  }
  row('inference calls with layers in training mode', `${wrong.inTraining} of ${wrong.calls}`, `${right.inTraining} of ${right.calls}`);
  row('inference calls that recorded a graph for nothing', `${wrong.wasted} of ${wrong.calls}`, `${right.wasted} of ${right.calls}`);
  row('random draws by layers in evaluation mode', String(wrong.drawn), String(right.drawn));
}

const silent = found.length === 0;
console.log(`\n${silent || left > 0 ? 'The demo did not show what it should.' : 'Every number on the left was reported above; nothing is reported of the programs on the right.'}`);
process.exitCode = silent || left > 0 ? 1 : 0;
