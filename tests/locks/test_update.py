"""`voidgen update`: what it names moves, all else stays, and it says what moved."""

import re
from pathlib import Path

from tests.locks.project import (
    FLAKE_LOCK,
    LOCK,
    changes,
    clone,
    commit,
    git,
    lock_of,
    locks,
    project,
    toml,
    versions,
    well,
)
from tests.locks.site import Origin, Site


def asks_for_zsh(mklive: Path) -> str:
    """A commit of mklive whose initramfs has zsh, too."""
    file = mklive / "mklive.sh"
    text, count = re.subn(r"(?m)^((?i:initramfs(?:_pkgs)?)=\()", r"\1zsh ", file.read_text())
    assert count == 1
    file.write_text(text)
    return commit(mklive, day=2)


def test_packages_of_void_move_and_are_told(
    locked: Path, site: Site, origin: Origin, tmp_path: Path
) -> None:
    folder = clone(locked, tmp_path / "project")
    before = versions(folder)
    site.publish(origin.later)
    said = well(folder, "update", "xbps").splitlines()
    assert said[:2] == [
        "  ~ xbps htop  3.3.0_1 -> 3.4.0_1",
        "  ~ xbps linux6.1  6.1.119_1 -> 6.1.128_1",
    ]
    assert said[2].startswith("28 packages of Void are locked")
    assert said[3:] == ["wrote voidgen.lock"]
    assert versions(folder) == before | {"htop": "3.4.0_1", "linux6.1": "6.1.128_1"}
    assert changes(folder) == [LOCK]
    # A pull request shows what moved: packages, the index, and the checksum.
    assert len(git(folder, "diff", "--unified=0", "--", LOCK).splitlines()) == 4 + 4 * 2 + 4


def test_what_has_not_changed_does_not_move(locked: Path, site: Site, tmp_path: Path) -> None:
    folder = clone(locked, tmp_path / "project")
    assert well(folder, "update").splitlines()[-1] == "nothing changed"
    assert changes(folder) == []
    assert site.times("x86_64-repodata") == 1


def test_packages_that_are_here_are_not_fetched_again(
    locked: Path, site: Site, origin: Origin, tmp_path: Path
) -> None:
    folder = clone(locked, tmp_path / "project")
    well(folder, "update", "xbps")
    site.publish(origin.later)
    well(folder, "update", "xbps")
    assert [name for name in site.asked() if name.endswith(".xbps")] == [
        "htop-3.4.0_1.x86_64.xbps", "linux6.1-6.1.128_1.x86_64.xbps",
    ]  # fmt: skip


def test_mklive_moves_alone(origin: Origin, site: Site, tmp_path: Path) -> None:
    mklive = clone(origin.mklive, tmp_path / "mklive")
    folder = project(tmp_path / "project", toml(mklive, [site.url]))
    well(folder, "lock")
    commit(folder)
    old, new = git(mklive, "rev-parse", "HEAD"), asks_for_zsh(mklive)
    before = lock_of(folder)["xbps"]
    site.publish(origin.later)
    site.keep(origin.packages)
    assert "nothing changed" in well(folder, "lock")

    said = well(folder, "update", "mklive").splitlines()
    assert said[0] == f"  ~ input mklive  {old[:12]} 2026-01-01 -> {new[:12]} 2026-01-02"
    assert said[-1] == "wrote flake.lock, voidgen.lock"
    after = lock_of(folder)["xbps"]
    assert after["request"].pop("mklive") != before["request"].pop("mklive")
    assert after["request"] == before["request"]
    assert after["repositories"] == before["repositories"]
    added = [one for one in after["packages"] if one not in before["packages"]]
    assert [(one["pkgver"], one["transactions"]) for one in added] == [("zsh-5.9_4", ["rootfs"])]
    assert [one for one in after["packages"] if one not in added] == before["packages"]
    assert changes(folder) == [FLAKE_LOCK, LOCK]


def test_everything_moves_at_once(origin: Origin, site: Site, tmp_path: Path) -> None:
    mklive = clone(origin.mklive, tmp_path / "mklive")
    folder = project(tmp_path / "project", toml(mklive, [site.url]))
    well(folder, "lock")
    asks_for_zsh(mklive)
    site.publish(origin.later)
    said = well(folder, "update")
    assert [line.split()[1:3] for line in said.splitlines() if line.startswith("  ~ ")] == [
        ["input", "mklive"], ["xbps", "htop"], ["xbps", "linux6.1"],
    ]  # fmt: skip
    assert versions(folder)["zsh"] == "5.9_5"

    fresh = project(tmp_path / "fresh", toml(mklive, [site.url]))
    well(fresh, "lock")
    assert locks(fresh) == locks(folder)
