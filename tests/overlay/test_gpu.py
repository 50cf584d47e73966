"""Xorg's configuration for the GPUs found (docs/contributing/live-system-tests.md, 6)."""

from __future__ import annotations

import re
import shutil
import struct
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from attrs import frozen
from tests.overlay.conftest import shells

if TYPE_CHECKING:
    from tests.overlay.conftest import MakeRoot, Root

PART = "/etc/runit/live-setup.d/20-gpu"
CONF = "/etc/X11/xorg.conf.d/20-gpu.conf"
DRIVER = "/usr/lib/xorg/modules/drivers/nvidia_drv.so"
STAND_IN = "NVIDIA's driver would be here.\n"
SAMPLES = Path(__file__).parent / "lspci"
"""What `lspci -nn` said on machines that people wrote of in public, some lines left out."""


LINE = re.compile(
    r"(?P<address>\S+) .*?\[(?P<kind>[0-9a-f]{4})\]: .*"
    r"\[(?P<vendor>[0-9a-f]{4}):(?P<device>[0-9a-f]{4})\](?: \(rev (?P<rev>..)\))?"
)


def machine(root: Root, sample: str) -> None:
    """Write the sample's PCI devices into /sys, where lspci reads them."""
    for line in (SAMPLES / f"{sample}.txt").read_text().splitlines():
        found = LINE.fullmatch(line)
        assert found, line
        address = (
            found["address"] if found["address"].count(":") == 2 else f"0000:{found['address']}"
        )
        kind, vendor, device = (int(found[name], 16) for name in ("kind", "vendor", "device"))
        folder = f"/sys/bus/pci/devices/{address}"
        root.write(f"{folder}/vendor", f"{vendor:#06x}\n")
        root.write(f"{folder}/device", f"{device:#06x}\n")
        root.write(f"{folder}/class", f"{kind:#06x}00\n")
        root.write(f"{folder}/irq", "0\n")
        root.write(f"{folder}/resource", "0x0 0x0 0x0\n" * 7)
        header = struct.pack(
            "<4H4B", vendor, device, 0, 0, int(found["rev"] or "0", 16), 0, kind & 255, kind >> 8
        )
        root.path(f"{folder}/config").write_bytes(header.ljust(64, b"\0"))


def run_part(root: Root, *shell: str) -> None:
    root.path("/run/live-setup").mkdir(exist_ok=True)
    root.run(*shell, PART, env={"LIVE_RUN": "/run/live-setup", "LIVE_USER": "live"})


@frozen
class Screen:
    """How Xorg reads its configuration: devices, and the driver modules that it loads."""

    device: str = ""
    inactive: tuple[str, ...] = ()
    drivers: tuple[str, ...] = ()


NVIDIA = Screen("nvidia", (), ("nvidia",))
PRIME = Screen("mesa", ("nvidia",), ("modesetting", "nvidia"))
MODESETTING = Screen("gpu", (), ("modesetting",))


def xorg(root: Root) -> str:
    """Return the log of the real Xorg, which reads its configuration and then finds no GPU."""
    log = root.path("/var/log/Xorg.log")
    log.unlink(missing_ok=True)
    root.run("Xorg", "-displayfd", "1", "-logfile", "/var/log/Xorg.log", check=False)
    text = log.read_text()
    assert "no screens found" in text
    return text


def read(log: str) -> Screen:
    assert "Problem parsing" not in log
    # Xorg chose this driver by itself, not from the configuration.
    drivers = () if "autoconfigured driver" in log else re.findall(r'LoadModule: "(\w+)"', log)
    return Screen(
        "".join(re.findall(r'\|-->Device "(.*)"', log)),
        tuple(re.findall(r'\|-->Inactive Device "(.*)"', log)),
        tuple(name for name in drivers if name != "glx"),
    )


def environment(root: Root) -> str:
    """Return Mesa's variable in a login shell, which reads /etc/profile.d as on Void."""
    root.write("/etc/profile", 'for f in /etc/profile.d/*.sh; do [ -r "$f" ] && . "$f"; done\n')
    return root.run("sh", "-lc", "echo ${LIBGL_ALWAYS_SOFTWARE-none}").stdout.strip()


VIRTUAL = (
    "virtio", "virtio-vga", "qemu-std", "qemu-qxl", "qemu-cirrus",
    "vmware", "virtualbox", "virtualbox-vmsvga",
)  # fmt: skip
ROWS = [
    *((sample, driver, MODESETTING) for sample in VIRTUAL for driver in (False, True)),
    *((sample, False, MODESETTING) for sample in ("nvidia", "intel-nvidia", "amd-nvidia")),
    *((sample, True, MODESETTING) for sample in ("intel", "amd", "other", "intel-in-qemu")),
    ("nvidia", True, NVIDIA),
    ("nvidia-hyper-v", True, NVIDIA),
    ("intel-nvidia", True, PRIME),
    ("amd-nvidia", True, PRIME),
    ("none", True, Screen()),
]
"""Machine, whether NVIDIA's driver is installed, and what Xorg is to use."""


