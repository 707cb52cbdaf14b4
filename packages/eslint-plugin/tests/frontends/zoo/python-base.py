#!/usr/bin/env python
# -*- coding: utf-8 -*-
"""The syntax of Python up to 3.7: the files of the versions stand on it."""
from __future__ import annotations

import asyncio, os.path
import collections.abc as abc
from functools import (
    partial as part,
    reduce,
)
from . import sibling
from .sibling import *
from ...a.b import c as d

try:
    import json
except (ImportError, OSError):
    json = None

__all__ = ['Base', "Derived"] + ['''main''']
integer, hexadecimal, octal, binary, long = 1_000, 0xFF, 0o17, 0b1, 10 ** 30
real, tiny, imaginary, nothing, dots = 1.5e-3, .5, 2j, None, ...
text = 'a' "b" r'\d' u'c' '''d
e''' + b''.decode() \
    + "continued"
data = b'x' rb'\y' Rb"""z"""
formatted = f'{text!r:>{integer}} {{}} {real:.3f}' rf'\{text}'
empty = (), [], {}, set()
shown = [*empty, 1], (1,), {1, *empty}, {'k': 1, **{}}
first, *rest = second, (third, [*fourth]) = 1, (2, [3])
a = b = first,
a: int
a: int = 1
(a): int = 2
a += 1; a -= 1; a *= 2; a @= b; a /= 2; a //= 2; a %= 2; a **= 2; a >>= 1; a <<= 1; a &= 1; a ^= 1; a |= 1
x = a if b else c or not d and (a, b)[0] | ~a ^ +b & -c << 1 >> 2
x = 1 < a <= b != c is not d not in rest == (a is b) in [a > b >= c]
x = data[0], data[-1], data[:], data[1:], data[:2], data[1:2:3], data[..., None, ::2]
x = lambda: 0, lambda a, *b, c=1, d, **e: (a, b), lambda *, a: a, lambda *a, **b: (yield)
x = [i for i in data if i if not i for j in range(i)]
x = {i for i in data}, {i: j for i, j in enumerate(data)}, list(i for i in data), (i async for i in data)
x = a.b.c(d)[0](e, *rest, *rest, f=1, **x, **x)(i for i in rest)
print(*x, sep='', file=None)
del a, (b, c), [d], x[0], x.y, x[1:2]
assert a, 'message'
assert (a)


def plain(a, b: int = 1, *args: str, c, d: 'float' = 2.0, **kwargs: dict) -> None:
    """A docstring."""
    global integer
    integer = a

    def inner():
        nonlocal a, b
        a = b = 1
        return

    return inner


def generator(n):
    received = yield
    total = yield n, received
    total += yield
    result = yield from generator(n)
    return (yield result)


async def coroutine(source, *, lock=None):
    async with lock as (a, b), source.open() as source.handle:
        async for item, _ in source:
            await item
            yield item
        else:
            pass
    x = [await i async for i in source if await i]
    return


def flow(items):
    for i, (j, *k) in items:
        if i:
            continue
        elif j: break
        else: pass
    else:
        i = 0
    while True:
        try:
            with open(os.path.join('a')) as f, open('b') as items[0], f:
                if f: return f
                raise ValueError(f) from None
        except ValueError as error:
            raise
        except (KeyError, OSError):
            raise KeyError
        except:
            continue
        else:
            break
        finally:
            del f
    else:
        return
    try: pass
    finally:
        return items


@part
@part(1, a=2)
@asyncio.coroutines.part
class Base(abc.Sized, metaclass=type, **{}):
    """A docstring."""
    shared: int = 1
    bare: str
    if shared:
        other = shared
    else:
        def other(self): ...

    class Meta: x = 1; y = x

    def __init__(self, *args):
        super().__init__(*args)
        self.__private: int = 1
        self.items[0]: str = ''

    @property
    def value(self): return self.__private

    @value.setter
    def value(self, new): self.__private = new

    @value.deleter
    def value(self): del self.__private

    @classmethod
    async def make(cls): return cls()

    @staticmethod
    def helper(): pass


class Derived(Base, *[abc.Hashable]): pass


class Empty: """Only a docstring."""


if __name__ == '__main__':
	asyncio.run(coroutine(None))
