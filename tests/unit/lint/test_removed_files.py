"""Patterns of [image] remove-files that would break the image."""

import pytest
from attrs import evolve
from tests.support.overlay import FILE
from tests.unit.lock.test_status import planned

from voidgen.config.architectures import Arch
from voidgen.config.image import ImageConfig
from voidgen.config.types import Xbps
from voidgen.lint import removed_files
from voidgen.tree import File, Link, Node


def found(pattern: str, kernel: str = "linux", arch: Arch = "x86_64") -> list[str]:
    image = ImageConfig("test", arch=arch, remove_files=("/usr/share/doc/*", pattern))
    plan = planned(xbps=Xbps(kernel=kernel))
    plan = evolve(plan, config=evolve(plan.config, image=image))
    nodes: dict[str, Node] = {
        "/etc/motd": File(b""),
        "/usr/share/mine/a": File(b""),
        "/opt/link": Link("x"),
    }
    faults = [*removed_files.faults(plan, nodes, FILE)]
    assert {one.key for one in faults} <= {("image", "remove-files", 1)}
    return [one.what for one in faults]


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("/*", "/bin"),
        ("/**", "/bin"),
        ("/usr", "/usr/sbin"),
        ("/usr/bin/*", "/usr/bin/agetty"),
        ("/**/init", "/usr/bin/init"),
        ("/sbin", "/sbin"),
        ("/usr/lib/dracut/*", "/usr/lib/dracut/modules.d/70dmsquash-live"),
        ("/boot/*", "/boot/vmlinuz-6.12.1_1"),
        ("/usr/lib/modules/*", "/usr/lib/modules/6.12.1_1/modules.dep"),
        (
            *("/usr/lib/modules/*/kernel/fs/**",),
            "/usr/lib/modules/6.12.1_1/kernel/fs/isofs/isofs.ko.zst",
        ),
        ("/usr/lib/libc.so.*", "/usr/lib/libc.so.6"),
        ("/var/db/**/*.plist", "/var/db/xbps/pkgdb-0.38.plist"),
    ],
)
def test_what_the_image_needs(pattern: str, path: str) -> None:
    assert found(pattern) == [f"{pattern} removes {path}, which the image needs"]


def test_the_kernel_of_the_image() -> None:
    assert not found("/usr/lib/modules/6.6*", "linux6.12")
    assert found("/usr/lib/modules/6.6*", "linux6.6")


def test_the_c_library_of_the_image() -> None:
    assert not found("/usr/lib/libc.so")
    assert found("/usr/lib/libc.so", arch="x86_64-musl")


@pytest.mark.parametrize("pattern", ["/etc/motd", "/usr/share/min[a-e]", "/opt/*"])
def test_paths_of_the_overlay(pattern: str) -> None:
    (what,) = found(pattern)
    assert what.startswith(f"{pattern} removes /")
    assert what.endswith(" of the overlay")


@pytest.mark.parametrize(
    "pattern",
    [
        *("/usr/share/doc/**", "/usr/share/locale/[!e]*", "/usr/lib/modules/*/kernel/sound"),
        *("/usr/lib/firmware/amdgpu", "/**/*.pyc", "/usr/bin/initx", "/etc/mot"),
    ],
)
def test_other_patterns(pattern: str) -> None:
    assert not found(pattern)


def test_a_path_below_a_link() -> None:
    assert found("/lib/firmware/*") == [
        "/lib/firmware/* matches nothing: a part of it is a symbolic link on Void"
    ]
