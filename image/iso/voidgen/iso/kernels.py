"""Find whether an ISO boots the kernel that voidgen.toml names. Pure. Standard library only."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from voidgen.system import untrusted
from voidgen.system.untrusted import of_type

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from voidgen.iso.root_tree import RootEntry
    from voidgen.lock.lock_json import VoidPackage

_DEFAULT = "linux"
_ASAHI = "linux-asahi"
_ROOT = "rootfs"
"""The transaction of the image's own packages in voidgen.lock."""
_SERIES = re.compile(r"linux[0-9]+\.[0-9]+")
_MODULES = "/usr/lib/modules"
_FILES = ("vmlinuz", "vmlinux")
"""The kernel's name in /boot: x86's, aarch64's."""


class Kernel(NamedTuple):
    """What [xbps] kernel names, and the versions of it that are locked, as uname(1) prints them.

    Without locked packages, there are no versions.
    """

    name: str
    versions: tuple[str, ...]


def expected(plan: Any, packages: Iterable[VoidPackage]) -> Kernel:
    """Return the kernel of image/manifest.json, parsed as JSON, with the locked ``packages``.

    A metapackage such as linux-lts has the version of its series. Raises ValueError if the
    manifest is garbled.
    """
    try:
        name = of_type(plan["xbps"].get("kernel", _DEFAULT), str)
    except untrusted.DAMAGED:
        raise ValueError("the manifest's xbps is garbled") from None
    locked = {one.name: one.version for one in packages if _ROOT in one.transactions}
    if name == _ASAHI and name in locked:
        # As mklive.sh makes it from the package's version.
        version, _, revision = locked[name].partition("_")
        return Kernel(name, (f"{version}-asahi_{revision}",))
    series = [one for one in locked if _SERIES.fullmatch(one)]
    for wanted in (name, "linux" + ".".join(locked.get(name, "").split(".")[:2]).split("_")[0]):
        if wanted in series:
            return Kernel(name, (locked[wanted],))
    return Kernel(name, tuple(sorted(locked[one] for one in series)))


def in_initramfs(kernel: Kernel, versions: Collection[str]) -> Iterator[str]:
    """Yield what is wrong if an initramfs has the modules of these ``versions``."""
    if kernel.versions and versions and not {*versions} <= {*kernel.versions}:
        yield f"the initramfs is for Linux {', '.join(sorted(versions))}, {_but(kernel)}"


def in_root_tree(
    kernel: Kernel, sizes: Mapping[str, int], tree: Mapping[str, RootEntry]
) -> Iterator[str]:
    """Yield what is wrong with the kernel in the ISO and in its root ``tree``.

    ``sizes`` are those of the ISO's files by path.
    """
    if not kernel.versions:
        return
    if not any(f"{_MODULES}/{one}" in tree for one in kernel.versions):
        yield f"{_MODULES} lacks the kernel's modules, {_but(kernel)}"
    found = {one: sizes[f"/boot/{one}"] for one in _FILES if sizes.get(f"/boot/{one}")}
    for name, size in found.items():
        files = [tree.get(f"/boot/{name}-{one}") for one in kernel.versions]
        if not any(one and one.size == size for one in files):
            yield f"/boot/{name} of the ISO is not the root tree's, {_but(kernel)}"


def _but(kernel: Kernel) -> str:
    versions = " or ".join(kernel.versions)
    return f"but [xbps] kernel is {kernel.name}, which is locked as Linux {versions}"
