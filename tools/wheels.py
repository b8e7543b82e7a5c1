"""Pinned Python packages, installed from wheels that the cache folder keeps."""

import hashlib
import os
import subprocess

import debian


def install(pip, wanted, *options):
    """Installs the wanted packages ("name==version", dependencies included) with the command pip.

    The network is used once for each set of packages: after that the wheels are at
    hand. Wheels that pip builds itself are kept like those it downloads.
    """
    environment = dict(os.environ, PIP_ROOT_USER_ACTION="ignore", PIP_DISABLE_PIP_VERSION_CHECK="1")
    folder = debian.cache_root() / "wheels" / hashlib.sha256("\n".join(wanted).encode()).hexdigest()[:12]
    complete = folder / "complete"
    if not complete.exists():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run([*pip, "wheel", "-q", "--no-deps", "--wheel-dir", folder, *wanted], env=environment, check=True)
        complete.touch()
    subprocess.run(
        [*pip, "install", "-q", "--no-deps", "--no-index", "--find-links", folder, *options, *wanted],
        env=environment, check=True)
