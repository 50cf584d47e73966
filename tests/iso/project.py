"""The project from which the tests build ISOs, and its sources."""

import json
from collections.abc import Mapping
from pathlib import Path

from tests.integration.offline import SYSTEM
from tests.iso.debian import write_set
from tests.locks.project import git, repository, well

ARCH = SYSTEM.partition("-")[0]
NAME = "tests"
LABEL = "tests-1.2_with-32.characters_abc"
"""As long as ISO 9660 allows."""

TOML = """
[image]
name = "tests"
title = "Tests"
keymap = "ch-fr_nodeadkeys"
volume-label = "{label}"
root-shell = "/usr/bin/sh"
user-shell = "/usr/bin/tool"
groups = ["_tests", "lamp"]
locale = "de_CH.UTF-8"
cmdline = ["quiet"]
remove-files = ["/usr/share/removed/**/*.txt", "/usr/share/[p-s]*/folder", "/etc/elsewhere/**"]
[nix]
nixpkgs = "./packages/tests"
packages = ["greet", "notebook^out,man", "deskTools.clock"]
[xbps]
repositories = [{repository}]
packages = ["htop"]
[overlay]
modules = ["tests"]
[boot]
timeout = 5
[boot.entries.debug]
title = "Debug"
cmdline = ["rd.debug"]
[boot.entries.shell]
title = "A shell of UEFI"
efi = "boot/shell.efi"
[hooks]
post-install = "scripts/finish.sh"
[mklive]
source = {mklive}
squashfs = {{ compression = "gzip", level = 1 }}
initramfs = "gzip"
[container]
image = "flake"
"""
MODULE = """
summary = "Files of all kinds"
[packages]
flake = "/etc/voidgen/packages"
[files."/etc/tests/private"]
mode = "0600"
owner = "_tests:_tests"
[files."/usr/bin/setuid"]
mode = "4755"
[files."/etc/tests/declared"]
owner = "lamp:lamp"
[directories."/var/lib/tests"]
mode = "2770"
owner = "_tests:root"
[users.lamp]
[allow]
"/etc/tests/private" = ["unknown-owner"]
"/var/lib/tests" = ["unknown-owner"]
[links]
"/etc/tests/link" = "/no where/at all"
"/opt/tools" = "@profile@/bin"
"""
HOOK = """\
#!/bin/sh
set -eu
test -e /etc/tests/file
{
	echo "user $(id -u), home $HOME, date $SOURCE_DATE_EPOCH"
	echo "interfaces: $(sed -n 's/:.*//p' /proc/net/dev | tr -d ' ' | tr '\\n' ' ')"
} > /etc/tests/finished
chmod 0640 /etc/tests/finished
chmod 0600 /nowhere || echo "it may try what fails"
"""
"""A script that runs in the root tree."""
FILES: dict[str, str | bytes] = {
    "scripts/finish.sh": HOOK,
    "boot/shell.efi": b"MZ, but nothing more",
    "overlay-src/tests/module.toml": MODULE,
    "overlay-src/tests/files/etc/motd": "of the overlay\n",
    "overlay-src/tests/files/etc/tests/declared": "of a declared user\n",
    "overlay-src/tests/files/etc/tests/file": "a file of the tests\n",
    "overlay-src/tests/files/etc/tests/private": "private\n",
    "overlay-src/tests/files/etc/tests/a name with spaces, 'quotes' and $(x)": "x\n",
    "overlay-src/tests/files/usr/bin/setuid": "#!/bin/sh\n",
    "overlay-src/tests/files/usr/bin/tool": "#!/bin/sh\n",
}


def write(
    folder: Path, mklive: Path, packages: Path, busybox: Path, env: Mapping[str, str]
) -> Path:
    """Write and commit a project that is neither locked nor generated; ``env`` has its Nix."""
    folder.mkdir()
    write_set(folder / "packages", busybox, env)
    text = TOML.format(
        label=LABEL,
        mklive=json.dumps(f"git+file://{mklive}?ref=main"),
        repository=json.dumps(str(packages)),
    )
    repository(folder, {"voidgen.toml": text, ".gitignore": "/out/\n", **FILES})
    return folder


def change(folder: Path, old: str, new: str, file: str = "voidgen.toml") -> None:
    """Replace text in a file of the project, generate and commit."""
    path = folder / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    well(folder, "generate")
    commit(folder)


def commit(folder: Path) -> None:
    """Commit everything that git does not ignore."""
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "tests")
