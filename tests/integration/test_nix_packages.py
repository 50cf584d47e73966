"""The embedded package set: two releases that differ in every way that a diff shows."""

import json
import subprocess
from pathlib import Path

import pytest
from tests.integration.offline import PACKAGES, Nix, manifest, write_project

RELEASES = ("2026.04", "2026.10")
SHARED = (
    "countdown^*", "deskTools.clock", "deskTools.sticky", "dice", "diskbars", "field-icons",
    "greet", "monthcard", "notebook^*", "palette", "prelude", "proverb-of-the-day", "proverbs",
)  # fmt: skip
ONLY = {"2026.04": "linecount", "2026.10": "pomodoro"}


@pytest.fixture(scope="module")
def images(nix: Nix, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """An image with every package, for each release."""
    root = tmp_path_factory.mktemp("releases")
    return {
        release: nix.build(
            write_project(
                root / release,
                manifest([*SHARED, ONLY[release], "busybox"]),
                nixpkgs=f"./packages/{release}",
            )
        )
        for release in RELEASES
    }


def versions(image: Path) -> dict[str, tuple[str, str]]:
    packages = json.loads((image / "manifest.json").read_text())["packages"]
    return {package["name"]: (package["version"], package["outputs"]["out"])
            for package in packages}  # fmt: skip


def test_releases_differ_in_every_way(images: dict[str, Path]) -> None:
    old, new = (versions(images[release]) for release in RELEASES)
    both = old.keys() & new.keys()
    changed = {name for name in both if old[name][0] != new[name][0]}
    rebuilt = {name for name in both - changed if old[name][1] != new[name][1]}
    assert len(changed) >= 8
    assert "dice" in changed
    assert old["dice"][0] > new["dice"][0]
    assert rebuilt == {"greet", "deskTools.sticky", "proverb-of-the-day"}
    assert both - changed - rebuilt == {"monthcard", "busybox"}
    assert old.keys() ^ new.keys() == {"linecount", "pomodoro"}


def test_closures_overlap(images: dict[str, Path]) -> None:
    old, new = (set((images[release] / "store-paths").read_text().split()) for release in RELEASES)
    assert old & new
    assert old - new
    assert new - old


@pytest.mark.parametrize("release", RELEASES)
def test_every_program_runs(images: dict[str, Path], release: str) -> None:
    programs = sorted(path.name for path in PACKAGES.glob("sources/*/bin/*"))
    assert len(programs) > 10
    for program in programs:
        if program == ONLY[RELEASES[1 - RELEASES.index(release)]]:
            continue
        file = images[release] / "profile" / "bin" / program
        for option in ("--version", "--help"):
            said = subprocess.run(
                [file, option], env={}, capture_output=True, text=True, check=True
            )
            assert program in said.stdout


def test_some_programs_work(images: dict[str, Path], tmp_path: Path) -> None:
    def run(*words: str) -> str:
        file = images["2026.10"] / "profile" / "bin" / words[0]
        env = {"HOME": str(tmp_path)}
        done = subprocess.run(
            [file, *words[1:]], env=env, capture_output=True, text=True, check=True
        )
        return done.stdout

    run("notebook", "add", "two  words; $(and more)")
    assert "two  words; $(and more)" in run("notebook")
    assert run("countdown", "1") == "1\n0\n"
    assert len(run("dice", "3").splitlines()) == 3
    assert "| hi |" in run("desk-sticky", "hi")
    assert run("proverb-of-the-day").strip()
    assert run("pomodoro", "0", "0") == "Work.\nRest.\n"
    assert run("diskbars", "/")
    assert ":" in run("desk-clock").replace(" ", "")
    assert run("monthcard", "2", "2026").count("|") > 5


def test_desktop_entries_name_files_that_exist(images: dict[str, Path]) -> None:
    entries = sorted((images["2026.10"] / "profile/share/applications").iterdir())
    assert len(entries) >= 5
    for entry in entries:
        keys = dict(line.split("=", 1) for line in entry.read_text().splitlines() if "=" in line)
        assert Path(keys["Exec"]).exists()
        icon = keys["Icon"]
        themed = images["2026.10"] / f"profile/share/icons/hicolor/scalable/apps/{icon}.svg"
        assert (Path(icon) if icon.startswith("/") else themed).exists()


def test_all_placeholders_are_filled_in(images: dict[str, Path]) -> None:
    for release in RELEASES:
        for path in (images[release] / "store-paths").read_text().split():
            if "-busybox-" in path or path.endswith("-profile"):
                continue
            for file in Path(path).rglob("*"):
                if file.is_file():
                    assert not {"@version@", "@out@", "@busybox@", "@prelude@"} & set(
                        file.read_text().replace("/", " ").split()
                    )
                    assert "@busybox@" not in file.read_text()
