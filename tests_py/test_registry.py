"""Which functions run compiled, when they are compiled, and what makes them lose it."""

import dis
import gc
import weakref

import pytest

import cinderjit
from cinderjit import _native


@pytest.fixture(autouse=True)
def quiet_modes():
    _native.load()
    yield
    cinderjit.enable()
    cinderjit.compile_after_n_calls(None)
    _native.load().clear_jit_list()


def run_often(function, *arguments, times=20):
    for _ in range(times):
        result = function(*arguments)
    return result


def opnames(function, prefix):
    return [i.opname for i in dis.get_instructions(function, adaptive=True) if i.opname.startswith(prefix)]


def add(a, b):
    return a + b


def test_force_compile_and_uncompile():
    run_often(add, 1, 2)
    assert cinderjit.force_compile(add) is True
    assert cinderjit.is_jit_compiled(add)
    assert cinderjit.why_not_compiled(add) is None
    assert add in cinderjit.get_compiled_functions()
    assert cinderjit.get_compiled_size(add) > 0
    assert cinderjit.get_compiled_stack_size(add) > 0
    assert cinderjit.get_compiled_spill_stack_size(add) >= 0
    assert cinderjit.get_function_compilation_time(add) > 0
    assert cinderjit.get_compilation_time() >= cinderjit.get_function_compilation_time(add)
    assert sum(cinderjit.get_function_hir_opcode_counts(add).values()) > 3
    assert add(20, 22) == 42
    listing = cinderjit.disassemble(add)
    assert "  ret\n" in listing and "; add, line " in listing.replace(add.__qualname__, "add")
    assert "  bl deopt\n" in listing and ".xword 0x" in listing
    assert cinderjit.force_uncompile(add) is True
    assert not cinderjit.is_jit_compiled(add)
    assert add not in cinderjit.get_compiled_functions()
    assert cinderjit.get_compiled_size(add) == 0
    assert cinderjit.force_uncompile(add) is False
    assert add(20, 22) == 42


def test_methods_and_wrappers_are_looked_through():
    class Holder:
        def plain(self):
            return 1

        @staticmethod
        def static():
            return 2

        @classmethod
        def klass(cls):
            return 3

    for callable_ in (Holder().plain, Holder.__dict__["static"], Holder.klass):
        assert cinderjit.force_compile(callable_)
        assert cinderjit.is_jit_compiled(callable_)
    assert (Holder().plain(), Holder.static(), Holder.klass()) == (1, 2, 3)


@pytest.mark.parametrize("name", [
    "force_compile", "force_uncompile", "lazy_compile", "jit_suppress", "jit_unsuppress", "is_jit_compiled",
    "why_not_compiled", "get_compiled_size", "get_compiled_stack_size", "get_compiled_spill_stack_size",
    "get_function_compilation_time", "get_function_hir_opcode_counts", "disassemble", "print_hir",
])
@pytest.mark.parametrize("wrong", [3, None, len, int])
def test_wrong_arguments(name, wrong):
    with pytest.raises(TypeError, match="want a Python function, not "):
        getattr(cinderjit, name)(wrong)


def test_disassemble_needs_machine_code():
    def never():
        return 1

    with pytest.raises(ValueError, match="not compiled"):
        cinderjit.disassemble(never)


def test_lazy_compile_happens_at_the_next_call():
    def lazy():
        return 7

    assert cinderjit.lazy_compile(lazy) is True
    assert not cinderjit.is_jit_compiled(lazy)
    assert cinderjit.why_not_compiled(lazy) == "it is compiled after 1 more calls"
    assert lazy() == 7
    assert cinderjit.is_jit_compiled(lazy)


def test_suppressed_functions_stay_interpreted():
    @cinderjit.jit_suppress
    def suppressed():
        return 1

    assert cinderjit.force_compile(suppressed) is False
    assert cinderjit.why_not_compiled(suppressed) == "it is suppressed by jit_suppress"
    assert cinderjit.jit_unsuppress(suppressed) is suppressed
    assert cinderjit.force_compile(suppressed) is True


