"""Imported at start-up by cinderjit_autoload.pth when a JIT setting is present.

It runs in every process of a program that was started with such a setting, so it
must not fail and must not print: where the JIT cannot run, the program runs without.
"""

import os

from cinderjit import _native

if os.environ.get("PYTHONJITDISABLE", "0") in ("", "0"):
    try:
        _native.load()
    except _native.Unavailable:
        pass
