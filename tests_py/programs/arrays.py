"""Arrays of numbers and objects with __getitem__ or __setitem__ in Python: machine code learns of them while it runs."""

from array import array

from program import case

ROUNDS = 70  # so often a place has to see a class until it learns


class SubArray(array):
    def __getitem__(self, i):
        return "sub", array.__getitem__(self, i)


class PlainSubArray(array):
    pass


class Index:
    def __init__(self, n):
        self.n = n

    def __index__(self):
        return self.n


class Real:
    def __float__(self):
        return 2.5


def attempt(f, *args):
    try:
        return f(*args)
    except Exception as e:
        return type(e), str(e)


@case("array('d', range(100))", "array('i', range(100))", "array('b', range(100))", "array('B', range(156, 256))", "array('h', range(-50, 50))",
      "array('H', range(65436, 65536))", "array('I', [2**32 - 1 - n for n in range(100)])", "array('l', [2**62 - n for n in range(100)])",
      "array('q', [-2**63 + n for n in range(100)])", "array('Q', [2**64 - 1 - n for n in range(100)])", "array('f', range(100))",
      "array('u', 'x' * 100)", "list(range(100))", "tuple(range(100))", "bytes(range(100))", "bytearray(range(100))", "range(100)",
      "SubArray('d', range(100))", "PlainSubArray('d', range(100))", "'y' * 100", "array('d', [float('nan')] * 100)")
def read(a):
    out = []
    total = 0
    for i in range(100):
        x = a[i]
        if not isinstance(x, (str, tuple)):
            total += x
        out.append(x)
    same = out[7]
    return out[:3], out[-1], total, type(total), same is out[7], a[-1], a[True]


@case("array('d', range(80))", "array('i', range(80))", "bytes(80)", "array('Q', range(80))", "[0.5] * 80")
def read_at(a):
    def at(i):
        return a[i]

    for _ in range(ROUNDS):
        at(_)
    return [attempt(at, i) for i in (0, 79, -1, -80, -81, 80, 2**30, -2**30, 2**70, True, Index(3), Index(-3), 1.0, None, slice(0, 2), "0")]


@case("array('d', bytes(8 * 80))", "array('i', bytes(4 * 80))", "array('b', bytes(80))", "array('B', bytes(80))", "array('h', bytes(160))",
      "array('H', bytes(160))", "array('I', bytes(320))", "array('q', bytes(640))", "array('Q', bytes(640))", "array('f', bytes(320))",
      "[0] * 80", "bytearray(80)", "bytes(80)", "(0,) * 80", "array('u', 'x' * 80)", "PlainSubArray('i', bytes(4 * 80))")
def write(a):
    def put(i, x):
        a[i] = x

    out = []
    for i in range(ROUNDS):
        out.append(attempt(put, i, i % 100))
    values = (0, 1, -1, 127, 128, -128, -129, 255, 256, 32767, 32768, -32769, 65535, 65536, 2**30 - 1, 2**30, 2**31 - 1, 2**31, -2**31,
              -2**31 - 1, 2**32 - 1, 2**32, 2**63 - 1, 2**63, 2**64, True, 1.5, -0.0, float("inf"), Real(), Index(5), None, "x")
    for x in values:
        r = attempt(put, 3, x)
        out.append((r, str(a[3]) if not isinstance(a[3], (Real, Index)) else 0))
    for i in (-1, -80, -81, 80, 2**40, True, Index(4), 1.0, None):
        r = attempt(put, i, 1)
        out.append(r)
    return out, list(a)[:6] if not isinstance(a, list) else 0


@case("array('d', range(200))", "array('d', range(100, 300))", "array('i', range(200))", "[float(n) for n in range(200)]")
def floats_in_place(a):
    total = 0.0
    for i in range(1, 199):
        a[i] += a[i - 1] * 0.5
        a[i] -= 1
        total += a[i + 1] * a[i]
        if i == 150 and isinstance(a[0], float):
            a[2] = 7
    return a[1], a[198], total


