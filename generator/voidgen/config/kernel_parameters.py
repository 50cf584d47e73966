"""Kernel parameters that image.cmdline cannot set.

mklive sets them itself, or nothing on a Void system reads them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from voidgen.schema.rule import MisfitError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

DERIVED: Mapping[str, str] = {
    "live.user": "user",
    "locale.LANG": "locale",
    "vconsole.keymap": "keymap",
}
"""Parameters that voidgen derives, each with its key of [image]."""

_MKLIVE = "mklive sets the parameters by which the live system finds its image"
SET_BY_MKLIVE: Mapping[str, str] = {
    "rd.live.dir": _MKLIVE,
    "rd.live.image": _MKLIVE,
    "rd.live.overlay.overlayfs": "mklive sets it after all other parameters",
    "rd.live.squashimg": _MKLIVE,
    "root": _MKLIVE,
}
"""Parameters that mklive sets, or that contradict those, each with the reason."""

_SYSTEMD = ("systemd.", "rd.systemd.")


def check(parameters: Iterable[str], *, may_derive: bool = False) -> None:
    """Raise `MisfitError` for the first parameter that image.cmdline cannot set.

    With ``may_derive``, they come after those that voidgen derives, and may override these.
    """
    for index, parameter in enumerate(parameters):
        name, _, value = parameter.partition("=")
        key = ("cmdline", index)
        if name in DERIVED and not may_derive:
            setting = DERIVED[name]
            what = f"{name}= is derived from image.{setting}"
            remedy = f"remove it and write {setting} = {value!r}"
            raise MisfitError(what, key, remedy=remedy)
        if name in SET_BY_MKLIVE:
            what = f"{name} cannot be set here: {SET_BY_MKLIVE[name]}"
            raise MisfitError(what, key, remedy="remove it")
        if name.startswith(_SYSTEMD):
            what = f"{name} has no effect: Void has no systemd"
            raise MisfitError(what, key, remedy="remove it")
