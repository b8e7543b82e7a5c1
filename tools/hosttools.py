"""What the build needs of the host: the emulator and the cross compiler.

On an AArch64 host nothing of this is used. On others the missing programs are
installed with apt-get where that is possible (root, or sudo without password).
"""

import os
import platform
import shutil
import subprocess
import sys

# program -> Debian package. The dynamically linked qemu-user is wanted: the
# static one cannot load plugins.
PROGRAMS = {
    "qemu-aarch64": "qemu-user",
    "aarch64-linux-gnu-gcc": "gcc-aarch64-linux-gnu",
    "aarch64-linux-gnu-as": "binutils-aarch64-linux-gnu",
    "gcc": "gcc",
}


def native():
    """Whether this host runs AArch64 programs by itself."""
    return platform.machine() in ("aarch64", "arm64")


def ensure():
    """Installs what is missing; exits with a message when it cannot."""
    missing = sorted({package for program, package in PROGRAMS.items() if shutil.which(program) is None})
    if not missing:
        return
    apt = shutil.which("apt-get")
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if apt is None:
        sys.exit(f"missing on this host: {', '.join(missing)} (Debian's package names); install them")
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    command = sudo + [apt, "install", "-y", "--no-install-recommends"]
    # libc6-dev-arm64-cross is only recommended by the compiler, and is needed.
    if "gcc-aarch64-linux-gnu" in missing:
        missing.append("libc6-dev-arm64-cross")
    if subprocess.run(command + missing, env=environment).returncode != 0:
        subprocess.run(sudo + [apt, "update"], env=environment, check=True)
        if subprocess.run(command + missing, env=environment).returncode != 0:
            sys.exit(f"could not install {', '.join(missing)}")


if __name__ == "__main__":
    if not native():
        ensure()