@pytest.mark.parametrize(("sample", "driver", "expected"), ROWS)
def test_xorg_is_configured_for_the_gpus_that_lspci_shows(
    make_root: MakeRoot, sample: str, driver: bool, expected: Screen
) -> None:
    root = make_root("gpu-detect")
    machine(root, sample)
    if driver:
        root.write(DRIVER, STAND_IN)
    run_part(root)
    assert read(xorg(root)) == expected
    conf = root.run("cat", CONF, check=False).stdout
    assert ('"AccelMethod" "none"' in conf) == (sample in VIRTUAL)
    assert environment(root) == ("1" if sample in VIRTUAL else "none")


@shells
@pytest.mark.parametrize(
    ("sample", "bus_ids"),
    [
        ("nvidia", {"nvidia": "PCI:1:0:0"}),
        ("intel-nvidia", {"mesa": "PCI:0:2:0", "nvidia": "PCI:1:0:0"}),
        ("amd-nvidia", {"mesa": "PCI:35:0:0", "nvidia": "PCI:34:0:0"}),
        ("nvidia-hyper-v", {"nvidia": "PCI:0@24005:0:0"}),
    ],
)
def test_bus_ids_agree_with_xorgs(
    make_root: MakeRoot, shell: tuple[str, ...], sample: str, bus_ids: dict[str, str]
) -> None:
    root = make_root("gpu-detect")
    machine(root, sample)
    root.write(DRIVER, STAND_IN)
    run_part(root, *shell)
    conf = root.run("cat", CONF).stdout
    found = re.findall(r'Identifier "(\w+)"\n\tDriver "\w+"\n\tBusID "(.*)"', conf)
    assert dict(found) == bus_ids
    seen = re.findall(r"PCI:\*?\((\d+)@(\d+):(\d+):(\d+)\)", xorg(root).replace("PCI: ", "PCI:"))
    for bus_id in bus_ids.values():
        bus, device, function = bus_id.removeprefix("PCI:").split(":")
        bus, _, domain = bus.partition("@")
        assert (bus, domain or "0", device, function) in seen


def test_lspci_shows_the_same_as_the_sample(make_root: MakeRoot) -> None:
    for file in sorted(SAMPLES.iterdir()):
        root = make_root("gpu-detect")
        machine(root, file.stem)
        shown = [LINE.fullmatch(line) for line in root.run("lspci", "-nn").stdout.splitlines()]
        assert [found and found.groups() for found in shown] == [
            found.groups() for found in LINE.finditer(file.read_text())
        ]


def test_our_layout_overrides_the_one_of_nvidias_package(make_root: MakeRoot) -> None:
    root = make_root("gpu-detect")
    machine(root, "intel-nvidia")
    root.write(DRIVER, STAND_IN)
    layout = 'Section "ServerLayout"\n\tIdentifier "layout"\nEndSection\n'
    root.write("/usr/share/X11/xorg.conf.d/10-nvidia-drm-outputclass.conf", layout)
    root.path("/usr/lib/nvidia/xorg").mkdir(parents=True)
    run_part(root)
    log = xorg(root)
    assert read(log) == PRIME
    assert '(**) ServerLayout "prime"' in log
    assert '(**) ModulePath set to "/usr/lib/nvidia/xorg,/usr/lib/xorg/modules"' in log


@pytest.mark.parametrize(
    ("sample", "options", "expected"),
    [
        ("intel-nvidia", {"nvidia": "only"}, NVIDIA),
        ("nvidia", {"nvidia": "only"}, NVIDIA),
        ("intel-nvidia", {"nvidia": "off"}, MODESETTING),
        ("nvidia", {"nvidia": "off"}, MODESETTING),
        ("virtio", {"virtual-acceleration": True}, MODESETTING),
    ],
)
def test_options_override_the_detection(
    make_root: MakeRoot, sample: str, options: dict[str, Any], expected: Screen
) -> None:
    root = make_root("gpu-detect", options={"gpu-detect": options})
    machine(root, sample)
    root.write(DRIVER, STAND_IN)
    run_part(root)
    assert read(xorg(root)) == expected
    assert "AccelMethod" not in root.run("cat", CONF).stdout
    assert environment(root) == "none"


@shells
def test_a_boot_on_other_hardware_removes_the_earlier_configuration(
    make_root: MakeRoot, shell: tuple[str, ...]
) -> None:
    root = make_root("gpu-detect")
    for sample, software in (("virtio", "1"), ("intel", "none"), ("vmware", "1"), ("none", "none")):
        shutil.rmtree(root.path("/sys"), ignore_errors=True)
        machine(root, sample)
        run_part(root, *shell)
        assert environment(root) == software
        assert read(xorg(root)) == (Screen() if sample == "none" else MODESETTING)
    assert not list(root.path("/run/live-setup").iterdir())


@shells
def test_nothing_is_written_if_lspci_fails(make_root: MakeRoot, shell: tuple[str, ...]) -> None:
    root = make_root("gpu-detect")
    root.path("/run/live-setup").mkdir()
    root.write("/usr/bin/lspci", "#!/bin/sh\nexit 1\n", 0o755)
    env = {"LIVE_RUN": "/run/live-setup"}
    assert root.run(*shell, PART, env=env, check=False).returncode == 1
    assert not list(root.path("/run/live-setup").iterdir())
    assert read(xorg(root)) == Screen()
