"""What a program of the differential tests says about itself.

A program is a Python file in programs/. Its cases are the functions marked with @case;
everything else in it is what the cases need. Names that start with "cold_" are never
compiled, so that compiled functions have interpreted callers and callees.
"""

_cases = []
_compile = None


class Case:
    """A function, and the argument lists it is called with."""

    def __init__(self, function, inputs):
        self.function = function
        self.name = function.__qualname__
        self.inputs = inputs


def case(*inputs):
    """Mark a function to be called with each of inputs.

    An input is the source text of an argument list, such as "1, [2], *rest". It is
    evaluated for each call, among the program's globals. Without inputs the function
    is called with no arguments. The first input is what a program usually sees: one
    mode learns from the first, then meets the others; the next learns from the second,
    and so on.
    """
    if len(inputs) == 1 and callable(inputs[0]):
        return case()(inputs[0])

    def mark(function):
        _cases.append(Case(function, inputs or ("",)))
        return function

    return mark


def jit(function):
    """Compile a function that a program makes while it runs, if this mode compiles."""
    if _compile is not None:
        _compile(function)
    return function


def collect(namespace, execute):
    """Run execute(namespace), the program's top level; return its cases in order."""
    _cases.clear()
    execute(namespace)
    return list(_cases)


def set_compile(function):
    """What jit() does from now on; None for nothing."""
    global _compile
    _compile = function