@case("0", "90", "150", "1000")
def shrinks(when):
    a = array("d", [1.0] * 200)
    out = []
    try:
        for i in range(200):
            if i == when:
                del a[i // 2:]
            a[i] = a[i] + i
            out.append(a[i])
    except IndexError as e:
        return len(out), str(e), len(a), sum(a)
    return len(out), len(a), sum(a)


@case("100", "1", "1000")
def grows(when):
    a = array("i", [1] * 200)
    total = 0
    for i in range(200):
        if i % when == 0:
            a.extend(range(50))
        total += a[i] + a[-1]
        a[i] = total % 1000
    return total, len(a), sum(a)


@case("'d'", "'i'", "'q'")
def exported(code):
    a = array(code, [1] * 100)
    view = memoryview(a)
    for i in range(100):
        a[i] = i
        view[99 - i] = a[i]
    r = attempt(a.append, 1)
    view.release()
    a.append(1)
    return r, list(a)


@case("[array('d', [1.5] * 80), array('i', [2] * 80), [3] * 80, array('d', [4.5] * 80)]",
      "[array('i', [2] * 80)] * 3", "[(5,) * 80, array('d', [1.0] * 80), bytes(80)]", "[{n: n for n in range(80)}, array('h', bytes(160))]")
def changes_class(arrays):
    total = 0
    for a in arrays:
        for i in range(80):
            total += a[i]
            if not isinstance(a, (tuple, bytes)):
                a[i] = i
    return total


class Grid:
    def __init__(self, width):
        self.width = width
        self.data = [0] * (width * width)

    def __getitem__(self, at):
        x, y = at
        return self.data[y * self.width + x]

    def __setitem__(self, at, value):
        x, y = at
        self.data[y * self.width + x] = value
        return "dropped"


class Doubling(Grid):
    def __getitem__(self, at):
        return 2 * super().__getitem__(at)


def fill(g):
    for y in range(10):
        for x in range(10):
            g[x, y] = g[y, x] + x
    return sum(g.data)


@case("Grid(10)", "Doubling(10)", "Grid(9)", "Grid(11)")
def own_subscripts(g):
    return [attempt(fill, g) for _ in range(3)], g.data


@case("0", "25", "1")
def subscripts_change(when):
    class Box:
        def __init__(self):
            self.log = []

        def __getitem__(self, i):
            return i

        def __setitem__(self, i, x):
            self.log.append(x)

    def other_get(self, i):
        return -i

    def other_set(self, i, x):
        self.log.append(("other", x))

    def run(box, n):
        total = 0
        for i in range(n):
            if i == when:
                Box.__getitem__ = other_get
                Box.__setitem__ = other_set
            total += box[i]
            box[i] = total
        return total

    box = Box()
    first = [run(box, 100) for _ in range(2)]
    del Box.__getitem__
    return first, len(box.log), box.log[-1], attempt(run, box, 3)


class Failing:
    def __init__(self, limit):
        self.limit = limit

    def __getitem__(self, i):
        if i >= self.limit:
            raise KeyError(i)
        return i

    def __setitem__(self, i, x):
        if x >= self.limit:
            raise ValueError(i, x)


@case("Failing(1000)", "Failing(150)", "Failing(10)")
def fails(o):
    total = 0
    for i in range(200):
        o[i] = o[i] + 1
        total += o[i]
    return total


class Noisy:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("del", self.name)


class Keeper:
    def __init__(self):
        self.last = None

    def __getitem__(self, i):
        return Noisy(i)

    def __setitem__(self, i, x):
        self.last = x


@case("Keeper()")
def lifetimes(k):
    for i in range(80):
        k[i] = Noisy(1000 + i)
        k[i]
        if i > 77:
            x = k[i]
            del x
    return k.last.name


@case("Index(3)", "Index(-1)", "1")
def other_index(i):
    a = array("d", [0.5] * 80)
    k = 0
    for n in range(90):
        a[k] = a[k] + 1.0
        k = n if n < 75 else i
    return list(a[:5]), a[-1]
