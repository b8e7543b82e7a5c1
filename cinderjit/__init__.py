"""A just-in-time compiler for CPython 3.14 on AArch64 Linux.

Importing this package changes nothing and is cheap: the compiler's shared library is
loaded when the JIT is first used. Where it cannot run, every function here is
harmless and unavailable_reason() says why.
"""

from cinderjit._native import is_loaded, unavailable_reason

__all__ = ["is_loaded", "unavailable_reason"]
__version__ = "0.1.0"
