"""Which program runs mklive."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from attrs import evolve
from tests.support.program import write
from tests.support.stand_in import StandIns

from voidgen import project
from voidgen.config.types import Container
from voidgen.container import engine
from voidgen.container.engine import Engine
from voidgen.errors import StepFailedError
from voidgen.iso import runner
from voidgen.iso.in_container import InContainer
from voidgen.nix import uid_range
from voidgen.project import Project

DIGEST = f"a/b@sha256:{'0' * 64}"
PODMAN = Engine("podman", rootful=True, storage=Path("/graph"))


@pytest.fixture
def on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIns:
    programs = StandIns(tmp_path / "programs")
    monkeypatch.setenv("PATH", str(programs.folder))
    return programs


def loaded(folder: Path, container: Container) -> Project:
    text = '[image]\nname = "x"\n[nix]\nnixpkgs = "./set"\n[mklive]\n'
    write(folder, {"project/voidgen.toml": text, "project/set/default.nix": "_: { }\n"})
    found = project.load(folder / "project")
    config = evolve(found.plan.config, container=container)
    return evolve(found, plan=evolve(found.plan, config=config))


@pytest.mark.parametrize(
    ("wanted", "programs", "nix_can", "found"),
    [
        ("auto", ["podman", "docker"], True, "podman"),
        ("auto", ["docker"], True, "docker"),
        ("docker", ["podman", "docker"], True, "docker"),
        ("auto", [], True, "nix"),
        ("nix", ["podman"], False, "nix"),
    ],
)
def test_the_choice(  # noqa: PLR0913, PLR0917 - what it depends on
    wanted: str,
    programs: Sequence[str],
    nix_can: bool,
    found: str,
    tmp_path: Path,
    on_path: StandIns,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in programs:
        on_path.add(name, (0, "", ""))
    monkeypatch.setattr(engine, "_info", lambda *_: (True, Path("/graph")))
    monkeypatch.setattr(uid_range, "can", lambda: nix_can)
    container = Container(engine=wanted)  # type: ignore[arg-type]
    chosen = runner.find(loaded(tmp_path, container))
    assert (chosen.engine.program if isinstance(chosen, InContainer) else "nix") == found


@pytest.mark.parametrize(
    ("container", "nix_can"),
    [(Container(), False), (Container(image=DIGEST), True), (Container(engine="docker"), True)],
)
def test_without_an_engine(
    container: Container,
    nix_can: bool,
    tmp_path: Path,
    on_path: StandIns,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert on_path
    monkeypatch.setattr(uid_range, "can", lambda: nix_can)
    with pytest.raises(StepFailedError, match="no container engine"):
        runner.find(loaded(tmp_path, container))


def test_an_installed_engine_that_does_not_answer_is_not_replaced(
    tmp_path: Path, on_path: StandIns, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_path.add("podman", (1, "", "no service"))
    monkeypatch.setattr(uid_range, "can", lambda: True)
    with pytest.raises(StepFailedError, match="podman: does not answer"):
        runner.find(loaded(tmp_path, Container()))


def test_the_place_of_a_container_s_build() -> None:
    assert InContainer(PODMAN).storage == Path("/graph")
    assert InContainer(evolve(PODMAN, build="tmpfs")).storage is None
