"""The closure of an image on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voidgen import build
from voidgen.errors import Fault, WrongInputError
from voidgen.graph import sources

if TYPE_CHECKING:
    from pathlib import Path

    import networkx as nx


def closure(result: Path) -> tuple[str, nx.DiGraph[str]]:
    """The name of the image that ``result`` leads to, and the graph of its closure.

    Raises WrongInputError where nothing is built, or its manifest is none.
    """
    manifest = build.manifest(result)
    try:
        return manifest["plan"]["image"]["name"], sources.closure(manifest)
    except (ValueError, LookupError, TypeError, AttributeError):
        what, remedy = "is not an image's manifest", "run `nix build` again"
        fault = Fault(what, result / "manifest.json", remedy=remedy)
        raise WrongInputError(fault) from None
