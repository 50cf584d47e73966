"""The image that the container is started from: the flake's own, or one by its digest."""

import tarfile
from pathlib import Path

from tests.integration.offline import SYSTEM
from tests.iso.making import Made
from tests.iso.podman import Podman
from tests.iso.project import change, commit
from tests.iso.running import is_made, nothing_left, well
from tests.locks.project import well as voidgen

from voidgen.container import archive
from voidgen.nix import flakes
from voidgen.progress import NoProgress


def test_the_flake_s_own(folder: Path, made: Made, engine: Podman) -> None:
    well(folder)
    packed = flakes.build(str(folder), f"packages.{SYSTEM}.container", NoProgress())
    # podman 4.3 and skopeo 1.9 read no other.
    with tarfile.open(packed, "r:") as tar:
        assert tar.getnames()[-1] == "manifest.json"
    (ours,) = archive.ids(packed)
    assert engine.run("image", "inspect", "--format", "{{.Id}}", made.container).strip() == ours
    assert packed == (folder / "out" / ".roots" / "container").resolve()
    said = engine.run("image", "inspect", "--format", "{{.Config.Env}}", made.container)
    assert said.strip() == "[PATH=/bin]"
    nothing_left(folder, engine, made=True)


def test_another_image_of_that_name_is_replaced(folder: Path, made: Made, engine: Podman) -> None:
    engine.run("tag", engine.image, made.container)
    well(folder)
    (ours,) = archive.ids(flakes.build(str(folder), "container", NoProgress()))
    assert engine.run("image", "inspect", "--format", "{{.Id}}", made.container).strip() == ours
    assert is_made(folder)


def test_one_by_its_digest(folder: Path, engine: Podman) -> None:
    change(folder, 'image = "flake"', f'image = "{engine.image}"')
    voidgen(folder, "lock")
    commit(folder)
    well(folder)
    assert not (folder / "out" / ".roots" / "container").is_symlink()
    assert f'"container": "{engine.image}"' in (folder / "out" / "tests.manifest.json").read_text()
