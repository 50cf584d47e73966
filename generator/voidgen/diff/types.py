"""What differs between two snapshots, layer by layer, as types. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from voidgen.diff.closure import PackageChange


_LINK = "symlink -> "


def _set(value: str | None, by: str) -> str:
    return f"{value} (by {by})" if value is not None and by else value or ""


def _kind(old: str | None, new: str | None) -> str:
    if old is None:
        return "added"
    return "removed" if new is None else "changed"


@frozen
class Value:
    """Something asked for, or locked, that differs; None if a side does not have it.

    ``old_by`` and ``new_by`` are the modules that set an option; empty if none did.
    """

    name: str
    old: str | None
    new: str | None
    old_by: str = ""
    new_by: str = ""

    @property
    def kind(self) -> str:
        """Return ``added``, ``removed`` or ``changed``."""
        return _kind(self.old, self.new)

    def facts(self) -> tuple[str, str]:
        """Return what it was and what it is, each with the module that set it."""
        return (_set(self.old, self.old_by), _set(self.new, self.new_by))


@frozen
class PathChange:
    """A path of the overlay that differs: what it was and is, and the lines if it is text."""

    path: str
    old: str | None
    new: str | None
    lines: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """Return ``added``, ``removed`` or ``changed``."""
        return _kind(self.old, self.new)

    def facts(self) -> tuple[str, str]:
        """Return what it was and what it is: links by their targets.

        If only the content differs, that is ``other content``.
        """
        old, new = self.old or "", self.new or ""
        if old == new:
            return ("", "other content")
        if old.startswith(_LINK) and new.startswith(_LINK):
            return (old.removeprefix(_LINK), new.removeprefix(_LINK))
        return (old, new)


@frozen
class Diff:
    """All that differs; a layer is None if one of the sides does not know it.

    ``request`` and ``locks`` are values by table. ``closure`` are Nix packages, ``xbps`` are Void
    packages, and ``sizes`` and ``paths`` are bytes and number of store paths of both closures.
    ``explained`` is whether the reasons of the closure's changes were looked for. ``image`` is the
    image's name, and each side's date is a day such as 2026-11-30; empty if they are not known.
    ``stale`` is whether the closure of the new side belongs to an older voidgen.toml.
    """

    old: str
    new: str
    request: Mapping[str, tuple[Value, ...]] | None
    locks: Mapping[str, tuple[Value, ...]] | None
    xbps: tuple[PackageChange, ...] | None
    closure: tuple[PackageChange, ...] | None
    overlay: tuple[PathChange, ...] | None
    sizes: tuple[int, int] | None = None
    paths: tuple[int, int] | None = None
    explained: bool = False
    image: str = ""
    old_date: str = ""
    new_date: str = ""
    stale: bool = False

    def layers(self) -> dict[str, object]:
        """Return the layers by name, in their order."""
        return {
            "request": self.request,
            "locks": self.locks,
            "Void packages": self.xbps,
            "closure": self.closure,
            "overlay": self.overlay,
        }

    def __bool__(self) -> bool:
        """Return whether anything differs."""
        return any(self.layers().values())
