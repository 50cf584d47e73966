"""The overlay: what each path that the modules put into the image is. Pure."""

from __future__ import annotations

from posixpath import dirname
from typing import TYPE_CHECKING, Any

from voidgen.config import keymap
from voidgen.errors import Fault, WrongInputError, raise_all
from voidgen.overlay import private
from voidgen.overlay.services import AT_BOOT
from voidgen.plan import template_values, templating
from voidgen.plan.template_values import NIX_LOCALES
from voidgen.tree import (
    CONSOLE_KEYMAP,
    LOCALE_ARCHIVE,
    Directory,
    File,
    Link,
    Made,
    Node,
    Recipe,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from voidgen.overlay.paths import Entry
    from voidgen.overlay.types import Source
    from voidgen.plan.plan import Plan


def of_plan(plan: Plan, contents: Mapping[Path, bytes]) -> dict[str, Node]:
    """Return the overlay by path in the image; ``contents`` holds the bytes of every source.

    Raises WrongInputError with the faults of all templates.
    """
    values = template_values.by_module(plan)
    nodes: dict[str, Node] = {}
    faults: list[Fault] = []
    for entry in plan.resolution.entries:
        try:
            nodes[entry.path] = _node(entry, contents, values.get(entry.module, {}))
        except WrongInputError as error:
            faults += error.faults
    raise_all(faults)
    console = plan.config.image.console()
    if console.made and not any(console.is_map(path) for path in nodes):
        nodes[console.path] = _keymap(console.made)
    if plan.config.nix.locales is not None:
        locales = sorted({plan.config.image.locale, *plan.config.nix.locales})
        nodes[NIX_LOCALES] = Made(Recipe(LOCALE_ARCHIVE, {"locales": " ".join(locales)}))
    for name in plan.resolution.disabled:
        if name in AT_BOOT:
            # The boot hook makes the link again; runsv(8) does not start a service with this file.
            nodes.setdefault(f"/etc/sv/{name}/down", File(b""))
    for place, node in [*nodes.items()]:
        path = place
        while (path := dirname(path)) != "/" and path not in nodes:
            nodes[path] = _implied(path, node)
    return dict(sorted(nodes.items()))


def _implied(path: str, below: Node) -> Directory:
    """Return the folder ``path`` above ``below``: a private one belongs to the same owner."""
    mode = private.folder_mode(path)
    if mode is None:
        return Directory()
    return Directory(mode, below.owner, below.group) if isinstance(below, File) else Directory(mode)


def _node(entry: Entry, contents: Mapping[Path, bytes], values: Mapping[str, Any]) -> Node:
    if entry.target is not None:
        return Link(entry.target)
    if entry.made is not None:
        return entry.made
    if entry.content is not None:
        return File(entry.content, 0o755 if entry.content.startswith(b"#!") else 0o644)
    owner, _, group = entry.ownership.owner.partition(":")
    mode = entry.ownership.mode
    if entry.source is None:
        return Directory(int(mode, 8) if mode else 0o755, owner, group)
    data = contents[entry.source.file]
    if entry.source.template:
        data = _fill(data, values, entry.source.file)
    return File(data, int(mode, 8) if mode else _default_mode(entry.source, data), owner, group)


def _default_mode(source: Source, data: bytes) -> int:
    """Return the mode of a file if no module.toml names one."""
    private_mode = private.mode_of(source.path, data)
    if private_mode is not None:
        return private_mode
    return 0o755 if source.executable or data.startswith(b"#!") else 0o644


def _keymap(made: keymap.Xkb) -> Made:
    """Return the console keymap of XKB's layouts.

    ``nearest`` is kbd's map that the console gets if the package set cannot make it: FOLDER/NAME.
    """
    near = keymap.nearest_kbd_keymap(made.source)
    arguments = {
        "layout": made.layout,
        "variant": made.variant,
        "options": ",".join(made.options),
        "nearest": f"{keymap.kbd_folder(near)}/{near}.map",
    }
    return Made(Recipe(CONSOLE_KEYMAP, arguments))


def _fill(data: bytes, values: Mapping[str, Any], file: Path) -> bytes:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise WrongInputError(Fault("template: not UTF-8", file)) from None
    return templating.render(text, values, file).encode()
