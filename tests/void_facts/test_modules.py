"""The built-in modules, presets and examples agree with the facts about Void's packages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from tests.void_facts import facts, named
from tests.void_facts.recipes import MACHINES

from voidgen.config.image import ImageConfig
from voidgen.config.types import Config, Overlay
from voidgen.overlay import services
from voidgen.overlay.resolve import needed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from voidgen.overlay.types import Module

MODULES = named.modules()
IN_CHECKS = re.compile(r"(?<![\w.}$@/-])/(?:usr/(?:bin|libexec)|usr/lib/dracut|etc/sv)/[\w./+-]*\w")
"""A package's path in the text of a module.toml."""
PROGRAM = re.compile(r"(?:spawn|spawn-at-startup) \"([^\"]+)\"|pgrep [^|;\n]*-l (?:-x )?([\w-]+)")
"""A program that niri's configuration starts, or that a check looks for."""
KERNELS_LONGEST = 15
"""The kernel keeps so many characters of a program's name."""

every_module = pytest.mark.parametrize("module", MODULES.values(), ids=list(MODULES))
every_project = pytest.mark.parametrize("project", named.projects(), ids=str)


def together(module: Module) -> list[Module]:
    """Return ``module`` and all modules that it requires."""
    config = Config(ImageConfig("x"), overlay=Overlay((module.name,)))
    by, faults = needed(config, MODULES, module.file)
    assert not faults
    return [MODULES[name] for name in by]


def machines(module: Module) -> Iterable[str]:
    return module.spec.archs or MACHINES


def installed(module: Module, machine: str) -> set[str]:
    """Return the packages of an image that has only ``module``."""
    asked = {name for one in together(module) for name in one.spec.packages.xbps}
    return facts.closure({*asked, *named.MKLIVE}, machine)


def relied_on(module: Module) -> Iterator[str]:
    """Yield paths in packages that ``module`` links to, provides, or looks for."""
    own = {
        path
        for one in together(module)
        for path in (*(source.path for source in one.sources), *one.spec.links, *one.spec.mklive)
    }
    flakes = tuple(
        f"{one.spec.packages.flake}/" for one in together(module) if one.spec.packages.flake
    )
    spec = module.spec
    paths = {
        *(path for path in spec.provides if path.startswith("/")),
        *(to for to in spec.links.values() if to.startswith(("/usr/", "/etc/"))),
        *IN_CHECKS.findall(module.file.read_text()),
    }
    yield from sorted(path for path in paths - own if not path.startswith(flakes))


def programs(module: Module) -> Iterator[str]:
    """Yield programs that ``module`` starts or looks for."""
    texts = [module.file.read_text()]
    texts += [source.file.read_text() for source in module.sources if source.path.endswith(".kdl")]
    for text in texts:
        yield from (one or other for one, other in PROGRAM.findall(text))


def program_owner(name: str) -> str:
    """Return the package of the program ``name``, which the kernel may have truncated."""
    if name.startswith("/"):
        return facts.owner(name)
    known = facts.UPSTREAM["programs"]
    found = [
        known[one]["package"] for one in known if one[:KERNELS_LONGEST] == name[:KERNELS_LONGEST]
    ]
    return str(found[0]) if found else facts.owner(f"/usr/bin/{name}")


def test_every_named_package_exists() -> None:
    assert named.packages() <= facts.PACKAGES.keys()


@every_module
def test_each_architecture_of_a_module_has_its_packages(module: Module) -> None:
    lacking = {
        name: sorted({*machines(module)} - facts.machines(name))
        for name in module.spec.packages.xbps
        if not {*machines(module)} <= facts.machines(name)
    }
    assert lacking == {}


@every_module
def test_a_module_adds_the_repository_of_its_nonfree_packages(module: Module) -> None:
    for name in module.spec.packages.xbps:
        where = facts.PACKAGES[name].get("repository", "")
        assert not where or f"void:{where}" in module.spec.packages.repositories


