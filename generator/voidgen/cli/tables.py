"""Print the plan and the built image for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from voidgen import config
from voidgen.cli import console as consoles
from voidgen.cli import rows as fitted
from voidgen.overlay import given, live
from voidgen.overlay.asker import USER
from voidgen.plan import accounts, identity
from voidgen.plan.boot_menu import KEEPS
from voidgen.text import human_size, visible
from voidgen.tree import CONSOLE_KEYMAP

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rich.console import Console

    from voidgen.config.boot import Boot
    from voidgen.image.built_image import BuiltImage
    from voidgen.image.sizes import Share, Sizes
    from voidgen.lock.flake_lock import Input
    from voidgen.overlay.asker import Asker
    from voidgen.plan.documents import Entry, Module, PlanDocument

REV = 12
"""Number of characters of a revision to show."""


def plan(document: PlanDocument, inputs: Iterable[Input], versions: Mapping[str, str]) -> None:
    """Print all that the image will be; ``versions`` are those of the locked Void packages."""
    console = consoles.make()
    image = document.image
    _facts(
        console,
        f"{image.title} ({image.name})",
        {
            "architecture": f"{image.arch}, for Nix {image.system}",
            "keymap": _keymap(document),
            "keyboard": " ".join([image.xkb, *image.xkb_options]),
            "locale": image.locale,
            **identity.facts(image),
            "live user": image.user,
            "log in": _log_in(document),
            "command line": " ".join(image.cmdline),
            **{name: value for name, value in _root(document).items() if value},
            **{name: value for name, value in _of_nix(document).items() if value},
            **({"boot menu": _boot_menu(document.boot)} if document.boot else {}),
            **({"changes": _kept(label)} if (label := _label(document)) else {}),
        },
    )
    _rows(
        console,
        "Inputs",
        ("input", "locked to", "date", "from"),
        ((one.name, one.rev[:REV] or "nothing", one.date, one.reference) for one in inputs),
    )
    _rows(
        console,
        "Modules",
        ("module", "asked for by", "options"),
        ((one.name, _by(one.by), _options(one)) for one in document.modules),
    )
    rows: Iterable[Sequence[str]]
    rows = ((one.name, _by(one.by)) for one in document.nix.packages)
    _rows(console, "Nix packages", ("package", "asked for by"), rows)
    _rows(
        console,
        "Void packages",
        ("package", "locked to", "asked for by"),
        (
            (one.name, versions.get(one.name, "nothing"), _by(one.by))
            for one in document.xbps.packages
        ),
    )
    rows = ((one.name, _by(one.by)) for one in document.xbps.repositories)
    _rows(console, "Void repositories", ("repository", "asked for by"), rows)
    _services(console, document)
    _overlay(console, document)


def _boot_menu(boot: Boot) -> str:
    seconds = "never starts by itself" if boot.timeout < 0 else f"starts after {boot.timeout} s"
    own = ", ".join(boot.entries) or "none"
    return f"{boot.default} {seconds}; further entries: {own}"


def _label(document: PlanDocument) -> str:
    return live.persistence_label({one.name: one.options for one in document.modules})


def _kept(label: str) -> str:
    return f"kept on a partition labelled {label}, by the entry {KEEPS!r}; not encrypted"


def _log_in(document: PlanDocument) -> str:
    found = accounts.of_plan(document)
    public = any(one.has_well_known_password for one in found)
    words = found.in_words()
    return f"{words}, which is public: use no network that you do not trust" if public else words


def _keymap(document: PlanDocument) -> str:
    made = next((one for one in document.include if one.is_made_by(CONSOLE_KEYMAP)), None)
    name = document.image.keymap
    return f"{name}, made from XKB at {made.path}" if made else name


def built(image: BuiltImage) -> None:
    """Print what Nix built."""
    console = consoles.make()
    paths = image.closure.store_paths
    needed = {one.name: one.closure for one in image.sizes.packages}
    rows = (
        (
            one.name,
            one.version,
            human_size(sum(paths[path].size for path in {*one.outputs.values()})),
            human_size(needed[one.name]),
            ", ".join(one.license),
        )
        for one in image.packages
    )
    heads = ("package", "version", "size", "with all it needs", "licence")
    _rows(console, "Nix packages", heads, rows)
    closure = image.closure
    facts = {"store paths": str(closure.count), "size": human_size(closure.nar_size)}
    _facts(console, "Closure", facts)
    hidden = ((one.path, one.by, one.hidden) for one in image.collisions)
    _rows(console, "Collisions", ("path", "comes from", "hides the file of"), hidden)
    _services(console, image.plan)
    _overlay(console, image.plan)


def sizes(found: Sizes, variant: str) -> None:
    """Print how much room the packages of an image take."""
    console = consoles.make()
    rows = [
        *(_counts(one.name, one) for one in found.packages),
        *((name, "not built", "", "") for name in found.unknown),
    ]
    heads = ("package", "closure", "unique", "shared")
    _rows(console, "Nix packages", heads, rows, total=_counts("all", found))
    if found.unknown:
        count = len(found.unknown)
        line = f"not built: {count} of {len(rows)}, which these sizes do not include"
        build = config.command("build", variant)
        console.print(Text(f"{line}\n    {build} builds them"), soft_wrap=True)


def _counts(name: str, sizes: Share | Sizes) -> tuple[str, ...]:
    return (name, *map(human_size, (sizes.closure, sizes.only, sizes.shared)))


def _by(askers: Iterable[Asker]) -> str:
    """Return who asked; the word "module" stays out, as a module's name is enough."""
    return ", ".join(asker.name for asker in askers)


