"""Copy everything that an image is built from to another Nix store, signed."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from attrs import frozen

from voidgen.errors import Fault, StepFailedError, WrongInputError
from voidgen.lock import state
from voidgen.nix import evaluation, flakes, installed, signing, store_paths
from voidgen.system.files import read_regular_file
from voidgen.xbps import fetch

if TYPE_CHECKING:
    from pathlib import Path

    from voidgen.nix.caches import Caches
    from voidgen.progress import Progress
    from voidgen.project import Project

OUTPUTS = ("default", "mklive", "container", "xbps", "xbps-packages")
"""Outputs of the flake that `voidgen iso` builds, if the package set has them."""
LARGEST_KEY = 1 << 20
KEYS = "create a key with `nix key generate-secret --key-name NAME > FILE`"
BINARY_CACHES = ("file://", "http://", "https://", "s3://")
"""Stores that keep compressed archives; Nix's default compression is xz."""


@frozen
class Pushed:
    """The store paths that were copied, without those that they need, and the public key."""

    paths: tuple[str, ...]
    key: str


def public_key(file: Path) -> str:
    """Return the public key of the secret key in ``file``; WrongInputError if it has none."""
    try:
        secret = read_regular_file(file, LARGEST_KEY)
    except OSError as error:
        what = f"cannot be read: {error.strerror}"
        raise WrongInputError(Fault(what, file, remedy=KEYS)) from None
    try:
        return signing.public_key(secret)
    except StepFailedError:
        # Nix's message could contain a part of the key.
        raise WrongInputError(Fault("is not a secret key of Nix", file, remedy=KEYS)) from None


def push(project: Project, where: str, key: Path, progress: Progress) -> Pushed:
    """Copy the closures, their sources, Void's locked packages and the container to a Nix store.

    Signs all paths with the secret ``key``. Raises WrongInputError if the project is not
    generated and locked, StepFailedError if a build or the copy fails.
    """
    public = public_key(key)
    folder, config, caches = str(project.folder), project.plan.config, project.caches
    images = project.images()
    packages: dict[str, Path] = {}
    for one, locked in [(one, state.ready(one)) for one in images]:
        void = locked.lock.xbps.packages if locked.lock and locked.lock.xbps else ()
        packages |= fetch.packages(void, one.plan.config.xbps.mirrors, progress, caches)
    with progress.step("building the image's packages and tools"):
        system = f"packages.{installed.system()}"
        names = evaluation.evaluate(
            folder, system, tuple[str, ...], apply="builtins.attrNames", caches=caches
        )
        outputs = dict.fromkeys(image.output(one) for image in images for one in OUTPUTS)
        wanted = [one for one in outputs if one in names]
        if config.container.image != "flake" and "container" in wanted:
            wanted.remove("container")
        paths = [str(flakes.build(folder, one, progress, caches=caches)) for one in wanted]
        paths += [*flakes.archive(folder, caches), *map(str, packages.values())]
        for iso in (one.output("iso") for one in images):
            if iso in names:
                paths += _made_by_nix(folder, f"{system}.{iso}", caches)
    with progress.step(f"signing {len(paths)} store paths and what they need"):
        signing.sign(paths, key)
    with progress.step(f"copying them to {where}"):
        signing.copy(paths, compressed(where))
    return Pushed(tuple(paths), public)


def _made_by_nix(folder: str, output: str, caches: Caches) -> list[str]:
    """Return the store path of the ISO, if Nix has built it; without a builder, it cannot."""
    path = evaluation.evaluate(folder, f"{output}.outPath", str, caches=caches)
    return [] if store_paths.invalid([path]) else [path]


def compressed(store: str) -> str:
    """Return the URL of ``store``, with zstd compression if it is a binary cache.

    A compression in the URL stays. Other stores do not compress.
    """
    place, _, query = store.partition("?")
    if not place.startswith(BINARY_CACHES):
        return store
    if any(name == "compression" for name, _ in parse_qsl(query, keep_blank_values=True)):
        return store
    return f"{place}?{query}&compression=zstd" if query else f"{place}?compression=zstd"
