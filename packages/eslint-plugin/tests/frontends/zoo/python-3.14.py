# New in Python 3.14: template strings, several exceptions without parentheses, annotations that wait.
def templates(name, width):
    plain = t'text'
    values = t'Hello {name!r:>{width}} {name=} {t'{width}' + t"nested"} {{}}'
    raw = rt'\{name}' tR"\d"
    return T"""{
        name  # a comment
    }""", plain, values, raw


def groups(work):
    try:
        work()
    except ValueError, TypeError:
        pass
    except OSError, KeyError, work.Error:
        raise
    try:
        work()
    except* ValueError, TypeError:
        pass


class Later:
    next: Later | None
    other: undefined.at_first = None
