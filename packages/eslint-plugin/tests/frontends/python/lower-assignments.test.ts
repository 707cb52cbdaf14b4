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
      %7 = %4[:]
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
});
