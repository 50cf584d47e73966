"""`voidgen update` updates only the named inputs, and prints the changes."""

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


def add_zsh(mklive: Path) -> str:
    """Commit an mklive whose initramfs also has zsh, and return the commit."""
    file = mklive / "mklive.sh"
    text, count = re.subn(r"(?m)^((?i:initramfs(?:_pkgs)?)=\()", r"\1zsh ", file.read_text())
    assert count == 1
    file.write_text(text)
    return commit(mklive, day=2)


def test_update_xbps_prints_new_versions(
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
    # Only these lines change: packages, the index, and the checksum.
    assert len(git(folder, "diff", "--unified=0", "--", LOCK).splitlines()) == 4 + 4 * 2 + 4


def test_update_without_newer_versions_changes_nothing(
    locked: Path, site: Site, tmp_path: Path
) -> None:
    folder = clone(locked, tmp_path / "project")
    assert well(folder, "update").splitlines()[-1] == "nothing changed"
    assert changes(folder) == []
    assert site.times("x86_64-repodata") == 1


def test_update_fetches_only_changed_packages(
    locked: Path, site: Site, origin: Origin, tmp_path: Path
) -> None:
    folder = clone(locked, tmp_path / "project")
    well(folder, "update", "xbps")
    site.publish(origin.later)
    well(folder, "update", "xbps")
    assert [name for name in site.asked() if name.endswith(".xbps")] == [
        "htop-3.4.0_1.x86_64.xbps", "linux6.1-6.1.128_1.x86_64.xbps",
    ]  # fmt: skip


def test_update_mklive_changes_nothing_else(origin: Origin, site: Site, tmp_path: Path) -> None:
    mklive = clone(origin.mklive, tmp_path / "mklive")
    folder = project(tmp_path / "project", toml(mklive, [site.url]))
    well(folder, "lock")
    commit(folder)
    old, new = git(mklive, "rev-parse", "HEAD"), add_zsh(mklive)
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


def test_update_without_names_updates_everything(
    origin: Origin, site: Site, tmp_path: Path
) -> None:
    mklive = clone(origin.mklive, tmp_path / "mklive")
    folder = project(tmp_path / "project", toml(mklive, [site.url]))
    well(folder, "lock")
    add_zsh(mklive)
    site.publish(origin.later)
    said = well(folder, "update")
    assert [line.split()[1:3] for line in said.splitlines() if line.startswith("  ~ ")] == [
        ["input", "mklive"], ["xbps", "htop"], ["xbps", "linux6.1"],
    ]  # fmt: skip
    assert versions(folder)["zsh"] == "5.9_5"

    fresh = project(tmp_path / "fresh", toml(mklive, [site.url]))
    well(fresh, "lock")
    assert locks(fresh) == locks(folder)
