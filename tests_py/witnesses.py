"""Exceptions, objects and tables by which programs see what became of an exception, and where."""

import sys


def lines(error):
    """Where a traceback leads: names and lines of its entries."""
    entries = []
    entry = error.__traceback__
    while entry is not None:
        entries.append((entry.tb_frame.f_code.co_name, entry.tb_lineno - entry.tb_frame.f_code.co_firstlineno, entry.tb_lasti))
        entry = entry.tb_next
    return entries


def handled():
    error = sys.exception()
    return None if error is None else (type(error).__name__, str(error), lines(error), repr(error.__context__))


class Thing:
    """An object that reports its end, with what is being handled then."""

    def __init__(self, name, log):
        self.name = name
        self.log = log

    def __del__(self):
        caller = sys._getframe(1)
        self.log.append((self.name, handled(), caller.f_code.co_name))


class Own(Exception):
    pass


class Kept(Exception):
    """Somebody has every instance; a program derives its own class, with its own list."""

    instances = []

    def __init__(self, *args):
        super().__init__(*args)
        type(self).instances.append(self)


class Mortal(Exception):
    """Reports its end, and its traceback then; a program derives its own class, with its own list."""

    log = []

    def __del__(self):
        type(self).log.append((self.args, lines(self)))


class Default(dict):
    def __missing__(self, key):
        if key == 3:
            raise KeyError("from missing")
        return [key]


class BadKey:
    def __init__(self, kind):
        self.kind = kind

    def __hash__(self):
        if self.kind == "hash":
            raise KeyError("hash")
        return 1

    def __eq__(self, other):
        if self.kind == "eq":
            raise KeyError("eq")
        if self.kind == "type":
            raise TypeError("eq")
        return False


# What is looked up by subscripts, and with which keys: cases of a program that evaluates them where these names are.
TABLES = ("{}, range(5)", "{1: 1, 3: 3}, range(5)", "{'a': 1}, ['a', 'b', None]", "Default(), range(5)", "[], range(3)", "{}, [[], {}]",
          "{1: 2}, [BadKey('hash'), 1]", "{1: 2}, [BadKey('eq'), BadKey(''), 1]", "None, [1]", "{0: 2**40, 1: 2.5, 2: 'x'}, range(4)")
