"""The run-time helpers of compiled code do what the interpreter does for the same operation: results, error types and
error texts."""

import collections
import collections.abc
import math
import operator
import pathlib
import re
import sys
import types

import pytest

from helper_calls import NULL, Raising, helper, here, outcome, same, tested

HERE = pathlib.Path(__file__).parent
GENERATED = HERE.parent / "cext" / "helpers_gen.h"
# Helpers that need the frame of a compiled function, which test_runtime.py has.
ELSEWHERE = {"catch", "get_tstate", "handle_eval_breaker", "leave_frame_slow", "raise_again", "raised_place", "settle_frame", "take_raised",
             "trace_handled_here"}
# Those that look at the frame they are called from.
LOOKING = {"delete_global", "delete_name", "load_from_dict_or_globals", "load_global", "load_locals", "load_name", "make_function", "setup_annotations",
           "store_global", "store_name"}

BIG = 10**30
ARITHMETIC = "add and_ floordiv lshift matmul mul mod or_ pow rshift sub truediv xor".split()
NUMBERS = [0, 1, -7, 2**30, 2**62, -(2**63), BIG, 1.5, True]


class Strange:
    """Not equal to itself, and comparisons give no bool."""

    def __eq__(self, other):
        return []

    __hash__ = None


class Namespace:
    x = 1


# ---- numbers ----


def test_boxes():
    for value in (0, -5, 256, 257, -(2**63), 2**63 - 1):
        same("long_box", [value], lambda: value)
    assert helper("long_box", 5) is int("5")
    for value in (0.0, -1.5, float("inf")):
        same("float_box", [value], lambda: value)


@pytest.mark.parametrize("name, operation", [("long_add", operator.add), ("long_sub", operator.sub), ("long_mul", operator.mul)])
def test_arithmetic_of_ints(name, operation):
    ints = [n for n in NUMBERS if type(n) is int]
    for a in ints:
        for b in ints:
            same(name, [a, b], lambda: operation(a, b))
            same("long_compare", [a, b], lambda: (a > b) - (a < b))


def test_functions_of_floats():
    numbers = [0.0, -0.0, 1.0, -1.0, 0.5, 3.0, -2.5, 1e300, 5e-324, 800.0, float("inf"), float("-inf"), float("nan")]
    for number, function in enumerate((math.sin, math.cos, math.tan, math.atan, math.exp, math.fabs)):
        for x in numbers:
            result = helper("float_math", x, number)
            assert math.isnan(result) if not math.isfinite(x) or (function is math.exp and x > 709) else result == function(x)
    for x in numbers:
        for y in numbers:
            result = helper("float_pow", x, y)
            if math.isnan(result):
                assert x <= 0 or not math.isfinite(x) or not math.isfinite(y) or y * math.log(x) > 709
            else:
                assert result == x ** y


def test_binary_operators():
    values = [*NUMBERS[:5], 2.5, "ab", [1], None, Raising()]
    for number, name in enumerate(ARITHMETIC):
        for a in values:
            for b in values:
                if name in ("lshift", "pow", "mul") and any(isinstance(x, int) and x > 100 for x in (a, b)):
                    continue  # too large a result
                same("binary_op", [a, b, number], lambda: getattr(operator, name)(a, b))
    numbers = [0, 1, -1, 5, -7, 29, 31, 61, 62, 63, 64, 300, -300, 2**30 - 1, -(2**30), 2**45 + 3, -(2**59), 2**60 - 1, 2**60]
    for number, name in enumerate(ARITHMETIC):
        for a in numbers:
            for b in numbers:
                if name != "pow" and not (name == "lshift" and b > 100):
                    same("binary_op", [a, b, number], lambda: getattr(operator, name)(a, b))
                    if name != "matmul":
                        same("binary_op", [a, b, number + 13], lambda: getattr(operator, name)(a, b))
    for a in numbers:
        same("unary_invert", [a], lambda: ~a)
        for shift in ("lshift", "rshift"):
            assert (helper("binary_op", a, 0, ARITHMETIC.index(shift)) is a) == (getattr(operator, shift)(a, 0) is a)
    items = [1]
    assert helper("binary_op", items, [2], 13) is items and items == [1, 2]
    same("binary_op", [{}, 1, 26], lambda: {}[1])


