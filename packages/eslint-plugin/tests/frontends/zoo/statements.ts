// Every statement, with every head and every way out.
declare const any: any, xs: any[];
var v1, v2 = 1; let l1, l2: number; const c1 = 1, c2 = v1; ;
{ let inner = l1; { const deeper = inner; void deeper; } }
if (any) any(); if (any) { any(); } else any.x(); if (any) {} else if (!any || any.y && !any.z) {} else {}
while (any) { if (any.x) continue; if (any.y) break; } while (true) { if (any) break; }
do any(); while (any); do { if (any) continue; break; } while (true)
for (;;) break; for (let i = 0, n = 1; i < n; i++, n--) { if (i) continue; } for (v1 = 0; v1;) v1--; for (var w1 = 0; ;) { break; } for (const k = any; ;) { void k; break; }
for (const key in any) any(key); for (var w2 in any) {} for (v1 in any) ; for (any.x in any) {} for (let [first] in any) any(first);
for (const x of xs) any(x); for (let { a = 1, ...b } of xs) { a = b as any; } for (var [w3, w4 = 2] of xs) {} for (v1 of xs) {} for (any.x of xs) {} for ([v1, any.y = 1] of xs) {} for ({ x: v1, ...any.z } of xs) {}
async function loops() {
  for await (const x of any) { if (x) continue; break; }
  for await (v1 of any) {}
  for (using r of any) { if (r) continue; if (any) break; any(r); }
  for (await using r of any) any(r);
  for await (await using r of any) { if (any) return r; }
  for (using r = any, s = any; r; ) { if (s) break; }
}
outer: for (const x of xs) { inner: for (const y of x) { if (y) continue outer; if (any) break outer; if (xs) continue inner; break inner; } }
one: two: while (any) { switch (any) { case 1: continue one; default: break two; } }
block: { if (any) break block; any(); } empty: ; label: try { break label; } finally { any(); }
switch (any) { } switch (any) { default: } switch (any()) { case 1: case 'two': any(); case any.three: { break; } default: any.x(); case null: let scoped = 1; const again = scoped; void again; break; case undefined: function hoisted() {} class Local {} hoisted(); new Local(); }
switch (true) { case any && any.x: any(); break; case !any: any.y(); }
function exits(): any {
  try { if (any) return 1; any(); } catch (error) { if (any) return error; throw error; } finally { any.x(); }
  try { any(); } catch { any.y(); } try { any(); } catch ({ message, cause: [first] = [] as any }) { any(message, first); } try { any(); } finally { any(); }
  try { return any(); } finally { if (any) return any.z; }
  for (const x of xs) { try { if (x) break; else continue; } catch (e) { continue; } finally { if (any) continue; } }
  do { try { throw any; } finally { break; } } while (any);
  try { try { any(); } finally { try { any.a(); } catch { any.b(); } finally { any.c(); } } } catch (error: unknown) { var error2 = error; }
  { using a = any, b = null; using c = any.c; if (c) return b; any(a); }
  return;
}
async function resources() {
  await using a = any; using b = a as any, c = b; await using d = await any, e = undefined;
  if (c) { using f = d as any; if (f) throw e; return f; }
  try { using g = any; await g; } catch { using h = any; void h; } finally { using i = any; void i; }
  label: { using j = any; if (j) break label; } return () => { using k = any; return k; };
}
hoistedLater(); function hoistedLater() { return early(); var early = () => local; let local = 1; }
function overload(x: string): void; function overload(x?: number): void; function overload(x?: any) { return x; }
function parameters(this: Date, a: any, b = a, { c, d: [e] = [b] }: any = {}, [f, ...g]: any = [], h?: any, ...[i, j]: any[]) { return [c, e, f, g, h, i, j, this]; }
function assertion(x: unknown): asserts x is string { if (typeof x !== 'string') throw new TypeError(`no ${x}`); }
function predicate(this: any, x: unknown): x is string { return x === this; } async function asynchronous() { await any; return await any.x; }
function* generator(): any { const x = yield; yield x; yield* generator(); try { yield 1; } finally { yield 2; } return 3; } async function* both() { yield await any; yield* any; for await (const x of both()) yield x; }
const closures: (() => any)[] = []; for (let i = 0; i < 3; i++) closures.push(() => i); for (var j = 0; j < 3; j++) closures.push(() => j);
debugger; throw any; any('unreachable');
var v1: any; export { c1, c2, l2, v2, w1, w2, w3, w4, loops, exits, resources, overload, parameters, assertion, predicate, asynchronous, closures };
