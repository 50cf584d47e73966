"""The plan and the built image as tables for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from voidgen.cli.report import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

UNITS = ("B", "KiB", "MiB", "GiB", "TiB")


def plan(data: dict[str, Any]) -> None:
    """All that the image will be."""
    console = _console()
    image = data["image"]
    _facts(
        console,
        f"{image['title']} ({image['name']})",
        [
            ("architecture", f"{image['arch']}, Nix system {image['system']}"),
            ("keymap, locale", f"{image['keymap']}, {image['locale']}"),
            ("live user", image["user"]),
            ("command line", " ".join(image["cmdline"])),
        ],
    )
    _rows(
        console,
        "Inputs",
        ("input", "from", "locked to", "date"),
        (
            (found["name"], found["reference"], found["rev"][:19] or "not locked", found["date"])
            for found in data["inputs"]
        ),
    )
    _rows(
        console,
        "Modules",
        ("module", "asked for by", "options"),
        ((module["name"], _by(module), _options(module["options"])) for module in data["modules"]),
    )
    _rows(
        console,
        "Nix packages",
        ("package", "asked for by"),
        ((package["name"], _by(package)) for package in data["nix"]["packages"]),
    )
    _rows(
        console,
        "Void packages",
        ("package", "asked for by"),
        ((package["name"], _by(package)) for package in data["xbps"]["packages"]),
    )
    _services(console, data)
    _overlay(console, data)


def built(data: dict[str, Any]) -> None:
    """What `nix build` made."""
    console = _console()
    image = data["plan"]
    sizes = {path["path"]: path for path in data["closure"]["paths"]}
    _rows(
        console,
        "Nix packages",
        ("package", "version", "own size", "licence", "store path"),
        (
            (
                package["name"],
                package["version"] or "-",
                size(sum(sizes[path]["narSize"] for path in package["outputs"].values())),
                ", ".join(package["license"]) or "-",
                next(iter(package["outputs"].values())),
            )
            for package in data["packages"]
        ),
    )
    closure = data["closure"]
    _facts(
        console,
        "Closure",
        [
            ("store paths", str(closure["count"])),
            ("size", size(closure["nar-size"])),
        ],
    )
    _services(console, image)
    _overlay(console, image)


def size(count: int) -> str:
    """Bytes for a person, in powers of 1024."""
    value = float(count)
    for unit in UNITS:
        if value < 1000 or unit == UNITS[-1]:  # noqa: PLR2004
            break
        value /= 1024
    return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"


def _console() -> Console:
    return Console(highlight=False, soft_wrap=False)


def _by(row: dict[str, Any]) -> str:
    return ", ".join(row["by"])


def _options(options: dict[str, Any]) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in options.items())


def _services(console: Console, data: dict[str, Any]) -> None:
    _rows(
        console,
        "Services",
        ("service", "enabled by", "provided by"),
        ((service["name"], _by(service), service["provider"]) for service in data["services"]),
    )


def _overlay(console: Console, data: dict[str, Any]) -> None:
    _rows(
        console,
        "Overlay",
        ("path", "mode", "owner", "leads to"),
        (
            (
                entry["path"],
                entry.get("mode", "link"),
                f"{entry['owner']}:{entry['group']}" if "owner" in entry else "",
                entry.get("target", ""),
            )
            for entry in data["include"]
            if entry["type"] != "directory" or "mode" in entry
        ),
    )


def _facts(console: Console, title: str, rows: Sequence[tuple[str, str]]) -> None:
    console.print(Text(visible(title), style="bold"))
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        console.print(Text(f"  {name:<{width}}  {visible(value)}"))
    console.print()


def _rows(
    console: Console, title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]
) -> None:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_edge=False)
    for head in heads:
        table.add_column(head, overflow="fold", header_style="dim")
    for row in rows:
        table.add_row(*(Text(visible(cell)) for cell in row))
    console.print(Text(f"{title}: {table.row_count or 'none'}", style="bold"))
    if table.row_count:
        console.print(table)
    console.print()