@pytest.mark.parametrize("name", ["and_", "or_", "xor", "lshift", "rshift"])
def test_bits_of_ints(name):
    operation = getattr(operator, name)
    ints = [0, 1, -1, 2, 29, 30, 62, 63, 64, -7, 2**30 - 1, 2**30, -(2**30), 2**60 - 1, 2**60, -(2**60) + 1, 2**62, -(2**63), BIG, -BIG]
    for a in ints:
        for b in ints:
            if name != "lshift" or b <= 64:
                same("long_binary", [a, b, ARITHMETIC.index(name)], lambda: operation(a, b))


def parts(items):
    """A range says more than its items: equal ranges may stop at different numbers."""
    return repr(items), bool(items), list(items[:5]), iter(items).__reduce__()


@pytest.mark.parametrize("items", [
    range(0), range(7), range(3, 20), range(3, 20, 4), range(20, 3, -4), range(5, 5, 3), range(-9, 9, 5), range(9, -9),
    range(2**30 - 3, 2**30 + 3), range(2**30 - 3), range(2**30 + 3), range(BIG), range(BIG, BIG + 7, 2),
    range(-(2**30) + 1, 2**30 - 1, 2**30 - 1), range(True), range(False, 5), range(0, 5, True),
], ids=repr)
def test_ranges(items):
    indices = [None, 0, 1, 2, -1, -2, -9, 9, 2**30 - 1, -(2**30) + 1, 2**30, BIG, -BIG, True]
    for low in indices:
        for high in indices:
            assert parts(helper("binary_slice", items, low, high)) == parts(items[low:high]), (items, low, high)
        same("binary_op", [items, low, 26], lambda: items[low])
    same("is_true", [items], lambda: int(bool(items)))
    same("get_len", [items], lambda: len(items))
    step = sys.getrefcount(items.step)
    slices = [helper("binary_slice", items, 1, None) for _ in range(300)]
    del slices
    assert sys.getrefcount(items.step) == step


def test_unary_operators_and_truth():
    for value in [*NUMBERS, "", "x", [], None, Raising()]:
        same("unary_negative", [value], lambda: -value)
        if value is not True:
            same("unary_invert", [value], lambda: ~value)
        same("is_true", [value], lambda: int(bool(value)))


def test_comparisons():
    strange = Strange()
    values = [0, 1, 1.0, BIG, "a", "b", None, float("nan"), strange, Raising()]
    for op, name in enumerate(["lt", "le", "eq", "ne", "gt", "ge"]):
        for a in values:
            for b in values:
                same("compare", [a, b, op], lambda: getattr(operator, name)(a, b))
                same("compare_bool", [a, b, op], lambda: int(bool(getattr(operator, name)(a, b))))
    assert helper("compare_bool", strange, strange, 2) == 0


class Pretending:
    @property
    def __class__(self):
        return int


class SameHash:
    def __eq__(self, other):
        return other == 17

    __hash__ = object.__hash__


KEYS = [0, -1, -2, 1, 2**30, -(2**30), 2**60 - 1, 2**60, 2**61 - 1, 2**62, -(2**60), 1.0, 2.0**30, True, "a", "é", b"a", None, int, len, (1, 2),
        SameHash(), sys, BIG]


