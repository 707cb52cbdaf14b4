# New in Python 3.13: defaults of type parameters.
type Default[T = int, U: str = str, *Ts = *tuple[int, ...], **P = [int, str]] = dict[T, U]


def f[T = int, U: (int, str) = int](x: T, y: U = 1) -> T: return x, T, U


class Box[T = dict[str, int], *Ts = *tuple[()]](list[T]):
    async def get[U = T](self) -> U: return U

    class Inner[**P = [int]]: value = 1
