"""build/python behaves as that environment's Python, emulated or not."""

import multiprocessing
import os
import pathlib
import signal
import subprocess
import sys

import pytest


def run(*arguments, **options):
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, timeout=60, **options)


def square(number):
    return number * number, sys.executable


def test_it_is_the_virtual_environment_of_the_right_python():
    assert sys.version_info[:2] == (3, 14)
    assert os.uname().machine == "aarch64"
    assert sys.prefix != sys.base_prefix
    assert pathlib.Path(sys.executable).parent == pathlib.Path(sys.prefix, "bin")


def test_arguments_standard_input_options_and_exit_status_arrive():
    program = "import sys; print(sys.argv, sys.flags.dev_mode, sys.stdin.read()); sys.exit(7)"
    done = run("-X", "dev", "-c", program, "a b", "", "*", input="text")
    assert (done.stdout, done.returncode) == ("['-c', 'a b', '', '*'] True text\n", 7)


def test_the_environment_is_passed_on_unchanged():
    done = run("-c", "import os; print(sorted(os.environ))", env={"ONLY": "1", "LC_ALL": "C.UTF-8"})
    assert done.stdout == "['LC_ALL', 'ONLY']\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT])
def test_death_by_signal_is_reported_as_such(number):
    # Whoever started the tests may have had SIGINT ignored or blocked. A signal that comes just
    # before a sleep is handled after it, by any Python: one long sleep would be too long.
    program = (
        "import signal, time\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "signal.pthread_sigmask(signal.SIG_UNBLOCK, signal.valid_signals())\n"
        "print(flush=True)\n"
        "for _ in range(600): time.sleep(0.1)\n")
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.readline()
        process.send_signal(number)
        message = process.communicate(timeout=60)[1]
        assert process.returncode == -number
    assert (b"KeyboardInterrupt" in message) == (number == signal.SIGINT)


def test_ignored_and_blocked_signals_are_inherited():
    program = (
        "import signal; print(signal.getsignal(signal.SIGUSR1) == signal.SIG_IGN,"
        " sorted(signal.pthread_sigmask(signal.SIG_BLOCK, [])) == [signal.SIGUSR2])")
    handler = signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    mask = signal.pthread_sigmask(signal.SIG_SETMASK, [signal.SIGUSR2])
    try:
        done = run("-c", program)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        signal.signal(signal.SIGUSR1, handler)
    assert done.stdout == "True True\n"


@pytest.mark.parametrize("method", ["spawn", "forkserver", "fork"])
def test_multiprocessing_starts_the_same_python(method):
    with multiprocessing.get_context(method).Pool(1) as pool:
        assert pool.map(square, [3]) == [(9, sys.executable)]


def test_script_with_interpreter_line(tmp_path):
    script = tmp_path / "script"
    script.write_text(f"#!{sys.executable}\nimport sys\nprint(sys.executable, sys.argv[1:])\n")
    script.chmod(0o755)
    done = subprocess.run([script, "1"], capture_output=True, text=True, timeout=60)
    assert done.stdout == f"{sys.executable} ['1']\n"


def test_link_from_outside_leads_into_the_environment(tmp_path):
    link = pathlib.Path(sys.prefix).parent / "python"
    if not link.is_symlink():
        pytest.skip("this environment has no link beside it")
    done = subprocess.run(
        [link, "-c", "import sys; print(sys.prefix)"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == sys.prefix


def test_an_environment_made_from_it_has_its_own_prefix(tmp_path):
    assert run("-m", "venv", "--without-pip", tmp_path / "inner").returncode == 0
    inner = tmp_path / "inner" / "bin" / "python"
    done = subprocess.run(
        [inner, "-c", "import sys; print(sys.prefix); print(sys.executable)"], capture_output=True, text=True, timeout=60)
    assert done.stdout.split() == [str(tmp_path / "inner"), str(inner)]