def test_containment_and_classes():
    for item, container in [(1, [1]), (2, (1,)), ("a", "abc"), (1, "abc"), (1, 5), (1, Raising()), ([], {}),
                            (1.0, [3, 2, 1]), (float("nan"), [1, float("nan")]), (BIG, (1, BIG)), ("é", ["e", "é"]), (True, [1]), (2, {1: 2, 2: 3}),
                            (5, []), (Raising(), [1, 2]), (1, [0, Raising()])]:
        same("contains", [item, container], lambda: int(item in container))
    for keys in KEYS, KEYS[::2], range(-3, 2000, 7), [object() for _ in range(40)], [2**30 * k for k in range(-40, 40)]:
        for container in (set(keys), frozenset(keys), dict.fromkeys(keys)):
            for item in [*keys, *KEYS]:
                same("contains", [item, container], lambda: int(item in container))
    same("contains", [[], {1}], lambda: [] in {1})
    for value, kind in [(1, int), (1, (str, int)), (1, 5), (True, int), (1, (str, 5)), (1, (int, 5)), (1, (str, (float, int))),
                        (int, type), (int, (str, type)), (Pretending(), int), (Pretending(), (str, int)), (Pretending(), Raising),
                        (1, collections.abc.Sized), ([], (str, collections.abc.Sized)), (Raising(), Pretending), (1, int | str)]:
        same("is_instance", [value, kind], lambda: int(isinstance(value, kind)))


def test_ids():
    for thing in (None, 5, KEYS):
        same("object_id", [thing], lambda: id(thing))


def test_classes():
    for a in (int, bool, Strange, 5, int | str):
        for b in (int, object, (str, int), (), 5, int | str, collections.abc.Sized):
            same("is_subclass", [a, b], lambda: int(issubclass(a, b)))
    for owner in (int, Strange, type, collections.abc.Sized, 5, Raising()):
        for name in ("__repr__", "mro", "real", "__len__", "".join(["mis", "sing"])):
            for _ in range(2):
                same("getattr", [owner, name, NULL], lambda: getattr(owner, name))
                same("getattr", [owner, name, None], lambda: getattr(owner, name, None))


def test_extremes():
    for items in ([3, 1, 2], (1,), [], {5, -5}, frozenset([2]), [1, 2.5], [2**70, 1], "ab", 5, [Raising(), 1]):
        same("extremum", [items, min, 0], lambda: min(items))
        same("extremum", [items, max, 1], lambda: max(items))


def test_strs():
    for text in ("abc", "é€😀"):
        for i in range(3):
            same("str_item", [text, i], lambda: text[i])
        for i in (0, 2, 3, -1, -3, -4, 10**20):
            same("str_subscr", [text, i], lambda: text[i])
    texts = ["", "a", "abc", "é", "€", "😀", "x" * 1000]
    for a in texts:
        for b in texts:
            same("str_eq", [a, b], lambda: int(a == b))
            same("str_concat", [a, b], lambda: a + b)
            left = "".join([a, "!"])
            same("str_append", [left, b], lambda: a + "!" + b)
            assert left == a + "!"


# ---- attributes ----


def test_attributes():
    for owner, name in [(Namespace(), "x"), (Namespace, "y"), (1, "real"), (Raising(), "z"), (None, "a")]:
        same("load_attr", [owner, name], lambda: getattr(owner, name))
    thing = Namespace()
    assert helper("store_attr", thing, 5, "y") == 0 and thing.y == 5
    assert helper("delete_attr", thing, "y") == 0 and not hasattr(thing, "y")
    same("delete_attr", [thing, "y"], lambda: delattr(thing, "y"))
    same("store_attr", [1, 2, "a"], lambda: setattr(1, "a", 2))


def test_methods():
    class Class:
        def method(self):
            return self

        def __init__(self):
            self.own = 5

        klass = classmethod(lambda cls: cls)

    thing = Class()
    assert helper("load_method", thing, "method") == (Class.method, thing)
    assert helper("load_method", thing, "own") == (5, NULL)
    assert helper("load_method", thing, "klass")[0]() is Class
    assert helper("load_method", [], "append") == (list.append, [])
    same("load_method", [thing, "none"], lambda: thing.none)


def test_new_objects():
    class Class:
        def __init__(self):
            raise AssertionError

    made = helper("new_object", Class)
    assert type(made) is Class and vars(made) == {}


