"""Modules that are for some architectures, and Void's own folders of repositories."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from attrs import evolve
from tests.support.overlay import FILE, by, catalogue, config, module

from voidgen.config.types import Config, Xbps
from voidgen.errors import WrongInputError
from voidgen.overlay.resolve import resolve

if TYPE_CHECKING:
    from voidgen.config.architectures import Arch

VOID = "https://repo-default.voidlinux.org/current"
MIRROR = "https://mirror.example.org/void/current"


def of(arch: Arch, *repositories: str) -> Config:
    made = config(["gpu"])
    return evolve(made, image=evolve(made.image, arch=arch), xbps=Xbps(repositories))


@pytest.mark.parametrize(
    ("arch", "repositories", "expected"),
    [
        ("x86_64", ("void:",), f"{VOID}/nonfree"),
        ("x86_64", (VOID,), f"{VOID}/nonfree"),
        ("i686", (f"{MIRROR}/",), f"{MIRROR}/nonfree"),
        ("x86_64", ("https://packages.example.org/void", MIRROR), f"{MIRROR}/nonfree"),
        ("x86_64", ("/srv/repo",), f"{VOID}/nonfree"),
        ("x86_64-musl", (f"{MIRROR}/musl", MIRROR), f"{MIRROR}/musl/nonfree"),
        ("aarch64", (f"{MIRROR}/aarch64",), f"{MIRROR}/aarch64/nonfree"),
        ("aarch64-musl", ("void:",), f"{VOID}/aarch64/nonfree"),
    ],
)
def test_voids_folders_are_of_the_images_own_mirror(
    arch: Arch, repositories: tuple[str, ...], expected: str
) -> None:
    gpu = module("gpu", packages={"repositories": ["void:nonfree", "https://example.org/x"]})
    found = resolve(of(arch, *repositories), catalogue(gpu), FILE).repositories
    assert [asked.name for asked in found if asked.by == by("module gpu")] == [
        expected, "https://example.org/x",
    ]  # fmt: skip


def test_a_module_for_other_architectures_is_refused() -> None:
    gpu = module("gpu", archs=["x86_64", "i686"])
    assert resolve(of("i686", VOID), catalogue(gpu), FILE).modules
    with pytest.raises(WrongInputError) as caught:
        resolve(of("aarch64", VOID), catalogue(gpu), FILE)
    (fault,) = caught.value.faults
    assert fault.what == "module 'gpu' is for x86_64, i686, but image.arch is 'aarch64'"
    assert fault.remedy == "leave the module out; voidgen.toml asks for it"
    assert (fault.file, fault.key) == (gpu.file, ("archs",))
