"""The container's image: the flake's, or one with a digest."""

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


def test_iso_loads_the_flakes_image(folder: Path, made: Made, engine: Podman) -> None:
    well(folder)
    packed = flakes.build(str(folder), f"packages.{SYSTEM}.container", NoProgress())
    # podman 4.3 and skopeo 1.9 need an uncompressed archive.
    with tarfile.open(packed, "r:") as tar:
        assert tar.getnames()[-1] == "manifest.json"
    (ours,) = archive.ids(packed)
    assert engine.run("image", "inspect", "--format", "{{.Id}}", made.container).strip() == ours
    assert packed == (folder / "out" / ".roots" / "container").resolve()
    said = engine.run("image", "inspect", "--format", "{{.Config.Env}}", made.container)
    assert said.strip() == "[PATH=/bin]"
    nothing_left(folder, engine, made=True)


def test_iso_replaces_another_image_of_the_same_name(
    folder: Path, made: Made, engine: Podman
) -> None:
    engine.run("tag", engine.image, made.container)
    well(folder)
    (ours,) = archive.ids(flakes.build(str(folder), "container", NoProgress()))
    assert engine.run("image", "inspect", "--format", "{{.Id}}", made.container).strip() == ours
    assert is_made(folder)


def test_iso_uses_an_image_with_a_digest(folder: Path, engine: Podman) -> None:
    change(folder, 'image = "flake"', f'image = "{engine.image}"')
    voidgen(folder, "lock")
    commit(folder)
    well(folder)
    assert not (folder / "out" / ".roots" / "container").is_symlink()
    assert f'"container": "{engine.image}"' in (folder / "out" / "tests.manifest.json").read_text()
