"""Ints of two digits and object ids that die and come again, and dicts that get such keys, in all states of their tables."""

from program import case


@case("[object(), object()]", "[[], {}, 3, None]", "[object() for _ in range(30)] + ['s', sums]")
def identities(objects):
    seen = {}
    for o in objects:
        seen[id(o)] = o
        seen[id(o)] = [o, id(o) == id(o)]
    return [seen[id(o)][0] is o and seen[id(o)][1] for o in objects], len(seen)


@case("20, 1", "20, 1 << 20", "20, 1 << 36", "9, -(1 << 33)", "5, 1 << 70")
def sums(n, step):
    total = 1 << 31
    out = []
    for i in range(n):
        total = total + step * i
        out.append(total)
        out.append(-total)
        out.append(total & 0xFFFFFFFF)
    return out, [hash(x) for x in out], sorted(set(out))


@case("[1 << 31, 1 << 59]", "[1 << 29, 1 << 30]", "[1 << 60, 1 << 62]", "[1 << 33]")
def at_the_borders(bases):
    out = []
    for base in bases:
        for d in (-2, -1, 0, 1, 2):
            x = base + d
            y = -x
            out += [x, y, x * 3, y // 2, x - y, x ^ y, x % 7, y % 7, f"{x:x}", y == -x, str(y)]
    return out


@case("40", "3")
def dies_in_containers(n):
    kept = []
    for i in range(n):
        pair = ((1 << 40) + i, (1 << 50) - i)
        triple = [(1 << 35) * i, -(1 << 45) - i, pair]
        if i % 5 == 0:
            kept.append(triple)
    return kept


class Equal:
    def __init__(self, value, log):
        self.value = value
        self.log = log

    def __hash__(self):
        return hash(self.value)

    def __eq__(self, other):
        self.log.append(("eq", self.value))
        return self.value == other


class Plain:
    pass


class Dying:
    def __init__(self, table, log):
        self.table = table
        self.log = log

    def __del__(self):
        self.log.append(sorted(map(repr, self.table)))
        self.table["died"] = len(self.log)


def fill(table, keys, value):
    for k in keys:
        table[k] = value
    return list(table.items())


@case("4", "300", "100")
def tables(n):
    log = []
    big = 1 << 40
    out = [fill({}, [big + i for i in range(5)], 0)]
    out.append(fill({}, [big + i * 8 for i in range(40)], 1))
    out.append(fill({}, range(n), 2))
    out.append(fill({}, [-1, -2, -1, 0, True, False, 1.0, 2**61 - 1, 2**61 - 2, -(2**61) + 1], 3))
    out.append(fill({}, ["a", "b", "a" + str(len(log)), "a", "b"], 4))
    out.append(fill({"x": 1}, ["y", 3, "x", big], 5))
    table = {i: i for i in range(12)}
    for i in range(0, 12, 2):
        del table[i]
    out.append(fill(table, [2, 100, 4, 200, 6, 0], 6))
    out.append(fill({Equal(big, log): 0}, [big, big + 1, big], 7)[1:])
    out.append(log)
    p, q = Plain(), Plain()
    out.append([k is p for k, _ in fill({}, [p, q, p], 8)])
    fill(vars(p), ["a", "b", "a"], 9)
    out.append((p.a, p.b, vars(p)))
    p.c = 10
    fill(p.__dict__, ["c", "d", 5], 11)
    out.append((p.c, p.d, list(p.__dict__)))
    table = {}
    table[1] = Dying(table, log)
    fill(table, [2, 1, 3], 12)
    out.append(list(table))
    out.append(log)
    return out


@case("12", "3")
def changed_meanwhile(n):
    table = {}
    out = []
    for i in range(n):
        table[(1 << 33) + i] = i
        for k in table:
            try:
                table[(1 << 34) + i + (i % 3 == 0)] = k
            except RuntimeError as error:
                out.append(str(error))
        try:
            for k in table:
                table[-k] = k
        except RuntimeError as error:
            out.append(str(error))
    return out, sorted(table)


@case("[1, [], (1, 2), {}]", "['a', (1, [])]")
def unhashable(keys):
    table = {}
    out = []
    for k in keys:
        try:
            table[k] = 1
        except TypeError as error:
            out.append(str(error))
    return table, out


@case("9", "3")
def namespace(n):
    for i in range(n):
        globals()["made_here"] = i
        globals()["made_%d" % (i % 3)] = i
    total = made_here
    for i in range(3):
        total += globals().pop("made_%d" % i)
    del globals()["made_here"]
    return total
