"""Loads the shared library, once and only on demand."""

import os
import sys

_module = None
_load_error = None


class Unavailable(RuntimeError):
    """The JIT cannot run in this process; the message says why."""


def disable(reason):
    """Makes the JIT unavailable in this process, unless it runs already."""
    global _load_error
    if _module is None:
        _load_error = reason


def unavailable_reason():
    """Why the JIT cannot run in this process, or None if it can.

    The library is loaded to find out, unless that is known already: it compares the
    structures of this interpreter with those that it was built for.
    """
    try:
        load()
    except Unavailable:
        pass
    return known_reason()


def known_reason():
    """What is known to speak against the JIT in this process, or None. Nothing is loaded."""
    if sys.implementation.name != "cpython":
        return f"it needs CPython, this is {sys.implementation.name}"
    if sys.version_info[:2] != (3, 14):
        return f"it needs CPython 3.14, this is {sys.version_info[0]}.{sys.version_info[1]}"
    if "t" in sys.abiflags:
        return "free-threaded builds are not supported"
    if not sys.platform.startswith("linux") or os.uname().machine != "aarch64":
        return f"it needs Linux on AArch64, this is {sys.platform} on {os.uname().machine}"
    if _module is None and not _in_main_interpreter():
        return "it works in the main interpreter only"
    return _load_error


def _in_main_interpreter():
    try:
        import _interpreters
    except ImportError:  # nobody can have made another one from Python; loading asks again
        return True
    return _interpreters.get_current()[0] == _interpreters.get_main()[0]


def is_loaded():
    """Whether the shared library has been loaded into this process."""
    return _module is not None


def load():
    """Return the extension module, started, loading it first if need be.

    Raises Unavailable.
    """
    global _module, _load_error
    if _module is None:
        reason = known_reason()
        if reason is not None:
            raise Unavailable(reason)
        try:
            from cinderjit import _cinderjit
            _cinderjit.start()
        except ImportError as error:
            _load_error = f"the extension module does not load: {error}"
            raise Unavailable(_load_error) from error
        except (RuntimeError, OSError) as error:
            _load_error = str(error)
            raise Unavailable(_load_error) from error
        _module = _cinderjit
    return _module


def loaded():
    """The extension module if it has been loaded, else None."""
    return _module
