"""What the locked packages make of [xbps] kernel and ignore."""

from attrs import evolve
from tests.support.lock import lock, package
from tests.support.overlay import FILE

from voidgen.config.types import Xbps
from voidgen.lock import locked_root
from voidgen.lock.types import Lock


def locked(*pkgvers: str, kernel: str | None = None, ignore: tuple[str, ...] = ()) -> Lock:
    found = lock([package(one) for one in pkgvers])
    assert found.xbps
    request = evolve(found.xbps.request, kernel=kernel, ignore=ignore or None)
    return evolve(found, xbps=evolve(found.xbps, request=request))


def said(xbps: Xbps, found: Lock | None) -> list[str]:
    return [one.what for one in locked_root.warnings(xbps, found, FILE)]


def test_modules_for_another_kernel() -> None:
    xbps = Xbps(kernel="linux6.12")
    pkgvers = ("dkms-3.3.0_1", "linux6.12-6.12.3_1", "linux6.18-headers-6.18.1_1")
    (one,) = locked_root.warnings(xbps, locked(*pkgvers, kernel="linux6.12"), FILE)
    assert one.what == (
        "dkms builds no module for the kernel linux6.12: the image has linux6.18-headers"
    )
    assert (one.key, one.remedy) == (("xbps", "kernel"), "run `voidgen add xbps linux6.12-headers`")
    more = locked(*pkgvers, "linux6.12-headers-6.12.3_1", kernel="linux6.12")
    assert not said(xbps, more)
    assert not said(xbps, locked(*pkgvers[1:], kernel="linux6.12"))


def test_modules_for_the_series_of_a_metapackage() -> None:
    xbps = Xbps(kernel="linux-lts")
    pkgvers = ("dkms-3.3.0_1", "linux-lts-6.12_1", "linux6.12-6.12.3_1")
    assert said(xbps, locked(*pkgvers, kernel="linux-lts")) == [
        "dkms builds no module for the kernel linux-lts: the image has no headers"
    ]
    more = locked(*pkgvers, "linux6.12-headers-6.12.3_1", kernel="linux-lts")
    assert not said(xbps, more)
    assert not said(Xbps(), locked("dkms-3.3.0_1", "linux-6.18_1", "linux-headers-6.18_1"))


def test_an_ignored_package_that_mklive_asks_for() -> None:
    xbps = Xbps(ignore=("wifi-firmware", "jq"))
    found = locked_root.warnings(xbps, locked("jq-1_1", ignore=xbps.ignore), FILE)
    assert [(one.what, one.key) for one in found] == [
        ("jq is ignored, but mklive asks for it itself, so the image has it", ("xbps", "ignore", 1))
    ]


def test_another_lock_has_no_warnings() -> None:
    xbps = Xbps(kernel="linux6.12", ignore=("jq",))
    assert not said(xbps, None)
    assert not said(xbps, Lock())
    assert not said(xbps, locked("jq-1_1", "dkms-3_1"))
