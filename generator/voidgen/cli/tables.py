"""The plan and the built image for a person at a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from voidgen.image import sizes as image_sizes
from voidgen.nix.closure import store_paths
from voidgen.text import human_size, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

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
            "keymap": _keymap(data),
            "keyboard": _keyboard(image),
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


def _keymap(data: dict[str, Any]) -> str:
    made = next((one for one in data["include"] if one["type"] == "console-keymap"), None)
    name: str = data["image"]["keymap"]
    return f"{name}, made from XKB at {made['path']}" if made else name


def _keyboard(image: dict[str, Any]) -> str:
    return " ".join([image["xkb"], *image["xkb-options"]])


def built(data: dict[str, Any]) -> None:
    """What `nix build` made."""
    console = Console(highlight=False)
    closure = data["closure"]
    paths = store_paths(closure["paths"])
    needed = {one.name: one.closure for one in image_sizes.of_image(data).packages}
    rows = (
        (
            package["name"],
            package["version"],
            human_size(sum(paths[path].size for path in {*package["outputs"].values()})),
            human_size(needed[package["name"]]),
            ", ".join(package["license"]),
        )
        for package in data["packages"]
    )
    heads = ("package", "version", "size", "with all it needs", "licence")
    _rows(console, "Nix packages", heads, rows)
    facts = {"store paths": str(closure["count"]), "size": human_size(closure["nar-size"])}
    _facts(console, "Closure", facts)
    hidden = ((one["path"], one["from"], one["hidden"]) for one in data.get("collisions", ()))
    _rows(console, "Collisions", ("path", "comes from", "hides that of"), hidden)
    _services(console, data["plan"])
    _overlay(console, data["plan"])


def sizes(data: dict[str, Any]) -> None:
    """What room the packages take."""
    console = Console(highlight=False)
    unknown = data["unknown"]
    rows = [
        *(_counts(package["name"], package) for package in data["packages"]),
        *((name, "not built", "", "") for name in unknown),
    ]
    heads = ("package", "closure", "only it", "shared")
    _rows(console, "Nix packages", heads, rows, total=_counts("all", data["total"]))
    if unknown:
        line = f"not built: {len(unknown)} of {len(rows)}, which count nowhere in these sizes"
        console.print(Text(f"{line}\n    `nix build` builds them"), soft_wrap=True)


def _counts(name: str, sizes: dict[str, int]) -> tuple[str, ...]:
    return (name, *(human_size(sizes[kind]) for kind in ("closure", "only", "shared")))


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
    console: Console,
    title: str,
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    total: Sequence[str] = (),
) -> None:
    """A table; with a ``total`` below it, all but the first column are numbers."""
    table = Table(box=None, padding=(0, 0, 0, 2), show_edge=False, show_footer=bool(total))
    for index, head in enumerate(heads):
        table.add_column(
            head,
            total[index] if total else "",
            overflow="fold",
            header_style="dim",
            no_wrap=index == 0,
            justify="right" if total and index else "left",
        )
    for row in rows:
        table.add_row(*(Text(visible(cell) or "-") for cell in row))
    console.print(Text(f"{title}: {table.row_count or 'none'}", style="bold"))
    if table.row_count:
        console.print(table)
    console.print()
