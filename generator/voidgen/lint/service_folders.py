"""Services in the overlay, /etc/sv/NAME, that nothing starts."""

from __future__ import annotations

from posixpath import dirname
from typing import TYPE_CHECKING

from voidgen.lint.finding import Finding, NeededService
from voidgen.lint.links import RUNLEVEL
from voidgen.overlay.services import FOLDER, in_base_system, provider, remedy
from voidgen.tree import Link

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voidgen.lint.finding import LintedImage

STARTED = ("eudev", "runit-void")
"""Packages whose services are in Void's runlevel by default, as far as is known without a lock."""


def folders(image: LintedImage) -> Iterator[Finding]:
    """Find services that nothing starts: they have no ``run``, or no link in a runlevel."""
    modules = [chosen.module for chosen in image.resolution.modules]
    entries = {entry.path: entry for entry in image.resolution.entries}
    enabled = {service.name for service in image.resolution.services}
    enabled |= {
        node.target.rstrip("/").rpartition("/")[2]
        for path, node in image.nodes.items()
        if isinstance(node, Link) and RUNLEVEL.fullmatch(dirname(path))
    }
    found: dict[str, str] = {}
    for path in entries:
        if path.startswith(FOLDER):
            found.setdefault(path.split("/")[3], path)
    for name, first in found.items():
        run = f"{FOLDER}{name}/run"
        if run in entries:
            started = NeededService(name, "enabled", known=in_base_system(name) in STARTED)
            if (
                name not in enabled
                and f"{FOLDER}{name}/down" not in entries
                and not image.runs(f"{FOLDER}{name}", f"sv start {name}")
            ):
                what = f"nothing starts the service {name}"
                how = f'add services = ["{name}"] to module.toml'
                yield Finding(run, what, how, doubtful=True, service=started)
            continue
        by = provider(name, modules, image.xbps, entries)
        if not by.startswith("/"):
            what = f"as far as voidgen knows, nothing in the image provides {run}"
            needed = NeededService(name, known=bool(by))
            yield Finding(first, what, remedy(name), doubtful=True, service=needed)
