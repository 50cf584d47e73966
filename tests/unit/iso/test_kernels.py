"""The kernel of an ISO: what should boot, and what does."""

from typing import Any

import pytest

from voidgen.iso import kernels
from voidgen.iso.kernels import Kernel
from voidgen.iso.root_tree import RootEntry
from voidgen.lock.lock_json import VoidPackage

LTS = Kernel("linux-lts", ("6.12.30_1",))


def locked(*pkgvers: str, transaction: str = "rootfs") -> list[VoidPackage]:
    return [VoidPackage(one, "x86_64", "/r", "sha256-x", 1, [transaction]) for one in pkgvers]


PACKAGES = [
    *locked("linux-6.18_1", "linux6.18-6.18.37_1", "linux6.12-6.12.30_1", "linux-lts-6.12_1"),
    *locked("linux-base-2026.03.23_1", "linux6.12-headers-6.12.30_1", "linux-asahi-7.0.13+1_2"),
    *locked("linux6.6-6.6.1_1", transaction="void-host"),
]


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        ({}, Kernel("linux", ("6.18.37_1",))),
        ({"kernel": "linux6.12"}, Kernel("linux6.12", ("6.12.30_1",))),
        ({"kernel": "linux-lts"}, LTS),
        ({"kernel": "linux-asahi"}, Kernel("linux-asahi", ("7.0.13+1-asahi_2",))),
        # A metapackage that does not have the version of its series.
        ({"kernel": "linux-mainline"}, Kernel("linux-mainline", ("6.12.30_1", "6.18.37_1"))),
    ],
)
def test_the_version_that_should_boot(plan: dict[str, Any], expected: Kernel) -> None:
    assert kernels.expected({"xbps": plan}, PACKAGES) == expected


def test_without_locked_packages_every_kernel_is_right() -> None:
    kernel = kernels.expected({"xbps": {}}, [])
    assert kernel == Kernel("linux", ())
    assert not [*kernels.in_initramfs(kernel, {"1.0_1"}), *kernels.in_root_tree(kernel, {}, {})]


@pytest.mark.parametrize("plan", [{}, {"xbps": 1}, {"xbps": {"kernel": 1}}, []])
def test_a_garbled_plan(plan: Any) -> None:
    with pytest.raises(ValueError, match="garbled"):
        kernels.expected(plan, [])


def test_another_initramfs() -> None:
    assert not [*kernels.in_initramfs(LTS, {"6.12.30_1"}), *kernels.in_initramfs(LTS, ())]
    (said,) = kernels.in_initramfs(LTS, {"6.18.37_1"})
    assert said == (
        "the initramfs is for Linux 6.18.37_1, but [xbps] kernel is linux-lts, which is locked as "
        "Linux 6.12.30_1"
    )


@pytest.mark.parametrize("name", ["vmlinuz", "vmlinux"])
def test_another_kernel(name: str) -> None:
    tree = {
        f"/boot/{name}-6.12.30_1": RootEntry("file", 0o644, (0, 0), 7),
        f"/boot/{name}-6.18.37_1": RootEntry("file", 0o644, (0, 0), 8),
        "/usr/lib/modules/6.12.30_1": RootEntry("directory", 0o755, (0, 0), 0),
    }
    assert not [*kernels.in_root_tree(LTS, {f"/boot/{name}": 7}, tree)]
    (said,) = kernels.in_root_tree(LTS, {f"/boot/{name}": 8}, tree)
    assert said.startswith(f"/boot/{name} of the ISO is not the root tree's, but [xbps] kernel is ")


def test_a_root_tree_without_the_kernel_and_its_modules() -> None:
    lacks, other = kernels.in_root_tree(LTS, {"/boot/vmlinuz": 7}, {})
    assert lacks.startswith("/usr/lib/modules lacks the kernel's modules, but [xbps] kernel is ")
    assert other.startswith("/boot/vmlinuz of the ISO is not the root tree's, but ")
