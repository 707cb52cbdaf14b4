// The IR of a program does what the program does: random programs are run by JavaScript and, as IR, by the executor, and both
// must leave the same trace. What is random: nesting of loops, labels, `switch`, `try`, `using`, early exits, short circuits,
// optional chains, patterns with defaults, and which calls throw.
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { lower } from './lowered.ts';
import { Executor } from './run.ts';

const PROGRAMS = 150;

/** A small generator of pseudo-random numbers in [0, 1) (mulberry32). */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

interface Place {
  readonly depth: number;
  readonly finallies: number;
  readonly labels: readonly string[];
  readonly inLoop: boolean;
  readonly inSwitch: boolean;
}

class Writer {
  readonly #next: () => number;
  #names = 0;

  constructor(seed: number) {
    this.#next = random(seed);
  }

  program(): string {
    return `function main() { var v, o = {}; ${this.#block({ depth: 0, finallies: 0, labels: [], inLoop: false, inSwitch: false })} }`;
  }

  #pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.#next() * items.length)]!;
  }

  #name(): string {
    this.#names += 1;
    return `n${this.#names}`;
  }

  #call(): string {
    this.#names += 1;
    return `t(${this.#names})`;
  }

  #block(place: Place): string {
    const count = 1 + Math.floor(this.#next() * 3);
    return Array.from({ length: count }, () => this.#statement(place)).join(' ');
  }

  #statement(place: Place): string {
    const inner = { ...place, depth: place.depth + 1 };
    const body = (more: Partial<Place> = {}): string => `{ ${this.#block({ ...inner, ...more })} }`;
    const forms: (() => string)[] = [() => `${this.#expression(0)};`, () => `v = ${this.#expression(0)};`, () => this.#pattern()];
    if (this.#next() < 0.3) forms.push(() => `return ${this.#expression(1)};`, () => `throw ${this.#call()};`);
    if (place.inLoop) forms.push(() => `if (${this.#expression(1)}) continue;`, () => `if (${this.#expression(1)}) break;`);
    if (place.inSwitch) forms.push(() => 'break;');
    if (place.labels.length > 0) forms.push(() => `if (${this.#call()}) break ${this.#pick(place.labels)};`);
    if (place.depth < 4) {
      const loop = { inLoop: true, inSwitch: false };
      forms.push(
        () => `if (${this.#expression(0)}) ${body()} else ${body()}`,
        () => { const i = this.#name(); return `for (let ${i} = ${this.#call()} ? 0 : 1; ${i} < 3; ${i}++) ${body(loop)}`; },
        () => { const i = this.#name(); return `for (const ${i} of [${this.#call()}, ${this.#call()}]) ${body(loop)}`; },
        () => { const i = this.#name(); return `for (const ${i} in { a: 1, b: ${this.#call()} }) ${body(loop)}`; },
        () => { const i = this.#name(); return `var ${i} = 0; do ${body({ ...loop, inSwitch: false })} while (${i}++ < 1 && ${this.#call()});`; },
        () => { const label = this.#name(); return `${label}: ${body({ labels: [...place.labels, label] })}`; },
        () => { const [label, i] = [this.#name(), this.#name()]; return `${label}: for (const ${i} of [1, 2]) { ${this.#block({ ...inner, ...loop, labels: [...place.labels, label] })} if (${this.#call()}) continue ${label}; ${this.#call()}; }`; },
        () => `switch (${this.#call()}) { case ${this.#call()}: ${this.#block({ ...inner, inSwitch: true })} default: ${this.#block({ ...inner, inSwitch: true })} case true: ${this.#block({ ...inner, inSwitch: true })} }`,
        () => `try ${body()} catch (e) ${body()}`,
        () => { const r = this.#name(); return `{ using ${r} = r(${this.#names}); ${this.#block(inner)} }`; },
        () => { const r = this.#name(); return `for (using ${r} of [r(${this.#names}), null, r(-${this.#names})]) ${body(loop)}`; },
        () => { const f = this.#name(); return `const ${f} = (a = ${this.#expression(1)}, { b = ${this.#call()} } = {}, ...c) => { ${this.#call()}; return [v, a, b, c.length]; }; ${f}(...[${this.#call()} ? 1 : undefined]);`; },
      );
      // What leaves through more of them is approximated: see MAX_NESTED_CLEANUPS in builder.ts.
      const cleanup = { finallies: place.finallies + 1 };
      if (place.finallies < 2) forms.push(() => `try ${body()} finally ${body(cleanup)}`, () => `try ${body()} catch ${body()} finally ${body(cleanup)}`);
    }
    return this.#pick(forms)();
  }

  #expression(depth: number): string {
    const next = (): string => this.#expression(depth + 1);
    if (depth > 2) return this.#call();
    return this.#pick([
      () => this.#call(), () => this.#call(), () => `(${next()} && ${next()})`, () => `(${next()} || !${next()})`, () => `(${next()} ?? ${next()})`, () => `(${next()} ? ${next()} : ${next()})`,
      () => `(${next()}, ${next()})`, () => `m(${this.#names})?.x[${next()}]?.(${next()})`, () => `m(${this.#names})?.f(${next()}).x`, () => `(o[${next()}] ??= ${next()})`, () => `(o.x ||= ${next()})`, () => `(v &&= ${next()})`,
      () => `m(${this.#names}).f[${this.#call()} ? 'call' : 'apply'](o)`, () => `delete m(${this.#names})?.x[${next()}]`, () => `(() => ${next()})()`, () => `({ a: ${next()} }).a`, () => `[${next()}, ...[${next()}]].length`, () => `(v = ${next()}) + (${this.#call()} ? 1 : 2)`,
    ])();
  }

  #pattern(): string {
    const [a, b] = [this.#name(), this.#name()];
    // An object that is nothing throws before its pattern is looked at, which the IR does not say.
    return this.#pick([
      () => `const { ${a} = ${this.#expression(1)}, x: [${b} = ${this.#call()}] = [] } = m(1) ?? {};`,
      () => `[m(${this.#names}).x = ${this.#call()}, v] = [${this.#call()} ? undefined : 1, ${this.#call()}];`,
      () => `({ [${this.#call()}]: o[${this.#call()}] = ${this.#call()}, x: v = ${this.#call()} } = m(2) ?? {});`,
    ])();
  }
}

/** What programs call: everything leaves a trace, and answers depend on nothing but the order of the calls. */
function world(seed: number): { readonly globals: Readonly<Record<string, unknown>>; readonly trace: unknown[] } {
  const next = random(seed);
  const trace: unknown[] = [];
  const t = (name: unknown): unknown => {
    trace.push(name);
    const chance = next();
    if (chance < 0.06) throw new Error(`from ${String(name)}`);
    // Never `null`: the IR's `==` does not tell it from `undefined`.
    return chance < 0.5 ? true : chance < 0.8 ? false : undefined;
  };
  const r = (name: unknown): Disposable => {
    trace.push(`resource ${String(name)}`);
    return { [Symbol.dispose]: () => void trace.push(`dispose ${String(name)}`) };
  };
  const m = (name: unknown): unknown => {
    trace.push(`object ${String(name)}`);
    const f = (): unknown => { trace.push('f'); return { x: next() < 0.5 }; };
    const object = { x: Object.assign([next() < 0.5 ? 1 : undefined], { true: f }), f };
    return next() < 0.2 ? undefined : object;
  };
  return { globals: { t, r, m, undefined }, trace };
}

function outcome(run: () => unknown, trace: unknown[]): string {
  let end: unknown;
  try {
    end = ['returns', run()];
  } catch {
    // Which exception: the IR says that the pending one goes on, but not which one that is after a `finally` dropped another.
    end = ['throws'];
  }
  return JSON.stringify([trace, end], (_, value: unknown) => (value === undefined ? 'undefined' : value));
}

describe('execution', () => {
  test(`${PROGRAMS} random programs leave the same trace as IR`, () => {
    for (let seed = 1; seed <= PROGRAMS; seed += 1) {
      const text = new Writer(seed).program();
      const module = lower(text, 'test.ts');
      const plain = ts.transpileModule(text, { compilerOptions: { target: ts.ScriptTarget.ES2022 } }).outputText;
      for (let run = 0; run < 4; run += 1) {
        const [expected, found] = [world(seed * 10 + run), world(seed * 10 + run)];
        const main = new Function('t', 'r', 'm', `${plain}; return main();`);
        const truth = outcome(() => main(expected.globals['t'], expected.globals['r'], expected.globals['m']), expected.trace);
        expect(outcome(() => new Executor(module, found.globals).call('main'), found.trace), text).toBe(truth);
      }
    }
  });
});
