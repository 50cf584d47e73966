"""The image that mklive's container is started from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voidgen.container import archive
from voidgen.errors import StepFailedError
from voidgen.nix import evaluation, flakes, installed

if TYPE_CHECKING:
    from pathlib import Path

    from voidgen.container.engine import Engine
    from voidgen.progress import Progress
    from voidgen.project import Project

_NAME = 'p: if p ? container then with p.container; "${imageName}:${imageTag}" else ""'
"""The name of the flake's container once it is loaded; its tag is its hash."""


def find(project: Project, runner: Engine, roots: Path, progress: Progress) -> str:
    """Return the id of the flake's image, or of the one that voidgen.toml names.

    Builds and loads it, or fetches it, if the engine does not have it; ``roots`` is the folder of
    GC roots. Raises StepFailedError if there is none.
    """
    image = project.plan.config.container.image
    if image != "flake":
        with progress.step(f"looking for {image}"):
            found = runner.find_image(image)
        if not found:
            with progress.step(f"fetching the container's image {image}"):
                runner.pull(image)
        return found or runner.image_id(image)
    folder, caches = str(project.folder), project.caches
    with progress.step("building the container"):
        # mklive runs on this machine, whatever the image's system is.
        image = evaluation.evaluate(
            folder, f"packages.{installed.system()}", str, apply=_NAME, caches=caches
        )
        if not image:
            what = "the package set cannot build a container"
            remedy = "name an image by its digest: [container] image in voidgen.toml"
            raise StepFailedError(what, remedy)
        packed = flakes.build(folder, "container", progress, roots / "container", caches)
        # The name alone proves nothing: replace an image that has another id.
        found = runner.find_image(image)
        if archive.has_image(packed, found):
            return found
        runner.load(packed)
        return runner.image_id(image)
