"""Comprehensions, generator expressions and generators eaten by compiled code."""

from program import case, jit

INPUTS = ("[1, 2, 3, 4]", "(1.5, 2.5)", "'abc'", "range(5)", "{1: 2, 3: 4}", "[]", "iter([1, 2])", "(x for x in (1, 2))", "5", "None", "[1, 'a']")


@case(*INPUTS)
def listing(items):
    return [x * 2 for x in items]


@case(*INPUTS)
def filtered(items):
    return [x for x in items if x if x != 2]


@case("[1, 2, 3]", "'aab'", "[[]]", "range(3)", "7")
def sets(items):
    return {x for x in items}, frozenset({(x, 1) for x in items})


@case("[(1, 2), (3, 4)]", "['ab', 'cd']", "{'k1': 1}", "[(1, 2, 3)]", "[([], 1)]", "[1]")
def dicts(items):
    return {k: v for k, v in items}


@case("3", "0", "'a'")
def nested(n):
    return [[i * j for j in range(i)] for i in range(n)], [(i, j) for i in range(n) for j in range(i) if i != j]


@case("[1, 2]", "'xy'")
def closing_over(items):
    k = len(items)
    return [(x, k) for x in items], [lambda: (x, k) for x in items][0]()


@case("3")
def names_stay_apart(x):
    y = [x for x in range(x)]
    z = [y for y in y]
    return x, y, z


@case("3")
def unbound_after(n):
    [fresh for fresh in range(n)]
    try:
        return fresh
    except NameError as error:
        return str(error)


@case("[1, 2, 0, 3]", "[1, 2]")
def raising(items):
    kept = "kept"
    try:
        return [10 // i for i in items]
    except ZeroDivisionError:
        return kept, items


@case("[1, 2, 3]", "'abc'", "range(4)", "[0.5]")
def generator_expressions(items):
    if isinstance(items, str):
        return list(x + x for x in items), "".join(x for x in items)
    return sum(x for x in items), max(x for x in items), any(x > 2 for x in items), sorted((x * x for x in items), reverse=True)


def count_up(n):
    print("start")
    try:
        for i in range(n):
            got = yield i
            if got:
                print("got", got)
    finally:
        print("finish")
    return "value"


@case("4", "0", "1.0")
def consume(n):
    out = []
    for x in count_up(n):
        out.append(x)
        if x == 2:
            break
    return out


@case("3", "0")
def drive(n):
    g = count_up(n)
    out = [next(g, "none")]
    try:
        out.append(g.send("hello"))
        out.append(g.throw(KeyError("thrown")))
    except (StopIteration, KeyError) as error:
        out.append((type(error), error.args))
    g.close()
    return out


def delegate(n):
    result = yield from count_up(n)
    yield result


@case("3", "0")
def delegation(n):
    return list(delegate(n)), [*delegate(n)], dict(enumerate(delegate(n)))


def fibonacci():
    a, b = 0, 1
    while True:
        yield a
        a, b = b, a + b


@case("10", "0")
def infinite(n):
    out = []
    for x in fibonacci():
        if len(out) >= n:
            break
        out.append(x)
    return out


def failing(n):
    yield 1
    raise ValueError(n)


@case("5")
def generator_raises(n):
    out = []
    try:
        for x in failing(n):
            out.append(x)
    except ValueError as error:
        out.append(error.args)
    for x in failing(n):
        out.append(x)
    return out


class Tree:
    def __init__(self, value, left=None, right=None):
        self.value, self.left, self.right = value, left, right

    def __iter__(self):
        if self.left:
            yield from self.left
        yield self.value
        if self.right:
            yield from self.right


@case("5", "1")
def trees(n):
    tree = None
    for i in range(n):
        tree = Tree(i, tree, Tree(-i))
    return list(tree), sum(x for x in tree), 3 in tree


@case("8", "4")
def permutations(n):
    def permute(items):
        if not items:
            yield ()
        for i, x in enumerate(items):
            for rest in permute(items[:i] + items[i + 1:]):
                yield (x, *rest)
    jit(permute)
    return sum(1 for _ in permute(tuple(range(min(n, 4)))))


@case("6")
def queens(n):
    def solve(columns):
        row = len(columns)
        if row == n:
            yield columns
            return
        for column in range(n):
            if all(column != c and abs(column - c) != row - r for r, c in enumerate(columns)):
                yield from solve(columns + (column,))
    return list(solve(()))
