"""Depth: recursion limits, RecursionError caught and gone on from, deep recursion."""

import sys

from program import case


def depth(n):
    return 0 if n == 0 else 1 + depth(n - 1)


def until_error(n=0):
    try:
        return until_error(n + 1)
    except RecursionError:
        return n


def count_frames():
    frame = sys._getframe(1)
    n = 0
    while frame is not None:
        n += 1
        frame = frame.f_back
    return n


@case("10", "200", "900")
def plain(n):
    return depth(n)


@case("100000")
def past_the_limit(n):
    try:
        depth(n)
    except RecursionError as error:
        return str(error), depth(50)


@case
def same_depth():
    return until_error(), until_error()


def mutual_a(n, log):
    if n == 0:
        return log.append(count_frames()) or "done"
    return mutual_b(n - 1, log)


def mutual_b(n, log):
    return mutual_a(n - 1, log)


@case("10", "300")
def mutual(n):
    log = []
    base = count_frames()
    return mutual_a(n, log), [x - base for x in log]


class Node:
    def __init__(self, n):
        self.child = Node(n - 1) if n else None

    def depth(self):
        return 1 + (self.child.depth() if self.child else 0)

    def __eq__(self, other):
        return self.child == other.child

    def __repr__(self):
        return f"Node({self.child!r})"


@case("50", "150")
def objects(n):
    node = Node(n)
    return node.depth(), node == Node(n), len(repr(node))


class Endless:
    def __getattr__(self, name):
        return getattr(self, name + "x")

    def __add__(self, other):
        return self + other

    def __bool__(self):
        return not self

    def __call__(self):
        return self()

    def __iter__(self):
        return iter(self)

    def __eq__(self, other):
        return self == other

    def __hash__(self):
        return hash(self)

    def __repr__(self):
        return repr(self)


@case("0", "1", "2", "3", "4", "5", "6", "7")
def endless(which):
    e = Endless()
    operations = (
        lambda: e.x, lambda: e + 1, lambda: bool(e), lambda: e(), lambda: list(e), lambda: e == 1, lambda: hash(e), lambda: repr(e),
    )
    try:
        operations[which]()
    except RecursionError:
        return "recursion error", depth(10)


@case("20000")
def raised_limit(n):
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(n + 1000)
    try:
        return depth(n)
    finally:
        sys.setrecursionlimit(limit)


@case("60")
def lowered_limit(extra):
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(count_frames() + extra)
    try:
        return until_error() - extra
    finally:
        sys.setrecursionlimit(limit)


def with_finally(n, log):
    try:
        if n:
            with_finally(n - 1, log)
        else:
            raise KeyError("bottom")
    finally:
        log.append(n)


@case("100")
def unwinding(n):
    log = []
    try:
        with_finally(n, log)
    except KeyError as error:
        trace, levels = error.__traceback__, 0
        while trace is not None:
            levels += 1
            trace = trace.tb_next
        return len(log), log[:3], levels


@case
def error_inside_handlers():
    caught = []

    def f(n):
        try:
            f(n + 1)
        except RecursionError:
            if len(caught) < 3:
                caught.append(n > 100)
                try:
                    f(n + 1)
                except RecursionError:
                    caught.append("again")
            raise
    try:
        f(0)
    except RecursionError:
        return caught


def ackermann(m, n):
    if m == 0:
        return n + 1
    if n == 0:
        return ackermann(m - 1, 1)
    return ackermann(m - 1, ackermann(m, n - 1))


@case("2, 3", "1, 20", "0, 5")
def ackermanns(m, n):
    return ackermann(m, n)


def hanoi(n, a, b, c, moves):
    if n:
        hanoi(n - 1, a, c, b, moves)
        moves.append((a, c))
        hanoi(n - 1, b, a, c, moves)
    return moves


@case("5")
def towers(n):
    return len(hanoi(n, "a", "b", "c", [])), hanoi(2, 1, 2, 3, [])


def sort_key(x):
    return depth(x)


@case("[30, 10, 20]")
def through_builtins(items):
    return sorted(items, key=sort_key), max(items, key=lambda x: -depth(x)), list(map(depth, items))


class Link:
    def __init__(self, next):
        self.next = next

    def __del__(self):
        # Lets the next one die and calls nothing.
        self.next = None


@case("20", "20000")
def dying_chain(n):
    link = None
    for i in range(n):
        link = Link(link)
    link = None
    return "done"
