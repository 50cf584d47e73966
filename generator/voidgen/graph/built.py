"""The closure of an image on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voidgen.errors import WrongInputError
from voidgen.graph import sources
from voidgen.image import built
from voidgen.system import untrusted

if TYPE_CHECKING:
    from pathlib import Path

    import networkx as nx


def closure(result: Path) -> tuple[str, nx.DiGraph[str]]:
    """The name of the image that ``result`` leads to, and the graph of its closure.

    Raises WrongInputError where nothing is built, or its manifest is none.
    """
    manifest = built.manifest(result)
    try:
        return manifest["plan"]["image"]["name"], sources.closure(manifest)
    except untrusted.GARBLED:
        raise WrongInputError(built.fault(result)) from None
