"""Loops over lists, tuples and ranges whose iterators nobody else gets: they are not made. Lists that change meanwhile, loops
left and entered in the middle, iterators that become visible, classes that were expected to be lists and are not."""

from program import case


def total(items):
    result = 0
    for item in items:
        result += item
    return result


class Listing(list):
    pass


class Counting:
    def __init__(self, n):
        self.n = n

    def __iter__(self):
        return iter(range(self.n))


def totals():
    """Lists while it is learned; other iterables afterwards, in compiled code."""
    out = [total([1, 2, 3]), total([]), total([5])]
    for items in ((4, 5), Listing([6, 7]), iter([8, 9]), {10: 1}, Counting(4), range(5), [1.5, 2], [2**70, 1], "", b"ab"):
        out.append(total(items))
    for bad in (5, None, [1, "x"]):
        try:
            total(bad)
        except TypeError as error:
            out.append(str(error))
    return out


def grow(items, limit):
    seen = []
    for item in items:
        seen.append(item)
        if len(items) < limit:
            items.append(item + 1)
    return seen


def shrink(items):
    seen = []
    for item in items:
        seen.append(item)
        items.pop()
    return seen, items


def replace(items):
    """The list that is gone through is not the one of the name any more."""
    seen = []
    for item in items:
        items = [9]
        seen.append((item, items[0]))
    return seen


class Holder:
    def __init__(self, items):
        self.items = items


def rebind(holder):
    """The attribute lets the list go while the loop goes through it."""
    seen = []
    for item in holder.items:
        holder.items = None
        seen.append(item)
    return seen


def deaths(log):
    """A list that only the loop has dies when the loop ends, before what comes next."""
    for _ in [Witness(log, "first"), Witness(log, "second")]:
        log.append("round")
    log.append("after")
    for _ in (Witness(log, "third"), 1):
        log.append("left")
        break
    log.append("end")


def leave(items, last):
    out = []
    for item in items:
        for other in items:
            if other == last:
                break
            out.append((item, other))
        else:
            out.append("else")
        if item == last:
            return out
    return out


def raising(items):
    """The exception leaves the loop; one clause goes on in the outer loop."""
    out = []
    for item in items:
        try:
            for divisor in (2, 1, 0, 3):
                out.append(item // divisor)
        except ZeroDivisionError as error:
            out.append(error.__traceback__.tb_lineno - raising.__code__.co_firstlineno)
    for item in items:
        if item > 1:
            raise ValueError(out)
    return out


def nested(rows):
    return [[cell * 2 for cell in row if cell] for row in rows]


def pairs(items):
    """Numbers that grow beyond machine numbers, beside the index."""
    product = 1
    for item in items:
        for factor in (3, item):
            product = product * factor + 1
    return product


def yielding(items):
    """The iterator is in the frame of a suspended generator."""
    for item in items:
        yield item
        for other in (1, 2):
            item += other
    for item in items:
        items.append(1) if len(items) < 5 else None
        yield -item


def suspended(items):
    it = yielding(items)
    out = [next(it)]
    it.gi_frame.f_locals["items"] = items
    out.extend(it)
    return out


def looking(items):
    """Frames are looked at, and locals changed, in the middle."""
    import sys

    out = []
    for item in items:
        frame = sys._getframe()
        out.append(sorted(k for k in frame.f_locals if k != "frame"))
        for other in items:
            frame.f_locals["item"] = other * 10
        out.append(item)
    return out


def swapped(items):
    """Unpacking and comprehensions over parts."""
    out = []
    for a, b in items:
        out.append({k: a for k in (a, b)})
        out.append({x for x in [a, b]})
    return out


def counted(n):
    out = []
    for i in range(n):
        for j in range(i, n):
            if j > i + 2:
                break
            out.append(i * 10 + j)
    return out


def stepping(a, b, c):
    return [i for i in range(a, b, c)]


def steps():
    out = [stepping(0, 5, 1), stepping(5, 0, -1), stepping(0, 10, 3), stepping(10, 0, -3), stepping(3, 3, 1), stepping(3, 1, 1)]
    for bad in ((0, 5, 0), (0, "x", 1), (0.5, 1, 1)):
        try:
            stepping(*bad)
        except (TypeError, ValueError) as error:
            out.append(str(error))
    out.append(stepping(2**62, 2**62 + 3, 1))
    out.append(stepping(2**63 - 2, 2**63 + 1, 1))
    out.append(stepping(2**70, 2**70 + 5, 2))
    out.append(stepping(-(2**63), -(2**63) + 4, 3))
    out.append(stepping(False, True, True))
    return out


class Index:
    def __index__(self):
        return 3


def objects():
    return counted(True), counted(Index()), counted(-2)


def named(n):
    """The range has a name, and is used again."""
    r = range(n)
    out = [i for i in r]
    for i in r:
        for k in r:
            out.append(i + k)
    return out, len(r), r


def replaced(n):
    """The name range becomes something else while the loop runs."""
    global range
    out = []
    try:
        for i in range(n):
            if i == 1:
                range = reversed_range
            for k in range(2):
                out.append((i, k))
    finally:
        del range
    return out


def reversed_range(n):
    return [n, 0]


def ends(n):
    """The variable of the loop after it, and none when there was no round."""
    for i in range(n):
        pass
    try:
        return i
    except UnboundLocalError as error:
        return str(error)


@case()
def all_totals():
    return totals()


@case()
def all_changes():
    return grow([1, 2], 6), shrink([1, 2, 3, 4, 5]), replace([1, 2]), rebind(Holder([1, 2, 3]))


@case()
def all_deaths():
    log = []
    deaths(log)
    return log


@case()
def all_leaving():
    out = [leave([1, 2, 3], 2), leave([], 2), leave([1], 5)]
    for items in ([1], [1, 2]):
        try:
            out.append(raising(items))
        except ValueError as error:
            out.append(error.args)
    return out


@case()
def all_nested():
    return nested([[1, 0, 2], [], [3]]), pairs([1, 2, 3] * 9), swapped([(1, 2), (3, 3)])


@case()
def all_suspended():
    return suspended([1, 2, 3])


@case()
def all_looking():
    return looking([1, 2])


@case()
def all_ranges():
    return counted(5), counted(0), steps(), objects(), named(3), ends(3), ends(0), ends(-1)


@case()
def all_replaced():
    return replaced(3)
