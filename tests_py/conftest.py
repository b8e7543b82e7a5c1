"""What several test files share."""

import pathlib
import runpy

import pytest

compiler = runpy.run_path(pathlib.Path(__file__).with_name("native_compiler.py"))["compiler"]


@pytest.fixture(scope="session")
def compiler_socket():
    """The socket of a process that compiles natively."""
    with compiler() as path:
        yield path
