"""Imported at start-up by cinderjit_autoload.pth when a JIT setting is present.

It runs in every process of a program that was started with such a setting, so it
must not fail: where the JIT cannot run, the program runs without. Only a setting that is
unknown or has a wrong value is worth a line on standard error, and the reason with PYTHONJITDEBUG.
"""

import sys

from cinderjit import _control, _native, _options


def _start():
    try:
        settings = _options.read()
    except _options.OptionError as error:
        print(f"cinderjit: {error}", file=sys.stderr)
        return
    for name in _options.unknown():
        print(f"cinderjit: there is no setting {name}", file=sys.stderr)
    if settings.help:
        print(_options.help_page(), file=sys.stderr)
    if settings.disable:
        _native.disable(f"{settings.sources['disable']} is set")
        return
    try:
        _control.apply(settings)
    except _native.Unavailable as error:
        if settings.debug:
            print(f"cinderjit: inactive: {error}", file=sys.stderr)
    except ValueError as error:
        print(f"cinderjit: {error}", file=sys.stderr)


_start()