def test_counted_calls_of_old_and_new_functions():
    def old():
        return 1

    assert cinderjit.get_compile_after_n_calls() is None
    cinderjit.compile_after_n_calls(5)
    assert cinderjit.get_compile_after_n_calls() == 5

    def new():
        return 2

    for function in (old, new):
        run_often(function, times=5)
        assert not cinderjit.is_jit_compiled(function)
        function()
        assert cinderjit.is_jit_compiled(function)


@pytest.mark.parametrize("calls, error", [(-1, ValueError), ("3", TypeError), (1.5, TypeError), (True, TypeError)])
def test_wrong_numbers_of_calls(calls, error):
    with pytest.raises(error):
        cinderjit.compile_after_n_calls(calls)


def test_jit_list(tmp_path):
    def listed_one():
        return 1

    def listed_two():
        return 2

    def unlisted():
        return 3

    line = listed_two.__code__.co_firstlineno
    file = tmp_path / "list"
    file.write_text(f"# a comment\n{__name__}:*listed_one  # another\n\nlisted_two@test_registry.py:{line}\n")
    cinderjit.read_jit_list(file)
    assert cinderjit.get_jit_list() == [f"{__name__}:*listed_one", f"listed_two@test_registry.py:{line}"]
    for function in (listed_one, listed_two, unlisted):
        run_often(function)
    assert cinderjit.is_jit_compiled(listed_one) and cinderjit.is_jit_compiled(listed_two)
    assert not cinderjit.is_jit_compiled(unlisted)


def test_jit_list_without_blanks():
    cinderjit.append_jit_list(f"  {__name__}:add\n")
    assert cinderjit.get_jit_list() == [f"{__name__}:add"]


def test_jit_list_with_a_wrong_line(tmp_path):
    file = tmp_path / "list"
    file.write_text("module:name\nnothing\n")
    cinderjit.append_jit_list("old:name")
    with pytest.raises(ValueError, match="line 2: not module:qualname"):
        cinderjit.read_jit_list(file)
    assert cinderjit.get_jit_list() == ["old:name"]
    with pytest.raises(FileNotFoundError):
        cinderjit.read_jit_list(tmp_path / "missing")


def test_global_changes():
    namespace = {"value": 1}
    exec("def read(): return value", namespace)
    read = namespace["read"]
    run_often(read)
    assert cinderjit.force_compile(read)
    assert read() == 1
    namespace["other"] = 5
    assert cinderjit.is_jit_compiled(read)
    namespace["value"] = 2
    assert not cinderjit.is_jit_compiled(read)
    assert run_often(read, times=60) == 2
    assert cinderjit.is_jit_compiled(read)
    del namespace["value"]
    with pytest.raises(NameError):
        read()


def test_builtin_is_shadowed():
    namespace = {}
    exec("def measure(x): return len(x)", namespace)
    measure = namespace["measure"]
    run_often(measure, "abc")
    assert cinderjit.force_compile(measure)
    assert measure("abc") == 3
    namespace["len"] = lambda x: "mine"
    assert measure("abc") == "mine"


def test_class_changes():
    class Changing:
        def value(self):
            return 1

    def ask(o):
        return o.value()

    changing = Changing()
    run_often(ask, changing)
    assert cinderjit.force_compile(ask)
    assert ask(changing) == 1
    Changing.value = lambda self: 2
    assert ask(changing) == 2
    assert not cinderjit.is_jit_compiled(ask)


def test_class_dies():
    class Mortal:
        def __init__(self):
            self.x = 1

    def read(o):
        return o.x

    run_often(read, Mortal())
    assert cinderjit.force_compile(read)
    dead = weakref.ref(Mortal)
    del Mortal
    gc.collect()
    assert dead() is None
    assert not cinderjit.is_jit_compiled(read)


def test_code_and_defaults_are_replaced():
    def target(x=1):
        return x

    def other(x=1):
        return x + 100

    run_often(target)
    assert cinderjit.force_compile(target)
    assert target() == 1
    target.__defaults__ = (5,)
    assert target() == 5
    target.__code__ = other.__code__
    assert not cinderjit.is_jit_compiled(target)
    assert target() == 105


