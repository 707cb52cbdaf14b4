// Assignments and imports as IR, read and judged.
import { describe, expect, it } from 'vitest';
import { print } from './dump.ts';

describe('assignment', () => {
  it('several targets', () => {
    expect(print(`
a = b.c = d[0] = e
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global e
      store a, %0
      %1 = global b
      %1.c = %0
      %2 = global d
      %3 = 0
      %2[%3] = %0
      return
  "
`);
  });

  it('unpacking', () => {
    expect(print(`
a, (b, *c), d = e
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global e
      %1 = 0
      %2 = %0[%1]
      store a, %2
      %3 = 1
      %4 = %0[%3]
      %5 = 0
      %6 = %4[%5]
      store b, %6
      %7 = %4[1:]
      store c, %7
      %8 = 2
      %9 = %0[%8]
      store d, %9
      return
  "
`);
  });

  it('a display is assigned item by item', () => {
    expect(print(`
a, b = b, a
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = load b
      %1 = load a
      store a, %0
      store b, %1
      return
  "
`);
  });

  it('annotated', () => {
    expect(print(`
x: int
y: T = z
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = global z
      store y, %0
      return
  "
`);
  });

  it('augmented', () => {
    expect(print(`
a += b
c.d -= e
f[g] *= h
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = load a
      %1 = global b
      %2 = += %0, %1
      store a, %2
      %3 = global c
      %4 = %3.d
      %5 = global e
      %6 = -= %4, %5
      %3.d = %6
      %7 = global f
      %8 = global g
      %9 = %7[%8]
      %10 = global h
      %11 = *= %9, %10
      %7[%8] = %11
      return
  "
`);
  });

  it('del', () => {
    expect(print(`
del a, b.c, d[0]
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = undefined
      store a, %0
      %1 = undefined
      %2 = global b
      %2.c = %1
      %3 = undefined
      %4 = global d
      %5 = 0
      %4[%5] = %3
      return
  "
`);
  });
});

describe('imports', () => {
  it('modules', () => {
    expect(print(`
import torch
import torch.nn as nn, torch.nn.functional
torch.nn.functional.dropout
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = import torch
      store torch, %0
      %1 = import torch.nn
      store nn, %1
      %2 = import torch
      store torch, %2
      %3 = load torch
      %4 = %3.nn
      %5 = %4.functional
      %6 = %5.dropout
      return
  "
`);
  });

  it('names', () => {
    expect(print(`
from torch import nn as n, Tensor
from . import a
from ..b.c import d
from e import *
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = import torch :: nn
      store n, %0
      %1 = import torch :: Tensor
      store Tensor, %1
      %2 = import . :: a
      store a, %2
      %3 = import ..b.c :: d
      store d, %3
      import-all e
      return
  "
`);
  });

  it('relative imports of all levels', () => {
    expect(print(`
from . import a, b as c
from .d import e
from ... import f
from ....g.h import (i as j, k,)
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = import . :: a
      store a, %0
      %1 = import . :: b
      store c, %1
      %2 = import .d :: e
      store e, %2
      %3 = import ... :: f
      store f, %3
      %4 = import ....g.h :: i
      store j, %4
      %5 = import ....g.h :: k
      store k, %5
      return
  "
`);
  });

  it('a module under another name, and submodules', () => {
    expect(print(`
import a.b.c
import a.b.c as d
import e as e
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = import a
      store a, %0
      %1 = import a.b.c
      store d, %1
      %2 = import e
      store e, %2
      return
  "
`);
  });

  it('in a function, a class and a branch', () => {
    expect(print(`
def f():
    import a
    return a
class A:
    from b import c
if d:
    from e import *
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = function #1
      store f, %0
      %1 = class #0()
      %2 = import b :: c
      store c, %2
      define static %1.c = %2
      store A, %1
      %3 = global d
      branch %3 b1 b2
    b1:
      import-all e
      goto b2
    b2:
      return

  function f#1()
    b0:
      %0 = import a
      store a, %0
      %1 = load a
      return %1
  "
`);
  });

  it('__all__ is a list like any other', () => {
    expect(print(`
__all__ = ["a"]
__all__ += ["b"]
from c import *
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = "a"
      %1 = list [%0]
      store __all__, %1
      %2 = load __all__
      %3 = "b"
      %4 = list [%3]
      %5 = += %2, %4
      store __all__, %5
      import-all c
      return
  "
`);
  });

  it('from the future', () => {
    expect(print(`
from __future__ import annotations
`)).toMatchInlineSnapshot(`
  "
  module <module>#0()
    b0:
      %0 = import __future__ :: annotations
      store annotations, %0
      return
  "
`);
  });
});
