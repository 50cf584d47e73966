"""A Nix store as it is after a restore, a copy or labelling: with other times and attributes."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

UNPRIVILEGED = 4711
"""Owner of some files."""
ATTRIBUTES = {"user.comment": b"somebody's"}
if os.getuid() == 0:
    ATTRIBUTES["security.selinux"] = b"system_u:object_r:default_t:s0\0"


@contextmanager
def altered(store: Path) -> Iterator[None]:
    """Give store paths other times, modes, attributes and, as root, owners; Nix ignores these."""
    paths = []
    for number, name in enumerate(("greet*", "notebook*", "profile", "include", "mklive")):
        for top in sorted(store.glob(f"*-{name}")):
            below = (top, *top.rglob("*")) if top.is_dir() and not top.is_symlink() else (top,)
            paths += [(path, path.lstat(), number) for path in below]
    assert paths
    for path, _, number in paths:
        _alter(path, number)
    try:
        yield
    finally:
        for path, status, _ in reversed(paths):
            _restore(path, status)


def _alter(path: Path, number: int) -> None:
    if not path.is_symlink():
        # User attributes can only be set on writable files.
        path.chmod(path.stat().st_mode | 0o222)
        for name, value in ATTRIBUTES.items():
            os.setxattr(path, name, value)
    if os.getuid() == 0:
        os.chown(path, UNPRIVILEGED, UNPRIVILEGED, follow_symlinks=False)
    # The times of container images, of copies, and of Nix.
    date = (0, 1_700_000_000, 1)[number % 3]
    os.utime(path, (date, date), follow_symlinks=False)


def _restore(path: Path, status: os.stat_result) -> None:
    if os.getuid() == 0:
        os.chown(path, status.st_uid, status.st_gid, follow_symlinks=False)
    if not path.is_symlink():
        for name in ATTRIBUTES:
            # Already removed, if the store has hard links.
            with suppress(OSError):
                os.removexattr(path, name)
        path.chmod(status.st_mode)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns), follow_symlinks=False)
