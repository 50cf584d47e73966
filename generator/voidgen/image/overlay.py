"""The overlay of an image as entries: from the plan's nodes, or as Nix built it."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from voidgen.errors import Fault, WrongInputError, unreadable
from voidgen.image import overlay_files
from voidgen.image.overlay_files import EntryFacts
from voidgen.image.snapshot import Entry
from voidgen.system.files import not_regular
from voidgen.system.regular_file import NotRegularError
from voidgen.tree import File

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from voidgen.plan.documents import Entry as Listed
    from voidgen.tree import Node


def entries(listed: Iterable[Listed], nodes: Mapping[str, Node] | None = None) -> dict[str, Entry]:
    """Return what the manifest lists, by path, with the files' content from ``nodes``."""
    found = {}
    for entry in listed:
        node = (nodes or {}).get(entry.path)
        data = node.data if isinstance(node, File) else None
        found[entry.path] = Entry(*overlay_files.of_entry(_facts(entry), entry.hash or "", data))
    return found


def built(listed: Iterable[Listed], include: Path) -> dict[str, Entry]:
    """Return what the manifest lists, by path, with the files' content from the tree ``include``.

    Raises WrongInputError if a path leads out of the tree or a file cannot be read.
    """
    with refused_files():
        found = overlay_files.built(map(_facts, listed), include)
    return {path: Entry(*one) for path, one in found.items()}


@contextmanager
def refused_files() -> Iterator[None]:
    """Turn what `overlay_files.built` raises into WrongInputError."""
    try:
        yield
    except overlay_files.LeadsOutError as error:
        path, top = error.args
        what = f"{path} leads out of the overlay"
        raise WrongInputError(Fault(what, Path(top), remedy="run `voidgen build`")) from None
    except NotRegularError as error:
        raise WrongInputError(not_regular(error)) from None
    except OSError as error:
        raise WrongInputError(unreadable(error, Path(error.filename))) from None


def _facts(entry: Listed) -> EntryFacts:
    return EntryFacts(
        entry.path, entry.type, entry.mode, entry.owner, entry.group, entry.target, entry.made_by
    )
