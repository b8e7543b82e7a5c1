"""When the shared library is loaded, and when it must not be."""

import os
import signal
import subprocess
import sys

import pytest

from cinderjit import _native


def run(*arguments, **environment):
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHONJIT")}
    # -P: the installed package is tested, not the one in the working directory.
    return subprocess.run(
        [sys.executable, "-P", *arguments], env=clean | environment, capture_output=True, text=True, timeout=120)


def test_import_loads_no_library_and_no_module_of_weight():
    done = run("-c", """if True:
        import sys
        before = set(sys.modules)
        import cinderjit
        print(sorted(set(sys.modules) - before), cinderjit.is_loaded(), "_cinderjit" in open("/proc/self/maps").read())
    """)
    assert done.stdout == "['cinderjit', 'cinderjit._control', 'cinderjit._native'] False False\n", done.stderr


def test_load_is_done_once():
    done = run("-c", """if True:
        import cinderjit
        from cinderjit import _native
        first = _native.load()
        print(cinderjit.is_loaded(), _native.load() is first, cinderjit.unavailable_reason())
    """)
    assert done.stdout == "True True None\n", done.stderr


@pytest.mark.parametrize("options, environment, loaded", [
    ([], {}, False),
    ([], {"PYTHONJITALL": "1"}, True),
    ([], {"PYTHONJITAUTO": "10"}, True),
    (["-X", "jit-all"], {}, True),
    (["-E"], {"PYTHONJITALL": "1"}, False),
    ([], {"PYTHONJITALL": "1", "PYTHONJITDISABLE": "1"}, False),
    ([], {"PYTHONJITALL": "1", "PYTHONJITDISABLE": "0"}, True),
])
def test_start_up_file(options, environment, loaded):
    done = run(*options, "-c", "import sys; print('cinderjit._cinderjit' in sys.modules)", **environment)
    assert (done.stdout, done.stderr) == (f"{loaded}\n", "")


@pytest.mark.parametrize("target, name, value, reason", [
    (sys, "version_info", (3, 15, 0), "it needs CPython 3.14, this is 3.15"),
    (sys, "abiflags", "t", "free-threaded builds are not supported"),
    (sys, "platform", "darwin", "it needs Linux on AArch64, this is darwin on aarch64"),
])
def test_unsupported_interpreters_are_told_why(monkeypatch, target, name, value, reason):
    monkeypatch.setattr(target, name, value)
    monkeypatch.setattr(_native, "_module", None)
    assert _native.unavailable_reason() == reason
    with pytest.raises(_native.Unavailable, match=reason):
        _native.load()


@pytest.mark.parametrize("debug, said", [("0", ""), ("1", "cinderjit: inactive: free-threaded builds are not supported\n")])
def test_why_it_is_inactive_is_told_on_request(monkeypatch, capsys, debug, said):
    from cinderjit import _autoload

    monkeypatch.setenv("PYTHONJITDEBUG", debug)
    monkeypatch.setattr(sys, "abiflags", "t")
    monkeypatch.setattr(_native, "_module", None)
    _autoload._start()
    assert capsys.readouterr().err == said


def test_structures_that_do_not_fit_are_told_at_once():
    """The interpreter says how large its structures are; here it says something else."""
    done = run("-c", """if True:
        import ctypes
        table = (ctypes.c_uint64 * 100).in_dll(ctypes.pythonapi, "_PyRuntime")
        table[10] ^= 8
        import cinderjit
        def f(): return 1
        print(cinderjit.unavailable_reason())
        print(cinderjit.is_loaded(), cinderjit.force_compile(f), cinderjit.why_not_compiled(f) == cinderjit.unavailable_reason())
    """)
    reason, rest = done.stdout.splitlines()
    assert reason not in ("", "None") and rest == "False False True", done.stderr


def test_compiler_answers_in_process():
    status, reason = _native.load().compile_snapshot(b"not a snapshot")
    assert status == 1
    assert reason.decode()


def test_generated_bindings_reach_go():
    done = run("-c", """if True:
        import os
        os.chdir("/")
        from cinderjit import pybind
        print(pybind.toolchain().startswith("go1."), os.getcwd())
    """)
    assert done.stdout == "True /\n", done.stderr


def test_loading_leaves_signals_alone():
    done = run("-c", """if True:
        import os, signal
        before = [signal.getsignal(n) for n in sorted(signal.valid_signals())]
        from cinderjit import _native
        _native.load()
        print(before == [signal.getsignal(n) for n in sorted(signal.valid_signals())])
        try:
            os.kill(os.getpid(), signal.SIGINT)
        except KeyboardInterrupt:
            print("interrupted")
    """)
    assert done.stdout == "True\ninterrupted\n", done.stderr


def test_faulthandler_reports_a_crash_after_loading():
    done = run("-X", "faulthandler", "-c", """if True:
        import ctypes
        from cinderjit import _native
        _native.load()
        ctypes.string_at(0)
    """)
    assert done.returncode == -signal.SIGSEGV
    assert "Fatal Python error: Segmentation fault" in done.stderr


def test_fork_after_loading():
    done = run("-c", """if True:
        import os
        from cinderjit import _native
        _native.load()
        pid = os.fork()
        if pid == 0:
            sum(range(100000))
            os._exit(5)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    """)
    assert done.stdout == "5\n", done.stderr
