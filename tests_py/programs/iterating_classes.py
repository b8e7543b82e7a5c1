"""Classes whose __iter__ and __aiter__ are generator functions, in loops, delegation and calls."""

from program import case


class Items:
    def __init__(self, *items):
        self.items = items

    def __iter__(self):
        for x in self.items:
            yield x


class Nested(Items):
    def __iter__(self):
        yield from Items(*self.items)
        yield "end"


class Coroutine:
    async def __iter__(self):
        return 1


class WithDefault:
    def __iter__(self, n=2):
        yield n


class Closes:
    def __iter__(self):
        return (x for x in (self,))


class Asynchronous:
    def __init__(self, n):
        self.n = n

    async def __aiter__(self):
        for i in range(self.n):
            yield i


class NotAsynchronous:
    async def __aiter__(self):
        return 1


class Metaclass(type):
    def __iter__(cls):
        yield cls.__name__
        yield from cls.members


class Enumeration(metaclass=Metaclass):
    members = [1, 2]


def loop(items):
    out = []
    for x in items:
        out.append(x)
    return out


def delegate(items):
    yield from items


def unpack(items):
    first, *rest = items
    return first, rest


async def async_loop(items):
    return [x async for x in items]


def run(coroutine):
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value


@case("Items(1, 2)", "Items()", "Nested(3)", "WithDefault()", "Coroutine()", "Enumeration", "[Items(5)]", "Metaclass", "None")
def iterated(items):
    out = []
    for use in loop, lambda x: list(delegate(x)), unpack, lambda x: [y for y in x], lambda x: type(iter(x)).__name__:
        try:
            out.append(repr(use(items)))
        except (TypeError, ValueError) as error:
            out.append(str(error))
    return out


@case("Asynchronous(3)", "Asynchronous(0)", "NotAsynchronous()", "5")
def iterated_asynchronously(items):
    try:
        return run(async_loop(items))
    except TypeError as error:
        return str(error).split(" object at")[0]


@case("3")
def replaced_methods(n):
    class Local:
        def __iter__(self):
            yield from self.make()

        def make(self):
            return range(n)
    thing = Local()
    out = [loop(thing), loop(thing)]
    Local.__iter__ = Items.__iter__
    thing.items = "xy"
    out.append(loop(thing))
    Local.__iter__ = None
    try:
        loop(thing)
    except TypeError as error:
        out.append(str(error))
    del Local.__iter__
    try:
        loop(thing)
    except TypeError as error:
        out.append(str(error))
    return out
