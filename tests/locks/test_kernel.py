"""[xbps] kernel, base and ignore: what mklive and XBPS make of them."""

from pathlib import Path

import pytest
from tests.locks import site as sites
from tests.locks.project import edit, lock_of, locks, project, refused, toml, versions, well
from tests.locks.site import Origin, Site, rolled
from tests.locks.void import Package

from voidgen.iso import kernels
from voidgen.lock import lock_json

MORE = (
    Package("base-system", "0.115_1", depends=("base-files>=0.140", "linux>=0", "man-pages>=0")),
    Package("base-container-full", "0.11_3", depends=("base-files>=0.140", "ncurses>=0")),
    Package("man-pages"),
    Package("linux6.12", "6.12.30_1"),
    Package("linux-lts", "6.12_1", depends=("linux6.12>=0", "linux-base>=0")),
)
"""As in Void, the base depends on the default kernel."""


@pytest.fixture
def folder(site: Site, origin: Origin, tmp_path: Path) -> Path:
    packages = rolled(*MORE)
    site.publish(sites.make(origin.void, tmp_path / "made", packages, origin.key))
    text = toml(origin.mklive, [site.url], xbps='kernel = "linux"\nbase = "base-system"\n')
    return project(tmp_path / "project", text)


def image(folder: Path) -> set[str]:
    """Return the image's own packages."""
    return {
        one["pkgver"].rpartition("-")[0]
        for one in lock_of(folder)["xbps"]["packages"]
        if "rootfs" in one["transactions"]
    }


def booted(folder: Path, name: str) -> tuple[str, ...]:
    locked = lock_json.read((folder / "voidgen.lock").read_bytes())
    return kernels.expected({"xbps": {"kernel": name}}, locked.packages).versions


@pytest.mark.parametrize(
    ("name", "there"),
    [
        ("linux", {"linux", "linux6.1"}),
        ("linux6.12", {"linux6.12"}),
        ("linux-lts", {"linux-lts", "linux6.12"}),
    ],
)
def test_a_kernel_brings_no_other(folder: Path, name: str, there: set[str]) -> None:
    edit(folder, 'kernel = "linux"', f'kernel = "{name}"')
    well(folder, "lock")
    known = {"linux", "linux-lts", "linux6.1", "linux6.12"}
    assert image(folder) & known == there
    assert "linux-base" in image(folder)
    assert booted(folder, name) == (
        versions(folder)["linux6.1" if name == "linux" else "linux6.12"],
    )
    assert lock_of(folder)["xbps"]["request"].get("kernel", "linux") == name
    assert well(folder, "lock", "--check") == "everything is locked\n"


def test_a_kernel_among_the_packages_is_a_second_one(folder: Path) -> None:
    edit(folder, 'kernel = "linux"', 'kernel = "linux6.12"')
    edit(folder, '"htop"', '"htop", "linux"')
    well(folder, "lock")
    assert {"linux", "linux6.1", "linux6.12"} <= image(folder)
    assert booted(folder, "linux6.12") == ("6.12.30_1",)


def test_another_base_and_ignored_packages(folder: Path) -> None:
    well(folder, "lock")
    assert {"base-system", "man-pages"} <= image(folder)
    edit(folder, "[xbps]\n", '[xbps]\nignore = ["man-pages"]\n')
    well(folder, "lock")
    assert "base-system" in image(folder)
    assert "man-pages" not in image(folder)
    edit(folder, 'base = "base-system"', 'base = "base-container-full"')
    well(folder, "lock")
    assert "base-container-full" in image(folder)
    assert "base-system" not in image(folder)


def test_a_kernel_that_the_repository_lacks(folder: Path) -> None:
    well(folder, "lock")
    before = locks(folder)
    edit(folder, 'kernel = "linux"', 'kernel = "linux6.6"')
    assert refused(folder, "lock", status=2).splitlines() == [
        "voidgen.toml:10: xbps.kernel: no repository has the kernel 'linux6.6' for x86_64",
        "    name one of those that there are: linux, linux-lts, linux6.1, linux6.12",
    ]
    assert locks(folder) == before
