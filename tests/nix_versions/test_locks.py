"""flake.lock and voidgen.lock with several releases of Nix: same inputs, same refusals."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.integration.offline import Nix
from tests.locks.project import commit, project, repository, toml
from tests.nix_versions.releases import MACHINE, SUITES, Releases

pytestmark = pytest.mark.nix_versions

MADE_UP = "0123456789abcdef0123456789abcdef01234567"
MATCH = "inputs match flake.lock"
FLAKE = "{ %soutputs = _: { }; }\n"


@dataclass(frozen=True)
class Sources:
    """The repository of a project's nixpkgs, and the first of its two commits."""

    nixpkgs: Path
    first: str


@pytest.fixture(scope="session")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Sources:
    folder = tmp_path_factory.mktemp("sources")
    repository(folder / "tools", {"flake.nix": FLAKE % "", "below/flake.nix": FLAKE % ""})
    needs = (
        f'inputs.tools.url = "git+file://{folder}/tools"; '
        f'inputs.below.url = "git+file://{folder}/tools?dir=below"; '
    )
    nixpkgs = folder / "nixpkgs"
    first = repository(nixpkgs, {"flake.nix": FLAKE % needs, "default.nix": "_: { }\n"})
    commit(nixpkgs, {"words": "second"}, day=2)
    return Sources(nixpkgs, first)


def made(nix: Nix, sources: Sources, folder: Path) -> Path:
    """Make a project that is generated and locked."""
    table = f'nixpkgs = "git+file://{sources.nixpkgs}?ref=main"\n'
    project(folder, toml(None, nix=table))
    for word in ("generate", "lock"):
        voidgen(nix, folder, word)
    commit(folder)
    return folder


def voidgen(nix: Nix, folder: Path, *words: str, status: int = 0) -> str:
    """Run voidgen, which must exit with ``status``, and return its output."""
    done = subprocess.run(
        [sys.executable, "-m", "voidgen", *words],
        cwd=folder, env=nix.env, capture_output=True, text=True, check=False,
    )  # fmt: skip
    said = f"{done.stdout}{done.stderr}"
    assert done.returncode == status, said
    return said


@pytest.fixture
def release(releases: Releases, suite: str) -> Iterator[Nix]:
    with releases.use(suite) as found:
        yield found


def test_all_releases_write_the_same_voidgen_lock(
    releases: Releases, sources: Sources, tmp_path: Path
) -> None:
    found = {}
    for suite in SUITES:
        with releases.use(suite) as nix:
            folder = made(nix, sources, tmp_path / suite)
        found[suite] = (folder / "voidgen.lock").read_bytes()
    assert len({*found.values()}) == 1, found
    names = [one["name"] for one in json.loads(found[MACHINE])["inputs"]]
    assert names == ["nixpkgs", "nixpkgs/below", "nixpkgs/tools"]
    # Each release accepts the others' locks.
    for suite in SUITES:
        with releases.use(suite) as nix:
            for other in SUITES:
                assert voidgen(nix, tmp_path / other, "lock", "--check") == "everything is locked\n"
                assert "nothing changed" in voidgen(nix, tmp_path / other, "lock")
                (row,) = match(nix, tmp_path / other)
                assert row["state"] == "passed", row


def match(nix: Nix, folder: Path) -> list[dict[str, Any]]:
    """Return `voidgen check`'s rows about the inputs."""
    done = subprocess.run(
        [sys.executable, "-m", "voidgen", "--quiet", "check", "--json"],
        cwd=folder, env=nix.env, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return [one for one in json.loads(done.stdout)["checks"] if one["name"] == MATCH]


FORGERIES: dict[str, dict[str, object]] = {
    "lastModified": {"lastModified": 1},
    "narHash": {"narHash": f"sha256-{'A' * 43}="},
    "rev": {"rev": MADE_UP},
}


@pytest.mark.parametrize("field", [*FORGERIES, "first"])
def test_a_forged_flake_lock_is_refused(
    field: str, release: Nix, sources: Sources, tmp_path: Path
) -> None:
    folder = made(release, sources, tmp_path / "project")
    file = folder / "flake.lock"
    lock = json.loads(file.read_bytes())
    # Also an existing commit with another one's hash.
    forgery = FORGERIES.get(field, {"rev": sources.first})
    lock["nodes"]["nixpkgs"]["locked"].update(forgery)
    file.write_text(json.dumps(lock))
    ((name, value),) = forgery.items()
    line = f"flake.lock has another {name} of nixpkgs than voidgen.lock: {value} instead of "
    assert line in voidgen(release, folder, "lock", "--check", status=1)
    (row,) = match(release, folder)
    assert row["state"] == ("skipped" if field == "rev" else "failed")
    said = voidgen(release, folder, "lock", status=1 if field == "rev" else 2)
    assert "restore it with git, or lock nixpkgs again with `voidgen update nixpkgs`" in said
    voidgen(release, folder, "update", "nixpkgs")
    assert voidgen(release, folder, "lock", "--check") == "everything is locked\n"


def test_lock_records_what_nix_flake_update_changed(
    release: Nix, sources: Sources, tmp_path: Path
) -> None:
    moving = tmp_path / "nixpkgs"
    shutil.copytree(sources.nixpkgs, moving)
    folder = made(release, Sources(moving, sources.first), tmp_path / "project")
    third = commit(moving, {"words": "third"}, day=3)
    assert "nothing changed" in voidgen(release, folder, "lock")
    old = "--update-input" in release.run("nix", "flake", "lock", "--help")
    words = ["lock", "--update-input", "nixpkgs"] if old else ["update", "nixpkgs", "--flake"]
    release.run("nix", "flake", *words, f"path:{folder}")
    said = voidgen(release, folder, "lock", "--check", status=1)
    assert f"another rev of nixpkgs than voidgen.lock: {third} instead of" in said
    assert "wrote voidgen.lock" in voidgen(release, folder, "lock")
    assert voidgen(release, folder, "lock", "--check") == "everything is locked\n"
