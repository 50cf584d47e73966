"""The entries "with speech" of mklive's boot menus, in images with and without speech."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from voidgen.iso import inputs

if TYPE_CHECKING:
    from pathlib import Path

# In the form of mklive at 90028e0 and ee1bf42.
ISOLINUX = """\
UI vesamenu.c32
TIMEOUT 150

LABEL linux
MENU LABEL Void Linux
APPEND initrd=/boot/initrd {always}

LABEL linuxa11y
MENU LABEL Void Linux with ^speech
APPEND initrd=/boot/initrd live.accessibility live.autologin

LABEL linuxa11yram
MENU LABEL Void Linux with speech (^RAM)
APPEND initrd=/boot/initrd live.accessibility live.autologin rd.live.ram

LABEL reboot
MENU LABEL Re^boot
COM32 reboot.c32
"""
GRUB = """\
set timeout=15
if [ cpuid -l ]; then
menuentry "Void Linux" --id "linux"  {{
    linux (${{voidlive}})/boot/vmlinuz \\
        ro {always}
    initrd (${{voidlive}})/boot/initrd
}}
menuentry "Void Linux with speech" --id "linuxa11y" --hotkey s {{
    linux (${{voidlive}})/boot/vmlinuz \\
        ro live.accessibility live.autologin
}}
submenu "Void Linux for X13s >" --id platform-x13s {{
menuentry "Void Linux with speech" --id "linuxa11y-x13s" --hotkey s {{
    linux (${{voidlive}})/boot/vmlinuz live.accessibility
    devicetree (${{voidlive}})/boot/dtbs/x
}}
}}
    if [ "${{grub_platform}}" == "efi" ]; then
        menuentry "Run Memtest86+ (RAM test)" --id memtest {{
            linux (${{voidlive}})/boot/memtest.efi
        }}
    fi
menuentry "System restart" --id restart {{
    reboot
}}
fi
"""
MENUS = {"boot/isolinux/isolinux.cfg": ISOLINUX, "boot/grub/grub_void.cfg": GRUB}


def menus(folder: Path, always: str = "", services: tuple[str, ...] = ()) -> dict[str, str]:
    """Run the script on an image whose root tree has ``services``; return its boot menus."""
    image, root = folder / "image", folder / "root"
    for name, text in MENUS.items():
        (image / name).parent.mkdir(parents=True)
        (image / name).write_text(text.format(always=always))
    for name in ("agetty-tty1", *services):
        (root / "etc/sv" / name).mkdir(parents=True)
    script = folder / "speech-menu.sh"
    script.write_bytes(inputs.scripts()["speech-menu.sh"])
    subprocess.run(["bash", str(script), str(image), str(root)], check=True)
    return {name: (image / name).read_text() for name in MENUS}


@pytest.mark.parametrize("service", ["espeakup", "brltty"])
def test_an_image_with_speech_keeps_the_entries(tmp_path: Path, service: str) -> None:
    found = menus(tmp_path, services=(service,))
    assert found == {name: text.format(always="") for name, text in MENUS.items()}


@pytest.mark.parametrize("always", ["", "live.accessibility"])
def test_an_image_without_speech_loses_only_these_entries(tmp_path: Path, always: str) -> None:
    found = menus(tmp_path, always)
    before = {name: text.format(always=always) for name, text in MENUS.items()}
    isolinux, grub = found.values()
    kept = before["boot/isolinux/isolinux.cfg"]
    start, end = kept.index("LABEL linuxa11y"), kept.index("LABEL reboot")
    assert isolinux == kept[:start] + kept[end:]
    assert "linuxa11y" not in grub
    for line in ('"Void Linux" --id "linux"', "submenu", "memtest.efi", "--id restart"):
        assert line in grub
    assert grub.count("{\n") == grub.count("}\n") == 4
    lost = [line for line in before["boot/grub/grub_void.cfg"].splitlines() if line not in grub]
    assert all("a11y" in line or "accessibility" in line or "dtbs" in line for line in lost)


def test_a_missing_menu_is_not_an_error(tmp_path: Path) -> None:
    """aarch64 has no isolinux."""
    image = tmp_path / "image"
    image.mkdir()
    script = tmp_path / "speech-menu.sh"
    script.write_bytes(inputs.scripts()["speech-menu.sh"])
    subprocess.run(["bash", str(script), str(image), str(tmp_path)], check=True)
    assert list(image.iterdir()) == []
