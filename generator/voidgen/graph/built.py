"""The closure of an image on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voidgen.graph import sources
from voidgen.image import built

if TYPE_CHECKING:
    from pathlib import Path

    import networkx as nx


def closure(result: Path) -> tuple[str, nx.DiGraph[str]]:
    """Return the name of the image that ``result`` leads to, and the graph of its closure.

    Raises WrongInputError if nothing is built there, or it has no manifest.
    """
    image = built.read(result)
    return image.plan.image.name, sources.closure(image.packages, image.closure.store_paths)
