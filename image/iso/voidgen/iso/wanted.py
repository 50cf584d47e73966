"""The paths that an overlay puts into the image, as a manifest lists them. Pure."""

from __future__ import annotations

from typing import Any, NamedTuple

from voidgen.system import untrusted
from voidgen.system.untrusted import of_type, texts


class Wanted(NamedTuple):
    """A path of the overlay, with the keys of the manifest that tell what it becomes.

    ``type`` is file, directory or symlink, ``mode`` the permission bits, ``hash`` in SRI form.
    ``made_by`` says whether Nix makes the path.
    """

    path: str
    type: str
    mode: int | None = None
    owner: str = ""
    group: str = ""
    target: str | None = None
    hash: str | None = None
    made_by: bool = False


class Services(NamedTuple):
    """Names of the services that the image enables, and of those that it disables."""

    enabled: tuple[str, ...] = ()
    disabled: tuple[str, ...] = ()


class Root(NamedTuple):
    """What the root tree is made of, where it differs from mklive's defaults.

    ``base`` is the package of the base system, ``platforms`` have submenus, and ``removed`` are the
    patterns of [image] remove-files.
    """

    base: str | None = None
    platforms: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


_TEXTS = ("path", "type", "mode", "owner", "group", "target", "hash")


def entries(include: Any) -> tuple[Wanted, ...]:
    """Return the entries of ``include``, which is a key of image/manifest.json, parsed as JSON.

    Raises ValueError if they are not entries (docs/reference/manifest.md).
    """
    try:
        return tuple(map(_entry, include))
    except (AttributeError, KeyError, TypeError, ValueError):
        raise ValueError("the manifest's include is garbled") from None


def services(plan: Any) -> Services:
    """Return the services of image/manifest.json, parsed as JSON; ValueError if it is garbled."""
    try:
        enabled = tuple(one["name"] for one in plan["services"])
        found = Services(enabled, tuple(plan.get("disabled", ())))
    except (AttributeError, KeyError, TypeError):
        raise ValueError("the manifest's services are garbled") from None
    if not all(isinstance(name, str) for names in found for name in names):
        raise ValueError("the manifest's services are garbled")
    return found


def root(plan: Any) -> Root:
    """Return what image/manifest.json, parsed as JSON, says of the root tree.

    Raises ValueError if it is garbled.
    """
    try:
        image, base = plan["image"], plan["xbps"].get("base")
        lists = (tuple(texts(image.get(key, []))) for key in ("platforms", "remove-files"))
        return Root(None if base is None else of_type(base, str), *lists)
    except untrusted.DAMAGED:
        raise ValueError("the manifest's image or xbps is garbled") from None


def _entry(value: Any) -> Wanted:
    texts = {key: value[key] for key in _TEXTS if key in value}
    if not all(isinstance(one, str) for one in texts.values()):
        raise TypeError
    mode = int(texts["mode"], 8) if "mode" in texts else None
    return Wanted(**{**texts, "mode": mode}, made_by="made-by" in value)
