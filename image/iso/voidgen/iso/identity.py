"""Find what of [image]'s identity a finished ISO lacks. Standard library only."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from voidgen.system import untrusted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from voidgen.iso.root_tree import RootEntry, RootTree

LABEL_AT, LABEL_SIZE = 16 * 2048 + 40, 32
"""Place and bytes of the volume identifier in an ISO (ECMA-119, 6.2.1 and 8.4)."""
MOST_LINKS = 40
"""Links that Linux follows on the way to a file (path_resolution(7))."""
ZONES = "/usr/share/zoneinfo"


class Identity(NamedTuple):
    """What image/manifest.json says of the image; empty if it is not set."""

    timezone: str = ""
    volume_label: str = ""
    root_shell: str = ""
    user_shell: str = ""
    groups: tuple[str, ...] = ()


def of_plan(plan: Any) -> Identity:
    """Return what ``plan``, image/manifest.json parsed as JSON, says; ValueError if garbled."""
    try:
        image = plan["image"]
        return Identity(
            untrusted.of_type(image.get("timezone", ""), str),
            untrusted.of_type(image.get("volume-label", ""), str),
            untrusted.of_type(image.get("root-shell", ""), str),
            untrusted.of_type(image.get("user-shell", ""), str),
            tuple(untrusted.texts(image.get("groups", []))),
        )
    except untrusted.DAMAGED:
        raise ValueError("the manifest's image is garbled") from None


def faults(expected: Identity, tree: RootTree) -> Iterator[str]:
    """Yield how the root tree differs from what is ``expected``, with what to do."""
    zone = f"{ZONES}/{expected.timezone}"
    if expected.timezone and zone not in tree.entries:
        yield f"{zone} is missing: add tzdata to [xbps] packages, or choose another timezone"
    for group in expected.groups:
        if group not in tree.groups:
            yield f"no package makes the group {group}, which [image] groups names"


def other_labels(expected: str, results: Path) -> Iterator[str]:
    """Yield where the ISO in ``results``, or a boot menu, has another label than ``expected``.

    An empty label is mklive's, and not compared.
    """
    if not expected:
        return
    with (results / "image.iso").open("rb") as iso:
        iso.seek(LABEL_AT)
        label = iso.read(LABEL_SIZE).decode(errors="replace").rstrip()
    if label != expected:
        yield f"the ISO has the label {label!r}, but should have {expected!r}"
    for menu in sorted((results / "menus").iterdir()):
        labels = {*re.findall(r"root=live:CDLABEL=(\S*)", menu.read_text(errors="replace"))}
        if labels != {expected}:
            found = " and ".join(sorted(labels)) or "no label"
            yield f"the boot menu {menu.name} looks for {found}, but the ISO's label is {expected}"


def shells(expected: Identity, tree: RootTree, results: Path) -> Iterator[str]:
    """Yield why a login shell does not work: it is missing, not registered, or not root's.

    ``results`` has passwd(5), and shells(5) if there is one.
    """
    named = {"root-shell": expected.root_shell, "user-shell": expected.user_shell}
    for key, shell in named.items():
        found = _followed(shell, tree)
        if shell and (not found or found.kind != "file" or not found.mode & 0o111):
            what = "is missing" if found is None else f"is {found}"
            yield f"{shell}, which is [image] {key}, {what}: add its package to [xbps] packages"
        elif shell and shell not in _lines(results / "shells"):
            yield f"{shell}, which is [image] {key}, is not in /etc/shells"
    rows = [line.split(":") for line in _lines(results / "passwd")]
    of_root = {row[-1] for row in rows if row[0] == "root"}
    if expected.root_shell and of_root != {expected.root_shell}:
        yield f"root's shell is {' and '.join(of_root)}, but should be {expected.root_shell}"


def _lines(file: Path) -> list[str]:
    try:
        return file.read_bytes().decode(errors="surrogateescape").split("\n")
    except FileNotFoundError:
        return []


def _followed(path: str, tree: RootTree) -> RootEntry | None:
    """Return the entry at ``path``, of which each part may be a link; None if there is none."""
    left, here = path.split("/"), ""
    for _ in range(MOST_LINKS):
        while left:
            name = left.pop(0)
            if name in {"", "."}:
                continue
            if name == "..":
                here = here.rpartition("/")[0]
                continue
            found = tree.entries.get(f"{here}/{name}")
            if found is None:
                return None
            if found.kind == "symlink":
                left = found.target.split("/") + left
                here = "" if found.target.startswith("/") else here
                break
            here = f"{here}/{name}"
        else:
            return tree.entries.get(here)
    return None
