"""Classes, functions and code objects that die: nothing compiled outlives them or is used for their successors."""

import ctypes
import gc
import random
import sys
import types
import weakref

import pytest

cinderjit = pytest.importorskip("cinderjit")
if cinderjit.unavailable_reason() is not None:
    pytest.skip(cinderjit.unavailable_reason(), allow_module_level=True)

SOURCE = """
class C:
    def __init__(self, x):
        self.{first} = x
        self.{second} = -x
    def get(self):
        return self.{first} + {n}

def helper(o):
    return o.get() + o.x

def function(o, n):
    total = {n}
    for i in range(n):
        total += helper(o) + o.x - o.y
    return total
"""


def round_of(n):
    """Makes, warms up, compiles and runs functions of their own; returns what they gave."""
    first, second = ("x", "y") if n % 2 else ("y", "x")
    namespace = {}
    exec(compile(SOURCE.format(n=n, first=first, second=second), f"<round {n % 3}>", "exec"), namespace)
    function, helper, C = namespace["function"], namespace["helper"], namespace["C"]
    o = C(5)
    for _ in range(3):
        function(o, 4)
    for f in (C.get, C.__init__, helper, function):
        assert cinderjit.force_compile(f), cinderjit.why_not_compiled(f)
    assert cinderjit.is_jit_compiled(function)
    return function(C(5), 4)


def expected(n):
    x, y = (5, -5) if n % 2 else (-5, 5)
    return n + 4 * (5 + n + x + x - y)


def blocks_and_bytes():
    # Retired code is freed when the interpreter next looks at pending calls, or here.
    gc.collect()
    stats = cinderjit.get_allocator_stats()
    return stats["blocks"], stats["used"]


def test_code_is_freed_with_its_functions():
    rounds = 200
    seen = []
    for n in range(rounds):
        assert round_of(n) == expected(n)
        if n % 10 == 9:
            gc.collect()
        if n % 20 == 19:
            seen.append(blocks_and_bytes())
    # Retired code may wait for others to be freed together, but not more and more of it.
    settled = seen[1:]
    assert max(b for b, _ in settled) - min(b for b, _ in settled) < 60, seen
    assert settled[-1][1] < 2 * settled[0][1] + 65536, seen


def test_objects_are_released_with_the_code():
    class Watched:
        pass

    namespace = {"constant": Watched()}
    exec("def f():\n    return constant\ndef g(x):\n    return f(), x", namespace)
    f, g = namespace["f"], namespace["g"]
    for _ in range(3):
        g(1)
    assert cinderjit.force_compile(f) and cinderjit.force_compile(g)
    assert g(1) == (namespace["constant"], 1)
    constant, function, code = (weakref.ref(o) for o in (namespace["constant"], f, f.__code__))
    del namespace, f, g
    gc.collect()
    # What code that was taken out of use keeps goes when such code is freed: cause that.
    for n in range(20):
        round_of(n)
    gc.collect()
    assert (constant(), function(), code()) == (None, None, None)


def test_class_dies_and_its_address_is_used_again():
    def read(o):
        return o.x, o.y, o.get()

    addresses = set()
    reused = 0
    for n in range(60):
        if n % 2:
            class C:
                def __init__(self):
                    self.x, self.y = "x", "y"

                def get(self):
                    return "odd"
        else:
            class C:
                def __init__(self):
                    self.y, self.x = "y", "x"

                def get(self):
                    return "even"
        reused += id(C) in addresses
        addresses.add(id(C))
        o = C()
        for _ in range(4):
            assert read(o) == ("x", "y", "odd" if n % 2 else "even")
        cinderjit.force_compile(read)
        assert read(C()) == ("x", "y", "odd" if n % 2 else "even")
        reference = weakref.ref(C)
        del C, o
        gc.collect()
        assert reference() is None
    assert reused > 0


def test_class_that_dies_invalidates():
    class C:
        def __init__(self):
            self.x = 1

    def read(o):
        return o.x

    for _ in range(10):
        read(C())
    assert cinderjit.force_compile(read)
    assert cinderjit.is_jit_compiled(read)
    del C
    gc.collect()
    assert not cinderjit.is_jit_compiled(read)


def test_assignment_of_class_invalidates_what_relies_on_the_old_class_only():
    class A:
        def __init__(self):
            self.x = 1

    class B(A):
        pass

    def read_a(o):
        return o.x

    def read_b(o):
        return o.x

    for _ in range(10):
        read_a(A()), read_b(B())
    assert cinderjit.force_compile(read_a) and cinderjit.force_compile(read_b)
    o = A()
    with pytest.raises(TypeError):
        o.__class__ = int
    o.__class__ = A
    assert cinderjit.is_jit_compiled(read_a)
    o.__class__ = B
    assert not cinderjit.is_jit_compiled(read_a)
    assert cinderjit.is_jit_compiled(read_b)
    assert read_b(o) == 1 and type(o) is B


