"""The JIT in processes whose environment does not have the package."""

import os
import pathlib
import subprocess
import sys

import pytest

# Of the installed package, not of the sources that the tests stand beside.
STARTUP = pathlib.Path(
    subprocess.run([sys.executable, "-P", "-m", "cinderjit.startup"], capture_output=True, text=True, timeout=100).stdout.strip())
# A host's own Python knows nothing of us; that of the emulated environment has a link to STARTUP.
LINKED = pathlib.Path(os.__file__).with_name("sitecustomize.py").resolve() == STARTUP / "sitecustomize.py"

PROGRAM = """
import sys
print(sys.modules["cinderjit"].get_compile_after_n_calls() if "cinderjit" in sys.modules else None)
"""


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    """The Python of an environment without packages."""
    folder = tmp_path_factory.mktemp("other")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True, timeout=100)
    return folder / "bin" / "python"


def run(*command, **environment):
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        command, env=clean | {name: str(value) for name, value in environment.items()}, capture_output=True, text=True, timeout=100)
    assert done.stderr == ""
    return done.stdout.strip()


def test_the_folder_is_printed():
    assert (STARTUP / "sitecustomize.py").is_file() and (STARTUP.parent / "_autoload.py").is_file()


@pytest.mark.skipif(not LINKED, reason="this interpreter is not ours to change")
@pytest.mark.parametrize("arguments, environment, answer", [
    ([], {}, "None"),
    ([], {"PYTHONJITAUTO": 7}, "7"),
    (["-I", "-X", "jit-auto=8"], {}, "8"),
    (["-E"], {"PYTHONJITAUTO": 7}, "None"),
])
def test_an_environment_made_from_the_emulated_python_has_the_jit(other, arguments, environment, answer):
    assert run(other, *arguments, "-c", PROGRAM, **environment) == answer


def test_the_folder_on_the_path_brings_the_jit(other):
    assert run(other, "-c", PROGRAM, PYTHONPATH=STARTUP) == "None"
    assert run(other, "-c", PROGRAM, PYTHONPATH=STARTUP, PYTHONJITAUTO=7) == "7"
    assert run(other, "-c", PROGRAM, PYTHONPATH=STARTUP, PYTHONJITDISABLE=1) == "None"


def test_nothing_else_becomes_importable(other):
    program = "import cinderjit, importlib.util; print(importlib.util.find_spec('pytest'))"
    assert run(other, "-c", program, PYTHONPATH=STARTUP, PYTHONJITAUTO=7) == "None"


def test_children_have_it_too(other):
    program = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {PROGRAM!r}])"
    assert run(other, "-c", program, PYTHONPATH=STARTUP, PYTHONJITAUTO=7) == "7"


@pytest.mark.parametrize("environment", [{}, {"PYTHONJITAUTO": 7}])
def test_another_sitecustomize_runs_all_the_same(other, tmp_path, environment):
    (tmp_path / "sitecustomize.py").write_text("import sys\nprint(__name__, 'cinderjit' in sys.modules)\n")
    program = "import sitecustomize; print(sitecustomize.__file__)"
    told = run(other, "-c", program, PYTHONPATH=f"{STARTUP}:{tmp_path}", **environment).splitlines()
    assert told == [f"sitecustomize {bool(environment)}", str(tmp_path / "sitecustomize.py")]


def test_the_package_of_an_environment_comes_first():
    assert run(sys.executable, "-P", "-c", "import cinderjit; print(cinderjit.__spec__.origin)",
               PYTHONPATH=STARTUP, PYTHONJITAUTO=7) == str(STARTUP.parent / "__init__.py")


def test_nothing_is_imported_without_a_setting(other):
    program = "import sys; print([name for name in sys.modules if name.startswith(('cinderjit', 'importlib.'))])"
    assert run(other, "-c", program, PYTHONPATH=STARTUP) == "[]"


def test_two_copies_do_not_run_each_other_for_ever(other, tmp_path):
    copy = tmp_path / "sitecustomize.py"
    copy.write_bytes((STARTUP / "sitecustomize.py").read_bytes())
    assert run(other, "-c", PROGRAM, PYTHONPATH=f"{tmp_path}:{STARTUP}") == "None"