def test_callers_specialise_again_after_uncompile():
    def callee(x):
        return x

    def caller(n):
        for i in range(n):
            callee(i)

    caller(20)
    assert "CALL_PY_EXACT_ARGS" in opnames(caller, "CALL")
    cinderjit.force_compile(callee)
    caller(20)
    cinderjit.force_uncompile(callee)
    caller(2000)
    assert "CALL_PY_EXACT_ARGS" in opnames(caller, "CALL")


def test_closures_made_later_run_compiled():
    def make(n):
        def inner(x):
            return x + n
        return inner

    assert cinderjit.force_compile(make(1))
    second = make(2)
    assert cinderjit.is_jit_compiled(second)
    assert second(40) == 42


def test_code_is_freed_with_its_function():
    namespace = {}
    exec("def short(): return 1", namespace)
    assert cinderjit.force_compile(namespace["short"])
    code = weakref.ref(namespace["short"].__code__)
    namespace.clear()
    gc.collect()
    assert code() is None


def test_pause_and_disable():
    assert cinderjit.force_compile(add)
    with cinderjit.pause(deopt_all=True):
        assert not cinderjit.is_enabled()
        assert not cinderjit.is_jit_compiled(add)
        assert add(1, 2) == 3
        assert cinderjit.force_compile(add) is False
        assert cinderjit.why_not_compiled(add) == "the JIT is disabled"
    assert cinderjit.is_enabled()
    cinderjit.disable()
    assert not cinderjit.is_enabled()
    cinderjit.enable()
    assert cinderjit.force_compile(add)


def test_failing_guards_are_told_and_learned_from():
    def double(x):
        return x + x

    run_often(double, 1)
    assert cinderjit.force_compile(double)
    cinderjit.get_and_clear_runtime_stats()
    assert double("ab") == "abab"
    [stat] = cinderjit.get_and_clear_runtime_stats()["deopt"]
    assert (stat["kind"], stat["reason"], stat["count"], stat["guilty_type"]) == ("deopt", "guard type", 1, "str")
    assert stat["function"].endswith("double") and stat["filename"] == __file__
    assert stat["lineno"] == double.__code__.co_firstlineno + 1
    assert cinderjit.get_and_clear_runtime_stats()["deopt"] == []
    run_often(double, "ab", times=300)
    assert "GuardFailed type=str" in cinderjit.dump(double, "snapshot")
    assert cinderjit.is_jit_compiled(double)


def test_huge_function_is_given_up_with_a_reason():
    namespace = {}
    exec("def huge(x):\n" + "    x = x + 1\n" * 20000 + "    return x\n", namespace)
    assert cinderjit.force_compile(namespace["huge"]) is False
    assert cinderjit.why_not_compiled(namespace["huge"])
    assert namespace["huge"](1) == 20001


def test_many_locals_that_live_long_are_given_up_with_a_reason():
    n = 800
    namespace = {}
    exec("def wide(a):\n" + "".join(f"    v{i} = a + {i}\n" for i in range(n)) + "    for i in (1, 2):\n"
         + "".join(f"        v{i} = v{7 * i % n} + v{13 * i % n}\n" for i in range(n)) + "    return v0\n", namespace)
    wide = namespace["wide"]
    assert cinderjit.force_compile(wide) is False
    assert "its exits would describe" in cinderjit.why_not_compiled(wide)
    assert wide(1) == 4


def guarded(x):
    try:
        return x + 1
    except TypeError:
        return None


def wrapped(x):
    return guarded(x)


def endless(n):
    return n and endless(n - 1)


def test_why_calls_are_not_inlined():
    def caller(x):
        a = wrapped(x)
        b = guarded(x)
        return a + b + endless(2)

    assert cinderjit.why_not_inlined(caller) == []
    run_often(caller, 1)
    assert cinderjit.force_compile(caller)
    first = caller.__code__.co_firstlineno
    found = [(line - first, callee.rpartition(".")[2], reason) for line, callee, reason in cinderjit.why_not_inlined(caller)]
    assert (1, "guarded", "has exception handlers") in found
    assert (2, "guarded", "has exception handlers") in found
    assert all(line == 3 for line, callee, _ in found if callee == "endless")
    assert cinderjit.why_not_inlined(staticmethod(caller)) == cinderjit.why_not_inlined(caller)
    assert cinderjit.why_not_inlined(guarded) == []
    cinderjit.force_uncompile(caller)
    assert cinderjit.why_not_inlined(caller) == []


