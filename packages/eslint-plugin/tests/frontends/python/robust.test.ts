// Whatever the text, parsing and lowering give a result, and the IR keeps its promises.
import { describe, expect, it } from 'vitest';
import { lowerPython } from '../../../src/frontends/python/lower.ts';
import { parsePython } from '../../../src/frontends/python/parse.ts';
import type { Module } from '../../../src/ir/ir.ts';
import { verifyModule } from '../../../src/ir/verify.ts';

function survives(text: string): { readonly module: Module; readonly errors: number } {
  const tree = parsePython(text);
  const module = lowerPython(tree, 'file.py');
  expect(verifyModule(module)).toEqual([]);
  return { module, errors: tree.errors.length };
}

describe('any text', () => {
  it.each([
    ['nothing', '', false],
    ['a comment', '# nothing', false],
    ['a byte order mark', '\uFEFFx = 1\n', false],
    ['CRLF', 'if a:\r\n    b\r\nelse:\r\n    c\r\n', false],
    ['tabs', 'if a:\n\tb\n\tif c:\n\t\td\n', false],
    ['a form feed', 'a\n\f\nb\n', false],
    ['astral characters', 'x = "🔥" + "𝕏"  # 🔥\n𝕏 = 1\n', false],
    ['line continuations', 'x = 1 + \\\n    2\nwith a, \\\n     b: pass\n', false],
    ['Python 2', 'print "a", b\nexec "x"\nraise E, "m"\ntry: a\nexcept E, e: b\n', false],
    ['an unterminated string', 'x = "abc\ny = 1\n', true],
    ['an unterminated triple string', 'def f():\n    """abc\n', true],
    ['an unterminated bracket', 'x = f(a, b\ny = 1\n', true],
    ['a lone header', 'def f(\n', true],
    ['a class without a name', 'class :\n  pass', true],
    ['misplaced jumps', 'break\ncontinue\nreturn 1\nyield x\n', false],
    ['wrong indentation', 'def f():\n        a\n    b\n  c\n', false],
    ['no Python at all', '<html><body onload="x()">&nbsp;</body></html>', true],
    ['control characters', 'a = \u0000\u0001\u0002', true],
    ['a lone surrogate', 'x = "\uD800"', false],
    ['the wrong keyword', 'lambda lambda lambda', true],
    ['an f-string that does not end', 'x = f"{a:{b\ny = 1\n', true],
    ['a list of type parameters that does not end', 'def f[T = (a, b\ny = 1\n', true],
    ['stars where none may stand', 'x = *[a\nreturn *(*[b\n', true],
    ['walrus targets', 'if (n := f()) and (lambda: (m := n))(): n', false],
  ])('%s', (_name, text, broken) => {
    expect(survives(text).errors > 0).toBe(broken);
  });

  it('every prefix of a program', () => {
    const text = '@a\nasync def f(x, *y, k=1, **z) -> T:\n    with a as b, (c): return [i async for i in x if i]\n    try: f"{x!r:>{w}}"\n    except* A as e: raise B from e\n    finally: x[1:2] += lambda: 0\n    match x:\n        case P(a=[1, *_]) | {"k": v}: pass\n';
    for (let end = 0; end <= text.length; end += 1) survives(text.slice(0, end));
  });
});

describe('depth', () => {
  it.each([
    ['parentheses', `x = ${'('.repeat(2000)}1${')'.repeat(2000)}`],
    ['lists', `x = ${'['.repeat(5000)}${']'.repeat(5000)}`],
    ['a binary chain', `x = ${Array.from({ length: 3000 }, (_, i) => `a${i}`).join(' + ')}`],
    ['a boolean chain', `x = ${Array.from({ length: 3000 }, (_, i) => `a${i}`).join(' or ')}`],
    ['a comparison chain', `x = ${Array.from({ length: 3000 }, (_, i) => `a${i}`).join(' < ')}`],
    ['unary operators', `x = ${'-'.repeat(5000)}1`],
    ['negations', `if ${'not '.repeat(5000)}x: pass`],
    ['calls', `x = a${'.b()'.repeat(3000)}`],
    ['calls of calls', `x = ${'f('.repeat(5000)}${')'.repeat(5000)}`],
    ['conditional expressions', `x = ${'a if b else '.repeat(3000)}c`],
    ['lambdas', `x = ${'lambda: '.repeat(3000)}c`],
    ['a starred chain', `x = [*a${' + b'.repeat(3000)}]`],
    ['an elif ladder', `if a: b\n${'elif c: d\n'.repeat(3000)}`],
    ['chained assignment', `${'a = '.repeat(3000)}b`],
    ['nested blocks', Array.from({ length: 1000 }, (_, i) => `${' '.repeat(i)}if a:`).join('\n') + `\n${' '.repeat(1000)}b`],
    ['nested functions', Array.from({ length: 600 }, (_, i) => `${' '.repeat(i)}def f():`).join('\n') + `\n${' '.repeat(600)}b`],
    ['nested with', Array.from({ length: 300 }, (_, i) => `${' '.repeat(i)}with a:`).join('\n') + `\n${' '.repeat(300)}return b`],
    ['brackets that do not end', `x = ${'(*['.repeat(20_000)}`],
    ['f-strings that do not end', `x = ${'f"{'.repeat(20_000)}`],
    ['a chain of & and ^', `x = ${Array.from({ length: 3000 }, (_, i) => `a${i}`).join(' ^ b & ')}`],
    ['bound choices', `x = (a := ${'b if c else '.repeat(3000)}d)`],
    ['managers in lambdas', `with ${'lambda: '.repeat(3000)}a as b: pass`],
    ['a table in a class of a file with a walrus', `(w := 1)\nclass A:\n    x = [${'a, '.repeat(200_000)}]`],
    ['a long body', `if a:\n${'    b()\n'.repeat(150_000)}`],
    ['handlers of groups in one another', Array.from({ length: 60 }, (_, i) => `${' '.repeat(i)}try: a\n${' '.repeat(i)}except* A as e:`).join('\n') + `\n${' '.repeat(60)}b`],
    ['nested finally', Array.from({ length: 30 }, (_, i) => `${' '.repeat(i)}try: a\n${' '.repeat(i)}finally:`).join('\n') + `\n${' '.repeat(30)}b`],
  ])('%s', (_name, text) => {
    survives(text);
  });

  it('keeps what stands around an expression that is too deep', () => {
    const { module } = survives(`a.before()\nx = ${'f('.repeat(5000)}${')'.repeat(5000)}\na.after()\n`);
    const calls = module.funcs[0]!.blocks.flatMap((block) => block.instrs).flatMap((instr) => (instr.kind === 'call' && instr.callee.kind === 'method' ? [instr.callee.name] : []));
    expect(calls).toEqual(['before', 'after']);
  });

  it('takes a file of 20,000 lines', () => {
    const text = Array.from({ length: 4000 }, (_, i) => `def f${i}(x):\n    with a.b():\n        return x if x else f${i}(x)\n\n`).join('\n');
    expect(survives(text).module.funcs).toHaveLength(4001);
  });
});

describe('broken syntax', () => {
  it('leaves the functions around it whole', () => {
    const { module } = survives('def f(x):\n    return x\n\ndef g(x):\n    y = = 2\n    return y\n\ndef h(x):\n    return x\n');
    expect(module.funcs.map((func) => func.name)).toEqual(['<module>', 'f', 'g', 'h']);
    const broken = module.funcs.filter((func) => module.syntaxErrors.some((error) => error.start >= func.span.start && error.end <= func.span.end && func.kind !== 'module'));
    expect(broken.map((func) => func.name)).toEqual(['g']);
  });
});
