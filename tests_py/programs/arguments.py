"""Every kind of signature called in every way, and CPython's own complaints."""

import functools

from program import case, jit


def none():
    return "none"


def one(a):
    return a


def two(a, b):
    return a, b


def defaults(a, b=2, c="c"):
    return a, b, c


def all_defaults(a=1, b=2):
    return a, b


def star(a, *rest):
    return a, rest


def only_star(*rest):
    return rest


def keywords(a, **more):
    return a, sorted(more.items())


def only_keywords(**more):
    return more


def keyword_only(a, *, k, d=4):
    return a, k, d


def positional_only(a, b=2, /, c=3, *, d=4):
    return a, b, c, d


def positional_and_same_keyword(a, /, **more):
    return a, more


def everything(a, b=2, /, c=3, *rest, k, d=5, **more):
    return a, b, c, rest, k, d, more


def many(a, b, c, d, e, f, g, h, i, j):
    return j, i, h, g, f, e, d, c, b, a


def seven(a, b, c, d, e, f, g):
    return g, f, e, d, c, b, a


def eight(a, b, c, d, e, f, g, h=8):
    return h, g, f, e, d, c, b, a


def unused(a, b, c):
    return b


FUNCTIONS = (
    none, one, two, defaults, all_defaults, star, only_star, keywords, only_keywords, keyword_only,
    positional_only, positional_and_same_keyword, everything, many, seven, eight, unused,
)


def attempt(call):
    out = []
    for f in FUNCTIONS:
        try:
            out.append(call(f))
        except TypeError as error:
            out.append(str(error))
    return out


@case
def call_0():
    return attempt(jit(lambda f: f()))


@case("1", "None", "1.5")
def call_1(x):
    return attempt(jit(lambda f: f(x)))


@case("1", "None")
def call_2(x):
    return attempt(jit(lambda f: f(x, "y")))


@case("1")
def call_7(x):
    return attempt(jit(lambda f: f(x, 2, 3, 4, 5, 6, 7)))


@case("1")
def call_10(x):
    return attempt(jit(lambda f: f(x, 2, 3, 4, 5, 6, 7, 8, 9, 10)))


@case("1")
def call_keyword(x):
    return attempt(jit(lambda f: f(a=x)))


@case("1")
def call_mixed(x):
    return attempt(jit(lambda f: f(x, b=2)))


@case("1")
def call_keyword_only(x):
    return attempt(jit(lambda f: f(x, k=2)))


@case("1")
def call_twice_given(x):
    return attempt(jit(lambda f: f(x, a=2)))


@case("1")
def call_unknown(x):
    return attempt(jit(lambda f: f(x, defualts=2, zz=3)))


@case("()", "(1,)", "(1, 2)", "[1, 2, 3]", "range(8)", "'ab'", "5", "None", "(x for x in (1, 2))")
def call_star(args):
    return attempt(jit(lambda f: f(*args)))


@case("{}", "{'a': 1}", "{'a': 1, 'b': 2}", "{'k': 1, 'a': 0}", "{1: 2}", "[('a', 1)]", "None")
def call_star_star(kwargs):
    return attempt(jit(lambda f: f(**kwargs)))


@case("(), {}", "(1,), {'k': 2}", "(1, 2, 3, 4), {'k': 5, 'z': 6}", "[1], {'a': 2}")
def call_both(args, kwargs):
    return attempt(jit(lambda f: f(*args, **kwargs)))


@case("(1,), {'z': 2}", "(), {'k': 2}", "(1, 2), {'x': 1}")
def call_patchwork(args, kwargs):
    return attempt(jit(lambda f: f(0, *args, 9, *args, k=1, **kwargs, d=2)))


@case("{'k': 1}", "{}", "{'d': 1}")
def call_duplicate_keyword(kwargs):
    return attempt(jit(lambda f: f(1, k=3, **kwargs, **{"d": 2})))


class Mapping:
    def keys(self):
        print("keys")
        return ["a", "b"]

    def __getitem__(self, key):
        print("getitem", key)
        return key * 2


class BadMapping:
    def keys(self):
        raise ValueError("keys")


class BadIterable:
    def __iter__(self):
        raise ValueError("iter")


@case("Mapping()", "BadMapping()", "{'a': 1}")
def call_mapping(m):
    return attempt(jit(lambda f: f(**m))) if type(m) is not BadMapping else one(**m)