def test_a_callee_is_not_inlined_again_and_again():
    namespace = {}
    exec("def total(n=3):\n    t = 0\n    for i in range(n):\n        t += i\n    return t\n"
         "def caller():\n" + "    total()\n" * 200, namespace)
    caller = namespace["caller"]
    run_often(caller)
    assert cinderjit.force_compile(caller)
    assert 1 < cinderjit.get_function_hir_opcode_counts(caller)["LeaveInlined"] < 20
    assert cinderjit.get_compiled_size(caller) < 25_000


def test_out_of_memory_for_code():
    def small(x):
        return x

    limit = cinderjit.get_allocator_stats()["limit"]
    cinderjit.set_max_code_size(1)
    try:
        assert cinderjit.force_compile(small) is False
        assert cinderjit.why_not_compiled(small)
        assert small(3) == 3
    finally:
        cinderjit.set_max_code_size(limit)
    assert cinderjit.force_compile(small) is True


def test_allocator_stats_move():
    def moves(x):
        return x

    before = cinderjit.get_allocator_stats()
    assert cinderjit.force_compile(moves)
    after = cinderjit.get_allocator_stats()
    assert after["blocks"] == before["blocks"] + 1
    assert after["used"] > before["used"]


def test_frame_evaluator_switch():
    assert not cinderjit.is_frame_evaluator_installed()
    cinderjit.install_frame_evaluator()
    try:
        assert cinderjit.is_frame_evaluator_installed()
        assert cinderjit.force_compile(add)
        assert add(1, 2) == 3
    finally:
        cinderjit.remove_frame_evaluator()
    assert not cinderjit.is_frame_evaluator_installed()


def test_replaced_code_is_counted_anew():
    def target(x):
        return x

    def other(x):
        return x + 100

    cinderjit.compile_after_n_calls(5)
    run_often(target, 1)
    assert cinderjit.is_jit_compiled(target)
    target.__code__ = other.__code__.replace(co_name="third")
    assert not cinderjit.is_jit_compiled(target)
    assert run_often(target, 1) == 101
    assert cinderjit.is_jit_compiled(target)


def test_same_code_with_other_globals_and_builtins():
    source = "def measure(x): return len(x) + extra"
    code = compile(source, "<same>", "exec")
    functions = []
    for extra, builtins in ((1, __builtins__), (2, __builtins__), (3, {"len": lambda x: 1000})):
        namespace = {"extra": extra, "__builtins__": builtins}
        exec(code, namespace)
        functions.append(namespace["measure"])
    assert len({id(f.__code__) for f in functions}) == 1
    for function in functions:
        run_often(function, "abc")
        assert cinderjit.force_compile(function)
    assert [f("abc") for f in functions] == [4, 5, 1003]


def test_globals_die_and_their_address_is_used_again():
    code = compile("def f(): return value\ndef g(): return 1", "<reuse>", "exec")
    for value in range(30):
        namespace = {"value": value}
        exec(code, namespace)
        f, g = namespace["f"], namespace["g"]
        del namespace
        assert run_often(f, times=3) == value
        cinderjit.force_compile(f)
        cinderjit.force_compile(g)
        assert (f(), g()) == (value, 1)
        del f, g
        gc.collect()


def test_code_that_was_compiled_before_it_ran_learns():
    class Point:
        def __init__(self):
            self.x = self.y = 1

    def total(p):
        return p.x + p.y + p.x

    def generic():
        return cinderjit.get_function_hir_opcode_counts(total).get("LoadAttr", 0)

    assert cinderjit.force_compile(total)
    assert generic() == 3
    p = Point()
    for _ in range(2000):
        assert total(p) == 3
    assert cinderjit.is_jit_compiled(total)
    assert generic() == 0
