// Which variable a name means. Each test names the variables that the reads of `x` in a function refer to.
import { describe, expect, it } from 'vitest';
import type { Func, Module, Variable } from '../../../src/ir/ir.ts';
import { lower } from './dump.ts';

/** What reading `name` in `func` yields, in order: the owner's name of the variable, or `global`. */
function reads(module: Module, func: string, name = 'x'): string[] {
  const found = named(module, func);
  return found.blocks.flatMap((block) => block.instrs).flatMap((instr) => {
    if (instr.kind === 'load' && instr.variable.name === name) return [`${module.funcs[instr.variable.owner]!.name}${instr.variable.origin === 'parameter' ? ' parameter' : ''}`];
    return instr.kind === 'global' && instr.name === name ? ['global'] : [];
  });
}

function named(module: Module, name: string): Func {
  const found = module.funcs.find((func) => func.name === name);
  if (found === undefined) throw new Error(`no function ${name}`);
  return found;
}

function stores(module: Module, func: string, name = 'x'): Variable[] {
  return named(module, func).blocks.flatMap((block) => block.instrs).flatMap((instr) => (instr.kind === 'store' && instr.variable.name === name ? [instr.variable] : []));
}

describe('scopes', () => {
  it('a name bound anywhere in a function is local to all of it', () => {
    expect(reads(lower('x = 1\ndef f():\n    x\n    if a:\n        x = 2'), 'f')).toEqual(['f']);
  });

  it('a name that is only read is found outside, or nowhere', () => {
    const module = lower('x = 1\ndef f():\n    x, y');
    expect(reads(module, 'f')).toEqual(['<module>']);
    expect(reads(module, 'f', 'y')).toEqual(['global']);
  });

  it.each([
    ['for', 'for x in y: pass'],
    ['with', 'with y as x: pass'],
    ['except', 'try: y\nexcept E as x: pass'],
    ['import', 'import x.y'],
    ['from import', 'from y import z as x'],
    ['def', 'def x(): pass'],
    ['class', 'class x: pass'],
    ['unpacking', '[a, (*x, b)] = y'],
    ['augmented assignment', 'x += 1'],
    ['annotation', 'x: int'],
    ['walrus', 'f(y[(x := 1)])'],
    ['walrus in a comprehension', '[(x := y) for y in z]'],
    ['walrus in a header', 'while (x := y): pass'],
    ['walrus in a default', 'def g(a=(x := 1)): pass'],
    ['del', 'del x'],
    ['match capture', 'match y:\n    case [x, _]: pass'],
    ['match star', 'match y:\n    case [*x]: pass'],
    ['match rest', 'match y:\n    case {**x}: pass'],
    ['type alias', 'type x = int'],
  ])('%s binds', (_name, statement) => {
    const body = statement.replace(/\n/gu, '\n    ');
    expect(reads(lower(`def f():\n    ${body}\n    return x`), 'f').at(-1)).toBe('f');
  });

  it.each([
    ['a comprehension target', '[x for x in y]'],
    ['a nested function', 'def g(): x = 1'],
    ['a nested class', 'class A: x = 1'],
    ['a lambda parameter', 'g = lambda x: x'],
    ['a walrus in a lambda', 'g = lambda: (x := 1)'],
    ['an attribute', 'a.x = 1'],
  ])('%s does not bind', (_name, statement) => {
    expect(reads(lower(`def f():\n    ${statement}\n    return x`), 'f').at(-1)).toBe('global');
  });

  it('parameters are variables of the function', () => {
    expect(reads(lower('def f(x, /): x\ndef g(*, x): x\ndef h(*x): x\ndef i(**x): x'), 'i')).toEqual(['i parameter']);
  });

  it('global makes a variable of the module, whoever assigns it', () => {
    const module = lower('def f():\n    global x\n    x = 1\ndef g():\n    return x');
    expect(stores(module, 'f')[0]?.owner).toBe(0);
    expect(reads(module, 'g')).toEqual(['<module>']);
    expect(module.exports.get('x')).toBe(stores(module, 'f')[0]);
  });

  it('global passes over the function in between', () => {
    expect(reads(lower('x = 1\ndef f():\n    x = 2\n    def g():\n        global x\n        return x'), 'g')).toEqual(['<module>']);
  });

  it('nonlocal assigns the variable of the function around', () => {
    const module = lower('def f():\n    x = 1\n    def g():\n        nonlocal x\n        x = 2\n        def h(): return x');
    expect(stores(module, 'g')[0]).toBe(stores(module, 'f')[0]);
    expect(stores(module, 'g')[0]?.captured).toBe(true);
    expect(reads(module, 'h')).toEqual(['f']);
  });

  it('a class body sees its own names, its methods do not', () => {
    const module = lower('class A:\n    x = 1\n    y = x\n    def f(self): return x');
    expect(reads(module, '<module>')).toEqual(['<module>']);
    expect(reads(module, 'f')).toEqual(['global']);
    expect(module.exports.has('x')).toBe(false);
  });

  it('a comprehension evaluates its first iterable outside', () => {
    const module = lower('def f(x):\n    return [x for x in x]');
    expect(reads(module, 'f')).toEqual(['f parameter', 'f']);
  });

  it('comprehensions do not share their targets', () => {
    const module = lower('def f():\n    [x for x in a]\n    [x for x in b]');
    const [first, second] = stores(module, 'f');
    expect(first).not.toBe(second);
  });

  it('a lambda in a comprehension captures its target', () => {
    const module = lower('def f():\n    return [lambda: x for x in y]');
    expect(reads(module, '<lambda>')).toEqual(['f']);
    expect(stores(module, 'f')[0]?.captured).toBe(true);
  });

  it('exports every name that the module binds', () => {
    const module = lower('import a.b\nfrom c import d as e\nf = 1\nfor g in f: pass\nclass H: i = 1\ndef j(k): l = 1\nif (m := 1): pass\n[n for n in f]');
    expect([...module.exports.keys()].sort()).toEqual(['H', 'a', 'e', 'f', 'g', 'j', 'm']);
  });
});

