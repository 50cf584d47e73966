"""Tools for an image of another architecture are built for this machine's system."""

import json
from pathlib import Path

import pytest
from tests.support.program import write
from tests.support.stand_in import StandIns

from voidgen import project
from voidgen.config.types import Container
from voidgen.container import engine
from voidgen.container import image as container_image
from voidgen.errors import StepFailedError
from voidgen.lock import xbps_tools
from voidgen.progress import NoProgress
from voidgen.system import process

HOST = "i686-linux"
TOML = '[image]\nname = "x"\narch = "aarch64"\n[mklive]\n'
CACHE = "https://cache.example.org"
KEY = f"example-1:{'A' * 43}="


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIns:
    found = StandIns(tmp_path / "bin")
    monkeypatch.setenv("PATH", str(found.folder))
    monkeypatch.setattr(process, "LONGEST_WAIT", 0)
    found.add("nix-instantiate", (0, json.dumps(HOST), ""))
    return found


@pytest.fixture
def image(tmp_path: Path) -> project.Project:
    write(
        tmp_path / "project",
        {"voidgen.toml": f"{TOML}[cache]\nstores = ['{CACHE}']\nkeys = ['{KEY}']\n"},
    )
    return project.load(tmp_path / "project")


def built(path: Path) -> str:
    """Make the path, and return what Nix says of it."""
    path.touch()
    return json.dumps([{"outputs": {"out": str(path)}}])


def test_xbps_is_built_for_this_machine(
    programs: StandIns, image: project.Project, tmp_path: Path
) -> None:
    programs.add("nix", (0, '["xbps"]', ""), (0, built(tmp_path / "xbps"), ""))
    found = xbps_tools.find(tmp_path, image, NoProgress())
    assert found == tmp_path / "xbps" / "bin"
    asked, made = programs.starts("nix")
    assert f"path:{tmp_path}#packages.{HOST}" in asked
    # By default, Nix builds for this machine.
    assert f"path:{tmp_path}#xbps" in made
    assert asked[-6:] == made[-6:] == image.caches.options()


def test_the_container_is_built_for_this_machine(
    programs: StandIns, image: project.Project, tmp_path: Path
) -> None:
    programs.add("nix", (0, '"x:1"', ""), (0, built(tmp_path / "x.tar"), ""))
    programs.add("podman", (1, "", "no such image"), (0, "Loaded image: x:1", ""), (0, "id", ""))
    runner = engine.Engine("podman", rootful=True, storage=tmp_path)
    assert image.plan.config.container == Container()
    assert container_image.find(image, runner, tmp_path, NoProgress()) == "id"
    asked, made = programs.starts("nix")
    assert f"{image.folder}#packages.{HOST}" in asked
    assert f"{image.folder}#container" in made
    assert asked[-6:] == made[-6:] == image.caches.options()


NAMED = f"registry.example.org/x@sha256:{'0a' * 32}"


@pytest.fixture
def named(tmp_path: Path) -> project.Project:
    text = f'[image]\nname = "x"\n[mklive]\n[container]\nimage = "{NAMED}"\n'
    write(tmp_path / "project", {"voidgen.toml": text})
    return project.load(tmp_path / "project")


def test_a_named_image_is_fetched_and_what_the_engine_says_is_logged(
    programs: StandIns,
    named: project.Project,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    programs.add("podman", (1, "", "no such image"), (0, "id", "Copying blob"), (0, "id", ""))
    runner = engine.Engine("podman", rootful=True, storage=tmp_path)
    with caplog.at_level("INFO"):
        assert container_image.find(named, runner, tmp_path, NoProgress()) == "id"
    assert programs.starts("podman")[1] == ["pull", NAMED]
    assert "  | Copying blob" in caplog.messages
    assert capfd.readouterr() == ("", "")


def test_an_image_that_cannot_be_fetched_shows_what_the_engine_said(
    programs: StandIns, named: project.Project, tmp_path: Path
) -> None:
    programs.add("podman", (1, "", "no such image"), (125, "", "manifest unknown"))
    runner = engine.Engine("podman", rootful=True, storage=tmp_path)
    with pytest.raises(StepFailedError) as caught:
        container_image.find(named, runner, tmp_path, NoProgress())
    assert caught.value.output == "manifest unknown"
