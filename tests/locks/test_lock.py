"""`voidgen lock`: what it locks, and that it keeps what is locked."""

import hashlib
import os
import plistlib
import subprocess
from base64 import b64encode
from pathlib import Path

import pytest
from tests.locks.project import (
    FLAKE_LOCK,
    LOCK,
    changes,
    clone,
    commit,
    edit,
    lock_of,
    locks,
    project,
    refused,
    toml,
    versions,
    well,
)
from tests.locks.site import BOOT, INITRAMFS, TOOLS, Origin, Site
from tests.support.program import voidgen

from voidgen.nix import fetchers

TRANSACTIONS = {
    "void-host": {"base-files", *TOOLS},
    "void-target": {"base-files", *BOOT},
    "rootfs": {
        *("base-files", "base-system", "htop", "jq", "ncurses", "oniguruma", "tzdata"),
        *("linux", "linux-base", "linux6.1"),
        *INITRAMFS,
    },
}
"""What mklive installs from the tests' packages, with htop asked for."""


def sri(data: bytes) -> str:
    return "sha256-" + b64encode(hashlib.sha256(data).digest()).decode()


def test_every_package_of_every_transaction_is_locked(
    locked: Path, origin: Origin, site: Site
) -> None:
    packages = lock_of(locked)["xbps"]["packages"]
    found: dict[str, set[str]] = {}
    for one in packages:
        for name in one["transactions"]:
            found.setdefault(name, set()).add(one["pkgver"].rpartition("-")[0])
        file = origin.packages / f"{one['pkgver']}.{one['arch']}.xbps"
        assert one["hash"] == sri(file.read_bytes())
        assert one["size"] == file.stat().st_size
        assert one["repository"] == site.url
    assert found == TRANSACTIONS
    assert [one["pkgver"] for one in packages] == sorted(one["pkgver"] for one in packages)


def test_repository_key_and_request_are_locked(locked: Path, origin: Origin, site: Site) -> None:
    found = lock_of(locked)
    pem = bytes(plistlib.loads(origin.key.plist)["public-key"])
    assert found["version"] == 1
    assert found["container"] == "flake"
    assert found["xbps"]["repositories"] == [
        {
            "url": site.url,
            "arch": "x86_64",
            "hash": sri((origin.packages / "x86_64-repodata").read_bytes()),
            "key": origin.key.fingerprint,
        }
    ]
    assert found["xbps"]["keys"] == [{"fingerprint": origin.key.fingerprint, "hash": sri(pem)}]
    assert found["xbps"]["request"] == {
        "arch": "x86_64",
        "mklive": fetchers.flake_prefetch(f"git+file://{origin.mklive}?ref=main").hash,
        "packages": ["htop"],
        "repositories": [site.url],
    }


def test_noarch_packages_are_locked_as_such(locked: Path) -> None:
    each = {one["pkgver"]: one["arch"] for one in lock_of(locked)["xbps"]["packages"]}
    assert each.pop("tzdata-2024b_1") == "noarch"
    assert set(each.values()) == {"x86_64"}


@pytest.mark.usefixtures("nothing_fetched")
def test_the_first_lock_adds_the_locks_to_git_and_lists_what_it_locked(
    origin: Origin, site: Site, tmp_path: Path
) -> None:
    folder = project(tmp_path / "project", toml(origin.mklive, [site.url]))
    said = well(folder, "lock").splitlines()
    assert [line.split()[:3] for line in said[:-2]] == [
        ["+", "input", "mklive"], ["+", "container", "image"], ["+", "key", origin.key.fingerprint],
    ]  # fmt: skip
    assert said[-2].startswith("28 packages of Void are locked, ")
    assert said[-1] == "wrote flake.lock, voidgen.lock"
    assert changes(folder) == [FLAKE_LOCK, LOCK]
    # Each file and signature is requested once, even if several roots need the package.
    assert len(site.asked()) == 1 + 2 * 28
    assert max(site.times(name) for name in site.asked()) == 1


def test_quiet_prints_nothing(locked: Path, site: Site, tmp_path: Path) -> None:
    assert site
    ran = voidgen("--quiet", "update", "xbps", cwd=clone(locked, tmp_path / "project"))
    assert (ran.status, ran.out, ran.err) == (0, "", "")