describe('functions', () => {
  it('describes parameters', () => {
    const func = named(lower('def f(self, a: nn.Module, /, b: "torch.Tensor" = 1, *c: int, d: Optional[nn.Linear], e: X | None = None, **g): pass'), 'f');
    expect(func.params.map((param) => [param.variable.name, param.kind, param.annotation, param.optional])).toEqual([
      ['self', 'positional', null, false],
      ['a', 'positional', 'Module', false],
      ['b', 'positional', 'Tensor', true],
      ['c', 'rest', 'int', true],
      ['d', 'keyword-only', 'Linear', false],
      ['e', 'keyword-only', 'X', true],
      ['g', 'keyword-rest', null, true],
    ]);
  });

  it('knows places, kinds and owners', () => {
    const text = 'class A:\n    @d\n    async def f(self):\n        """doc"""\n        yield 1\n    def __init__(self): pass\ng = lambda: 0\n';
    const module = lower(text);
    const f = named(module, 'f');
    expect(text.slice(f.bodyStart, f.bodyStart + 7)).toBe('yield 1');
    expect(text.slice(f.defStart, f.defStart + 9)).toBe('async def');
    expect(text.slice(f.span.start, f.span.start + 2)).toBe('@d');
    expect(text.slice(f.nameSpan.start, f.nameSpan.end)).toBe('f');
    expect([f.kind, f.isAsync, f.isGenerator, f.owner, f.parent]).toEqual(['method', true, true, 0, 0]);
    expect(named(module, '__init__').kind).toBe('constructor');
    expect(named(module, '<lambda>').kind).toBe('lambda');
    expect(module.classes.map((cls) => [cls.name, text.slice(cls.nameSpan.start, cls.nameSpan.end)])).toEqual([['A', 'A']]);
  });

  it('gives every instruction its statement', () => {
    const text = 'if a(\n  b):\n    c()\nwith d() as e: f()\ng(); h()\n';
    const statements = lower(text).funcs[0]!.blocks.flatMap((block) => block.instrs).flatMap((instr) => (instr.kind === 'call' || instr.kind === 'exit' ? [`${instr.kind} ${text.slice(instr.statement.start, instr.statement.end)}`] : []));
    expect(statements).toEqual(['call if a(\n  b):', 'call c()', 'call with d() as e:', 'call f()', 'exit with d() as e:', 'exit with d() as e:', 'call g()', 'call h()']);
  });

  it('covers the callee with its own span', () => {
    const text = 'a.b (c)(d)';
    const spans = lower(text).funcs[0]!.blocks[0]!.instrs.flatMap((instr) => (instr.kind === 'call' ? [text.slice(instr.calleeSpan.start, instr.calleeSpan.end)] : []));
    expect(spans).toEqual(['a.b ', 'a.b (c)']);
  });
});
