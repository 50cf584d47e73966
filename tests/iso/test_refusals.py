"""What `voidgen iso` refuses before a container starts, with one message and nothing left."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from attrs import evolve
from tests.iso.making import Made
from tests.iso.podman import Podman
from tests.iso.project import change, commit
from tests.iso.running import failed, nothing_left
from tests.locks.project import edit, repository, well
from tests.support.program import voidgen
from tests.support.stand_in import StandIns

from voidgen.lock import mklive_source
from voidgen.lock import voidgen_lock as lock_file


def untouched(folder: Path) -> None:
    """Assert that no output folder was made."""
    assert not (folder / "out").exists()


def test_a_project_without_mklive_is_refused(folder: Path) -> None:
    text = (folder / "voidgen.toml").read_text()
    (folder / "voidgen.toml").write_text(text[: text.index("[mklive]")])
    ran = voidgen("iso", cwd=folder)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err == (
        "voidgen: this project makes no ISO\n"
        "    run `voidgen init --online`: "
        "it adds [mklive], and nixpkgs instead of ./packages/tests\n"
    )
    untouched(folder)


def test_a_missing_lock_is_refused(folder: Path) -> None:
    (folder / "voidgen.lock").unlink()
    ran = voidgen("iso", cwd=folder)
    assert ran.status == 2
    assert ran.err == (
        "voidgen: voidgen.lock does not have Void's packages\n    run `voidgen lock`\n"
    )
    untouched(folder)


def test_a_stale_lock_and_stale_files_are_both_reported(folder: Path) -> None:
    edit(folder, '"htop"', '"jq"')
    ran = voidgen("iso", cwd=folder)
    assert ran.status == 2
    assert "voidgen: voidgen.lock does not have jq\n    run `voidgen lock`\n" in ran.err
    assert (
        f"{folder.name}: the emitted files are not up to date with voidgen.toml and the modules\n"
        "    run `voidgen generate`\n"
    ) in ran.err.replace(f"{folder.parent}/", "")
    untouched(folder)


def test_a_container_image_without_a_digest_is_refused(folder: Path) -> None:
    text = (folder / "voidgen.toml").read_text()
    named = text.replace('image = "flake"', 'image = "localhost/tests:latest"')
    (folder / "voidgen.toml").write_text(named)
    ran = voidgen("iso", cwd=folder)
    assert ran.status == 2
    assert "voidgen.toml:" in ran.err
    assert "image" in ran.err
    untouched(folder)


def only(folder: Path, *names: str) -> Path:
    """Make a folder for PATH that has only these programs of the machine."""
    folder.mkdir()
    for name in names:
        (folder / name).symlink_to(shutil.which(name) or name)
    return folder


@pytest.mark.parametrize(
    ("named", "programs"), [("auto", "podman and docker"), ("docker", "docker")]
)
def test_a_missing_engine_is_named(
    named: str, programs: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(folder, "[container]", f'[container]\nengine = "{named}"')
    well(folder, "generate")
    monkeypatch.setenv("PATH", str(only(tmp_path / "bin", "git", "nix")))
    assert failed(folder) == (
        f"voidgen: no container engine: {programs} not found on PATH\n"
        "  install podman or docker; `voidgen doctor` says how Nix can replace them in `iso`\n"
    )
    untouched(folder)


def test_an_engine_that_does_not_answer_is_an_error(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    docker = StandIns(tmp_path / "stand-ins")
    docker.add("docker", (1, "", "Cannot connect to the Docker daemon"))
    monkeypatch.setenv("PATH", f"{docker.folder}:{only(tmp_path / 'bin', 'git', 'nix')}")
    assert failed(folder) == (
        "voidgen: docker: does not answer\n"
        "  | Cannot connect to the Docker daemon\n"
        "  run `docker info`, and fix what it reports: "
        "is its service running, and may you use it?\n"
    )
    untouched(folder)


def test_unquoted_engine_arguments_are_an_error(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOIDGEN_ENGINE_ARGUMENTS", "--it's")
    assert failed(folder) == (
        "voidgen: VOIDGEN_ENGINE_ARGUMENTS: No closing quotation\n  quote the value of "
        "VOIDGEN_ENGINE_ARGUMENTS as for a shell\n"
    )
    untouched(folder)


def test_an_image_that_cannot_be_pulled_is_an_error(folder: Path, engine: Podman) -> None:
    image = f"{engine.image.partition('@')[0]}@sha256:{'0' * 64}"
    change(folder, 'image = "flake"', f'image = "{image}"')
    lock = lock_file.read(folder)
    assert lock
    (folder / lock_file.FILE).write_bytes(lock_file.dump(evolve(lock, container=image)))
    said = failed(folder)
    assert said.startswith("voidgen: cannot reach localhost: is there a network?\n")
    nothing_left(folder, engine)


def test_an_output_folder_that_is_a_file_is_an_error(folder: Path) -> None:
    (folder / "out").write_text("no folder\n")
    assert failed(folder) == (
        f"voidgen: {folder / 'out'}: File exists\n  fix that and run it again\n"
    )
    assert (folder / "out").read_text() == "no folder\n"


def test_an_mklive_without_the_step_that_voidgen_replaces_is_refused(
    folder: Path, made: Made, engine: Podman, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`voidgen lock` refuses it, too, but an earlier voidgen may have locked it."""
    mklive = tmp_path / "mklive"
    shutil.copytree(made.project.with_name("mklive"), mklive, ignore=lambda *_: {".git"})
    script = mklive / "mklive.sh"
    script.write_text(script.read_text().replace("generate_squashfs", "make_squashfs"))
    repository(mklive, {})
    change(folder, str(made.project.with_name("mklive")), str(mklive))
    with monkeypatch.context() as earlier:
        earlier.setattr(mklive_source, "check", lambda _: None)
        well(folder, "lock")
    well(folder, "generate")
    commit(folder)
    assert failed(folder) == (
        "voidgen: the locked mklive does not have the steps generate_squashfs "
        "and generate_iso_image\n"
        "  name a revision from 6be29da of 2025-12-13 to ee1bf42 of 2026-06-01 in [mklive] source "
        "of voidgen.toml, and run `voidgen lock`\n"
    )
    nothing_left(folder, engine)
    assert not (folder / "out" / "tests.log").exists()


def test_a_missing_store_path_is_an_error(folder: Path, engine: Podman) -> None:
    change(folder, '"greet"', '"countdown"')
    said = subprocess.run(
        ["nix", "build", "--json", "--no-link", f"{folder}#default"],
        capture_output=True, check=True,
    ).stdout  # fmt: skip
    built = Path(json.loads(said)[0]["outputs"]["out"])
    paths = (built / "store-paths").read_text().split()
    path = next(Path(path) for path in paths if "-countdown-" in path)
    aside = path.with_name("aside")
    path.rename(aside)
    try:
        said_ = failed(folder)
    finally:
        aside.rename(path)
    assert said_ == (
        f"voidgen: the Nix store does not have {path}\n"
        "  run `nix-store --verify --check-contents --repair`\n"
    )
    nothing_left(folder, engine)
