"""Imports inside functions, and modules as objects."""

import sys
import types

from program import case


@case("1", "0")
def inside(n):
    import math
    from collections import OrderedDict as Ordered, deque
    out = []
    for i in range(n + 1):
        import os.path as path
        out.append(path.join("a", str(i)))
    return math.floor(2.5), Ordered(a=1), deque([1]), out


@case
def packages():
    import xml.dom.minidom
    import importlib.util as u
    return xml.dom.minidom.__name__, u.__name__, xml.__name__


@case("'from'", "'module'", "'sub'", "'relative'")
def failing(kind):
    try:
        if kind == "from":
            from os import not_in_os  # noqa: F401
        elif kind == "module":
            import not_a_module  # noqa: F401
        elif kind == "sub":
            import os.not_a_module  # noqa: F401
        else:
            from . import sibling  # noqa: F401
    except ImportError as error:
        return type(error).__name__, error.name, str(error).split("(")[0]


class Module(types.ModuleType):
    def __getattr__(self, name):
        print("module getattr", name)
        if name == "missing" or name.startswith("__"):
            raise AttributeError(name)
        return name * 2


@case("Module('lazy')", "types.ModuleType('plain')", "None", "types.SimpleNamespace(thing='simple')")
def replaced(module):
    sys.modules["differential_fake"] = module
    try:
        from differential_fake import thing
        return thing
    except ImportError as error:
        return type(error).__name__
    finally:
        del sys.modules["differential_fake"]


@case
def star():
    namespace = {}
    exec("from math import *", namespace)
    return namespace["pi"], "sqrt" in namespace


@case("4")
def hook(n):
    import builtins
    saved = builtins.__import__
    seen = []

    def counting(name, *rest):
        seen.append(name)
        return saved(name, *rest)
    out = []
    for i in range(n):
        if i == 2:
            builtins.__import__ = counting
        import math
        out.append(math.pi > 3)
    builtins.__import__ = saved
    return out, seen


@case("types.ModuleType('m')")
def module_attributes(m):
    m.x = 1
    out = [m.x]
    for i in range(4):
        if i == 2:
            m.x = "changed"
        if i == 3:
            m.__getattr__ = lambda name: "from getattr " + name
            del m.x
        out.append(m.x)
    return out


@case
def lazy_globals():
    g = globals()
    g["fresh"] = 1
    out = [fresh]  # noqa: F821
    g["fresh"] = 2
    out.append(fresh)  # noqa: F821
    del g["fresh"]
    try:
        out.append(fresh)  # noqa: F821
    except NameError as error:
        out.append(str(error))
    return out


def with_own_globals(source):
    namespace = {"__builtins__": {"len": lambda x: "own len", "print": print}}
    exec(source, namespace)
    return namespace["f"]


@case("[1, 2]")
def own_builtins(x):
    f = with_own_globals("def f(x):\n    return len(x)")
    g = with_own_globals("def f(x):\n    return sum(x)")
    out = [f(x), f(x), f(x)]
    try:
        g(x)
    except NameError as error:
        out.append(str(error))
    return out


@case("3")
def same_code_other_globals(n):
    def template():
        return marker  # noqa: F821
    out = []
    for i in range(n):
        f = types.FunctionType(template.__code__, {"marker": i, "__builtins__": __builtins__})
        out += [f(), f(), f()]
    return out
