"""UEFI firmware of this machine's QEMU, by its descriptors (QEMU, docs/interop/firmware.json)."""

from __future__ import annotations

import os
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.boot.types import Firmware, Flash
from voidgen.schema import typed_json
from voidgen.system.untrusted import GarbledError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MACHINE = "pc-q35-9.0"
"""Any version: descriptors have patterns of these names."""

UNWANTED = {"requires-smm", "enrolled-keys"}
"""Features of firmware that boots signed loaders alone, or wants a machine of another kind."""

KNOWN = (
    ("/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/OVMF/OVMF_VARS_4M.fd"),
    ("/usr/share/OVMF/OVMF_CODE.fd", "/usr/share/OVMF/OVMF_VARS.fd"),
    ("/usr/share/edk2/x64/OVMF_CODE.4m.fd", "/usr/share/edk2/x64/OVMF_VARS.4m.fd"),
    ("/usr/share/edk2/ovmf/OVMF_CODE.fd", "/usr/share/edk2/ovmf/OVMF_VARS.fd"),
    ("/usr/share/edk2-ovmf/x64/OVMF_CODE.fd", "/usr/share/edk2-ovmf/x64/OVMF_VARS.fd"),
    ("/run/libvirt/nix-ovmf/OVMF_CODE.fd", "/run/libvirt/nix-ovmf/OVMF_VARS.fd"),
)
"""Where distributions have it, for those without descriptors."""


def find(program: Path | None, root: Path = Path("/")) -> Firmware | None:
    """The firmware to use with QEMU, which is ``program``; None where there is none.

    ``root`` is where the system's own files are.
    """
    known = ((root / code[1:], root / variables[1:]) for code, variables in KNOWN)
    return described(folders(program, root)) or next(filter(None, map(_known, known)), None)


def folders(program: Path | None, root: Path = Path("/")) -> list[Path]:
    """Where descriptors are, the most important first."""
    config = os.environ.get("XDG_CONFIG_HOME") or Path("~/.config").expanduser()
    own = [program.resolve().parents[1] / "share/qemu/firmware"] if program else []
    return [
        Path(config, "qemu/firmware"),
        root / "etc/qemu/firmware",
        *own,
        root / "usr/share/qemu/firmware",
    ]


def described(places: Sequence[Path]) -> Firmware | None:
    """The first that fits, by the names of the files; those of earlier ``places`` hide later."""
    files: dict[str, Path] = {}
    for place in places:
        for file in place.glob("*.json"):
            files.setdefault(file.name, file)
    return next((one for name in sorted(files) for one in _of(files[name])), None)


def _of(file: Path) -> Iterator[Firmware]:
    """What a descriptor offers, where that fits; an empty file hides one and offers nothing."""
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
    """Firmware of QEMU's, and the machines that it is for."""

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
