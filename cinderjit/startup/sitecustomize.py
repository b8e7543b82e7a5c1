"""Turns the JIT on, as cinderjit_autoload.pth does, in an environment without that file.

Only with a JIT setting. The package is loaded from where this file belongs to; nothing
else of that environment becomes importable. A link to this file serves as well as the
file. Any version of Python may come across it.
"""

import os
import sys

_HERE = os.path.realpath(__file__)
# What has run already: two of these files must not run each other for ever.
_RUN = globals().get("_RUN", frozenset()) | {_HERE}


def _wanted():
    if sys.version_info < (3, 14) or "cinderjit" in sys.modules:
        return False
    if any(option.startswith("jit") for option in sys._xoptions):
        return True
    return not sys.flags.ignore_environment and any(name.startswith("PYTHONJIT") for name in os.environ)


def _load():
    from importlib import util

    if util.find_spec("cinderjit") is None:
        package = os.path.dirname(os.path.dirname(_HERE))
        spec = util.spec_from_file_location(
            "cinderjit", os.path.join(package, "__init__.py"), submodule_search_locations=[package])
        module = sys.modules["cinderjit"] = util.module_from_spec(spec)
        spec.loader.exec_module(module)
    import cinderjit._autoload  # noqa: F401


def _run_the_other():
    """Runs the sitecustomize that this one stands before, which takes its place."""
    for folder in sys.path:
        for finder in sys.meta_path:
            spec = finder.find_spec("sitecustomize", [folder])
            if spec is not None and spec.has_location and os.path.realpath(spec.origin) not in _RUN:
                from importlib import util

                module = sys.modules["sitecustomize"] = util.module_from_spec(spec)
                module._RUN = _RUN
                spec.loader.exec_module(module)
                return


if _wanted():
    _load()
_run_the_other()
