"""[mklive] source that is not mklive, and missing programs."""

import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.locks.project import clone, commit, project, refused, repository, toml
from tests.locks.site import Origin, Site
from tests.locks.void import Void

NO_MKLIVE: Mapping[str, tuple[Mapping[str, str | bytes], str]] = {
    "empty": ({"README": "nothing here\n"}, "mklive.sh: No such file"),
    "another script": ({"mklive.sh": "exit 0\n"}, "it does not call getopts"),
    "is no script": ({"mklive.sh": b"\x7fELF\0\0"}, "it does not call getopts"),
}


@pytest.mark.parametrize("name", NO_MKLIVE)
def test_source_must_be_mklive(name: str, origin: Origin, site: Site, tmp_path: Path) -> None:
    files, output = NO_MKLIVE[name]
    mklive = tmp_path / "mklive"
    repository(mklive, {**files, f"keys/{origin.key.file}": origin.key.plist})
    folder = project(tmp_path / "project", toml(mklive, [site.url]))
    said = refused(folder, "lock")
    assert output in said
    assert said.endswith("check that [mklive] source in voidgen.toml names void-mklive\n")


CHANGED: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "ends early": (
        r"umask 022",
        "echo good enough && exit 0",
        ("mklive ended before it had asked for all packages", "good enough"),
    ),
    "fails": (
        r"umask 022",
        "echo 'no tools' >&2 && exit 7",
        ("mklive ended before it had asked for all packages", "no tools"),
    ),
    "v20250202": (
        r"(?m)^(while getopts.*)H:(.*)x:",
        r"\1\2",
        (
            "voidgen: the locked mklive does not take -H and -x, as void-mklive does since 6be29da",
            " of 2025-12-13\n  run `voidgen update mklive`; ",
        ),
    ),
    "5c6bd24": (r"(?m)^(while getopts.*)H:", r"\1", ("does not take -H, as void-mklive does",)),
    "other steps": (
        r"\bgenerate_squashfs\b",
        "make_squashfs",
        ("not have the steps generate_squashfs and", "name a revision from 6be29da"),
    ),
}


@pytest.mark.parametrize("name", CHANGED)
def test_mklive_that_voidgen_cannot_run(
    name: str, origin: Origin, site: Site, tmp_path: Path
) -> None:
    """It is older or newer than the ones that voidgen supports."""
    pattern, other, expected = CHANGED[name]
    mklive = clone(origin.mklive, tmp_path / "mklive")
    text, count = re.subn(pattern, other, (mklive / "mklive.sh").read_text())
    assert count
    commit(mklive, {"mklive.sh": text})
    folder = project(tmp_path / "project", toml(mklive, [site.url]))
    said = refused(folder, "lock")
    for line in expected:
        assert line in said
    assert "[mklive] source" in said


def test_mklive_without_keys_makes_no_signature_trusted(
    void: Void, site: Site, tmp_path: Path
) -> None:
    mklive = tmp_path / "mklive"
    void.mklive(mklive)
    repository(mklive, {"keys/.keep": ""})
    folder = project(tmp_path / "project", toml(mklive, [site.url]))
    assert "a key that is not trusted" in refused(folder, "lock")


def test_a_missing_mklive_source_is_an_error(origin: Origin, site: Site, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    folder = project(tmp_path / "project", toml(gone, [site.url]))
    assert origin
    said = refused(folder, "lock")
    assert "nix flake lock: failed" in said
    assert str(gone) in said


def test_update_and_fetch_without_xbps_name_the_missing_program(
    locked: Path,
    site: Site,
    nix_env: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert site
    monkeypatch.setenv("PATH", nix_env["PATH"])
    folder = clone(locked, tmp_path / "project")
    for words in (["update", "xbps"], ["fetch"]):
        said = refused(folder, *words)
        assert "xbps-install, which resolves Void's packages, is not on PATH" in said
        assert "install the package xbps" in said


def test_lock_without_nix_fails(
    locked: Path, site: Site, void: Void, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert site
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("git", "bash", "sh"):
        (tools / name).symlink_to(shutil.which(name) or name)
    monkeypatch.setenv("PATH", f"{void.programs}{os.pathsep}{tools}")
    folder = clone(locked, tmp_path / "project")
    (folder / "flake.lock").unlink()
    for words in (["lock"], ["update"], ["update", "mklive"]):
        said = refused(folder, *words)
        assert "nix: cannot be started" in said
        assert "install the package nix" in said


def test_a_project_without_mklive_has_no_void_packages(tmp_path: Path) -> None:
    folder = project(tmp_path / "project", toml(None))
    said = refused(folder, "fetch", status=2)
    assert "run `voidgen init --online`: it adds [mklive]" in said
    assert "no pinned input is called 'xbps'" in refused(folder, "update", "xbps", status=2)
