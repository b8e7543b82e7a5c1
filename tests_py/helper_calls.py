"""Calls of the run-time helpers of compiled code by themselves, for the tests of them."""

import pytest

_cinderjit = pytest.importorskip("cinderjit._cinderjit")

NULL = ...  # how tests write the null pointer
tested = set()  # the helpers that were called


def helper(name, *arguments):
    tested.add(name)
    return _cinderjit._debug_helper(name, *arguments)


# The same for helpers that look at the frame they are called from.
here = _cinderjit._debug_helper


def outcome(call, *arguments):
    try:
        value = call(*arguments)
        return type(value), value
    except BaseException as error:
        return type(error), str(error)


def same(name, arguments, expected):
    """The helper has the outcome of the callable expected."""
    assert outcome(helper, name, *arguments) == outcome(expected), (name, arguments)


class Raising:
    """Every operation raises."""

    def raising(*args):
        raise ZeroDivisionError("raising")

    __add__ = __bool__ = __contains__ = __eq__ = __lt__ = __getattr__ = __setitem__ = __getitem__ = raising
    __delitem__ = __len__ = __iter__ = __hash__ = __neg__ = __invert__ = __format__ = __str__ = __repr__ = raising
