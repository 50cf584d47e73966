from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from attrs import evolve
from tests.unit.lock.test_status import REQUEST

from voidgen.lock import root_packages
from voidgen.xbps.resolve import Sources

FILE = Path("/project/voidgen.toml")


def sources(mklive: Path, *names: str) -> Sources:
    packages = {name: SimpleNamespace(provides=()) for name in names}
    index = SimpleNamespace(arch="x86_64", data=SimpleNamespace(packages=packages))
    return cast("Sources", SimpleNamespace(mklive=mklive, indexes=(index,)))


def found(mklive: Path, *names: str, **request: Any) -> list[tuple[str, Any, str]]:
    asked = evolve(REQUEST, **request)
    faults = root_packages.faults(asked, sources(mklive, *names), FILE)
    return [(one.what, one.key, one.remedy) for one in faults]


def test_a_series_that_no_repository_has(tmp_path: Path) -> None:
    names = ("linux6.12", "linux", "linux6.6", "linux-firmware", "linux6.12-headers", "linux5.15")
    assert found(tmp_path, *names, kernel="linux6.9") == [
        (
            "no repository has the kernel 'linux6.9' for x86_64",
            ("xbps", "kernel"),
            "name one of those that there are: linux, linux5.15, linux6.6, linux6.12",
        )
    ]
    assert not found(tmp_path, *names, kernel="linux6.12")


def test_a_base_and_an_ignored_package_that_no_repository_has(tmp_path: Path) -> None:
    base = "base-container-full"
    rows = found(tmp_path, base, base="base-container-ful", ignore=(base, "x"))
    assert [key for _, key, _ in rows] == [("xbps", "base"), ("xbps", "ignore", 1)]
    assert "base-container-full" in rows[0][2]


def test_a_platform_that_mklive_lacks(tmp_path: Path) -> None:
    (tmp_path / "platforms").mkdir()
    for name in ("x13s", "pinebookpro"):
        (tmp_path / "platforms" / f"{name}.sh").touch()
    assert found(tmp_path, platforms=("x13s", "x14s")) == [
        (
            "the locked mklive has no platform 'x14s'",
            ("image", "platforms", 1),
            "name one of those that it has: pinebookpro, x13s",
        )
    ]