def test_super():
    class Base:
        def method(self):
            return "base"

        value = 3

    class Derived(Base):
        def method(self):
            return "derived"

    thing = Derived()
    for oparg in (1, 3):
        assert helper("load_super_method", super, Derived, thing, "method", oparg) == (Base.method, thing)
        assert helper("load_super_method", super, Derived, thing, "value", oparg) == (3, NULL)
    assert helper("load_super_attr", super, Derived, thing, "method", 2)() == "base"
    same("load_super_attr", [super, Derived, thing, "none", 2], lambda: super(Derived, thing).none)
    same("load_super_attr", [super, Derived, 5, "none", 2], lambda: super(Derived, 5).none)
    same("load_super_attr", [super, 5, thing, "none", 2], lambda: super(5, thing).none)
    # Somebody's own super.
    assert helper("load_super_attr", lambda *a: types.SimpleNamespace(m=a), Derived, thing, "m", 2) == (Derived, thing)
    assert helper("load_super_attr", lambda *a: types.SimpleNamespace(m=a), Derived, thing, "m", 0) == ()
    assert helper("load_super_method", lambda *a: types.SimpleNamespace(m=a), Derived, thing, "m", 3) == ((Derived, thing), NULL)


def test_special_methods():
    class Manager:
        def __enter__(self):
            return 5

        __exit__ = staticmethod(print)

    class Async:
        async def __aenter__(self):
            pass

        async def __aexit__(self, *args):
            pass

    def enter(manager):
        with manager:
            pass

    manager = Manager()
    assert helper("load_special", manager, 0) == (Manager.__enter__, manager)
    assert helper("load_special", manager, 1) == (print, NULL)
    for value in (5, Async(), Namespace()):
        assert outcome(helper, "load_special", value, 1)[0] is TypeError
    # The interpreter looks for __exit__ first.
    assert outcome(helper, "load_special", 5, 1) == outcome(enter, 5)
    assert outcome(helper, "load_special", Async(), 1)[1].endswith(outcome(enter, Async())[1][-40:])


# ---- names ----


def test_globals():
    globals()["fresh_global"] = 1
    assert here("load_global", "fresh_global") == 1
    assert here("load_global", "len") is len
    assert here("store_global", 2, "fresh_global") == 0 and fresh_global == 2  # noqa: F821
    assert here("delete_global", "fresh_global") == 0
    for name in ("load_global", "delete_global"):
        assert outcome(here, name, "fresh_global") == (NameError, "name 'fresh_global' is not defined")
    assert outcome(here, "load_from_dict_or_globals", {"a": 1}, "a") == (int, 1)
    assert here("load_from_dict_or_globals", {}, "len") is len
    assert here("load_from_dict_or_globals", {}, "sys") is sys
    assert outcome(here, "load_from_dict_or_globals", {}, "nope") == (NameError, "name 'nope' is not defined")
    assert outcome(here, "load_from_dict_or_globals", Raising(), "nope") == (ZeroDivisionError, "raising")
    assert helper("load_build_class") is __build_class__


def test_names_of_a_class_body():
    class Body:
        inside = 1
        found = here("load_name", "inside"), here("load_name", "len")
        try:
            here("load_name", "nope")
        except NameError as error:
            unknown = str(error)
        here("store_name", 5, "stored")
        here("delete_name", "inside")
        try:
            here("delete_name", "inside")
        except NameError as error:
            missing = str(error)
        same_locals = here("load_locals") is locals()
        here("setup_annotations")

    assert Body.found == (1, len) and Body.unknown == "name 'nope' is not defined"
    assert Body.stored == 5 and not hasattr(Body, "inside") and Body.same_locals
    assert Body.missing == "name 'inside' is not defined"
    assert Body.__dict__["__annotations__"] == {}


def test_names_in_a_mapping_that_is_no_dict():
    class Mapping(dict):
        def __missing__(self, key):
            if key == "ab":
                return key * 2
            raise KeyError(key)

        def __delitem__(self, key):
            raise ZeroDivisionError

    class Meta(type):
        @classmethod
        def __prepare__(metacls, name, bases):
            return Mapping()

        def __new__(metacls, name, bases, namespace):
            return type.__new__(metacls, name, bases, dict(namespace))

    class Body(metaclass=Meta):
        found = here("load_name", "ab")
        here("store_name", 5, "stored")
        try:
            here("delete_name", "stored")
        except BaseException:
            failed = repr(sys.exception())

    assert Body.found == "abab" and Body.stored == 5 and Body.failed == "NameError(\"name 'stored' is not defined\")"


