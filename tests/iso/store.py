"""A store as people have it that Nix alone did not write: restored, copied, labelled."""

import os
from pathlib import Path

UNPRIVILEGED = 4711
"""Owner of some files."""
SELINUX = b"system_u:object_r:default_t:s0\0"


def alter(store: Path) -> list[Path]:
    """Give store paths other times, modes, attributes and, as root, owners: Nix sees the same."""
    altered = []
    for number, name in enumerate(("greet*", "notebook*", "profile", "include", "mklive")):
        for top in sorted(store.glob(f"*-{name}")):
            for path in (top, *top.rglob("*")) if top.is_dir() else (top,):
                _alter(path, number)
            altered.append(top)
    assert altered
    return altered


def _alter(path: Path, number: int) -> None:
    if not path.is_symlink():
        # Only what may be written to has attributes of a user.
        path.chmod(path.stat().st_mode | 0o222)
        os.setxattr(path, "user.comment", b"somebody's")
        if os.getuid() == 0:
            os.setxattr(path, "security.selinux", SELINUX)
    if os.getuid() == 0:
        os.chown(path, UNPRIVILEGED, UNPRIVILEGED, follow_symlinks=False)
    # As container images have them, as a copy has them, and as Nix has them.
    date = (0, 1_700_000_000, 1)[number % 3]
    os.utime(path, (date, date), follow_symlinks=False)
