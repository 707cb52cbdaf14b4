// Every expression: compact, valid, and never run.
declare const any: any, xs: any[], key: string;
let a: any = 0x1f + 0b11 + 0o17 + 1_000.5e-3 + .5, b: any = 10n * 0xffn, c: any = /[/\]]+(?<name>x)\k<name>/dgimsuy, d: any = 'x\u{1F600}\n\
y';
let text = `plain` + `${a}` + `${a}, ${`in ${b}`} and ${c}`;
const tagged = String.raw`a\u00${a}b`, generic = any<string>`x`, chained = any.tag`${1}${2}``${3}`;
const keywords = [null, true, false, undefined, void 0, typeof a, NaN, Infinity, -1, +a, ~a, !a, - -a, !(!a)];
const holes = [, 1, , ...xs, ,];
const object = {
  a, b: 1, 'c d': 2, 3: 4, 5n: 6, [key]: 7, [`${key}x`]: 8, ...any, ...(a && { b }), __proto__: any,
  method(this: any, x = this, ...rest: any[]) { return super.toString() + x + rest; },
  get accessor() { return this.b; }, set accessor(value) { a = value; },
  async later() { await a; }, *many() { yield 1; }, async *manyLater() { yield* [a]; yield; },
  [Symbol.iterator]() { return any; }, 'quoted'() {}, 9() {}, async: 1, get: 2, set: 3, static: 4, await: 5, of: 6, new: 7,
  arrow: () => ({}), func: function () { return arguments; }, named: function named() { return named; }, Class: class {},
};
const arithmetic = [a + b, a - b, a * b, a / b, a % b, a ** b, a << 1, a >> 1, a >>> 1, a & b, a | b, a ^ b];
const comparisons = [a == b, a != b, a === b, a !== b, a < b, a > b, a <= b, a >= b, a instanceof any, 'a' in any, !('b' in any)];
const logic = [a && b || c, (a || b) && c, a ?? b, (a ?? b) || c, a ? b : c ? d : b, (a, b, c), a && (b = c) && d];
a = b = c; a += 1; a -= 1; a *= 2; a /= 2; a %= 2; a **= 2; a <<= 1; a >>= 1; a >>>= 1; a &= 1; a |= 1; a ^= 1;
a &&= b; a ||= b; a ??= b; any.x &&= b; any[key] ||= () => 1; any.y.z ??= class {};
a++; ++a; a--; --a; any.x++; --any[key]; (a as any)++; (<any>a).b = 1; a!.b! += 1; (any.x) = 1; (a) = 2;
any.x.y[0][key]['z'](1)(2).w; any?.x; any?.[key]; any?.(1); any.x?.(2); any?.x.y?.[0]!.z?.(...xs)!; (any?.x).y; (any?.x)(1); (any?.x)?.y(); any?.x!(2); (any as any)?.['x'];
delete any.x; delete any[key]; delete any?.x; delete any?.x.y[key]; delete any.x?.[key]; delete (any?.x)?.y; delete any!.x;
new any; new any(); new any.x.y(1, ...xs); new (any())(); new (any().x)(); new any[key](2); new (class {})(); new any<string>();
any(...xs, 1, ...[2, 3]); any[key](1); any[key]?.(1); xs[0](1); any[a ? 'train' : 'eval'](b); any['eval'](); any[Symbol.dispose]();
const casts = [a as any, a as const, <any>a, a satisfies any, a!, (a as any satisfies any)!, any<string>, Array<number>, (any.x as any)(1)];
[a, b] = [b, a]; [a, , b = 1, ...c] = xs; [[a], [b.x, b[key]], { c }] = any; [...[a, b]] = any; [(a), (b.c)] = any; [] = any;
({ a } = any); ({ a, b: c, b: d.e, 'x': a, [key]: b, ...c } = any); ({ a = 1, b: c = 2, d: { a: [b = 3] } = any, ...any.rest } = any); ({} = any); ({ a: (b), c: (d.e) } = any);
const { p, q: r, s: { t = 1 } = any, [key]: u, 'v w': v = 2, 1: one, ...w } = any, [x, , y = 3, [z] = any, ...[first, second]] = any, {} = any, [] = any;
const arrows = [() => 1, (m: any) => m, (m: any, n = m, ...o: any[]) => [m, n, o], ({ m, n: [o] = any }: any) => o, async (m: any) => await m, async () => {}, <T,>(m: T): T => m, (): asserts a is any => {}];
(function () {})(); (() => {})(); (async () => { for await (const m of xs) m; await import('x'); })(); !function () {}(); void function* (): any { const m: any = yield; return yield m; }();
function target(this: any) { return new.target && this && arguments.length; }
const imports = [import('x'), import('y', { with: { type: 'json' } }), import(key), import.meta.url, import.defer('z')];
(a, b) as any; (a = b, c); ((((a)))); a
b;
export { text, tagged, generic, chained, keywords, holes, object, arithmetic, comparisons, logic, casts, p, r, u, v, one, w, x, y, z, first, second, t, arrows, target, imports };
