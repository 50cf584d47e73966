"""Nix's sandbox as the place where mklive runs (``[container] engine = "nix"``).

The ISO is the flake's output ``iso`` (data/nix/iso.nix), which is checked before Nix accepts it.
"""

from __future__ import annotations

import os
import secrets
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.errors import StepFailedError
from voidgen.iso import judge, outputs, preflight
from voidgen.lock import locked_packages
from voidgen.nix import derivations, evaluation, flakes, installed, store_paths, uid_range
from voidgen.system import sri
from voidgen.system.process import stream

if TYPE_CHECKING:
    from collections.abc import Callable

    from voidgen.config.types import Container
    from voidgen.iso.built import Built
    from voidgen.iso.order import Order

RESULT = "iso"
"""The link to what Nix built, a GC root until the files are copied."""
ANEW = "VOIDGEN_ISO_ANEW"
"""Environment variable: if set, Nix builds the ISO although its store has it."""
GRACE_PERIOD = 60.0
"""Seconds that Nix gets to end its builder and to remove its folders."""
NO_LOG = b"voidgen: the ISO is from a Nix store, which does not have the log of its build\n"


@frozen
class NixSandbox:
    """Makes ISOs as builds of Nix, in its sandbox."""

    storage: None = None
    """Nix's `build-dir`, on a machine that Nix chooses."""

    @staticmethod
    def can_run(wanted: Container) -> bool:
        """Return whether Nix has the settings, and the programs come from the package set."""
        return wanted.image == "flake" and uid_range.can()

    def remove_leftovers(self, project: Path, report: Callable[[str], None]) -> None:
        """Do nothing: Nix removes the folders of builds by itself."""

    def program(self, order: Order) -> str:
        """Return the derivation of the ISO."""
        project = order.project
        if project.plan.config.container.image != "flake":
            what = 'engine = "nix" takes no image: mklive runs with programs of the package set'
            remedy = 'set [container] image = "flake", or engine = "podman"'
            raise StepFailedError(what, remedy)
        salt = secrets.token_hex() if os.environ.get(ANEW) else ""
        output = project.output("iso")
        given = f'{{ salt = "{salt}"; sourceDate = "{order.asked_date}"; }}'
        with order.progress.step("evaluating the ISO's derivation"):
            found = evaluation.evaluate(
                str(project.folder),
                f"packages.{installed.system()}",
                str,
                apply=f'all: if all ? {output} then (all.{output}.again {given}).drvPath else ""',
                caches=project.caches,
            )
        if not found:
            what = "the package set has no xbps, buildEnv or python3, so Nix cannot make the ISO"
            remedy = "name another one in [nix] nixpkgs, or use podman or docker"
            raise StepFailedError(what, remedy)
        return found

    def fetch(self, order: Order, program: str) -> str:
        """Copy the files from the store; Nix may fetch them first."""
        found = derivations.read(program)
        if os.environ.get(ANEW) or not found:
            return ""
        out, root = found.outputs["out"], ("--add-root", str(order.work / RESULT))
        with order.progress.step("asking the Nix stores for the ISO"):
            caches = order.project.caches
            done = store_paths.realise([out], order.progress, *root, caches=caches)
        if done.status:
            return ""
        preflight.whole(Path(out))
        with order.log.open(["nix-store", "--realise", out], _ignore) as receive:
            receive(store_paths.build_log(program) or NO_LOG)
        return _copied(order)

    def repository(self, order: Order, program: str) -> Path:
        """Fetch the locked packages, and build everything else that the derivation needs."""
        project, progress, found = order.project, order.progress, derivations.read(program)
        locked_packages.packages(project, progress)
        with progress.step("building the tools"):
            if found:
                store_paths.build(found.wanted, progress, project.caches)
            output = project.output("xbps-repository")
            link, folder = order.roots / output, str(project.folder)
            return flakes.build(folder, output, progress, link, project.caches)

    def make(self, order: Order, built: Built, repository: Path, program: str) -> str:
        """Build the derivation. An interrupted Nix gets `GRACE_PERIOD` seconds to clean up."""
        del built, repository
        argv = ["nix-store", "--realise", program, "--add-root", str(order.work / RESULT)]
        argv += order.project.caches.options()
        with (
            order.progress.stages("running mklive") as reached,
            order.log.open(argv, reached) as receive,
        ):
            folder = order.project.folder
            status = stream(argv, cwd=folder, on_output=receive, grace_period=GRACE_PERIOD)
        if status:
            wrong = order.log.differences()
            raise judge.differs(wrong) if wrong else order.log.failure(status, argv[0])
        return _copied(order)


def _copied(order: Order) -> str:
    """Copy the files to `Order.results`, and return the ISO's hash.

    Their GC root is removed: the store need not keep a second ISO.
    """
    link = order.work / RESULT
    for kind in outputs.KINDS:
        shutil.copyfile(link / f"{order.name}.{kind}", order.results / f"image.{kind}")
    # With several outputs, each has a link.
    for one in filter(Path.is_symlink, [*order.work.iterdir()]):
        one.unlink()
    return sri.of_file(order.results / "image.iso")


def _ignore(*_: object) -> None:
    """Do nothing: a copied log reaches no stage."""
