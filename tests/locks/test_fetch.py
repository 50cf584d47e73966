"""`voidgen fetch` makes a repository with exactly the locked packages, and checks every byte."""

import tomllib
from pathlib import Path

import pytest
from attrs import evolve
from tests.locks.project import (
    LOCK,
    clone,
    contents,
    edit,
    lock_of,
    refused,
    well,
)
from tests.locks.site import Origin, Site
from tests.support.http_faults import resets, status
from tests.support.program import voidgen

from voidgen.lock import voidgen_lock as lock_file
from voidgen.system import process
from voidgen.xbps import repodata

FILE = "jq-1.7.1_1.x86_64.xbps"


def names(folder: Path, pattern: str) -> set[str]:
    return {file.name for file in folder.glob(pattern)}


def fetch(folder: Path) -> Path:
    return Path(well(folder, "fetch").strip())


@pytest.mark.usefixtures("nothing_fetched")
def test_fetch_makes_a_repository_of_exactly_the_locked_packages(
    locked: Path, site: Site, origin: Origin
) -> None:
    found = fetch(locked)
    packages = lock_of(locked)["xbps"]["packages"]
    names = {f"{one['pkgver']}.{one['arch']}.xbps": one for one in packages}
    assert {file.name for file in found.iterdir()} == {*names, "x86_64-repodata"}
    for name in names:
        assert (found / name).read_bytes() == (origin.packages / name).read_bytes()
    listed = repodata.read(found / "x86_64-repodata").packages.values()
    assert {(one.pkgver, one.arch, one.hash, one.size) for one in listed} == {
        (one["pkgver"], one["arch"], one["hash"], one["size"]) for one in packages
    }
    # Hashes are locked, so neither the mirror's index nor signatures are needed.
    assert site.asked() == sorted(names)


def test_fetching_again_needs_no_network(locked: Path, site: Site) -> None:
    first = fetch(locked)
    files = {file.name: file.stat().st_mtime_ns for file in first.iterdir()}
    site.vanish()
    assert fetch(locked) == first
    assert {file.name: file.stat().st_mtime_ns for file in first.iterdir()} == files
    assert site.asked() == []


def test_fetch_needs_no_network_after_lock(locked: Path, site: Site, tmp_path: Path) -> None:
    folder = clone(locked, tmp_path / "project")
    well(folder, "update", "xbps")
    site.vanish()
    fetch(folder)
    assert site.asked() == []


def test_locks_with_the_same_packages_share_the_repository(
    locked: Path, site: Site, origin: Origin, tmp_path: Path
) -> None:
    folder = clone(locked, tmp_path / "project")
    first = fetch(folder)
    site.publish(origin.later)
    well(folder, "update", "xbps")
    other = fetch(folder)
    assert other != first
    assert names(other, "*.xbps") - names(first, "*.xbps") == {
        "htop-3.4.0_1.x86_64.xbps",
        "linux6.1-6.1.128_1.x86_64.xbps",
    }
    # `update` has fetched the signatures, so that the repository can serve as a mirror.
    assert len(names(other, "*.sig2")) == 28
    assert fetch(locked) == first


def test_package_that_the_store_lost_is_fetched_again(
    locked: Path, site: Site, origin: Origin
) -> None:
    repository = fetch(locked)
    path = (repository / FILE).readlink()
    process.run(["nix-store", "--delete", "--ignore-liveness", str(path)], cwd=locked)
    site.forget()
    found = fetch(locked)
    assert (found / FILE).readlink() == path
    assert path.read_bytes() == (origin.packages / FILE).read_bytes()
    assert site.asked() == [FILE]


@pytest.mark.parametrize("change", ["altered", "cut"])
def test_damaged_package_in_the_store_is_named(change: str, locked: Path, site: Site) -> None:
    assert site
    path = (fetch(locked) / FILE).readlink()
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.chmod(0o644)
    path.write_bytes(data if change == "altered" else data[:-1])
    said = refused(locked, "fetch")
    assert f"path '{path}' was modified" in said
    assert "run `nix-store --realise --repair $(nix eval --raw .#xbps-packages.drvPath)`" in said


def test_garbage_collection_keeps_the_packages(locked: Path, site: Site) -> None:
    paths = {one.readlink() for one in fetch(locked).glob("*.xbps")}
    site.vanish()
    process.run(["nix-store", "--gc"], cwd=locked)
    assert {one.readlink() for one in fetch(locked).glob("*.xbps")} == paths
    assert all(path.exists() for path in paths)
    assert site.asked() == []


@pytest.mark.parametrize("change", ["altered", "gone", "another"])
def test_a_damaged_repository_is_made_again(
    change: str, locked: Path, site: Site, origin: Origin
) -> None:
    assert site
    repository = fetch(locked)
    file = repository / FILE
    if change == "another":
        (repository / "stray-1.0_1.x86_64.xbps").write_bytes(b"stray")
    else:
        file.unlink()
    if change == "altered":
        file.write_bytes(b"other bytes")
    found = fetch(locked)
    assert (found / FILE).read_bytes() == (origin.packages / FILE).read_bytes()
    assert len(names(found, "*.xbps")) == 28
    assert names(found, "*") == names(found, "*.xbps*") | {"x86_64-repodata"}


