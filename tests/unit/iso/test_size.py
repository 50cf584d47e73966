"""The message about an ISO that is too large lists the largest packages."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from tests.support import documents
from tests.support.documents import STORE

from voidgen.config.image import ImageConfig
from voidgen.config.types import Config
from voidgen.errors import StepFailedError
from voidgen.iso import judge
from voidgen.iso.built import Built
from voidgen.overlay.resolution import Resolution
from voidgen.plan.plan import Plan

KIB = 1024


def plan(limit: str | None) -> Plan:
    nothing = Resolution((), (), (), (), (), ())
    return Plan(Config(ImageConfig("it", max_size=limit)), nothing, "x86_64-linux", (), ())


def built(sizes: Iterable[int]) -> Built:
    """Return packages of these KiB that all need a base; the second also needs the first."""
    packages, paths = [], [{"path": f"{STORE}base", "narSize": KIB, "references": []}]
    for number, size in enumerate(sizes):
        own = f"{STORE}{number}"
        references = [f"{STORE}base", *([f"{STORE}0"] if number == 1 else [])]
        packages.append({"name": f"p{number}", "outputs": {"out": own}})
        paths.append({"path": own, "narSize": size * KIB, "references": references})
    default, include, mklive = (Path(f"{STORE}{name}") for name in ("image", "include", "mklive"))
    return Built(documents.built(packages, paths), default, include, mklive, ())


@pytest.fixture
def iso(tmp_path: Path) -> Path:
    file = tmp_path / "image.iso"
    file.write_bytes(bytes(2 * KIB))
    return file


@pytest.mark.parametrize("limit", [None, "2 KiB", "2.1 kB", "4 GiB"])
def test_an_iso_within_the_limit_is_accepted(limit: str | None, iso: Path) -> None:
    judge.size(plan(limit), built([1]), iso, 0)


def test_a_too_large_iso_lists_the_largest_packages(iso: Path) -> None:
    with pytest.raises(StepFailedError) as caught:
        judge.size(plan("2 kB"), built([40, 5, 10, 20, 30, 60, 50]), iso, 3 * KIB)
    assert caught.value.what == (
        "the ISO has 2.0 KiB, 48 B more than [image] max-size in voidgen.toml allows: 2 kB"
    )
    assert caught.value.output.splitlines() == [
        "before compression: 216.0 KiB of Nix packages, 3.0 KiB of Void's",
        "Nix packages, with everything that only they need:",
        "   60.0 KiB  p5",
        "   50.0 KiB  p6",
        "   30.0 KiB  p4",
        "   20.0 KiB  p3",
        "   10.0 KiB  p2",
        "Nix packages, with everything that they need:",
        "   61.0 KiB  p5",
        "   51.0 KiB  p6",
        "   46.0 KiB  p1",
        "   41.0 KiB  p0",
        "   31.0 KiB  p4",
    ]
    assert "raise max-size" in caught.value.remedy
    assert "does not keep" in caught.value.remedy


def test_too_large_without_nix_packages(iso: Path) -> None:
    with pytest.raises(StepFailedError) as caught:
        judge.size(plan("1 KiB"), built([]), iso, KIB)
    assert caught.value.output == "before compression: 0 B of Nix packages, 1.0 KiB of Void's"
