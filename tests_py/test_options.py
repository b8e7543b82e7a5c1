"""Settings: environment variables and -X options."""

import os
import subprocess
import sys

import pytest

from cinderjit import _options


def run(*arguments, **environment):
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHONJIT")}
    return subprocess.run(
        [sys.executable, "-P", *arguments], env=clean | environment, capture_output=True, text=True, timeout=300)


PROGRAM = """
def often(x):
    return x + 1

def seldom(x):
    return x

for i in range(60):
    often(i)
seldom(1)
import cinderjit
print(cinderjit.is_jit_compiled(often), cinderjit.is_jit_compiled(seldom))
"""


@pytest.mark.parametrize("arguments, environment, output", [
    ([], {}, "False False\n"),
    ([], {"PYTHONJITAUTO": "50"}, "True False\n"),
    (["-X", "jit-auto=50"], {}, "True False\n"),
    (["-X", "jit-auto=50"], {"PYTHONJITAUTO": "1000000"}, "True False\n"),
    ([], {"PYTHONJITAUTO": "50", "PYTHONJITDISABLE": "1"}, "False False\n"),
    (["-E"], {"PYTHONJITAUTO": "50"}, "False False\n"),
])
def test_counted_calls(arguments, environment, output):
    done = run(*arguments, "-c", PROGRAM, **environment)
    assert (done.stdout, done.stderr) == (output, "")


def test_list_file_and_log(tmp_path):
    (tmp_path / "list").write_text("__main__:oft*\n")
    done = run("-c", PROGRAM, PYTHONJITLISTFILE=str(tmp_path / "list"), PYTHONJITLOGFILE=str(tmp_path / "log.{pid}"))
    assert (done.stdout, done.stderr) == ("True False\n", "")
    [log] = tmp_path.glob("log.*")
    assert log.name != "log.{pid}"
    lines = log.read_text().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("Finished compiling __main__:often in ")


def test_dump(tmp_path):
    (tmp_path / "list").write_text("__main__:often\n")
    done = run("-c", PROGRAM, PYTHONJITLISTFILE=str(tmp_path / "list"), PYTHONJITDUMP="bytecode,hir,asm")
    headlines = [line for line in done.stderr.splitlines() if line.startswith("----")]
    assert headlines == [f"---- {stage} of __main__:often ----" for stage in ("bytecode", "hir", "asm")]


@pytest.mark.parametrize("environment, message", [
    ({"PYTHONJITAUTO": "many"}, "cinderjit: PYTHONJITAUTO needs a number, not 'many'\n"),
    ({"PYTHONJITAUTO": "9" * 20}, "cinderjit: PYTHONJITAUTO needs a number, not '99999999999999999999'\n"),
    ({"PYTHONJITLISTFILE": "/does/not/exist"}, "No such file or directory"),
    ({"PYTHONJITNONSENSE": "1"}, "cinderjit: there is no setting PYTHONJITNONSENSE\n"),
    ({"PYTHONJITALL": "maybe"}, "cinderjit: PYTHONJITALL needs 1 or 0, not 'maybe'\n"),
    ({"PYTHONJITDUMP": "hir,nonsense"}, 'cinderjit: no stage "nonsense"; there are snapshot, '),
    ({"PYTHONJITOPTIONS": "disable_pass=nonsense"}, 'cinderjit: compiler option "disable_pass=nonsense": there is no such pass\n'),
    ({"PYTHONJITOPTIONS": "disable_pass=clean"}, "pass clean cannot be left out\n"),
    ({"PYTHONJITAUTO": "1000000", "PYTHONJITLOGFILE": "/does/not/exist"},
     "cinderjit: cannot write the log /does/not/exist: No such file or directory\n"),
    ({"PYTHONJITOPTIONS": "nonsense=1"}, 'cinderjit: compiler option "nonsense=1": unknown name\n'),
])
def test_wrong_values_do_not_stop_the_program(environment, message):
    done = run("-c", "def f(): print(1)\nf()", **environment)
    assert done.stdout == "1\n"
    assert message in done.stderr


def test_a_wrong_stage_is_told_once():
    done = run("-c", "def f(): pass\ndef g(): pass\nf(); g()", PYTHONJITALL="1", PYTHONJITDUMP="nonsense", PYTHONJITDEBUG="1")
    assert done.stderr.count("nonsense") == 1 and "Finished compiling __main__:g in " in done.stderr


def test_a_wrong_list_does_not_switch_counting_off():
    done = run("-c", "import cinderjit; print(cinderjit.get_compile_after_n_calls())", PYTHONJITLISTFILE="/does/not/exist", PYTHONJITAUTO="3")
    assert done.stdout == "3\n" and done.stderr.count("No such file or directory") == 1


def test_what_switched_it_off_is_named():
    ask = "import cinderjit; print(cinderjit.unavailable_reason())"
    assert run("-c", ask, PYTHONJITDISABLE="1").stdout == "PYTHONJITDISABLE is set\n"
    assert run("-X", "jit-disable", "-c", ask).stdout == "-X jit-disable is set\n"


def test_help_page_has_every_option():
    page = _options.help_page()
    for option in _options.OPTIONS:
        assert option.variable in page and option.x_option in page and option.help in page
    assert _options.help_page() in run("-X", "jit-help", "-c", "").stderr


