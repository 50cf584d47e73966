"""The overlay of an image as entries: from the plan's nodes, or as Nix built it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from voidgen import sri
from voidgen.snapshot.types import Entry
from voidgen.tree import File

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from voidgen.tree import Node

LONGEST = 1 << 16
"""Bytes of a text that is kept whole."""


def entries(
    listed: Iterable[Mapping[str, Any]], nodes: Mapping[str, Node] | None = None
) -> dict[str, Entry]:
    """What the manifest lists, by path; the files' content is that of ``nodes``."""
    found = {}
    for entry in listed:
        path = entry["path"]
        node = (nodes or {}).get(path)
        found[path] = _entry(entry, node.data if isinstance(node, File) else None)
    return found


def built(listed: Iterable[Mapping[str, Any]], include: Path) -> dict[str, Entry]:
    """What the manifest lists, by path; the files' content is that of the tree ``include``."""
    found = {}
    for entry in listed:
        file = include / entry["path"][1:]
        is_file = entry["type"] == "file" and file.is_file()
        found[entry["path"]] = _entry(entry, file.read_bytes() if is_file else None)
    return found


def _entry(entry: Mapping[str, Any], data: bytes | None) -> Entry:
    owner = f"{entry['owner']}:{entry['group']}" if "owner" in entry else ""
    return Entry(
        entry["type"],
        entry.get("mode", ""),
        owner,
        entry.get("target", ""),
        "" if data is None else sri.of_bytes(data),
        _text(data),
    )


def _text(data: bytes | None) -> str | None:
    if data is None or len(data) > LONGEST or b"\0" in data:
        return None
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None
