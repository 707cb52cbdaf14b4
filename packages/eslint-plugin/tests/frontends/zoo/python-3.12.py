# New in Python 3.12: type parameters, `type` statements, f-strings without limits.
type Plain = int
type Generic[T, *Ts, **P] = dict[T, tuple[*Ts]]
type Bound[T: int, U: (str, bytes)] = list[T]
type = 1
type.x, type(1), type[0]


def first[T](items: list[T], default: T = None) -> T: return items[0] or T


async def spread[T: int, *Ts, **P](f, *args: *Ts, **kwargs: P.kwargs): await f(*args)


@first
class Box[T: (int, str)](dict[str, T], metaclass=type):
    Alias = T
    type Inner[U] = Box[U]

    def get[U](self, default: U) -> T | U: return (T, U, default)

    class Nested[V](list[T]): pass


def formats(items, x):
    return f'{', '.join(items)} {f'{f'{x}'}'} {'\n'} {x!r:{'>'}{10}} {items['a']:%Y-%m-%d}' f"""{
        x  # a comment
        + 1
    } {x:=+10,} {{}} {[i for i in items if i]} {lambda_(lambda: 1)} {(lambda y: y)(1)} {x:{x:{x}}}"""


def lambda_(f): return f
