"""`voidgen iso` in Nix's sandbox: the same bytes as in a container."""

import hashlib
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.offline import SYSTEM, Nix
from tests.iso import conftest as iso
from tests.iso import debian, making
from tests.iso.making import Made
from tests.iso.podman import Podman
from tests.iso.project import change, commit
from tests.iso.running import failed, is_made, well
from tests.iso.test_interrupted import QUIET, SLOW, running
from tests.locks.project import clone
from tests.locks.project import well as generate

from voidgen.container import engine as engines
from voidgen.iso.nix_sandbox import ANEW
from voidgen.nix import uid_range

pytestmark = [
    pytest.mark.nix_versions,
    pytest.mark.skipif(os.getuid() != 0, reason="Nix builds with uid-range only as root"),
]

LINKS = 'ln -s "$path"/bin/* "$out/bin/"; done'
UNPACK = """
      cd "$out"
      tar -x -f "$debian"
      for one in *; do
        case $one in bin | debian | lib | lib64 | usr) ;; *) rm -rf "$one" ;; esac
      done
"""
FOLDERS = ("debian", "lib", "lib64", "usr")
"""Of the stand-in's tools, that Debian's programs need outside of their own root folder, too."""


engine = iso.engine


@pytest.fixture(scope="module")
def made(engine: Podman, newest: Nix, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """A project, and the environment in which Nix's sandbox can run its ISO's tools."""
    with pytest.MonkeyPatch.context() as patch:
        _unpack_debian(patch)
        one = making.make(tmp_path_factory.mktemp("sandbox"), engine, newest.env)
    nix = Nix({**os.environ, **one.env})
    tools = nix.build(one.project, f"packages.{SYSTEM}.iso-tools")
    paths = " ".join(f"/{name}={tools}/{name}" for name in FOLDERS)
    lines = (one.env["NIX_CONFIG"], *uid_range.SETTINGS, f"extra-sandbox-paths = {paths}")
    one.env["NIX_CONFIG"] = "\n".join(lines)
    yield one
    subprocess.run(
        ["podman", "rmi", one.container],
        env={**os.environ, **engine.env}, capture_output=True, check=False,
    )  # fmt: skip


def _unpack_debian(patch: pytest.MonkeyPatch) -> None:
    """Have the stand-in for the tools contain Debian's files, which its links lead to."""
    write_set = debian.write_set

    def write(folder: Path, *more: object) -> None:
        write_set(folder, *more)  # type: ignore[arg-type]
        file = folder / "tests" / "container.nix"
        text = file.read_text()
        assert LINKS in text
        text = text.replace(LINKS, f"{LINKS}\n{UNPACK}")
        file.write_text(text.replace("{ inherit paths; };", "{ inherit debian paths; };"))

    patch.setattr("tests.iso.project.write_set", write)


@pytest.fixture
def folder(made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    making.settle(monkeypatch, made.env)
    return clone(made.project, tmp_path / "project")


@pytest.fixture
def without_engines(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine that has neither podman nor docker."""
    monkeypatch.setattr(engines, "installed", lambda _: "")


def name_engine(folder: Path) -> None:
    """Have voidgen.toml name Nix."""
    text = (folder / "voidgen.toml").read_text()
    text = text.replace("[container]\n", '[container]\nengine = "nix"\n')
    (folder / "voidgen.toml").write_text(text)
    generate(folder, "generate")
    commit(folder)


def digest(folder: Path) -> str:
    return hashlib.sha256((folder / "out" / "tests.iso").read_bytes()).hexdigest()


def test_podman_and_nix_make_the_same_iso(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = clone(folder, tmp_path / "other")
    well(folder)
    assert "podman run" in (folder / "out" / "tests.log").read_text().splitlines()[0]
    monkeypatch.setattr(engines, "installed", lambda _: "")
    well(other)
    log = (other / "out" / "tests.log").read_text()
    assert log.splitlines()[0].startswith("$ nix-build ")
    assert re.search(r"^\[12/12\] ", log, re.MULTILINE)
    assert is_made(other)
    assert digest(other) == digest(folder)
    # The store keeps no second copy longer than until the next garbage collection.
    assert not (other / "out" / ".work" / "iso").is_symlink()


@pytest.mark.usefixtures("without_engines")
def test_an_iso_that_the_store_has_is_built_again_only_if_asked(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    well(folder)
    other = clone(folder, tmp_path / "other")
    well(other)
    log = (other / "out" / "tests.log").read_text()
    assert "building '" not in log
    assert "successfully." in log
    assert digest(other) == digest(folder)
    # Another build, with setuid bits instead of the library that keeps them.
    config = os.environ["NIX_CONFIG"]
    monkeypatch.setenv("NIX_CONFIG", f"{config}\nfilter-syscalls = false")
    monkeypatch.setenv(ANEW, "1")
    anew = clone(folder, tmp_path / "anew")
    well(anew)
    assert "building '" in (anew / "out" / "tests.log").read_text()
    assert digest(anew) == digest(folder)


def test_a_failure_names_its_line_and_keeps_the_log(folder: Path) -> None:
    name_engine(folder)
    # The package set has no compiler.
    change(folder, "  tinycc = ", "  other = ", "packages/tests/container.nix")
    said = failed(folder)
    assert said.startswith("voidgen: nix-build: failed")
    assert "refuses setuid bits" in said
    assert "filter-syscalls = false" in said
    assert "refuses setuid bits" in (folder / "out" / "tests.log").read_text()
    assert not is_made(folder)


def test_a_builder_without_the_feature_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name_engine(folder)
    config = os.environ["NIX_CONFIG"]
    monkeypatch.setenv("NIX_CONFIG", f"{config}\nsystem-features = benchmark")
    said = failed(folder)
    assert "uid-range" in said
    assert "`voidgen doctor` says what to set" in said
    assert not is_made(folder)


def test_an_interrupt_leaves_nothing(folder: Path, made: Made) -> None:
    name_engine(folder)
    change(folder, QUIET, SLOW)
    with running(folder) as run:
        assert [*build_dir(made).iterdir()]
        run.process.send_signal(signal.SIGINT)
        status, said = run.end()
    assert status == 130
    assert "voidgen: interrupted while running mklive\n" in said
    assert not is_made(folder)
    assert not (folder / "out" / ".work" / "running").exists()
    assert not [*build_dir(made).iterdir()]
    assert str(build_dir(made)) not in Path("/proc/self/mounts").read_text()


def build_dir(made: Made) -> Path:
    """Return the folder in which Nix builds."""
    found = re.search(r"^build-dir = (.*)$", made.env["NIX_CONFIG"], re.MULTILINE)
    assert found
    return Path(found[1])