def test_names_without_a_namespace():
    for name, arguments in [("load_locals", []), ("store_name", [1, "x"]), ("delete_name", ["x"]), ("setup_annotations", [])]:
        assert outcome(here, name, *arguments)[0] is SystemError


def test_free_variables():
    # Slot 0 of the function helper() is its parameter, called name.
    assert helper("load_from_dict_or_deref", {"name": 3}, types.CellType(7), 0) == 3
    assert helper("load_from_dict_or_deref", {}, types.CellType(7), 0) == 7
    assert outcome(helper, "load_from_dict_or_deref", {}, types.CellType(), 0) == (
        UnboundLocalError, "cannot access local variable 'name' where it is not associated with a value")
    assert outcome(helper, "load_from_dict_or_deref", Raising(), types.CellType(7), 0) == (ZeroDivisionError, "raising")


def test_imports():
    assert helper("import_name", 0, None, "os.path") is __import__("os")
    assert helper("import_name", 0, ("join",), "os.path") is sys.modules["os.path"]
    assert helper("import_from", sys, "path") is sys.path
    same("import_name", [0, None, "no_such_module"], lambda: __import__("no_such_module"))

    def import_from():
        from sys import nothing_there

        return nothing_there

    same("import_from", [sys, "nothing_there"], import_from)


# ---- containers ----


def test_building():
    items = [1, "a", []]
    same("build_tuple", [items, 3], lambda: tuple(items))
    same("build_tuple", [[], 0], lambda: ())
    same("build_list", [items, 3], lambda: list(items))
    same("build_set", [[1, 2, 1], 3], lambda: {1, 2})
    same("build_set", [[1, []], 2], lambda: {1, []})
    same("build_map", [[1, 2, 3, 4], 4], lambda: {1: 2, 3: 4})
    same("build_map", [[[], 2], 2], lambda: {[]: 2})
    same("new_dict", [], lambda: {})
    same("build_string", [["a", "é", "€"], 3], lambda: "aé€")
    same("build_slice", [[1, 2], 2], lambda: slice(1, 2))
    same("build_slice", [[1, 2, 3], 3], lambda: slice(1, 2, 3))
    same("new_cell", [5], lambda: types.CellType(5))
    assert outcome(lambda: helper("new_cell", NULL).cell_contents) == outcome(lambda: types.CellType().cell_contents)


def test_template_strings():
    plain = helper("build_interpolation", 5, "x", NULL, 2)
    assert (plain.value, plain.expression, plain.conversion, plain.format_spec) == (5, "x", None, "")
    full = helper("build_interpolation", 5, "x", ">3", 2 << 2 | 3)
    assert (full.conversion, full.format_spec) == ("r", ">3")
    template = helper("build_template", ("a", "b"), (plain,))
    assert template.strings == ("a", "b") and template.interpolations == (plain,)


def test_adding():
    for name, make, arguments, expected in [
        ("list_append", list, [5], [5]),
        ("list_extend", list, ["ab"], ["a", "b"]),
        ("set_add", set, [1], {1}),
        ("set_update", set, ["aa"], {"a"}),
        ("map_add", dict, [1, 2], {1: 2}),
        ("dict_put", dict, ["a", 2], {"a": 2}),
        ("dict_update", dict, [{3: 4}], {3: 4}),
        ("dict_merge", dict, [{"k": 4}, len], {"k": 4}),
        ("store_subscr", dict, [1, 2], {1: 2}),
        ("store_subscr", lambda: [1, 2], [-1, "a"], [1, "a"]),
        ("store_subscr", lambda: [1, 2], [0, "a"], ["a", 2]),
    ]:
        container = make()
        assert helper(name, container, *arguments) == 0 and container == expected


