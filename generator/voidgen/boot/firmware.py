"""Find UEFI firmware for QEMU by its descriptors (QEMU, docs/interop/firmware.json)."""

from __future__ import annotations

import os
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.boot.types import Firmware, Flash
from voidgen.schema import typed_json
from voidgen.system.environment import home_folder
from voidgen.system.untrusted import GarbledError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MACHINE = "pc-q35-9.0"
"""The machine to match; its version does not matter, as descriptors have patterns of names."""

UNWANTED = {"requires-smm", "enrolled-keys"}
"""Features of firmware that boots only signed loaders, or needs another kind of machine."""

KNOWN = (
    ("/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/OVMF/OVMF_VARS_4M.fd"),
    ("/usr/share/OVMF/OVMF_CODE.fd", "/usr/share/OVMF/OVMF_VARS.fd"),
    ("/usr/share/edk2/x64/OVMF_CODE.4m.fd", "/usr/share/edk2/x64/OVMF_VARS.4m.fd"),
    ("/usr/share/edk2/ovmf/OVMF_CODE.fd", "/usr/share/edk2/ovmf/OVMF_VARS.fd"),
    ("/usr/share/edk2-ovmf/x64/OVMF_CODE.fd", "/usr/share/edk2-ovmf/x64/OVMF_VARS.fd"),
    ("/run/libvirt/nix-ovmf/OVMF_CODE.fd", "/run/libvirt/nix-ovmf/OVMF_VARS.fd"),
)
"""Where distributions without descriptors install it."""


def find(program: Path | None, root: Path = Path("/")) -> Firmware | None:
    """Return the firmware for QEMU, which is ``program``; None if there is none.

    ``root`` is the folder of the system's own files.
    """
    known = ((root / code[1:], root / variables[1:]) for code, variables in KNOWN)
    return described(folders(program, root)) or next(filter(None, map(_known, known)), None)


def folders(program: Path | None, root: Path = Path("/")) -> list[Path]:
    """Return the folders of descriptors, the most important first."""
    config = os.environ.get("XDG_CONFIG_HOME") or home_folder() / ".config"
    own = [program.resolve().parents[1] / "share/qemu/firmware"] if program else []
    return [
        Path(config, "qemu/firmware"),
        root / "etc/qemu/firmware",
        *own,
        root / "usr/share/qemu/firmware",
    ]


def described(places: Sequence[Path]) -> Firmware | None:
    """Return the first that fits, by file name; a file hides its namesakes in later ``places``."""
    files: dict[str, Path] = {}
    for place in places:
        for file in place.glob("*.json"):
            files.setdefault(file.name, file)
    return next((one for name in sorted(files) for one in _usable(files[name])), None)


def _usable(file: Path) -> Iterator[Firmware]:
    """Yield what a descriptor offers, if it fits; an empty file only hides another."""
    try:
        found = typed_json.read(file.read_bytes(), _Descriptor).firmware()
    except (OSError, GarbledError):
        return
    if found and found.code.file.is_file() and found.variables.file.is_file():
        yield found


@frozen
class _File:
    filename: str
    format: str

    def flash(self) -> Flash:
        return Flash(Path(self.filename), self.format)


@frozen
class _Mapping:
    """How firmware is put into a machine; only flash has both files."""

    device: str
    mode: str = "split"
    executable: _File | None = None
    nvram_template: _File | None = None


@frozen
class _Target:
    architecture: str
    machines: tuple[str, ...]


@frozen
class _Descriptor:
    """A firmware of QEMU, and the machines that it is for."""

    interface_types: tuple[str, ...]
    mapping: _Mapping
    targets: tuple[_Target, ...]
    features: tuple[str, ...]

    def firmware(self) -> Firmware | None:
        """Return the files, if they fit the machine that voidgen starts."""
        mapping = self.mapping
        fits = (
            "uefi" in self.interface_types
            and (mapping.device, mapping.mode) == ("flash", "split")
            and not UNWANTED & {*self.features}
            and any(
                target.architecture == "x86_64"
                and any(fnmatchcase(MACHINE, pattern) for pattern in target.machines)
                for target in self.targets
            )
        )
        if not fits or not mapping.executable or not mapping.nvram_template:
            return None
        return Firmware(mapping.executable.flash(), mapping.nvram_template.flash())


def _known(pair: tuple[Path, Path]) -> Firmware | None:
    code, variables = pair
    if code.is_file() and variables.is_file():
        return Firmware(Flash(code), Flash(variables))
    return None
