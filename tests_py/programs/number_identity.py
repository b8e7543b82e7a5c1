"""Numbers that compiled code keeps in registers: identity, overflow, unbound names, what frames show."""

from program import case, jit
import sys


@case("5", "6", "0")
def same_in_loop(n):
    x = 1.5
    y = x
    for i in range(n):
        x = x + 0.5
        y = x
    return x is y, x, y


@case("5", "6", "0")
def same_in_list(n):
    x = 0.5
    out = []
    for i in range(n):
        x = x * 2.0 + 1.0
        out.append(x)
        out.append(x)
    return [out[i] is out[i + 1] for i in range(0, len(out), 2)], out[-1] is x if out else None


@case("5", "6", "0", "'abc'")
def large(n):
    x = 1000
    for i in range(n):
        x = x + i * 1000
        y = [x, x]
        z = x
        if not (y[0] is y[1] and z is x and y[0] is z):
            return "different", i
    return x


@case("9", "0")
def unbound(n):
    for i in range(n):
        if i > 3:
            z = i * 2.5
        if i == 8:
            del z
        if i == 2:
            try:
                z
            except UnboundLocalError as e:
                print(e)
    return z


@case("9", "0", "70")
def overflow(n):
    x = 3
    y = 1
    for i in range(n):
        x = x * x
        y = y + x
        if x > 1 << 70:
            x = 5
    return x, y


@case("9", "0")
def seen(n):
    x = 1.0
    t = 0
    for i in range(n):
        x = x * 1.5
        t += i
        if i % 4 == 3:
            f = sys._getframe()
            print(f.f_locals["x"], f.f_locals["t"], f.f_locals["i"])
            print(locals()["x"] is f.f_locals["x"], x is locals()["x"])
    return x, t


@case("9", "0", "12")
def mixed(n):
    x = 1
    for i in range(n):
        if i == 5:
            x = x + 0.5
        elif i == 7:
            x = "s" + str(x)
        elif i < 7:
            x = x + 1
        else:
            x = len(x)
    return x


@case("9", "0", "12")
def nested(n):
    total = 0.0
    count = 0
    for i in range(n):
        for j in range(i):
            total += i * 0.5 - j
            count += 1
            if count == 20:
                total = -0.0
            if count == 30:
                total = total * 1e308 * 1e10
    return total, count, -total


@case("9", "0", "12")
def raising(n):
    x = 1.0
    k = 0
    try:
        for i in range(n):
            x = x / (8 - i)
            k += i
            if x > 1e9:
                break
    except ZeroDivisionError:
        return "zero", x, k, i
    return x, k


@case("5", "3")
def while_loop(n):
    a, b = 0, 1
    c = 0.0
    while n > 0:
        a, b = b, a + b
        c = c + a
        n -= 1
        if n == 1:
            a, b = b, a
    return a, b, c, n


def identity_of(x):
    return id(x)


@case("6", "2")
def identities(n):
    x = 2.5
    same = True
    for i in range(n):
        x = x + 1.0
        before = identity_of(x)
        y = x
        same = same and identity_of(y) == before == identity_of(x)
    return same, x


@case("3.5", "4", "2.25")
def argument(x):
    first = x
    for i in range(3):
        if i == 2:
            x = x + 1.0
        else:
            assert x is first
    return x, first, x is first


@case("[1.5, 2.5, 3.5]", "[1, 2.5, 'a']")
def elements(items):
    last = None
    out = []
    for x in items:
        out.append(x is last)
        last = x
        y = x
        out.append(y is items[0])
    return out, last is items[-1]


@case("10", "3")
def generator(n):
    def g(n):
        x = 0.5
        k = 0
        for i in range(n):
            x = x * 2.0
            k += 3
            y = yield x
            if y:
                k = y
        yield k, x
    it = g(n)
    jit(g)
    out = [next(it), it.send(1 << 40)]
    out += list(it)
    return out


@case("5", "40")
def swapped(n):
    a, b, c = 1, 2.0, 3
    for i in range(n):
        a, b, c = c, b + a, a + i
    return a, b, c
