"""What is known of an object before a branch or a loop, and what a way or a round changes of it."""

from program import case


class Point:
    def __init__(self, a, b=None):
        self.a = a
        self.b = b
        self.c = 0

    def get(self):
        return self.a


class Other(Point):
    def get(self):
        return -1


class Slots:
    __slots__ = ("a", "b", "c")

    def __init__(self, a):
        self.a = a
        self.b = self.c = None


class Strange:
    """Its truth value changes another object."""

    def __init__(self, what, point):
        self.what, self.point = what, point

    def __bool__(self):
        change(self.what, self.point)
        return True


def change(what, point):
    match what:
        case "field":
            point.a = ("changed", point.a)
        case "delete":
            del point.b
        case "dict":
            point.__dict__["a"] = "by dict"
        case "new dict":
            point.__dict__ = {"a": "in a new dict", "b": "b", "c": 7}
        case "class":
            point.__class__ = Other
        case "method":
            Point.get = lambda self: "replaced"
        case "instance":
            point.get = lambda: "of the instance"
        case "raise":
            raise LookupError(what)
        case _:
            pass


CHANGES = ("'nothing'", "'field'", "'delete'", "'dict'", "'new dict'", "'class'", "'method'", "'instance'", "'raise'")
get = Point.get


@case(*CHANGES)
def on_one_way(what):
    seen = []
    for i in range(6):
        point = Point(i, i)
        try:
            first = point.a
            if i == 3:
                change(what, point)
            elif i == 4 and Strange(what, point):
                first = None
            seen.append((first, point.a, point.get(), point.c))
            seen.append(point.b)
        except (AttributeError, LookupError) as error:
            seen.append(repr(error))
        finally:
            Point.get = get
    return seen


@case("Point(1, 2), True", "Point(1, 2), False", "Slots(1), True", "Slots(1), False", "Point(None), True")
def stored_on_one_way(point, store):
    before = point.a, point.b
    if store:
        point.b = before
    else:
        before = None
    after = point.a, point.b
    if store is after:
        point.a = 1
    elif point.a is None:
        point.c = 5
    return before, after, point.a, point.b, point.c


@case("Point(3), 5", "Slots(3), 5", "Point(0), 3", "Point(2.5), 3")
def in_a_loop(point, n):
    total = point.a
    point.c = n
    while point.c is not None:
        total = total + point.a
        if total is point.a:
            point.b = total
        if n == 2:
            point.a = total
        n -= 1
        if n == 0:
            point.c = None
    return total, point.a, point.b, point.c


@case(*CHANGES)
def in_the_middle_of_a_loop(what):
    point, seen = Point(1, 2), []
    try:
        kept = point.a
        for i in range(8):
            if point.a is not kept:
                seen.append((i, point.a))
            if point.b is None:
                seen.append(i)
            if i == 5:
                change(what, point)
            seen.append(point.get())
    except (AttributeError, LookupError) as error:
        seen.append(repr(error))
    finally:
        Point.get = get
    return seen


class Dying:
    def __init__(self, point):
        self.point = point

    def __del__(self):
        self.point.a = "by a finaliser"


@case("True", "False")
def changed_by_a_death(early):
    point = Point(1)
    thing = Dying(point)
    before = point.a
    if early:
        thing = None
    else:
        before = point.a, before
    after = point.a
    thing = 0
    return before, after, point.a
