// @ts-check
// Puts one text through the analysis and says what is wrong with the analysis, not with the text: an exception of the parser, the lowering, the interpreter or
// a rule; IR that breaks a promise of `ir/ir.ts`; a text without syntax errors that the lowering gave up on. Counts what was seen, for the report.
import { Buffer } from 'node:buffer';
import { analyze, lower } from '../../packages/eslint-plugin/dist/analyze.js';
import { Recorder } from '../../packages/eslint-plugin/dist/interpret/recorder.js';
import { parsePython } from '../../packages/eslint-plugin/dist/frontends/python/parse.js';
import { parseTypeScript, syntaxErrorsOf } from '../../packages/eslint-plugin/dist/frontends/typescript/parse.js';
import { verifyModule } from '../../packages/eslint-plugin/dist/ir/verify.js';
import { RULES } from '../../packages/eslint-plugin/dist/rules/registry.js';
import { isPython } from './programs.mjs';


export class Checks {
  texts = 0;
  lines = 0;
  bytes = 0;
  functions = 0;
  broken = 0;
  interpreted = 0;
  findings = 0;
  failures = 0;
  /** @type {Map<string, number>} */
  opaque = new Map();
  /** @type {{ file: string, ms: number }} */
  slowest = { file: '', ms: 0 };
  /** @type {(line: string) => void} */
  #say;

  /** @param {(line: string) => void} say */
  constructor(say) {
    this.#say = say;
    // A fault of the interpreter is then thrown.
    process.env['MODEGUARD_DEBUG'] = '1';
  }

  /** @param {string} file @param {string} text @param {{ interpret: boolean, damage?: string }} options `interpret`: not only to IR; `damage`: what was done to the file's text */
  check(file, text, { interpret, damage = '' }) {
    const before = performance.now();
    const problems = [];
    const python = isPython(file);
    // By a name of its own: whatever lies beside the file is not looked at.
    const name = python ? 'program.py' : `program${/\.[^.]+$/.exec(file)?.[0].toLowerCase() ?? '.ts'}`;
    this.texts += 1;
    this.lines += text.split('\n').length;
    this.bytes += Buffer.byteLength(text);
    try {
      const tree = python ? parsePython(text) : parseTypeScript(text, name);
      const errors = 'errors' in tree ? tree.errors : syntaxErrorsOf(tree);
      /** @type {import('../../packages/eslint-plugin/dist/analyze.js').SourceInput} */
      const input = { file: name, text, language: python ? 'python' : 'typescript', tree };
      const module = lower(input);
      this.functions += module.funcs.length;
      if (errors.length > 0) this.broken += 1;
      if (module.syntaxErrors.length !== errors.length) problems.push('the lowering gave up');
      problems.push(...verifyModule(module).slice(0, 3));
      if (errors.length === 0) for (const func of module.funcs) for (const block of func.blocks) for (const instr of block.instrs) if (instr.kind === 'opaque') this.opaque.set(instr.construct, (this.opaque.get(instr.construct) ?? 0) + 1);
      if (interpret) {
        this.interpreted += 1;
        // With a recorder, though it keeps nothing, files that are not about modes are interpreted too.
        const analysis = analyze({ ...input, recorder: new Recorder(() => false) });
        for (const rule of RULES) this.findings += rule.judge(analysis).length;
      }
    } catch (error) {
      problems.push(error instanceof Error ? (error.stack ?? error.message).split('\n').slice(0, 4).join(' | ') : String(error));
    }
    for (const problem of problems) this.#say(`FAILED ${file}${damage === '' ? '' : ` ${damage}`}: ${problem}`);
    if (problems.length > 0) this.failures += 1;
    const ms = performance.now() - before;
    if (ms > this.slowest.ms) this.slowest = { file, ms };
  }

  report() {
    const constructs = [...this.opaque].sort((a, b) => b[1] - a[1]).slice(0, 24).map(([construct, count]) => `${construct} ${count}`);
    return [
      `${this.texts} texts, ${this.lines} lines, ${(this.bytes / 1e6).toFixed(1)} MB, ${this.functions} functions, ${this.broken} with syntax errors; ${this.interpreted} interpreted, ${this.findings} findings; ${this.failures} failed`,
      `slowest: ${(this.slowest.ms / 1000).toFixed(1)} s, ${this.slowest.file}`,
      `opaque: ${constructs.join(', ') || 'none'}`,
    ];
  }
}
