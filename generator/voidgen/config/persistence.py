"""Changes that a live system keeps on a partition: its label, and what contradicts it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from voidgen.schema.rule import MisfitError, Rule

if TYPE_CHECKING:
    from collections.abc import Iterable

LABEL = Rule(
    "the label of an ext4 partition: 1 to 16 letters, digits and . _ - (not VOID_LIVE)",
    r"(?!VOID_LIVE$)[A-Za-z0-9][A-Za-z0-9._-]{0,15}",
    (
        (r"^VOID_LIVE$", "choose another label: this one is the ISO's own"),
        (r"^[A-Za-z0-9][A-Za-z0-9._-]{16,}$", "shorten it: ext4 has room for 16 characters"),
    ),
)
"""dracut finds the partition by its link in /dev/disk/by-label, which escapes other characters."""
Label = Annotated[str, LABEL]

ENTRY = "persistent"
"""The boot menu's entry that keeps changes."""

_OVERLAY = ("rd.live.overlay", "rd.overlay")


def check(
    label: str | None, default: str, cmdline: Iterable[str], volume_label: str | None
) -> None:
    """Raise `MisfitError` for what contradicts `[live] persistence`, which is ``label``.

    ``default`` is `[boot] default`, ``cmdline`` and ``volume_label`` are keys of `[image]`.
    """
    if label is None:
        if default == ENTRY:
            what = f"the menu has no entry {ENTRY!r}"
            raise MisfitError(what, ("boot", "default"), remedy="set persistence in [live]")
        return
    if label == volume_label:
        what = f"{label!r} is [image] volume-label, too, so the live system may find the wrong one"
        raise MisfitError(what, ("live", "persistence"), remedy="choose another label")
    for index, parameter in enumerate(cmdline):
        name = parameter.partition("=")[0]
        if name.startswith(_OVERLAY):
            what = f"{name} contradicts [live] persistence, which says where changes are kept"
            raise MisfitError(what, ("image", "cmdline", index), remedy="remove it")
