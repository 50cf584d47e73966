"""The plan and the built image for a person at a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from voidgen.cli.report import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

UNITS = ("B", "KiB", "MiB", "GiB", "TiB")
REV = 12
"""Characters of a revision that are shown."""


def plan(data: dict[str, Any]) -> None:
    """All that the image will be."""
    console = Console(highlight=False)
    image = data["image"]
    _facts(
        console,
        f"{image['title']} ({image['name']})",
        {
            "architecture": f"{image['arch']}, for Nix {image['system']}",
            "keymap": image["keymap"],
            "locale": image["locale"],
            "live user": image["user"],
            "command line": " ".join(image["cmdline"]),
        },
    )
    _rows(
        console,
        "Inputs",
        ("input", "locked to", "date", "from"),
        (
            (found["name"], found["rev"][:REV] or "nothing", found["date"], found["reference"])
            for found in data["inputs"]
        ),
    )
    _rows(
        console,
        "Modules",
        ("module", "asked for by", "options"),
        ((module["name"], _by(module), _options(module["options"])) for module in data["modules"]),
    )
    rows = ((package["name"], _by(package)) for package in data["nix"]["packages"])
    _rows(console, "Nix packages", ("package", "asked for by"), rows)
    versions = data["lock"]["packages"]
    _rows(
        console,
        "Void packages",
        ("package", "locked to", "asked for by"),
        (
            (package["name"], versions.get(package["name"], "nothing"), _by(package))
            for package in data["xbps"]["packages"]
        ),
    )
    rows = ((asked["name"], _by(asked)) for asked in data["xbps"]["repositories"])
    _rows(console, "Void repositories", ("repository", "asked for by"), rows)
    _services(console, data)
    _overlay(console, data)


def built(data: dict[str, Any]) -> None:
    """What `nix build` made."""
    console = Console(highlight=False)
    closure = data["closure"]
    paths = {path["path"]: path for path in closure["paths"]}
    rows = []
    for package in data["packages"]:
        own = set(package["outputs"].values())
        rows.append(
            (
                package["name"],
                package["version"],
                _total(own, paths),
                _total(_reached(own, paths), paths),
                ", ".join(package["license"]),
            )
        )
    heads = ("package", "version", "size", "with all it needs", "licence")
    _rows(console, "Nix packages", heads, rows)
    facts = {"store paths": str(closure["count"]), "size": size(closure["nar-size"])}
    _facts(console, "Closure", facts)
    _services(console, data["plan"])
    _overlay(console, data["plan"])


def size(count: int) -> str:
    """Bytes for a person, in powers of 1024."""
    value = float(count)
    for unit in UNITS:
        if value < 1000 or unit == UNITS[-1]:  # noqa: PLR2004 - at most three digits
            break
        value /= 1024
    return f"{value:.0f} {unit}" if unit == UNITS[0] else f"{value:.1f} {unit}"


def _total(names: Iterable[str], paths: dict[str, dict[str, Any]]) -> str:
    return size(sum(paths[name]["narSize"] for name in names))


def _reached(names: set[str], paths: dict[str, dict[str, Any]]) -> set[str]:
    """``names`` and all that they refer to."""
    reached: set[str] = set()
    waiting = [*names]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += paths[name]["references"]
    return reached


def _by(row: dict[str, Any]) -> str:
    """Who asked; a module's name says by itself that it is one."""
    return ", ".join(asker.removeprefix("module ") for asker in row["by"])


def _options(options: dict[str, Any]) -> str:
    return ", ".join(f"{name} = {_value(value)}" for name, value in options.items())


def _value(value: Any) -> str:
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    return str(value).lower() if isinstance(value, bool) else repr(value)


def _services(console: Console, data: dict[str, Any]) -> None:
    _rows(
        console,
        "Services",
        ("service", "from", "enabled by"),
        ((service["name"], service["provider"], _by(service)) for service in data["services"]),
    )


def _overlay(console: Console, data: dict[str, Any]) -> None:
    """Like ``ls -l``: a path is never folded, so that it can be copied."""
    entries = [entry for entry in data["include"] if "mode" in entry or "target" in entry]
    console.print(Text(f"Overlay: {len(entries)}", style="bold"))
    owners = [f"{entry['owner']}:{entry['group']}" for entry in entries if "owner" in entry]
    width = max(map(len, owners), default=0)
    for entry in entries:
        if entry["type"] == "symlink":
            line = f"  link  {'':<{width}}  {entry['path']} -> {entry['target']}"
        else:
            owner = f"{entry['owner']}:{entry['group']}"
            slash = "/" if entry["type"] == "directory" else ""
            line = f"  {entry['mode']}  {owner:<{width}}  {entry['path']}{slash}"
        console.print(Text(visible(line)), soft_wrap=True)


def _facts(console: Console, title: str, facts: dict[str, str]) -> None:
    console.print(Text(visible(title), style="bold"))
    width = max(map(len, facts))
    for name, value in facts.items():
        console.print(Text(visible(f"  {name:<{width}}  {value}")), soft_wrap=True)
    console.print()


def _rows(
    console: Console, title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]
) -> None:
    table = Table(box=None, padding=(0, 0, 0, 2), show_edge=False)
    for head in heads:
        table.add_column(head, overflow="fold", header_style="dim", no_wrap=head == heads[0])
    for row in rows:
        table.add_row(*(Text(visible(cell) or "-") for cell in row))
    console.print(Text(f"{title}: {table.row_count or 'none'}", style="bold"))
    if table.row_count:
        console.print(table)
    console.print()