def test_locking_again_changes_nothing_and_needs_no_network(
    locked: Path, site: Site, origin: Origin, tmp_path: Path
) -> None:
    folder = clone(locked, tmp_path / "project")
    site.publish(origin.later)
    assert well(folder, "lock").splitlines()[-1] == "nothing changed"
    assert site.asked() == []
    assert changes(folder) == []
    assert well(folder, "lock", "--check") == "everything is locked\n"


def test_an_added_package_comes_from_the_locked_index(
    locked: Path, site: Site, origin: Origin, tmp_path: Path
) -> None:
    folder = clone(locked, tmp_path / "project")
    before = versions(folder)
    site.publish(origin.later)
    site.keep(origin.packages)
    edit(folder, '"htop"', '"htop", "zsh"')
    well(folder, "lock")
    assert versions(folder) == before | {"zsh": "5.9_4"}
    assert site.times("x86_64-repodata") == 0


def test_removing_a_package_removes_what_only_it_needed(
    locked: Path, site: Site, tmp_path: Path
) -> None:
    assert site
    folder = clone(locked, tmp_path / "project")
    before = versions(folder)
    edit(folder, '"htop"', "")
    said = well(folder, "lock")
    assert "  - xbps htop  3.3.0_1\n" in said
    assert versions(folder) == {key: before[key] for key in before if key != "htop"}


def test_lock_asks_for_an_update_if_the_repository_dropped_a_package(
    locked: Path, site: Site, origin: Origin, tmp_path: Path
) -> None:
    folder = clone(locked, tmp_path / "project")
    site.publish(origin.later)
    edit(folder, '"htop"', '"htop", "zsh"')
    said = refused(folder, "lock")
    assert f"{site.url}/zsh-5.9_4.x86_64.xbps: HTTP error 404" in said
    assert "`voidgen update xbps`" in said


def test_a_mirror_serves_a_package_that_the_repository_dropped(
    locked: Path, site: Site, tmp_path: Path
) -> None:
    folder = clone(locked, tmp_path / "project")
    before = versions(folder)
    mirror = site.publish(site.origin.packages, "/mirror")
    site.publish(site.origin.later)
    edit(folder, '"htop"]', f'"htop", "zsh"]\nmirrors = ["{mirror}"]')
    well(folder, "lock")
    assert versions(folder) == before | {"zsh": "5.9_4"}
    assert {one["repository"] for one in lock_of(folder)["xbps"]["packages"]} == {site.url}


def test_lock_asks_for_an_update_if_the_locked_index_is_lost(
    origin: Origin, site: Site, tmp_path: Path
) -> None:
    # This test deletes the index, so it must not share it with others.
    site.publish(origin.packages, "/own")
    folder = project(
        tmp_path / "project", toml(origin.mklive, [site.url.replace("current", "own")])
    )
    well(folder, "lock")
    commit(folder)
    (index,) = lock_of(folder)["xbps"]["repositories"]
    delete_index(index["hash"])
    site.publish(origin.later, "/own")
    edit(folder, '"htop"', '"htop", "zsh"')
    said = refused(folder, "lock")
    assert f"{index['url']}: has changed since it was locked" in said
    assert "run `voidgen update xbps`" in said
    well(folder, "update", "xbps")
    assert versions(folder)["zsh"] == "5.9_5"


def delete_index(digest: str) -> None:
    """Remove the index with this hash from the Nix store."""
    (path,) = [
        path
        for path in Path(os.environ["NIX_STORE_DIR"]).glob("*-x86_64-repodata")
        if sri(path.read_bytes()) == digest
    ]
    subprocess.run(["nix-store", "--delete", "--ignore-liveness", path], check=True)


@pytest.mark.parametrize("name", [FLAKE_LOCK, LOCK])
def test_a_deleted_lock_is_written_again(
    name: str, locked: Path, site: Site, tmp_path: Path
) -> None:
    assert site
    folder = clone(locked, tmp_path / "project")
    before = locks(folder)
    (folder / name).unlink()
    assert well(folder, "lock").splitlines()[-1] == f"wrote {name}"
    assert locks(folder) == before