def test_errors_of_adding():
    def star(x):
        return [*x]

    def call(**k):
        pass

    for value in (5, Raising()):
        same("list_extend", [[], value], lambda: star(value))
        same("dict_update", [{}, value], lambda: {**value})
        same("set_update", [set(), value], lambda: {1, *value})
    same("dict_merge", [{}, 5, call], lambda: call(**5))
    same("dict_merge", [{"a": 1}, {"a": 2}, call], lambda: call(**{"a": 1}, **{"a": 2}))
    same("set_add", [set(), []], lambda: {[]})
    same("map_add", [{}, [], 1], lambda: {[]: 1})


def test_attributes_that_are_missing():
    class Having:
        x = 1

    for name in ("x", "__name__"):
        same("attr_find", [Having, name], lambda: getattr(Having, name))
    same("attr_find", [Having(), "x"], lambda: 1)
    same("attr_find", [sys, "no_such_name"], lambda: sys.no_such_name)


def test_subscripts():
    same("dict_subscr", [{1: 2}, 1], lambda: 2)
    same("dict_subscr", [{1: 2}, (1, 2)], lambda: {}[(1, 2)])
    same("dict_subscr", [{1: 2}, []], lambda: {}[[]])
    same("dict_find", [{1: 2}, 1], lambda: 2)
    for key in (1, 2, 1.0, "a", int, id(helper), []):
        d = {1: 5, int: 6, id(helper): 7}
        same("dict_get", [d, key, "none"], lambda: d.get(key, "none"))
    same("dict_find", [{1: 2}, []], lambda: {}[[]])
    same("store_subscr", [[1], 1, 5], lambda: operator.setitem([1], 1, 5))
    same("store_subscr", [(1,), 0, 5], lambda: operator.setitem((1,), 0, 5))
    same("store_subscr", [Raising(), 0, 5], lambda: operator.setitem(Raising(), 0, 5))
    items = [1, 2, 3, 4]
    assert helper("delete_subscr", items, 0) == 0 and items == [2, 3, 4]
    same("delete_subscr", [items, 9], lambda: operator.delitem(items, 9))
    same("binary_slice", [items, 1, None], lambda: items[1:])
    same("binary_slice", [items, "a", None], lambda: items["a":])
    same("binary_slice", ["abc", 0, 2], lambda: "ab")
    for container in ([1, 2, 3], (1, 2, 3), "aé€", b"abc"):
        for low in (None, 0, 1, -1, -9, 9, BIG, True):
            for high in (None, 0, 2, -1, -9, 9, -BIG):
                same("binary_slice", [container, low, high], lambda: container[low:high])
        for index in (0, 2, -1, -3, -4, 3, BIG, True, None):
            same("binary_op", [container, index, 26], lambda: container[index])
            for step in (1, 2, -1, -2, 5, 0, BIG, True):
                for high in (None, 2, -1, -9, 9):
                    part = slice(low, high, step)
                    same("slice_subscr", [container, part], lambda: container[part])
                    same("slice_part", [container, low, high, step], lambda: container[part])
    same("slice_subscr", [{}, slice(1)], lambda: {}[slice(1)])
    same("slice_part", [{}, 1, 2, 3], lambda: {}[1:2:3])
    same("slice_part", [Raising(), 1, 2, 3], lambda: Raising()[1:2:3])
    same("slice_subscr", [bytearray(b"abc"), slice(1)], lambda: bytearray(b"a"))
    for key in ("a", "b", 1, (1, 2), True, []):
        for table in ({}, {"a": 5, 1: 6}, {n: n for n in range(5)}, collections.Counter("aab"), vars(types.SimpleNamespace(a=1))):
            expected = dict(table)
            assert outcome(helper, "dict_store", table, key, "new") == (outcome(operator.setitem, expected, key, "new") if key == [] else (int, 0))
            assert list(table.items()) == list(expected.items() if key == [] else (expected | {key: "new"}).items())
    assert helper("store_slice", items, 0, 2, "xy") == 0 and items == ["x", "y", 4]
    same("store_slice", [items, 0, 1, 5], lambda: operator.setitem(items, slice(0, 1), 5))