def _options(module: Module) -> str:
    by = module.set_by or {}
    return ", ".join(
        f"{name} = {given.shown(value)}" + (f" (by {by[name]})" if name in by else "")
        for name, value in module.options.items()
    )


def _services(console: Console, document: PlanDocument) -> None:
    _rows(
        console,
        "Services",
        ("service", "from", "enabled by"),
        ((one.name, one.provider or "not known", _by(one.by)) for one in document.services),
    )
    if document.disabled:
        rows = ((name, USER.name) for name in document.disabled)
        _rows(console, "Disabled services", ("service", "disabled by"), rows)


def _overlay(console: Console, document: PlanDocument) -> None:
    """Print the paths of each module below its name, in the order of the modules, like ``ls -l``.

    Paths are never wrapped, so that they can be copied.
    """
    entries = [one for one in document.include if one.mode or one.target is not None]
    console.print(Text(f"Overlay: {len(entries)}", style="bold"))
    width = max((len(_owner(one)) for one in entries), default=0)
    modules = (one.name for one in document.modules)
    for name in dict.fromkeys((*modules, *(one.module for one in entries))):
        own = [one for one in entries if one.module == name]
        if own:
            what = f"module {name}" if name else "made for voidgen.toml"
            console.print(Text(visible(f"  {what}"), style="dim"), soft_wrap=True)
            _entries(console, own, width)


def _owner(entry: Entry) -> str:
    return f"{entry.owner}:{entry.group}" if entry.owner else ""


def _entries(console: Console, entries: Iterable[Entry], width: int) -> None:
    for entry in entries:
        if entry.target is not None:
            line = f"    link  {'':<{width}}  {entry.path} -> {entry.target}"
        else:
            slash = "/" if entry.type == "directory" else ""
            line = f"    {entry.mode}  {_owner(entry):<{width}}  {entry.path}{slash}"
        console.print(Text(visible(line)), soft_wrap=True)


def _root(document: PlanDocument) -> dict[str, str]:
    """Return what the root tree is made of, where voidgen.toml says something else than mklive."""
    xbps = document.xbps
    return {
        "kernel": xbps.kernel or "",
        "base": xbps.base or "",
        "ignored packages": " ".join(xbps.ignore or ()),
        "platforms": " ".join(document.image.platforms or ()),
        "removed files": ", ".join(document.image.remove_files or ()),
    }


def _of_nix(document: PlanDocument) -> dict[str, str]:
    """Return what programs of Nix have of their own, if voidgen.toml says so."""
    nix = document.nix
    locales = nix.locales is not None and {document.image.locale, *nix.locales}
    return {
        "locales of Nix": " ".join(sorted(locales or ())),
        "certificates of Nix": nix.certificates or "",
    }


def _facts(console: Console, title: str, facts: dict[str, str]) -> None:
    console.print(Text(visible(title), style="bold"))
    width = max(map(len, facts))
    for name, value in facts.items():
        line = fitted.wrap(visible(f"  {name:<{width}}  {value}"), fitted.width(), width + 4)
        console.print(Text(line), soft_wrap=True)
    console.print()


def _rows(
    console: Console,
    title: str,
    heads: Sequence[str],
    cells: Iterable[Sequence[str]],
    total: Sequence[str] = (),
) -> None:
    """Print a table; with a ``total`` below it, all columns but the first are numbers."""
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
    for row in cells:
        table.add_row(*(Text(visible(cell) or "-") for cell in row))
    console.print(Text(f"{title}: {table.row_count or 'none'}", style="bold"))
    if table.row_count:
        console.print(table)
    console.print()