@case("BadIterable()", "[1]", "{}.items()")
def call_iterable(i):
    return one(*i)


class K:
    def method(self, a, b=2):
        return a, b

    @classmethod
    def make(cls, a, *rest, **more):
        return cls.__name__, a, rest, more

    @staticmethod
    def free(a, b=3):
        return a, b

    def __call__(self, *args, **kwargs):
        return args, kwargs

    def chain(self):
        return self


METHOD_CALLS = (
    lambda k: k.method(1), lambda k: k.method(1, 2), lambda k: k.method(), lambda k: k.method(1, 2, 3), lambda k: k.method(b=1, a=2), lambda k: k.method(1, a=2),
    lambda k: K.method(k, 1), lambda k: K.method(1), lambda k: k.make(1, 2, x=3), lambda k: K.make(), lambda k: k.free(1), lambda k: K.free(), lambda k: K.free(1, c=2),
    lambda k: k(1, x=2), lambda k: k(), lambda k: k.chain().chain().method(5), lambda k: k.missing(), lambda k: k.method(*[1], **{"b": 7}), lambda k: (k.method)(8),
)


@case("K()", "None", "K")
def methods(k):
    out = []
    for call in METHOD_CALLS:
        try:
            out.append(call(k))
        except (TypeError, AttributeError) as error:
            out.append(str(error))
    return out


def mutable_default(x, acc=[]):  # noqa: B006
    acc.append(x)
    return len(acc), acc[-1]


@case("1", "'a'")
def mutable_defaults(x):
    out = [mutable_default(x), mutable_default(x, []), mutable_default(x)]
    mutable_default.__defaults__[0].clear()
    return out


def evaluation(tag):
    print(tag)
    return tag


@case
def order_of_evaluation():
    return everything(evaluation(1), *[evaluation(2)], evaluation(3), k=evaluation(4), **{"z": evaluation(5)})


@case("(1, 2)", "(1,)", "(1, 2, 3)")
def partials(args):
    p = functools.partial(two, *args[:1])
    try:
        return p(*args[1:])
    except TypeError as error:
        return str(error)


@case("5", "'s'", "None")
def not_callable(x):
    try:
        x()
    except TypeError as error:
        first = str(error)
    try:
        x(1, *[2], k=3)
    except TypeError as error:
        return first, str(error)


@case("3", "[1]", "'abc'", "None")
def builtin_calls(x):
    out = []
    for call in BUILTIN_CALLS:
        try:
            out.append(call(x))
        except (TypeError, ValueError, AttributeError) as error:
            out.append((type(error), str(error)))
    return out


BUILTIN_CALLS = (
    lambda x: len(x), lambda x: isinstance(x, int), lambda x: isinstance(x, (list, str)), lambda x: int(x), lambda x: str(x), lambda x: type(x), lambda x: list(x),
    lambda x: tuple(x), lambda x: max(x, default=0), lambda x: sum(x), lambda x: sorted(x, key=repr, reverse=True), lambda x: abs(x), lambda x: len(), lambda x: len(x, x),
    lambda x: isinstance(x), lambda x: issubclass(type(x), object), lambda x: range(x), lambda x: list(range(x)), lambda x: divmod(x, 2), lambda x: chr(x), lambda x: ord(x),
    lambda x: "%s" % x, lambda x: "a,b".split(","), lambda x: "abc".upper(), lambda x: "abc".replace("a", "b", 1), lambda x: "{}".format(x), lambda x: dict(a=x), lambda x: bytes(x),
    lambda x: getattr(x, "real", "none"), lambda x: hasattr(x, "append"), lambda x: getattr(x, "nothing"), lambda x: callable(x), lambda x: repr(x), lambda x: hash(x),
    lambda x: [].append(x), lambda x: [].append(), lambda x: {}.get(x), lambda x: int("12", base=x), lambda x: int(), lambda x: bool(x), lambda x: float(x), lambda x: object(x),
    lambda x: print(x, end="!\n"), lambda x: zip([1], [x]), lambda x: list(map(str, [x])), lambda x: str.join(",", x), lambda x: str.upper(x), lambda x: list.append(x, 1),
    lambda x: int.bit_length(x), lambda x: type(x)(), lambda x: next(iter([x])), lambda x: pow(2, x, 5), lambda x: iter(x, 1), lambda x: type("T", (), {"x": x}).x,
)