def test_an_index_with_other_bytes_is_made_again(locked: Path, site: Site) -> None:
    """Even if it lists every locked package, because its dependencies matter, too."""
    assert site
    index = fetch(locked) / "x86_64-repodata"
    whole = index.read_bytes()
    index.write_bytes(whole + b"\0")
    again = fetch(locked) / "x86_64-repodata"
    assert again.read_bytes() == whole
    sums = again.parent.with_name(f"{again.parent.name}.sha256")
    before = again.stat().st_ino
    assert fetch(locked) == again.parent
    assert again.stat().st_ino == before
    sums.unlink()
    fetch(locked)
    assert sums.is_file()
    assert again.read_bytes() == whole


def test_package_that_a_fault_broke_off_is_fetched_in_the_end(locked: Path, site: Site) -> None:
    site.answer(FILE, status(503), resets(100))
    fetch(locked)
    assert site.times(FILE) == 3


def test_fetch_makes_no_repository_if_a_package_is_altered(
    locked: Path, site: Site, tmp_path: Path
) -> None:
    site.flip(FILE)
    said = refused(locked, "fetch")
    (one,) = [one for one in lock_of(locked)["xbps"]["packages"] if one["pkgver"] == FILE[:-12]]
    assert f"{site.url}/{FILE}: wrong hash: expected {one['hash']}\n" in said
    assert "`voidgen update xbps` if you trust it" in said
    assert not (tmp_path / "cache" / "voidgen" / "repositories").exists()


def test_fetch_makes_no_repository_if_a_locked_hash_is_wrong(
    locked: Path, site: Site, tmp_path: Path
) -> None:
    """The lock's own checksum is right."""
    folder = clone(locked, tmp_path / "project")
    lock = lock_file.read(folder)
    assert lock
    assert lock.xbps
    right = next(one for one in lock.xbps.packages if one.file == FILE)
    wrong = evolve(right, hash=right.hash[:10] + ("A" if right.hash[10] != "A" else "B")
                   + right.hash[11:])  # fmt: skip
    packages = tuple(wrong if one == right else one for one in lock.xbps.packages)
    altered = evolve(lock, xbps=evolve(lock.xbps, packages=packages))
    (folder / LOCK).write_bytes(lock_file.dump(altered))
    said = refused(folder, "fetch")
    assert f"{site.url}/{FILE}: wrong hash: expected {wrong.hash}\n" in said
    assert not (tmp_path / "cache" / "voidgen" / "repositories").exists()


def test_flipped_bits_of_the_lock_are_refused(locked: Path, site: Site, tmp_path: Path) -> None:
    folder = clone(locked, tmp_path / "project")
    data = (folder / LOCK).read_bytes()
    commands = (["fetch"], ["lock", "--check"], ["lock"], ["update", "xbps"], ["generate"])
    for index, at in enumerate(range(0, len(data), len(data) // 25)):
        altered = bytearray(data)
        altered[at] ^= 1 << index % 7
        (folder / LOCK).write_bytes(altered)
        ran = voidgen(*commands[index % len(commands)], cwd=folder)
        assert (ran.status, ran.out) == (2, "")
        assert ran.err.startswith("voidgen.lock: ")
        assert contents(folder) == contents(locked) | {LOCK: bytes(altered)}
    assert site.asked() == []


def test_a_lock_of_other_packages_is_stale(locked: Path, site: Site, tmp_path: Path) -> None:
    folder = clone(locked, tmp_path / "project")
    edit(folder, '"htop"', '"zsh"')
    lines = [
        "voidgen.lock does not have zsh",
        "voidgen.lock has htop, which nothing asks for any more",
    ]
    said = refused(folder, "fetch", status=2)
    for line in (*lines, "run `voidgen lock`"):
        assert line in said
    ran = voidgen("lock", "--check", cwd=folder)
    assert (ran.status, ran.out.splitlines()) == (1, [*lines, "run `voidgen lock`"])
    assert voidgen("--quiet", "lock", "--check", cwd=folder).out.splitlines() == lines
    told = well(folder, "generate").splitlines()
    assert told[-3:] == [*lines, "next: voidgen lock && voidgen build"]

    well(folder, "lock")
    assert well(folder, "lock", "--check") == "everything is locked\n"
    assert well(folder, "generate").splitlines()[-1] == "next: voidgen build"
    assert (fetch(folder) / "zsh-5.9_4.x86_64.xbps").exists()
    assert site


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        (
            'name = "tests"',
            'name = "tests"\narch = "i686"',
            "is for x86_64, and the image for i686",
        ),
        ("?ref=main", "?ref=main&shallow=1", "flake.lock has no mklive from git+file://"),
    ],
)
def test_a_lock_of_another_request_is_stale(
    old: str, new: str, line: str, locked: Path, tmp_path: Path
) -> None:
    folder = clone(locked, tmp_path / "project")
    edit(folder, old, new)
    assert line in refused(folder, "fetch", status=2)
    assert line in voidgen("lock", "--check", cwd=folder).out


def unlocked_lines(folder: Path) -> list[str]:
    source = tomllib.loads((folder / "voidgen.toml").read_text())["mklive"]["source"]
    none = "voidgen.lock does not have Void's packages"
    return [f"flake.lock has no mklive from {source}", none]


def test_missing_locks_are_reported(locked: Path, tmp_path: Path) -> None:
    folder = clone(locked, tmp_path / "project")
    for name in ("flake.lock", "voidgen.lock"):
        (folder / name).unlink()
    lines = unlocked_lines(folder)
    said = refused(folder, "fetch", status=2)
    assert all(line in said for line in lines)
    assert voidgen("lock", "--check", cwd=folder).out.splitlines()[:2] == lines
    assert well(folder, "generate").splitlines()[-3:-1] == lines
