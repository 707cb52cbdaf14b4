# New in Python 3.11: exception groups, stars in indices and annotations, asynchronous comprehensions inside others.
def groups(work):
    for job in work:
        try:
            job()
        except* (ValueError, TypeError) as group:
            print(group)
            raise
        except *OSError as group:
            raise ValueError from group
        except* KeyError:
            pass
        else:
            print('done')
        finally:
            del job
    try:
        try: work()
        except* Exception: pass
    except* ExceptionGroup('a', []) .__class__: pass


def variadic(*args: *tuple[int, ...], **kwargs): return args


item = variadic[*groups]
item = variadic[*groups, 1:2, *variadic]
variadic[0, *groups] = 1
annotated: variadic[*groups, int]


async def nested(source): return [[x async for x in y] for y in source], {k: [v async for v in k] for k in source}
