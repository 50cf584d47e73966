"""Make the reference page of the built-in modules from their module.toml files.

``python -m tools.modules_page`` writes docs/reference/modules.md.
"""

from __future__ import annotations

import html
import json
from pathlib import Path
from typing import TYPE_CHECKING

from voidgen.data import bundled_files
from voidgen.overlay import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from voidgen.overlay.declared_option import Option
    from voidgen.overlay.types import Catalogue, Module

FILE = Path("docs/reference/modules.md")
HEAD = """\
# Overlay modules

These modules come with voidgen. To write one yourself, see [write a
module](../how-to/write-a-module.md) and [the keys of module.toml](module.toml.md).
"""


def page(modules: Catalogue) -> str:
    """Return the page in Markdown. Pure."""
    return "\n".join((HEAD, *(line for module in modules.values() for line in _module(module))))


def _module(module: Module) -> Iterator[str]:
    spec = module.spec
    yield from (f"## {module.name}", "", f"{spec.summary}.", "")
    facts = (
        ("for", _code(spec.archs)),
        ("requires", [f"[{name}](#{name})" for name in spec.requires]),
        ("recommends", [f"[{name}](#{name})" for name in spec.recommends]),
        ("conflicts with", [f"[{name}](#{name})" for name in spec.conflicts]),
        ("services", _code(spec.services)),
        ("xbps packages", _code(spec.packages.xbps)),
        ("Nix packages", _code(spec.packages.nix)),
        ("in the image", _code(_places(module))),
        ("checked when booted", [check.name for check in spec.checks]),
    )
    lines = [f"- {title}: {', '.join(values)}" for title, values in facts if values]
    if lines:
        yield from (*lines, "")
    if spec.options:
        yield from ("| option | default | meaning |", "|---|---|---|")
        for name, option in spec.options.items():
            yield f"| `{name}` | {_default(option)} | {cell(_help(option))} |"
        yield ""


def _places(module: Module) -> list[str]:
    spec = module.spec
    files = [source.path for source in module.sources]
    flake = [spec.packages.flake] if spec.packages.flake else []
    return sorted({*files, *spec.links, *spec.directories, *spec.dconf, *flake})


def _code(values: Iterable[str]) -> list[str]:
    return [f"`{value}`" for value in values]


def _default(option: Option) -> str:
    if option.default is None:
        return "required"
    return code_cell(json.dumps(option.default, ensure_ascii=False))


def _help(option: Option) -> str:
    choices = f" ({', '.join(option.choices)})" if option.choices else ""
    return f"{option.help}{choices}"


def cell(text: str) -> str:
    """Return text for a table, in which a bar would begin the next cell."""
    return text.replace("|", "&#124;")


def code_cell(text: str) -> str:
    """Return code for a table; not between backticks if it has a bar, which they cannot escape."""
    return f"<code>{cell(html.escape(text, quote=False))}</code>" if "|" in text else f"`{text}`"


if __name__ == "__main__":
    FILE.write_text(page(catalogue.load([bundled_files.catalogue()])))
