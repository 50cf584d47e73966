"""`voidgen lock` and `voidgen update` of a project with variants."""

import json
from pathlib import Path
from typing import Any

from tests.locks.project import LOCK, lock_of, project, toml, well
from tests.locks.site import Origin, Site
from tests.support.program import voidgen, write

VARIANTS = """
[variants.jot.xbps]
packages.add = ["jq"]

[variants.shell.xbps]
packages = ["zsh"]
"""


def varied(folder: Path, origin: Origin, site: Site, variants: str = VARIANTS) -> Path:
    project(folder, f"{toml(origin.mklive, [site.url])}{variants}")
    well(folder, "lock")
    return folder


def packages(image: dict[str, Any]) -> dict[str, str]:
    return {
        name: version
        for name, _, version in (one["pkgver"].rpartition("-") for one in image["xbps"]["packages"])
    }


def test_each_image_has_its_packages(origin: Origin, site: Site, tmp_path: Path) -> None:
    folder = varied(tmp_path / "project", origin, site)
    found = lock_of(folder)
    jot, shell = (found["variants"][name] for name in ("jot", "shell"))
    assert found["xbps"]["request"]["packages"] == ["htop"]
    assert jot["xbps"]["request"]["packages"] == ["htop", "jq"]
    assert shell["xbps"]["request"]["packages"] == ["zsh"]
    assert "zsh" not in packages(found)
    assert {"zsh", "ncurses"} <= packages(shell).keys()
    for image in (jot, shell):
        assert image["xbps"]["repositories"] == found["xbps"]["repositories"]
    ran = voidgen("lock", "--check", cwd=folder)
    assert (ran.status, ran.out) == (0, "everything is locked\n")


def test_what_is_locked_stays(origin: Origin, site: Site, tmp_path: Path) -> None:
    folder = varied(tmp_path / "project", origin, site, VARIANTS.partition("[variants.shell")[0])
    before = lock_of(folder)
    site.publish(origin.later)
    file = folder / "voidgen.toml"
    # Of the older snapshot, only what was locked can still be fetched.
    later = '[variants.shell.xbps]\npackages = ["jq"]\n'
    write(folder, {"voidgen.toml": file.read_text() + later})
    ran = voidgen("lock", "--check", cwd=folder)
    assert (ran.status, ran.out.splitlines()[0]) == (
        1, "voidgen.lock does not have Void's packages (variant shell)",
    )  # fmt: skip
    well(folder, "lock")
    after = lock_of(folder)
    assert {**after, "variants": None, "checksum": None} == {
        **before, "variants": None, "checksum": None,
    }  # fmt: skip
    assert after["variants"]["jot"] == before["variants"]["jot"]
    # A variant that comes later gets its packages from the same snapshot.
    assert after["variants"]["shell"]["xbps"]["repositories"] == before["xbps"]["repositories"]


def test_update_moves_all_images_to_one_snapshot(
    origin: Origin, site: Site, tmp_path: Path
) -> None:
    folder = varied(tmp_path / "project", origin, site)
    before = lock_of(folder)
    site.publish(origin.later)
    ran = voidgen("update", "xbps", cwd=folder)
    assert ran.status == 0, ran.err
    assert ran.out.count("~ xbps htop ") == 1
    following = [line for line in ran.err.splitlines() if "following mklive's steps" in line]
    assert following == [
        f"{image}following mklive's steps ..." for image in ("", "jot: ", "shell: ")
    ]
    after = lock_of(folder)
    for image, old in (
        (after, before),
        *((after["variants"][name], before["variants"][name]) for name in ("jot", "shell")),
    ):
        assert image["xbps"]["repositories"] == after["xbps"]["repositories"]
        assert image["xbps"]["repositories"] != old["xbps"]["repositories"]
        assert packages(image).keys() == packages(old).keys()


def test_a_variant_that_is_removed_leaves_the_lock(
    origin: Origin, site: Site, tmp_path: Path
) -> None:
    folder = varied(tmp_path / "project", origin, site)
    write(folder, {"voidgen.toml": toml(origin.mklive, [site.url])})
    well(folder, "lock")
    assert "variants" not in lock_of(folder)
    with_variants = json.loads((folder / LOCK).read_text())
    assert with_variants["xbps"]["request"]["packages"] == ["htop"]


def test_generate_names_the_variant_that_is_not_locked(
    origin: Origin, site: Site, tmp_path: Path
) -> None:
    folder = varied(tmp_path / "project", origin, site)
    file = folder / "voidgen.toml"
    write(folder, {"voidgen.toml": file.read_text().replace('"zsh"', '"zsh", "jq"')})
    ran = voidgen("generate", cwd=folder)
    assert ran.status == 0, ran.err
    assert "voidgen.lock does not have jq (variant shell)\n" in ran.out