@every_module
def test_services_are_in_packages_of_the_image(module: Module) -> None:
    own = {source.path for one in together(module) for source in one.sources}
    for service in module.spec.services:
        if f"/etc/sv/{service}/run" in own:
            continue
        for machine in machines(module):
            has = {name for name in installed(module, machine) if service in facts.services(name)}
            assert has, f"nothing in the image has {service}"
            assert {*services.packages(service)} & has


@every_module
def test_provided_services_are_in_the_named_packages(module: Module) -> None:
    for name, package in module.spec.provides.items():
        if not name.startswith("/"):
            assert name in facts.services(package)


@every_module
def test_paths_are_in_packages_of_the_image(module: Module) -> None:
    for path in relied_on(module):
        owner = facts.owner(path)
        assert owner, f"no fact says which package has {path}: add it to upstream.json"
        for machine in machines(module):
            assert owner in installed(module, machine), f"{path} is of {owner}"


@every_module
def test_programs_are_in_packages_of_the_image(module: Module) -> None:
    for name in programs(module):
        owner = program_owner(name)
        assert owner, f"no fact says which package has {name}: add it to upstream.json"
        for machine in machines(module):
            assert owner in installed(module, machine), f"{name} is of {owner}"


def test_base_systems_services_are_in_every_image() -> None:
    base = services.tables()["base"]
    assert {"acpid", "openssh", "runit-void"} <= {*base} <= facts.closure(named.MKLIVE, "x86_64")
    for service in ("agetty-tty1", "sshd", "udevd"):
        assert services.in_base_system(service) in base
    assert not services.in_base_system("chronyd")


@every_project
def test_projects_name_packages_that_exist_for_their_architecture(project: Path) -> None:
    settings = named.settings(project)
    arch = settings["image"].get("arch", "x86_64")
    for name in settings.get("xbps", {}).get("packages", []):
        assert arch in facts.machines(name)
        assert not facts.PACKAGES[name].get("repository")


XPS_9700 = {
    "Wi-Fi and Bluetooth, Killer AX1650 (iwlwifi, btintel)": {"linux-firmware-network"},
    "sound (Sound Open Firmware over SoundWire)": {"alsa-ucm-conf", "sof-firmware"},
    "Intel UHD": {"intel-media-driver", "linux-firmware-intel", "mesa-dri", "mesa-vulkan-intel"},
    "NVIDIA by nouveau": {"linux-firmware-nvidia", "mesa-vaapi", "mesa-vulkan-nouveau"},
    "Bluetooth headphones": {"bluez", "libspa-bluetooth"},
}
"""What the machine of this repository's own image needs, by part."""


@pytest.mark.parametrize("part", XPS_9700)
def test_the_reference_image_has_the_packages_for_its_machine(part: str) -> None:
    settings = named.settings(named.ROOT / "voidgen.toml")
    asked = {
        name
        for module in settings["overlay"]["modules"]
        for one in together(MODULES[module])
        for name in one.spec.packages.xbps
    }
    image = {*asked, *settings["xbps"]["packages"], *named.MKLIVE}
    assert XPS_9700[part] <= facts.closure(image, settings["image"]["arch"])


@pytest.mark.parametrize("machine", ["x86_64", "i686", "x86_64-musl"])
def test_every_image_has_amds_microcode_and_firmware(machine: str) -> None:
    """Intel's microcode has its own module, because it is in the nonfree repository."""
    assert "linux-firmware-amd" in facts.closure(named.MKLIVE, machine)
    assert facts.PACKAGES["intel-ucode"]["repository"] == "nonfree"


@pytest.mark.parametrize("name", [name for name in MODULES if name.endswith("-live")])
@pytest.mark.parametrize("machine", MACHINES)
def test_desktops_have_an_opengl_driver_on_every_machine(name: str, machine: str) -> None:
    """Xorg's own packages depend on it only on x86."""
    image = installed(MODULES[name], machine)
    if image & {"xorg-server", "niri"}:
        assert "mesa-dri" in image
