"""The package's interface as a whole: stubs, documentation, harmlessness where there is no JIT."""

import ast
import inspect
import os
import subprocess
import sys
import textwrap

import pytest

import cinderjit

ARGUMENTS = {"append_jit_list": ("m:f",), "compile_after_n_calls": (5,), "set_max_code_size": (1000,)}
OF_FUNCTIONS = {
    "disassemble", "force_compile", "force_uncompile", "get_compiled_size", "get_compiled_spill_stack_size",
    "get_compiled_stack_size", "get_function_compilation_time", "get_function_hir_opcode_counts", "is_jit_compiled",
    "jit_suppress", "jit_unsuppress", "lazy_compile", "print_hir", "why_not_compiled", "why_not_inlined",
}


def stub():
    path = os.path.join(os.path.dirname(cinderjit.__file__), "__init__.pyi")
    with open(path) as file:
        return ast.parse(file.read())


def test_stubs_name_everything_with_the_same_parameters():
    stubs = {node.name: node for node in stub().body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    for name in cinderjit.__all__:
        assert name in stubs, name
        node = stubs[name]
        if isinstance(node, ast.FunctionDef):
            want = [p.name for p in inspect.signature(getattr(cinderjit, name)).parameters.values()]
            assert [a.arg for a in node.args.args] == want, name
    public = {name for name in stubs if name[0] != "_"} - {"DeoptStat", "LoopStat", "RuntimeStats", "AllocatorStats"}
    assert public == set(cinderjit.__all__)


def test_stubs_name_the_keys_of_statistics():
    keys = {node.name: {field.target.id for field in node.body if isinstance(field, ast.AnnAssign)} for node in stub().body if isinstance(node, ast.ClassDef)}

    def grows(x, n):
        for _ in range(n):
            x += x
        return x

    for _ in range(30):
        grows(1, 3)
    assert cinderjit.force_compile(grows)
    grows("text", 2)
    stats = cinderjit.get_and_clear_runtime_stats()
    assert set(stats) == keys["RuntimeStats"]
    assert stats["deopt"] and all(set(stat) == keys["DeoptStat"] for stat in stats["deopt"])
    assert all(set(stat) == keys["LoopStat"] for stat in stats["loops"])
    assert set(cinderjit.get_allocator_stats()) == keys["AllocatorStats"]


def test_everything_is_documented():
    assert [name for name in cinderjit.__all__ if not getattr(cinderjit, name).__doc__] == []


@pytest.mark.parametrize("setting", [{"PYTHONJITDISABLE": "1", "PYTHONJITALL": "1"}])
def test_everything_is_harmless_where_there_is_no_jit(setting):
    program = textwrap.dedent(f"""
        import cinderjit
        def f(): return 1
        for name in cinderjit.__all__:
            call = getattr(cinderjit, name)
            if name in {OF_FUNCTIONS!r}:
                arguments = (f,)
            else:
                arguments = {ARGUMENTS!r}.get(name, ())
            if name == "read_jit_list":
                arguments = ("/dev/null",)
            if name == "dump":
                arguments = (f, "hir")
            if name == "Unavailable":
                continue
            try:
                print(name, call(*arguments))
            except cinderjit.Unavailable as error:
                print(name, "unavailable", error)
    """)
    done = subprocess.run([sys.executable, "-P", "-c", program], env=os.environ | setting, capture_output=True,
                          text=True, timeout=60)
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    lines.remove("; PYTHONJITDISABLE is set")  # of print_hir
    said = dict(line.split(" ", 1) for line in lines)
    assert set(said) == set(cinderjit.__all__) - {"Unavailable"}
    assert said["unavailable_reason"] == said["why_not_compiled"] == "PYTHONJITDISABLE is set"
    assert said["force_compile"] == said["is_jit_compiled"] == said["is_loaded"] == "False"
    assert said["disassemble"] == said["dump"] == "; PYTHONJITDISABLE is set"
    assert "unavailable PYTHONJITDISABLE is set" not in said.values()


@pytest.mark.parametrize("name, arguments, error", [
    ("append_jit_list", (3,), TypeError),
    ("append_jit_list", ("",), ValueError),
    ("append_jit_list", ("name@",), ValueError),
    ("read_jit_list", (3,), TypeError),
    ("read_jit_list", ("/does/not/exist",), FileNotFoundError),
    ("set_max_code_size", ("1",), TypeError),
    ("set_max_code_size", (-1,), ValueError),
    ("compile_after_n_calls", (1 << 70,), OverflowError),
    ("dump", (stub, 3), TypeError),
    ("dump", (3, "hir"), TypeError),
    ("dump", (stub, "no such stage"), ValueError),
])
def test_wrong_arguments_are_told(name, arguments, error):
    before = cinderjit.get_jit_list(), cinderjit.get_compile_after_n_calls()
    with pytest.raises(error):
        getattr(cinderjit, name)(*arguments)
    assert (cinderjit.get_jit_list(), cinderjit.get_compile_after_n_calls()) == before


@pytest.mark.parametrize("name", [name for name in cinderjit.__all__ if name != "Unavailable"])
def test_nothing_takes_five_arguments(name):
    with pytest.raises(TypeError):
        getattr(cinderjit, name)(1, 2, 3, 4, 5)


def test_fork_goes_on_with_compiled_code_and_refuses_to_compile():
    def compiled(x):
        return x + 1

    def later(x):
        return x

    for i in range(10):
        compiled(i)
    assert cinderjit.force_compile(compiled)
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            answer = (compiled(41), cinderjit.is_jit_compiled(compiled), cinderjit.force_compile(later),
                      cinderjit.why_not_compiled(later), later(5))
            os.write(write, repr(answer).encode())
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read) as answers:
        said = answers.read()
    assert os.waitpid(child, 0)[1] == 0
    assert said == repr((42, True, False, "nothing is compiled in a forked child", 5))
    assert cinderjit.force_compile(later)


