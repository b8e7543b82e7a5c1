"""Functions that between them use every construct, run by sample.py."""

import asyncio
import contextlib


class Plain:
    kind = "plain"

    def __init__(self, value):
        self.value = value

    def method(self, other=1):
        return self.value + other

    @property
    def twice(self):
        return self.value * 2

    def __getitem__(self, key):
        return key

    def __len__(self):
        return 3


class Child(Plain):
    def method(self, other=2):
        return super().method(other) + super().twice


class Slotted:
    __slots__ = ("left", "right")
    kind = "slotted"

    def __init__(self, left, right):
        self.left = left
        self.right = right


class Loud:
    def __getattribute__(self, name):
        return name


class Meta(type):
    pass


class WithMeta(metaclass=Meta):
    attribute = 1


def arithmetic(i, f, s):
    i = i + 1 - 2 * 3
    f = f + 1.5 - 2.5 * 3.5
    s = s + "x"
    s += "y"
    g = f * 2.5 + f
    joined = s + "z"
    return i // 2, i % 3, i**2, i << 1, i >> 1, i & 1, i | 2, i ^ 3, ~i, -i, +i, not i, f / 2, i * f, joined, f + i, g, i & 255


def subscripts(values, mapping, text, pair, key):
    values[0] = mapping[key]
    mapping[key] = values[1]
    values[1:2] = [7]
    del mapping[key]
    return values[0], values[0:2], text[1], pair[0], Plain(1)[2], values[:], values[0:3:2], key in mapping, key not in pair, key in {1, 2}


def attributes(plain, slotted, child, loud):
    plain.value = plain.value + 1
    slotted.left = slotted.right
    with contextlib.suppress(AttributeError):
        del slotted.missing
    other = Plain(2)
    other.__dict__ = {"value": 1, "extra": 2}
    other.value = other.extra
    plain.__dict__["extra"] = 1
    ValueError().with_traceback(None)
    return slotted.kind, plain.kind, plain.method(), plain.method(3), child.method(), plain.twice, plain.extra, loud.anything, WithMeta.attribute, contextlib.suppress, Plain.kind


def comparisons(a, b, x, y, s, t):
    if a < b and x <= y and s == t:
        return 1
    if a is None or b is not None:
        return 2
    return (a != b) is True, a > b, x >= y, bool(a), bool(s), bool([]), bool(None), bool(Plain), bool(Plain(1)), not True


def truths(text, values, thing):
    p, q = values
    if not text or not values or not thing:
        return p
    return q


def calls(function, *args, **kwargs):
    len(args)
    isinstance(args, tuple)
    str(1), tuple(args), type(args)
    out = []
    out.append(1)
    out.extend(args)
    out.copy()
    out.index(1)
    "a-b".split("-", maxsplit=1)
    "a-b".split("-")
    bound = Plain(1).method
    bound(), bound(2), bound(other=2)
    "a".join(["b"])
    sorted(out, key=lambda v: -v, reverse=True)
    print(end="")
    bool(1), list(args), dict(a=1), range(3), max(1, 2), abs(-1)
    return function(*args), function(*args, **kwargs), keywords(1, b=2), Plain(1).method(other=3), function(1)


def keywords(a, b=3, *, c=4):
    return a + b + c


def loops(n):
    total = 0
    for i in range(n):
        if i == 2:
            continue
        if i == 7:
            break
        total += i
    else:
        total = -1
    for v in [1, 2]:
        for w in (3, 4):
            total += v * w
    while total > 0:
        total -= 3
        if total % 7 == 0:
            break
    for k, (a, *b, c) in {"x": (1, 2, 3)}.items():
        total += a
    for g in generator(3):
        total += g
    return total


def generator(n):
    try:
        for i in range(n):
            got = yield i
            if got:
                yield got
        yield from range(n)
    finally:
        n = 0


def comprehensions(n):
    a = [i * j for i in range(n) for j in (1, 2) if i != j]
    b = {i for i in a}
    c = {i: str(i) for i in b}
    d = [*a, *b]
    e = {**c, "k": 1}
    return a, b, c, list(i for i in a), d, e, {*a}, (*a, 1)


def handlers(value):
    try:
        try:
            if value == 0:
                raise ValueError(value)
            if value == 1:
                raise KeyError from None
            return value
        except ValueError as error:
            return str(error)
        except (KeyError, IndexError):
            raise
        finally:
            value += 1
    except Exception:
        pass
    with contextlib.suppress(TypeError), contextlib.nullcontext(1) as one:
        value = one + ""
    try:
        raise ExceptionGroup("group", [ValueError(1), TypeError(2)])
    except* ValueError as group:
        value = group
    except* TypeError:
        value = None
    assert value is None, "reached"
    return value


def closures(n):
    cell = n

    def inner(step=1, *, more: int = 2) -> int:
        nonlocal cell
        cell += step
        return lambda: cell + n

    del n
    try:
        inner()()
    except NameError:
        n = 1
    return inner()()


def texts(a, b):
    return f"{a}{b!r:>10}{a!s}{b!a:{a}}", f"{a:x}", t"{a!r:x} {b} {a}", "%s" % a


def match(subject):
    match subject:
        case {"k": value, **rest}:
            return value, rest
        case [1, *others]:
            return others
        case Plain(value=1):
            return "plain"
        case (a, b):
            return a, b
        case None:
            return None
        case _:
            return 0


def generic[T: int, U: (int, str), *Ts, **P = [int]](value: T) -> T:
    type Alias[U] = list[U]
    return value


class Container[T]:
    item: T


def imports():
    global imported
    import os.path as path
    from os import sep, name

    imported = path
    del imported
    return sep, name


def boundless():
    x1 = x2 = x3 = x4 = x5 = x6 = x7 = x8 = x9 = x10 = x11 = x12 = x13 = x14 = x15 = x16 = x17 = 1
    x17 = x16
    if x1:
        del x1
    try:
        return x1
    except UnboundLocalError:
        return x17 + x2 + x3


async def ticks(n):
    for i in range(n):
        yield i
        await asyncio.sleep(0)


class Manager:
    async def __aenter__(self):
        return 1

    async def __aexit__(self, *exc):
        return True


async def main():
    total = 0
    async for i in ticks(3):
        total += i
    async with Manager() as one:
        total += one
        raise ValueError
    return total, [i async for i in ticks(2)], [await one_more(i) for i in (1, 2)]


async def one_more(i):
    return i + 1


def namespace():
    class Local:
        x = 1
        y: int = x

        def method(self):
            return __class__

    exec("z = 1\nw = z", {})
    return Local().method()


def run():
    arithmetic(5, 1.0, "a")
    subscripts([1, 2, 3], {"k": 1}, "text", (1, 2), "k")
    attributes(Plain(1), Slotted(1, 2), Child(2), Loud())
    comparisons(1, 2, 1.0, 2.0, "s", "s")
    comparisons(2, 2, 1.0, 2.0, "s", "t")
    truths("s", [1, 2], Slotted(1, 2))
    calls(keywords, 1, 2)
    calls(keywords, 1, **{"b": 1})
    loops(10)
    sent = generator(2)
    next(sent)
    sent.send(5)
    sent.close()
    comprehensions(4)
    for value in 0, 1, 2:
        handlers(value)
    closures(1)
    texts(12, "b")
    for subject in {"k": 1, "l": 2}, [1, 2], Plain(1), (3, 4), None, 5:
        match(subject)
    generic(1)
    Container[int]
    imports()
    boundless()
    asyncio.new_event_loop().run_until_complete(main())
    namespace()
