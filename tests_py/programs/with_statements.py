"""with: entering, leaving, suppressing, failing, returning out of it."""

import contextlib

from program import case


class Manager:
    def __init__(self, name, suppress=False, fail_enter=False, fail_exit=False):
        self.name, self.suppress, self.fail_enter, self.fail_exit = name, suppress, fail_enter, fail_exit

    def __enter__(self):
        print("enter", self.name)
        if self.fail_enter:
            raise RuntimeError("enter " + self.name)
        return self

    def __exit__(self, kind, value, trace):
        print("exit", self.name, kind and kind.__name__, value, trace is not None)
        if self.fail_exit:
            raise RuntimeError("exit " + self.name)
        return self.suppress


class NoEnter:
    def __exit__(self, *args):
        pass


class NoExit:
    def __enter__(self):
        pass


class TruthFails:
    def __enter__(self):
        return self

    def __exit__(self, *args):
        class Bad:
            def __bool__(self):
                raise ValueError("truth")
        return Bad()


MANAGERS = (
    "Manager('a'), 1", "Manager('a'), 0", "Manager('a', suppress=True), 0", "Manager('a', fail_enter=True), 1", "Manager('a', fail_exit=True), 1", "Manager('a', fail_exit=True), 0",
    "NoEnter(), 1", "NoExit(), 1", "5, 1", "contextlib.suppress(ZeroDivisionError), 0", "contextlib.nullcontext(3), 0", "TruthFails(), 0", "TruthFails(), 1",
)


@case(*MANAGERS)
def simple(manager, divisor):
    result = "unset"
    with manager:
        result = 10 / divisor
    return result


@case(*MANAGERS)
def returning(manager, divisor):
    with manager as value:
        return value is manager, 10 / divisor
    return "suppressed"


@case("Manager('a'), Manager('b'), 1", "Manager('a'), Manager('b'), 0", "Manager('a', suppress=True), Manager('b'), 0", "Manager('a'), Manager('b', suppress=True), 0",
      "Manager('a'), Manager('b', fail_enter=True), 1", "Manager('a', suppress=True), Manager('b', fail_exit=True), 0", "Manager('a'), 5, 1")
def two(first, second, divisor):
    with first as a, second as b:
        result = 1 / divisor
        return a.name, b.name, result
    return "after"


@case("3", "0")
def in_loop(n):
    out = []
    for i in range(n):
        with Manager(i, suppress=i == 1) as m:
            if i == 0:
                continue
            if i == 1:
                raise KeyError(i)
            out.append(m.name)
            break
    else:
        out.append("else")
    return out


@case("1", "0")
def nested(divisor):
    try:
        with Manager("outer"):
            try:
                with Manager("inner"):
                    1 / divisor
            finally:
                print("between")
    except ZeroDivisionError as error:
        return "caught", error.__context__
    return "fine"


@contextlib.contextmanager
def generated(name):
    print("setup", name)
    try:
        yield name.upper()
    except KeyError:
        print("swallowed")
    finally:
        print("teardown", name)


@case("'a', None", "'b', KeyError", "'c', ValueError")
def generator_based(name, error):
    with generated(name) as value:
        if error:
            raise error(value)
        print("body")
    return value


@case("'x'")
def as_targets(x):
    d = {}
    items = [0]
    with Manager(x) as d["key"], Manager(x) as items[0], contextlib.nullcontext((1, (2, 3))) as (a, (b, c)):
        pass
    return d["key"].name, items[0].name, a, b, c


class Instance:
    pass


@case
def looked_up_on_the_type():
    i = Instance()
    i.__enter__ = lambda: print("wrong")
    i.__exit__ = lambda *a: print("wrong")
    try:
        with i:
            pass
    except TypeError as error:
        return str(error)


@case("3")
def exit_stack(n):
    with contextlib.ExitStack() as stack:
        names = [stack.enter_context(Manager(str(i))).name for i in range(n)]
        stack.callback(print, "callback")
        return names


@case("1", "0")
def static_and_class_methods(divisor):
    class S:
        @staticmethod
        def __enter__():
            return "static"

        @classmethod
        def __exit__(cls, *args):
            print(cls.__name__, len(args))
            return True
    with S() as s:
        1 / divisor
    return s
