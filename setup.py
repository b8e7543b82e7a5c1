"""Packaging: the extension is built by tools/extension.py, not by a compiler class.

`pip wheel .` builds for the interpreter that runs pip. With CINDERJIT_CROSS=1 in the
environment any Python 3.11 or later builds for the interpreter of build/sysroot
(tools/build.py, `make build`).
"""

import os
import pathlib
import shutil
import sys

from setuptools import Extension, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_ext import build_ext
from setuptools.command.build_py import build_py

ROOT = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT / "tools"))
import extension  # noqa: E402

CROSS = os.environ.get("CINDERJIT_CROSS") == "1"


class BuildExtension(build_ext):
    """Runs the Go build and puts library and generated wrappers into the package."""

    def build_extension(self, ext):
        toolchain = extension.sysroot_toolchain() if CROSS else extension.running_toolchain()
        library, wrappers = extension.build(toolchain)
        package = pathlib.Path(self.get_ext_fullpath(ext.name)).parent
        package.mkdir(parents=True, exist_ok=True)
        for path in (library, *wrappers):
            shutil.copy2(path, package / path.name)

    def get_ext_filename(self, fullname):
        return fullname.replace(".", "/") + extension.SUFFIX


class BuildPython(build_py):
    """Adds the start-up file, which belongs beside the package and not into it."""

    def find_package_modules(self, package, package_dir):
        # In a checkout these are links to the last build's, which may be gone.
        found = super().find_package_modules(package, package_dir)
        return [entry for entry in found if pathlib.Path(entry[2]).name not in extension.WRAPPERS]

    def run(self):
        super().run()
        name = "cinderjit_autoload.pth"
        self.copy_file(str(ROOT / name), str(pathlib.Path(self.build_lib) / name))


class BuildWheel(bdist_wheel):
    def get_tag(self):
        if CROSS:
            return "cp314", "cp314", "linux_aarch64"
        return super().get_tag()


setup(
    ext_modules=[Extension("cinderjit._cinderjit", sources=[])],
    cmdclass={"build_ext": BuildExtension, "build_py": BuildPython, "bdist_wheel": BuildWheel},
)
