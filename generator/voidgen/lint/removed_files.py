"""Find patterns of [image] remove-files that remove what the image needs, or match nothing."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from voidgen.errors import Fault
from voidgen.overlay import aliases
from voidgen.overlay.asker import module
from voidgen.system import path_patterns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from voidgen.plan.plan import Plan
    from voidgen.tree import Node

_PROGRAMS = (
    *("agetty", "bash", "dash", "dracut", "env", "init", "login", "modprobe", "mount", "runit"),
    *("runit-init", "runsv", "runsvchdir", "runsvdir", "sh", "udevadm", "udevd"),
)
"""Programs in /usr/bin by which mklive makes an initramfs, and by which Void boots."""
_NEEDED = (
    *("/bin", "/lib", "/lib64", "/sbin", "/usr/sbin"),
    *(f"/usr/bin/{name}" for name in _PROGRAMS),
    *("/etc/group", "/etc/passwd", "/etc/runit/1", "/etc/runit/2", "/etc/runit/3", "/etc/shadow"),
    *("/usr/lib/dracut/modules.d/70dmsquash-live", "/usr/lib/dracut/modules.d/90dmsquash-live"),
    "/var/db/xbps/pkgdb-0.38.plist",
)
"""Paths without which mklive ends, or the image does not boot."""
_OF_KERNEL = (
    *("/boot/vmlinuz-{0}", "/boot/vmlinux-{0}", "/usr/lib/modules/{0}/modules.dep"),
    *(
        f"/usr/lib/modules/{{0}}/kernel/{name}.ko.zst"
        for name in (
            *("drivers/block/loop", "fs/isofs/isofs"),
            *("fs/overlayfs/overlay", "fs/squashfs/squashfs"),
        )
    ),
)
"""Such paths of the kernel, whose version only voidgen.lock has."""
_SERIES = re.compile(r"linux([0-9]+\.[0-9]+)")


def faults(plan: Plan, nodes: Mapping[str, Node], file: Path) -> Iterator[Fault]:
    """Yield a fault for each such pattern; ``file`` is voidgen.toml, ``nodes`` the overlay."""
    owners = {entry.path: entry.module for entry in plan.resolution.entries}
    arch = plan.config.image.arch
    library = "/usr/lib/libc.so" if arch.endswith("-musl") else "/usr/lib/libc.so.6"
    needed = (*_NEEDED, library, *_of_kernel(plan.config.xbps.kernel))
    for index, pattern in enumerate(plan.config.image.remove_files):
        key = ("image", "remove-files", index)
        removes = _removes(pattern)
        if real := aliases.real_path(pattern, arch):
            what = f"{pattern} matches nothing: a part of it is a symbolic link on Void"
            yield Fault(what, file, key, remedy=f"write {real}")
        elif path := next(filter(removes, needed), None):
            what = f"{pattern} removes {path}, which the image needs"
            yield Fault(what, file, key, remedy="write a pattern that matches less")
        elif path := next(filter(removes, nodes), None):
            by = f", which {module(owners[path])} puts there" if path in owners else ""
            what = f"{pattern} removes {path} of the overlay{by}"
            remedy = "write a pattern that matches less, or leave the file out of the module"
            yield Fault(what, file, key, remedy=remedy)


def _of_kernel(name: str) -> Iterable[str]:
    """Return paths of the kernel ``name``, with a version that it may have."""
    series = _SERIES.fullmatch(name)
    version = f"{series[1] if series else '6.12'}.1_1"
    return (path.format(version) for path in _OF_KERNEL)


def _removes(pattern: str) -> Callable[[str], bool]:
    """Return a function that says whether ``pattern`` removes a path, or a folder above it."""
    matches = path_patterns.compiled(pattern).fullmatch

    def removes(path: str) -> bool:
        parts = path.split("/")
        above = ("/".join(parts[:count]) for count in range(2, len(parts) + 1))
        return any(matches(os.fsencode(one)) for one in above)

    return removes
