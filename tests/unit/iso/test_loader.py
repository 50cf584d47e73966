"""The content of GRUB's EFI loaders; tests/iso reads real ones."""

from collections.abc import Mapping

import pytest
from tests.support import efi

from voidgen.iso import loader

DATE = 1_776_113_375
FILES = {
    loader.CONFIG: loader.STABLE,
    "boot/grub/x86_64-efi/normal.mod": loader.STABLE,
    "boot/grub/fonts/unicode.pf2": loader.STABLE,
}


@pytest.mark.parametrize("bits", [32, 64])
def test_memdisk_is_read(bits: int) -> None:
    data = efi.program(efi.modules(efi.memdisk(FILES), bits=bits), bits=bits)
    assert loader.memdisk(data) == FILES
    assert list(loader.faults("X.EFI", loader.memdisk(data), DATE)) == []


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"MZ",
        efi.program(efi.modules(efi.memdisk(FILES)), section=b".text"),
        efi.program(efi.modules(efi.memdisk(FILES), bits=32)),
        efi.program(b""),
        efi.program(efi.modules(b"no archive at all" * 40)),
    ],
)
def test_a_file_that_is_not_a_grub_loader_is_a_fault(data: bytes) -> None:
    assert loader.memdisk(data) is None
    assert list(loader.faults("X.EFI", None, DATE)) == [
        "X.EFI is not a GRUB loader that contains its modules"
    ]


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({**FILES, loader.CONFIG: DATE}, None),
        (
            {**FILES, "boot/grub/x86_64-efi/normal.mod": DATE + 1},
            "X.EFI contains the time of this run: use GRUB 2.12 or later",
        ),
        ({loader.CONFIG: loader.STABLE}, "X.EFI does not contain GRUB's modules"),
        (
            {"boot/grub/x86_64-efi/normal.mod": loader.STABLE},
            "X.EFI does not contain boot/grub/grub.cfg",
        ),
    ],
)
def test_a_loader_that_lacks_a_file_is_a_fault(files: Mapping[str, int], said: str | None) -> None:
    assert list(loader.faults("X.EFI", files, DATE)) == ([said] if said else [])
