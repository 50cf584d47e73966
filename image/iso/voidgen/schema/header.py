"""How a document begins: with its kind and version. Pure. Standard library only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from voidgen.system.untrusted import GarbledError, OtherVersionError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def check(
    value: Mapping[str, Any],
    header: Mapping[str, str | int],
    show: Callable[[object], str] = repr,
) -> None:
    """Raise GarbledError if ``value`` does not begin with the keys and values of ``header``.

    Raises OtherVersionError if it is such a document of another version. Before version 2, none
    had a kind. ``show`` writes a wrong value as text.
    """
    version = value.get("version")
    is_other = "kind" in value and value["kind"] != header.get("kind")
    if type(version) is int and version != header.get("version") and not is_other:
        raise OtherVersionError(version)
    for key, expected in header.items():
        if type(value.get(key)) is not type(expected) or value[key] != expected:
            raise GarbledError(f"expected {key} {show(expected)}, got {show(value.get(key))}")
