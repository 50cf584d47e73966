"""The hash of the inputs, which shows whether the ISO is current."""

from pathlib import Path

import pytest
from tests.support.program import write

from voidgen import project
from voidgen.data.bundled_files import DATA
from voidgen.data.emitted_modules import FILES
from voidgen.iso import inputs
from voidgen.lock import source_date
from voidgen.lock.entries import Entry
from voidgen.lock.flake_lock import Input
from voidgen.lock.state import Pins
from voidgen.lock.types import FlakeInput, Lock
from voidgen.system import git, sri
from voidgen.tree import File

PINS = Pins((), b"{}", Lock())
ENTRY = Entry(FlakeInput("nixpkgs", "", sri.of_bytes(b"tree"), 0, sri.of_bytes(b"entry")), "{}")
TOML = """
[image]
name = "tests"
[nix]
nixpkgs = "./packages"
[overlay]
modules = ["own"]
[mklive]
squashfs = { level = 3 }
"""


@pytest.fixture
def folder(repository: Path) -> Path:
    write(
        repository,
        {
            "voidgen.toml": TOML,
            "packages/default.nix": "{ }\n",
            "overlay-src/own/module.toml": 'summary = "own"\n',
            "overlay-src/own/files/etc/own": "own\n",
        },
    )
    git.add_intent(repository, ["."])
    return repository


def digest(folder: Path, pins: Pins = PINS, date: int = 1) -> str:
    return inputs.digest(project.load(folder), pins, date)


def test_the_same_inputs_have_the_same_hash_in_any_folder(folder: Path, tmp_path: Path) -> None:
    before = digest(folder)
    # Built and untracked files do not matter.
    write(folder, {"out/tests.iso": "x", "notes.txt": "x"})
    assert digest(folder) == before
    elsewhere = folder.rename(tmp_path / "elsewhere")
    assert digest(elsewhere) == before
    assert digest(elsewhere, date=2) != before


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("voidgen.toml", "level = 3", "level = 4"),
        ("voidgen.toml", "level = 3", "level = 3, block-size = 128"),
        ("voidgen.toml", '"tests"', '"other"'),
        ("packages/default.nix", "{ }", "{  }"),
        ("overlay-src/own/files/etc/own", "own", "another"),
        ("overlay-src/own/files/etc/own", "own", "#!/bin/sh"),
        ("overlay-src/own/module.toml", "\n", '\n[files."/etc/own"]\nmode = "0600"\n'),
        ("overlay-src/own/module.toml", "\n", '\n[files."/etc/own"]\nowner = "1:2"\n'),
    ],
)
def test_each_input_changes_the_hash(name: str, old: str, new: str, folder: Path) -> None:
    before = digest(folder)
    file = folder / name
    file.write_text(file.read_text().replace(old, new))
    assert digest(folder) != before


def test_the_engine_does_not_change_the_hash(folder: Path) -> None:
    # A local package set may read voidgen.toml.
    text = TOML.replace("./packages", "github:NixOS/nixpkgs")
    (folder / "voidgen.toml").write_text(text)
    before = digest(folder)
    for line in ('engine = "nix"', 'arguments = ["--runtime=runc"]'):
        (folder / "voidgen.toml").write_text(f"{text}\n[container]\n{line}\n")
        assert digest(folder) == before


def test_locks_change_the_hash(folder: Path) -> None:
    before = digest(folder)
    image = f"localhost/image@sha256:{'0' * 64}"
    found = {
        before,
        digest(folder, Pins((), b"{}", Lock(), (ENTRY,))),
        digest(folder, Pins((), b"{}", None)),
    }
    # The layout of flake.lock does not matter.
    assert digest(folder, Pins((), b"{ }", Lock())) == before
    found.add(digest(folder, Pins((), b"{}", Lock(container=image))))
    assert len(found) == 4


def test_the_project_has_the_scripts_and_modules_unchanged(folder: Path) -> None:
    tree = project.load(folder).tree()
    emitted = {path: node.data for path, node in tree.items() if isinstance(node, File)}
    for name, data in inputs.scripts().items():
        assert emitted[f"image/iso/scripts/{name}"] == data
    for name in FILES:
        assert emitted[f"image/iso/voidgen/{name}"] == (DATA.parent / name).read_bytes()
    (folder / "voidgen.toml").write_text(TOML.partition("[mklive]")[0])
    assert not [path for path in project.load(folder).tree() if path.startswith("image/iso/")]


def test_the_scripts() -> None:
    assert {
        "boot-menu.sh",
        "build.sh",
        "capabilities.sh",
        "hooks.bash",
        "is-recent.sh",
        "of-this-run.sh",
        "overlay.sh",
        "place.sh",
        "post-install.sh",
        "remove-files.sh",
        "reserved-owners.sh",
        "sandbox.sh",
        "setgid-folders.sh",
        "shells.sh",
        "speech-menu.sh",
        "squashfs.sh",
        "users.sh",
        "volume-label.sh",
        "xbps-install.sh",
    } == {*inputs.scripts()}


def test_the_mode_of_a_package_sets_file_changes_the_hash(folder: Path) -> None:
    before = digest(folder)
    (folder / "packages" / "default.nix").chmod(0o755)
    assert digest(folder) != before


def test_the_source_date_is_the_newest_inputs() -> None:
    locked = [Input(str(date), "", modified=date) for date in (0, 1_700_000_000, 1_600_000_000)]
    assert source_date.of(locked, {}) == 1_700_000_000
    assert source_date.of(locked, {"SOURCE_DATE_EPOCH": ""}) == 1_700_000_000
    assert source_date.of(locked, {"SOURCE_DATE_EPOCH": "1650000000"}) == 1_650_000_000
    # FAT has no earlier dates, and squashfs no later ones.
    assert source_date.of([], {}) == source_date.of(locked[:1], {}) == 315_532_800
    assert source_date.of([Input("x", "", modified=1 << 40)], {}) == (1 << 32) - 1


def test_a_variant_changes_only_its_own_hash(folder: Path) -> None:
    def digests(variant: str) -> list[str]:
        text = TOML.replace('"./packages"', '"github:NixOS/nixpkgs"')
        write(folder, {"voidgen.toml": text + variant})
        return [inputs.digest(one, PINS, 1) for one in project.load(folder).images()]

    (alone,) = digests("")
    own, variant = digests('[variants.small.image]\ntitle = "Small"\n')
    assert own == alone
    assert variant != alone
    assert digests('[variants.small.image]\ntitle = "Smaller"\n')[0] == alone
