"""Debian packages of another architecture and suite, without touching the host.

apt-get runs with a configuration of its own (architecture, state, cache, one
source line), resolves the dependencies of the wanted packages against an empty
machine and downloads them into the user's cache folder. The address of the
archive is the one the host itself uses.
"""

import fcntl
import hashlib
import os
import pathlib
import subprocess
import sys

SUITE = "forky"
ARCHITECTURE = "arm64"
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


def cache_root():
    """The folder for downloads that outlives a checkout."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return pathlib.Path(base) / "cinderjit"


def archive_address():
    """The Debian archive that this host's own apt uses.

    CINDERJIT_DEBIAN_ARCHIVE overrides it, for hosts that are not Debian.
    """
    given = os.environ.get("CINDERJIT_DEBIAN_ARCHIVE")
    if given:
        return given
    listing = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"],
        stdout=subprocess.PIPE, text=True, check=True,
    ).stdout
    for address in listing.split():
        if address.rstrip("/").endswith("/debian"):
            return address
    sys.exit("this host's apt knows no Debian archive; set CINDERJIT_DEBIAN_ARCHIVE to the address of one")


def packages(wanted, refresh=False):
    """Paths of the wanted packages and of all they depend on, from the cache if it has them."""
    key = hashlib.sha256(" ".join([SUITE, ARCHITECTURE, *sorted(wanted)]).encode()).hexdigest()[:12]
    folder = cache_root() / "debian" / f"{SUITE}-{ARCHITECTURE}-{key}"
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        complete = folder / "complete"
        if refresh or not complete.exists():
            complete.unlink(missing_ok=True)
            _download(folder, wanted)
            complete.touch()
        return sorted((folder / "cache" / "archives").glob("*.deb"))


def _download(folder, wanted):
    for name in ("state/lists/partial", "cache/archives/partial"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for old in (folder / "cache" / "archives").glob("*.deb"):
        old.unlink()
    (folder / "status").touch()
    options = f"arch={ARCHITECTURE}"
    if os.path.exists(KEYRING):
        options += f" signed-by={KEYRING}"
    (folder / "sources.list").write_text(f"deb [{options}] {archive_address()} {SUITE} main\n")
    (folder / "apt.conf").write_text(f"""\
APT::Architecture "{ARCHITECTURE}";
APT::Architectures {{ "{ARCHITECTURE}"; }};
APT::Install-Recommends "false";
APT::Sandbox::User "";
APT::Keep-Downloaded-Packages "true";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
Binary::apt-get::APT::Keep-Downloaded-Packages "true";
Dir::State "{folder}/state";
Dir::State::status "{folder}/status";
Dir::Cache "{folder}/cache";
Dir::Etc::sourcelist "{folder}/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
""")
    environment = dict(os.environ, APT_CONFIG=str(folder / "apt.conf"), DEBIAN_FRONTEND="noninteractive")
    for command in (["update", "-q"], ["install", "-q", "-y", "--download-only", "--no-install-recommends", *wanted]):
        # Standard error stays visible; the listing of every package does not help.
        subprocess.run(["apt-get", *command], env=environment, check=True, stdout=subprocess.DEVNULL)