def test_functions():
    def template(a, b=2, *, c=3):
        return a, b, c, __name__

    made = here("make_function", template.__code__)
    assert made.__globals__ is globals() and made.__name__ == "template"
    assert helper("set_function_attribute", made, (20,), 1) == 0
    assert helper("set_function_attribute", made, {"c": 30}, 2) == 0
    assert made(1) == (1, 20, 30, __name__)

    def closed():
        return made

    other = here("make_function", closed.__code__)
    assert helper("set_function_attribute", other, closed.__closure__, 8) == 0
    assert other() is made

    def annotated(x: int):
        pass

    annotate = annotated.__annotate__
    plain = here("make_function", annotate.__code__)
    assert helper("set_function_attribute", made, plain, 16) == 0
    assert made.__annotations__ == {"x": int}


# ---- calls, formatting, intrinsics ----


def test_calls():
    five = 5

    def show(*args, **kwargs):
        return args, kwargs

    same("vectorcall", [show, [1, 2], 2, NULL], lambda: show(1, 2))
    same("vectorcall", [show, [1, 2], 1, ("k",)], lambda: show(1, k=2))
    same("vectorcall_maybe_self", [show, [NULL, 1, 2], 3, NULL], lambda: show(1, 2))
    same("vectorcall_maybe_self", [show, [9, 1, 2], 3, NULL], lambda: show(9, 1, 2))
    same("vectorcall_maybe_self", [show, [NULL, 1, 2], 2, ("k",)], lambda: show(1, k=2))
    same("vectorcall", [five, [1], 1, NULL], lambda: five(1))
    same("vectorcall", [len, [[1, 2]], 1, NULL], lambda: len([1, 2]))
    same("vectorcall", [len, [[1], [2]], 2, NULL], lambda: len([1], [2]))
    same("vectorcall", [len, [[1]], 0, ("obj",)], lambda: len(obj=[1]))
    same("vectorcall", [[1, 2, 1].count, [1], 1, NULL], lambda: [1, 2, 1].count(1))
    same("vectorcall", [max, [1, 2], 2, NULL], lambda: max(1, 2))
    same("call_function_ex", [show, NULL, (1,), NULL, 0], lambda: show(1))
    same("call_function_ex", [show, NULL, [1], {"k": 2}, 0], lambda: show(1, k=2))
    same("call_function_ex", [show, "self", (1,), NULL, 0], lambda: show("self", 1))
    shared = {"k": 2}
    same("call_function_ex", [show, NULL, (1,), shared, 1], lambda: show(1, k=2))
    assert helper("call_function_ex", show, NULL, (), shared, 1)[1] is not shared
    same("call_function_ex", [show, NULL, 5, NULL, 0], lambda: show(*five))
    same("call_function_ex", [show, NULL, Raising(), NULL, 0], lambda: show(*Raising()))


def test_formatting():
    for value in ["text", 5, 1.5, None, Raising()]:
        same("format_simple", [value], lambda: f"{value}")
        for spec in ("", ">8", "d", "nope"):
            same("format_with_spec", [value, spec], lambda: f"{value:{spec}}")
        for number, convert in ((1, str), (2, repr), (3, ascii)):
            same("convert_value", [value, number], lambda: convert(value))


def test_intrinsics():
    same("call_intrinsic_1", [True, 5], lambda: +True)
    same("call_intrinsic_1", [[1, 2], 6], lambda: (1, 2))
    same("call_intrinsic_1", ["x", 5], lambda: +"x")
    function = lambda: None  # noqa: E731
    assert helper("call_intrinsic_2", function, (1,), 4) is function
    assert function.__type_params__ == (1,)


def test_every_helper_is_tested():
    if not GENERATED.exists():
        pytest.skip("the sources are not here")
    names = re.findall(r"^    X\((\w+),", GENERATED.read_text(), re.M)
    # What another file calls, in a process of its own.
    other = set(re.findall(r"\b(?:same\(|unpacked\(|helper\(|helper, )\"(\w+)\"", (HERE / "test_helpers_flow.py").read_text()))
    assert len(names) > 80 and len(other) > 10
    # note_inserted needs an instance in the middle of its construction.
    assert set(names) - tested - other - ELSEWHERE - LOOKING == {"note_inserted"}
