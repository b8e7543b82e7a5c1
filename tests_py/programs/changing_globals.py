"""Variables of the module that change all the time, from inside and outside of the functions that read them."""

from program import case

count = 0
level = 1
sum = sum  # shadows the builtin, sometimes
names = {}


def tick():
    global count
    count += 1
    return count


def read():
    return count + level


def set_level(value):
    global level
    level = value


def set_by_text(name, value):
    globals()["".join(list(name))] = value


@case("10", "300")
def ticking(n):
    global count
    count = 0
    out = []
    for i in range(n):
        out.append((tick(), read()))
        if i % 7 == 0:
            set_level(i)
    return out[-5:]


@case("10")
def types_change(n):
    out = []
    for value in (1, 2.5, "text", None, 10**30, True, [1], 3):
        for _ in range(n):
            set_level(value)
            try:
                out.append(read())
            except TypeError as error:
                out.append(str(error))
    set_level(1)
    return out


@case("40")
def new_names(n):
    out = []
    for i in range(n):
        tick()
        globals()["added_%d" % i] = i
        out.append(read() - count)
    for i in range(n):
        del globals()["added_%d" % i]
    return out


@case("12")
def deleted(n):
    global level
    out = []
    for i in range(2 * n):
        set_level(i)
        if i == n:
            del level
        try:
            out.append(read() - count)
        except NameError as error:
            out.append(str(error))
        set_level(i)
        out.append(read() - count)
    return out


def total():
    return sum([1, 2, 3])


@case("20")
def shadowed_builtin(n):
    global sum
    out = []
    for i in range(n):
        sum = len if i % 2 else max
        out.append(total())
        if i % 5 == 0:
            del sum
            out.append(total())
            sum = min
            out.append(total())
    return out


@case("30")
def other_keys(n):
    out = []
    for i in range(n):
        set_by_text("level", i)
        out.append(read() - count)
        set_by_text("count", i)
        out.append(read())
    return out


class Kept:
    def __init__(self, log, name):
        self.log = log
        self.name = name

    def __del__(self):
        self.log.append((self.name, level))


def read_kept():
    return level.name


@case("6")
def deaths(n):
    log = []
    out = []
    for i in range(n):
        set_level(Kept(log, i))
        out.append((read_kept(), list(log)))
    set_level(1)
    return out, [name for name, _ in log]