def test_parsing():
    settings = _options.read({"PYTHONJITALL": "1", "PYTHONJITLOGFILE": "/x"}, {"jit-list-calls": "3", "jit-debug": True})
    assert (settings.calls, settings.log_file, settings.list_calls, settings.debug) == (0, "/x", 3, True)
    assert settings.auto is None and not settings.disable
    with pytest.raises(_options.OptionError, match="-X jit-auto needs a value"):
        _options.read({}, {"jit-auto": True})
    with pytest.raises(_options.OptionError, match="-X jit-auto needs a number, not 'abc'"):
        _options.read({}, {"jit-auto": "abc"})
    assert _options.unknown({"PYTHONJITAUTO": "1", "PYTHONJITX": "1", "PATH": ""}, {"jit-all": True, "jit-x": "1", "jit": True, "dev": True}) == [
        "-X jit", "-X jit-x", "PYTHONJITX"]


def test_a_compiled_loop_before_any_compiled_generator():
    done = run("-c", """
import cinderjit
def numbers():
    yield 1
    yield 2
def total():
    result = 0
    for number in numbers():
        result += number
    return result
for _ in range(20): total()
assert cinderjit.force_compile(total) and not cinderjit.is_jit_compiled(numbers)
print(total())
""")
    assert (done.stdout, done.returncode) == ("3\n", 0)


def test_callees_of_what_is_compiled_by_counting_are_compiled_with_it():
    program = """
import cinderjit

def small(x):
    return x + 1

def caller(x):
    return small(x) + small(x + 1)

for i in range(20):
    caller(i)
print(cinderjit.is_jit_compiled(small), cinderjit.is_jit_compiled(caller))
cinderjit.force_compile(caller)
print(cinderjit.is_jit_compiled(small), caller(1))
"""
    done = run("-c", program, PYTHONJITAUTO="60")
    assert (done.stdout, done.stderr) == ("False False\nTrue 5\n", "")


def test_start_up_survives_compiling_everything():
    done = run("-c", "import json, enum, dataclasses, argparse; print(json.dumps([1, {'a': None}]))", PYTHONJITAUTO="2")
    assert (done.stdout, done.stderr, done.returncode) == ('[1, {"a": null}]\n', "", 0)


@pytest.mark.parametrize("stage", ["build", "opt", "lower"])
def test_a_panic_in_the_compiler_costs_one_function(tmp_path, stage):
    done = run("-c", """
import cinderjit
def f(x):
    return x + 1
def g(x):
    return x - 1
print(cinderjit.force_compile(f), cinderjit.is_jit_compiled(f), f(1))
print(cinderjit.why_not_compiled(f).splitlines()[0])
cinderjit._native.load().set_option("compiler", None)
print(cinderjit.force_compile(g), g(1))
""", PYTHONJITOPTIONS=f"bug_in={stage}", PYTHONJITLOGFILE=str(tmp_path / "log"))
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "False False 2", f"bug in the compiler: compiling __main__.f: bug in stage {stage}: asked for", "True 0"]
    log = (tmp_path / "log").read_text()
    assert "Bug in the compiler at __main__:f" in log and "goroutine" in log


def test_a_share_of_the_functions_is_compiled():
    program = """
import cinderjit
made = {}
for number in range(200):
    exec(f"def f{number}(x): return x + {number}", made)
functions = [made[f"f{number}"] for number in range(200)]
print(*(number for number, f in enumerate(functions) if cinderjit.force_compile(f)))
print({cinderjit.why_not_compiled(f) for f in functions}, sum(f(1) for f in functions))
"""
    told = [run("-c", program, PYTHONJITOPTIONS=f"share=50,share_seed={seed}").stdout.splitlines() for seed in (1, 1, 2)]
    assert told[0] == told[1] != told[2]
    assert all(60 < len(numbers.split()) < 140 for numbers, _ in told)
    assert all(reason.startswith("{None, 'not in the share") or reason.startswith("{'not in the share") for _, reason in told)
    assert all(reason.endswith(f" {sum(range(1, 201))}") for _, reason in told)


def test_a_wrong_compiler_option_is_a_reason():
    done = run("-c", """
import cinderjit
def f(x):
    return x + 1
print(cinderjit.force_compile(f), cinderjit.why_not_compiled(f), f(1))
""", PYTHONJITOPTIONS="nonsense=1")
    assert done.stdout == 'False compiler option "nonsense=1": unknown name 2\n'


@pytest.mark.parametrize("setting", [{"PYTHONJITALL": "1"}, {"PYTHONJITAUTO": "0"}])
def test_nothing_is_compiled_while_the_interpreter_is_finalized(setting, tmp_path):
    # A finaliser that is called for the first time when the interpreter clears its own lists.
    done = run("-c", """
import os
class Late:
    def __del__(self): pass
    def callback(self): pass
os.register_at_fork(after_in_child=Late().callback)
import multiprocessing.resource_tracker
""", PYTHONJITLOGFILE=str(tmp_path / "log"), **setting)
    assert (done.returncode, done.stderr) == (0, "")


def test_bodies_of_modules_and_classes_by_the_jit_list(tmp_path):
    (tmp_path / "list").write_text("body:<module>\nbody:Body\n")
    (tmp_path / "body.py").write_text("class Body:\n    total = 0\n    for i in range(5):\n        total += i\nlast = Body.total + 1\n")
    for evaluator, expected in ("1", ["body:<module>", "body:Body"]), ("0", []):
        log = tmp_path / f"log{evaluator}"
        done = run("-c", "import body; print(body.last, body.Body.i)", PYTHONPATH=str(tmp_path), PYTHONJITFRAMEEVALUATOR=evaluator,
                   PYTHONJITLISTFILE=str(tmp_path / "list"), PYTHONJITLOGFILE=str(log))
        assert (done.stdout, done.stderr) == ("11 4\n", "")
        lines = log.read_text().splitlines() if log.exists() else []
        assert sorted(line.split()[2] for line in lines if line.startswith("Finished compiling")) == expected