def test_a_forked_child_does_not_enter_go():
    from cinderjit import pybind

    def later(x):
        return x

    assert pybind.toolchain().startswith("go")
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            answers = [cinderjit.lazy_compile(later)]
            for ask in (pybind.toolchain, pybind.collect_garbage, lambda: pybind.explain("hir", ""), lambda: cinderjit.dump(later, "hir"),
                        lambda: cinderjit._native.load().compile_snapshot(b"")):
                try:
                    answers.append(ask())
                except RuntimeError as error:
                    answers.append(str(error))
            os.write(write, repr(answers).encode())
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read) as answers:
        said = answers.read()
    assert os.waitpid(child, 0)[1] == 0
    assert said == repr([False] + 5 * ["the compiler does not run in a forked child"])
    assert pybind.toolchain().startswith("go")


@pytest.mark.parametrize("wrong", ["x", 1, None, []])
def test_switches_are_bools(wrong):
    with pytest.raises(TypeError, match="want a bool, not"):
        cinderjit.disable(wrong)
    with pytest.raises(TypeError, match="want a bool, not"):
        cinderjit.pause(wrong)
    assert cinderjit.is_enabled()


def test_code_comes_back_after_disable():
    def f(x):
        return x + 1

    for i in range(10):
        f(i)
    assert cinderjit.force_compile(f)
    with cinderjit.pause(deopt_all=True):
        assert f(1) == 2 and not cinderjit.is_jit_compiled(f)
    assert f(1) == 2 and cinderjit.is_jit_compiled(f)


def test_subinterpreter_is_told_why():
    import concurrent.interpreters as interpreters

    interpreter = interpreters.create()
    try:
        interpreter.exec("import cinderjit; reason = cinderjit.unavailable_reason(); f = lambda: 1; "
                         "assert reason == 'it works in the main interpreter only', reason; "
                         "assert cinderjit.force_compile(f) is False; assert cinderjit.unavailable_reason() == reason")
    finally:
        interpreter.close()
