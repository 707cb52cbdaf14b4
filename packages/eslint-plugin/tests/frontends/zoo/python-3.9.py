# New in Python 3.9: decorators are any expression; the new parser takes stars in more places.
buttons = [print, lambda f: f]


@buttons[0].clicked.connect
@buttons[1]
@(lambda f: f)
@lambda f: f
@buttons[0] if buttons else buttons[1]
@(last := buttons[-1])
def decorated(): pass


@buttons[0] or print
class Decorated: pass


for item in *buttons, 1: print(item)
for item in 0, *[1, 2]: print(item)
merged = {'a': 1} | {'b': 2}
merged |= {}

with (open('a')) as a, (open('b')) as b: pass
with (open('a'), open('b')): pass
