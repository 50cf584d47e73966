"""Kernel parameters that mklive sets itself, or that nothing on a Void system reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voidgen.schema.structure import MisfitError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SETTINGS: Mapping[str, str] = {
    "live.user": "user",
    "locale.LANG": "locale",
    "vconsole.keymap": "keymap",
}
"""Keys of [image] by the parameter that is derived from them."""

_MKLIVE = "mklive sets what finds the image that it made"
OWNED: Mapping[str, str] = {
    "rd.live.dir": _MKLIVE,
    "rd.live.image": _MKLIVE,
    "rd.live.overlay.overlayfs": "mklive sets it after all other parameters",
    "rd.live.squashimg": _MKLIVE,
    "root": _MKLIVE,
}
"""Parameters that mklive sets, or that contradict what it sets, and why."""

_SYSTEMD = ("systemd.", "rd.systemd.")


def check(parameters: Iterable[str]) -> None:
    """Raise `MisfitError` for the first parameter that belongs to somebody else."""
    for index, parameter in enumerate(parameters):
        name, _, value = parameter.partition("=")
        key = ("cmdline", index)
        if name in SETTINGS:
            setting = SETTINGS[name]
            what = f"{name}= is derived from image.{setting}"
            remedy = f"remove it and write {setting} = {value!r}"
            raise MisfitError(what, key, remedy=remedy)
        if name in OWNED:
            raise MisfitError(f"{name} cannot be set here: {OWNED[name]}", key, remedy="remove it")
        if name.startswith(_SYSTEMD):
            what = f"{name} has no effect: Void has no systemd"
            raise MisfitError(what, key, remedy="remove it")
