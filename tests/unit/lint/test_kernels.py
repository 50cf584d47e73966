from attrs import evolve
from tests.support.overlay import FILE, module, resolved
from tests.unit.lock.test_status import planned

from voidgen.config.types import Xbps
from voidgen.lint import kernels
from voidgen.overlay.asker import USER


def test_a_kernel_that_the_image_does_not_boot() -> None:
    found = [*kernels.warnings(planned("htop", "linux6.6", "linux-firmware"), FILE)]
    assert [(one.what, one.key) for one in found] == [
        (
            f"the image boots the kernel linux, not linux6.6, which {USER} asks for",
            ("xbps", "packages", 1),
        )
    ]
    assert 'kernel = "linux6.6"' in found[0].remedy


def test_a_kernel_of_a_module() -> None:
    plan = planned(xbps=Xbps(kernel="linux6.12"))
    asked = resolved(module("m", packages={"xbps": ["linux"]}), xbps=["linux"])
    (found,) = kernels.warnings(evolve(plan, resolution=asked), FILE)
    assert found.key == ("xbps",)
    assert found.remedy == 'write kernel = "linux" in [xbps], or remove it from module m'


def test_the_booted_kernel_is_no_other_one() -> None:
    plan = planned(xbps=Xbps(packages=("linux6.6",), kernel="linux6.6"))
    assert not [*kernels.warnings(plan, FILE)]


def test_a_package_that_is_ignored_and_asked_for() -> None:
    xbps = Xbps(packages=("htop",), kernel="linux6.12", ignore=("ipw2100-firmware", "htop"))
    (found,) = kernels.faults(planned(xbps=xbps), FILE)
    assert found.what == f"htop is ignored, but {USER} asks for it"
    assert found.key == ("xbps", "ignore", 1)


def test_the_base_and_the_kernel_cannot_be_ignored() -> None:
    xbps = Xbps(kernel="linux6.12", ignore=("linux6.12", "base-system"))
    assert [one.what for one in kernels.faults(planned(xbps=xbps), FILE)] == [
        "linux6.12 is ignored, but [xbps] kernel asks for it",
        "base-system is ignored, but [xbps] base asks for it",
    ]
