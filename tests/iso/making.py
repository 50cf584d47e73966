"""A project to build ISOs from, locked to stand-ins for mklive and XBPS, and its environment."""

import os
import shlex
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from attrs import frozen
from tests.integration.offline import ROOT, SYSTEM
from tests.iso import packages, project
from tests.iso.podman import Podman
from tests.iso.project import commit
from tests.locks.project import repository, well
from tests.locks.void import StandIn
from tests.support.stand_in import StandIns

from voidgen.nix import evaluation
from voidgen.system import process


@frozen
class Made:
    """A project, locked and generated, and the environment for commands in it.

    ``container`` is the name that the flake's container has once podman has loaded it.
    """

    project: Path
    env: dict[str, str]
    container: str


def make(folder: Path, engine: Podman, nix_env: Mapping[str, str]) -> Made:
    """Make everything in ``folder``; ``nix_env`` are the variables of the Nix to use."""
    (folder / "programs").mkdir()
    void = StandIn(folder / "programs")
    mklive = folder / "mklive"
    shutil.copytree(ROOT / "tests" / "stand_in_iso" / "mklive", mklive)
    key = void.key("tests", folder)
    repository(mklive, {f"keys/{key.file}": key.plist})
    repo = packages.repository(folder / "repository", project.ARCH)
    # podman has the image already, so no registry is needed.
    skopeo = StandIns(folder / "skopeo")
    skopeo.add("skopeo", (0, engine.image.partition("@")[2], ""))
    informed = _informed(folder / "podman", engine)
    env = {
        **{name: value for name, value in nix_env.items() if name.startswith(("NIX_", "XDG_"))},
        **engine.env,
        "HOME": nix_env["HOME"],
        "PATH": f"{informed}:{skopeo.folder}:{void.programs}:{nix_env['PATH']}",
        "XDG_CACHE_HOME": str(folder / "cache"),
    }
    busybox = Path(os.environ.get("VOIDGEN_BUSYBOX") or shutil.which("busybox") or "busybox")
    written = project.write(folder / "project", mklive, repo, busybox, nix_env)
    with pytest.MonkeyPatch.context() as patch:
        settle(patch, env)
        well(written, "lock")
        well(written, "generate")
        commit(written)
        name = 'container: with container; imageName + ":" + imageTag'
        output = f"packages.{SYSTEM}.container"
        container = evaluation.evaluate(str(written), output, str, apply=name)
    return Made(written, env, container)


INFO = ("info", "--format", "{{json .}}")
"""What voidgen asks podman at the start of each run."""


def _informed(folder: Path, engine: Podman) -> Path:
    """Make a folder with the machine's podman, which answers `INFO` as it does now.

    On Debian, the answer takes 0.4 s: podman asks dpkg for the packages of its programs.
    """
    folder.mkdir()
    answer, podman = folder / "info.json", folder / "podman"
    answer.write_text(engine.run(*INFO))
    real = shlex.quote(shutil.which("podman") or "podman")
    podman.write_text(
        f"""#!/bin/sh
[ "$*" != {shlex.quote(" ".join(INFO))} ] || exec cat {shlex.quote(str(answer))}
exec {real} "$@"
"""
    )
    podman.chmod(0o755)
    return folder


def settle(patch: pytest.MonkeyPatch, env: dict[str, str]) -> None:
    """Give this process the environment ``env``."""
    for name in [name for name in os.environ if name.startswith(("NIX_", "SUDO_"))]:
        patch.delenv(name)
    for name, value in env.items():
        patch.setenv(name, value)
    patch.setattr(process, "LONGEST_WAIT", 0)
