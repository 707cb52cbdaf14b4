// Loop heads, bodies and updates, and what `break` and `continue` reach.
import { describe, expect, test } from 'vitest';
import { print } from './lowered.ts';

describe('loops', () => {
  test('while', () => {
    expect(print('while (a && b) { if (c) continue; if (d) break; f(); }')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          goto b1
        b1:
          %0 = global a
          branch %0 b2 b8
        b2:
          %1 = global b
          branch %1 b3 b8
        b3:
          %2 = global c
          branch %2 b4 b5
        b4:
          goto b1
        b5:
          %3 = global d
          branch %3 b6 b7
        b6:
          goto b8
        b7:
          %4 = global f
          %5 = call %4()
          goto b1
        b8:
          return
      "
    `);
  });

  test('what follows an endless loop is reached by break only', () => {
    expect(print('while (true) { if (a) break; f(); } g();')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          goto b1
        b1:
          goto b2
        b2:
          %0 = global a
          branch %0 b3 b5
        b3:
          goto b4
        b4:
          %3 = global g
          %4 = call %3()
          return
        b5:
          %1 = global f
          %2 = call %1()
          goto b1
      "
    `);
  });

  test('do', () => {
    expect(print('do { if (a) continue; f(); } while (b);')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          goto b1
        b1:
          %0 = global a
          branch %0 b2 b3
        b2:
          goto b4
        b3:
          %1 = global f
          %2 = call %1()
          goto b4
        b4:
          %3 = global b
          branch %3 b1 b5
        b5:
          return
      "
    `);
  });

  test('for', () => {
    expect(print('for (let i = 0, n = a; i < n; i++) { if (b) continue; f(i); }')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = 0
          store i, %0
          %1 = global a
          store n, %1
          goto b1
        b1:
          %2 = load i
          %3 = load n
          %4 = < %2, %3
          branch %4 b2 b6
        b2:
          %5 = global b
          branch %5 b3 b4
        b3:
          goto b5
        b4:
          %6 = global f
          %7 = load i
          %8 = call %6(%7)
          goto b5
        b5:
          %9 = load i
          %10 = 1
          %11 = + %9, %10
          store i, %11
          goto b1
        b6:
          return
      "
    `);
  });

  test('for without anything', () => {
    expect(print('for (;;) { if (f()) break; }')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          goto b1
        b1:
          goto b2
        b2:
          %0 = global f
          %1 = call %0()
          branch %1 b3 b5
        b3:
          goto b4
        b4:
          return
        b5:
          goto b6
        b6:
          goto b1
      "
    `);
  });

  test('for-of and for-in', () => {
    expect(print('for (const [k, v] of f(a)) g(k, v); for (const key in a) h(key);')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global f
          %1 = global a
          %2 = call %0(%1)
          goto b1
        b1:
          %3 = each %2 b2 b3
        b2:
          %4 = 0
          %5 = %3[%4]
          store k, %5
          %6 = 1
          %7 = %3[%6]
          store v, %7
          %8 = global g
          %9 = load k
          %10 = load v
          %11 = call %8(%9, %10)
          goto b1
        b3:
          %12 = global a
          %13 = keys %12
          goto b4
        b4:
          %14 = each %13 b5 b6
        b5:
          store key, %14
          %15 = global h
          %16 = load key
          %17 = call %15(%16)
          goto b4
        b6:
          return
      "
    `);
  });

  test('for-of into what exists', () => {
    expect(print('let x; for (x of f()) g(x); for (a.b of f()) g(a.b);')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = undefined
          store x, %0
          %1 = global f
          %2 = call %1()
          goto b1
        b1:
          %3 = each %2 b2 b3
        b2:
          store x, %3
          %4 = global g
          %5 = load x
          %6 = call %4(%5)
          goto b1
        b3:
          %7 = global f
          %8 = call %7()
          goto b4
        b4:
          %9 = each %8 b5 b6
        b5:
          %10 = global a
          %10.b = %9
          %11 = global g
          %12 = global a
          %13 = %12.b
          %14 = call %11(%13)
          goto b4
        b6:
          return
      "
    `);
  });

  test('for await', () => {
    expect(print('for await (const x of f()) g(x);')).toMatchInlineSnapshot(`
      "module <module>#0()
        b0:
          %0 = global f
          %1 = call %0()
          goto b1
        b1:
          %2 = each-async %1 b2 b3
        b2:
          store x, %2
          %3 = global g
          %4 = load x
          %5 = call %3(%4)
          goto b1
        b3:
          return
      "
    `);
  });
});
