"""An ISO larger than `[image] max-size` is refused, and an earlier one stays."""

import json
from pathlib import Path

from tests.iso.podman import Podman
from tests.iso.project import change
from tests.iso.running import failed, is_made, nothing_left, well


def limit(folder: Path, size: str, old: str = "") -> None:
    """Set max-size, which was ``old`` or missing."""
    line = 'name = "tests"\n'
    before = f'{line}max-size = "{old}"\n' if old else line
    change(folder, before, f'{line}max-size = "{size}"\n')


def test_a_too_large_iso_is_refused_and_an_earlier_one_stays(folder: Path, engine: Podman) -> None:
    limit(folder, "1 TiB")
    well(folder)
    iso = folder / "out" / "tests.iso"
    earlier, size = iso.read_bytes(), iso.stat().st_size
    manifest = json.loads((folder / "out" / "tests.manifest.json").read_bytes())
    assert manifest["plan"]["image"]["max-size"] == 1 << 40

    limit(folder, f"{(size - 1) / 1000:.3f} kB", "1 TiB")
    told = failed(folder)
    said = told[told.index("voidgen: ") :].splitlines()

    assert said[0].startswith("voidgen: the ISO has ")
    assert said[0].endswith(
        f" 1 B more than [image] max-size in voidgen.toml allows: {(size - 1) / 1000:.3f} kB"
    )
    assert "raise max-size" in said[-1]
    assert "voidgen does not keep the ISO" in said[-1]
    lists = "\n".join(said)
    for name in ("greet", "notebook^out,man", "deskTools.clock"):
        assert lists.count(f"B  {name}\n") == 2, lists
    assert iso.read_bytes() == earlier
    assert is_made(folder), "with all that belongs to it"
    nothing_left(folder, engine, made=True)

    # Exactly the maximum size is allowed.
    limit(folder, f"{size / 1000:.3f} kB", f"{(size - 1) / 1000:.3f} kB")
    well(folder)
    assert iso.stat().st_size == size


def test_an_iso_that_is_too_large_from_the_start(folder: Path, engine: Podman) -> None:
    limit(folder, "1 KiB")
    assert "more than [image] max-size in voidgen.toml allows: 1 KiB" in failed(folder)
    nothing_left(folder, engine)