def test_descriptor_of_class_looks_untouched():
    descriptor = object.__dict__["__class__"]
    assert repr(descriptor) == "<attribute '__class__' of 'object' objects>"
    assert descriptor.__doc__ == "the object's class"
    assert descriptor.__get__(5) is int
    with pytest.raises(TypeError, match="__class__ assignment only supported"):
        descriptor.__set__(5, str)


def test_dead_classes_leave_no_weak_references():
    def dead():
        gc.collect()
        return sum(type(o) is weakref.ref and o() is None for o in gc.get_objects())

    before = dead()
    for n in range(8):
        assert round_of(n) == expected(n)
    assert dead() - before <= 2


class Mallinfo(ctypes.Structure):
    """struct mallinfo2 of glibc."""

    _fields_ = [(name, ctypes.c_size_t) for name in ("arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost")]


@pytest.mark.parametrize("compile_it", [cinderjit.force_compile, cinderjit.lazy_compile])
def test_nothing_is_kept_of_what_has_died(compile_it):
    mallinfo2 = ctypes.CDLL(None).mallinfo2
    mallinfo2.restype = Mallinfo
    number = 192

    def used_after_a_round():
        for i in range(number):
            function = eval(f"lambda a: a + {i}")
            function(1)
            compile_it(function)
            function(2)
            del function
        gc.collect()
        return mallinfo2().uordblks

    used = [used_after_a_round() for _ in range(4)]
    # Less than the interpreter's smallest block for each function.
    assert used[3] - used[1] < 2 * number * 16, used


def test_calls_of_code_objects_are_counted_apart_though_others_die():
    cinderjit.compile_after_n_calls(3)
    try:
        chooser = random.Random(1)
        alive = []
        for number in range(6000):
            namespace = {}
            exec(f"def f(): return {number}", namespace)
            f = namespace["f"]
            for _ in range(number % 3):
                f()
            alive.append((f, number))
            if number % 2:
                alive.pop(chooser.randrange(len(alive)))
        del f, namespace
        gc.collect()
        assert len(alive) == 3000
        for f, number in chooser.sample(alive, 40):
            told = []
            for _ in range(4 - number % 3):
                told.append(cinderjit.is_jit_compiled(f))
                assert f() == number
            told.append(cinderjit.is_jit_compiled(f))
            assert told == [False] * (len(told) - 1) + [True], number
    finally:
        cinderjit.compile_after_n_calls(None)


def test_generators_of_code_made_among_others_run_compiled():
    made = {}
    for number in range(300):
        exec(f"def g{number}(n):\n  for k in range(n): yield k + {number}", made)
    generators = [made[f"g{number}"] for number in range(300)]
    assert all(cinderjit.force_compile(g) for g in generators)

    def total(generators):
        return sum(value for g in generators for value in g(3))

    assert cinderjit.force_compile(total)
    assert total(generators) == sum(3 * number + 3 for number in range(300))
    # Half of them die; the others are found behind the gaps.
    for number in range(0, 300, 2):
        del made[f"g{number}"]
    del generators[::2]
    gc.collect()
    assert total(generators) == sum(3 * number + 3 for number in range(1, 300, 2))
    assert all(cinderjit.is_jit_compiled(g) for g in generators)


def test_the_code_object_of_a_compiled_function_is_as_before():
    internal = pytest.importorskip("_testinternalcapi")

    def f(a, b):
        return a + b

    size = sys.getsizeof(f.__code__)
    assert cinderjit.force_compile(f) and f(1, 2) == 3
    assert sys.getsizeof(f.__code__) == size
    # Otherwise it could not be handed to other interpreters.
    internal.verify_stateless_code(f.__code__)


def test_functions_that_come_and_go_share_what_was_compiled():
    """A place whose callees die knows the others by their code, so that no death costs a compilation."""
    space = {}
    exec("def call(f, n):\n    total = 0\n    for i in range(n):\n        total += f(i)\n    return total\n"
         "def one(x): return x\ndef two(x): return 2 * x\ndef made(x): return x + 1\n", space)
    call, one, two, made = (space[name] for name in ("call", "one", "two", "made"))
    for _ in range(20):
        call(one, 30)
        call(two, 30)
    for k in range(30):
        if not cinderjit.is_jit_compiled(call):
            assert cinderjit.force_compile(call)
        f = types.FunctionType(made.__code__, space)
        assert call(f, 300) == sum(range(1, 301))
        del f
        assert k < 5 or cinderjit.is_jit_compiled(call)
