"""[boot]: what the script makes of mklive's boot menus, and what the judgement says of them."""

from __future__ import annotations

import hashlib
import re
import subprocess
from pathlib import Path

import pytest
from tests.support.png import png
from tests.unit.iso.test_speech_menu import MENUS

from voidgen import config
from voidgen.errors import WrongInputError
from voidgen.iso import inputs, menus
from voidgen.plan import boot_menu
from voidgen.plan.job_format import BOOT_MENU

ISOLINUX, GRUB = MENUS
ENTRIES = """
[boot.entries.debug]
title = "Find faults"
cmdline = ["rd.debug", "vconsole.keymap=de"]
[boot.entries.ipxe]
title = "Boot from the network"
bios = "boot/ipxe.lkrn"
efi = "boot/ipxe.efi"
"""
MORE = {
    # In the form of mklive at 90028e0 and ee1bf42.
    ISOLINUX: "UI vesamenu.c32\nTIMEOUT 150\nONTIMEOUT linux\n"
    "MENU AUTOBOOT BIOS default device boot in # second{,s}...\nMENU BACKGROUND splash.png\n"
    "MENU ROWS 3\nMENU TIMEOUTROW 8\nMENU CMDLINEROW 16\n"
    "MENU COLOR sel * #ffffffff #FF5255FF *\n\nLABEL linux\nMENU LABEL Void Linux 6.12\n"
    "KERNEL /boot/vmlinuz\nAPPEND initrd=/boot/initrd root=live:CDLABEL=VOID_LIVE quiet\n\n"
    "LABEL linuxram\nMENU LABEL Void Linux 6.12 (RAM)\nKERNEL /boot/vmlinuz\n"
    "APPEND initrd=/boot/initrd rd.live.ram\n\nLABEL c\nCOM32 chain.c32\nAPPEND hd0\n",
    GRUB: "# Set default menu entry\ndefault=linux\ntimeout=15\ntimeout_style=menu\n"
    + MENUS[GRUB].format(always="gpt quiet"),
}


def boot(text: str) -> config.Config:
    return config.load(Path("/project"), f'[image]\nname = "x"\n[boot]\n{text}')


def files(settings: config.Config) -> dict[str, bytes]:
    assert settings.boot
    contents = {file: file.encode() for _, file in settings.boot.files()}
    return boot_menu.emitted(settings.boot, contents, settings.live.persistence or "")


def command(folder: Path) -> list[str]:
    return ["bash", *(str(folder / name) for name in ("boot-menu.sh", "image", "job"))]


def changed(folder: Path, text: str) -> dict[str, str]:
    """Run the script for [boot], and return the boot menus."""
    image, job = folder / "image", folder / "job"
    job.mkdir()
    (job / "snapshot").write_text("of the image")
    for name, data in files(boot(text)).items():
        (job / name).write_bytes(data)
    for name, menu in MORE.items():
        (image / name).parent.mkdir(parents=True)
        (image / name).write_text(menu)
    script = folder / "boot-menu.sh"
    script.write_bytes(inputs.scripts()["boot-menu.sh"])
    subprocess.run(command(folder), check=True)
    return {name: (image / name).read_text() for name in MORE}


def faults(folder: Path, text: str) -> list[str]:
    """Return what the judgement says of the menus in ``folder``/image."""
    found = folder / "menus"
    found.mkdir(exist_ok=True)
    for name in MORE:
        (found / Path(name).name).write_text((folder / "image" / name).read_text())
    image = folder / "image"
    paths = frozenset(f"/{file.relative_to(image)}" for file in image.rglob("*"))
    return list(menus.faults(files(boot(text))[BOOT_MENU], found, paths))


def entry(menu: str, begin: str) -> str:
    """Return the lines from ``begin`` up to an empty line or a closing brace."""
    return re.split(r"\n\n|\n\}", menu[menu.index(begin) :])[0]


def test_an_entry_is_mklives_own_with_more_parameters(tmp_path: Path) -> None:
    found = changed(tmp_path, ENTRIES)
    assert entry(found[ISOLINUX], "LABEL debug") == (
        "LABEL debug\nMENU LABEL Find faults\nKERNEL /boot/vmlinuz\n"
        "APPEND initrd=/boot/initrd root=live:CDLABEL=VOID_LIVE quiet rd.debug vconsole.keymap=de"
    )
    assert entry(found[GRUB], 'menuentry "Find faults"') == (
        'menuentry "Find faults" --id "debug" {\n    linux (${voidlive})/boot/vmlinuz \\\n'
        "        ro gpt quiet rd.debug vconsole.keymap=de\n    initrd (${voidlive})/boot/initrd"
    )
    # They come after mklive's entries of the system, and before those of other things.
    for menu, before, after in (
        (found[ISOLINUX], "LABEL linuxram", "LABEL c\n"),
        (found[GRUB], '--id "linuxa11y" ', "submenu "),
    ):
        assert menu.index(before) < menu.index("Find faults") < menu.index(after)
    assert faults(tmp_path, ENTRIES) == []


def test_an_entry_keeps_changes_in_a_folder_of_the_image(tmp_path: Path) -> None:
    text = 'default = "persistent"\n[live]\npersistence = "my-data"\n'
    found = changed(tmp_path, text)
    folder = hashlib.sha256(b"of the image").hexdigest()[:16]
    overlay = f"rd.live.overlay=LABEL=my-data:/{folder}/changes"
    for menu, begin in ((found[ISOLINUX], "LABEL persistent"), (found[GRUB], 'menuentry "Keep')):
        assert f" quiet {overlay} rd.live.overlay.nouserconfirmprompt" in entry(menu, begin)
        assert " gpt " not in entry(menu, begin)
        assert menu.count("rd.live.overlay=") == 1
    assert "\nONTIMEOUT persistent\n" in found[ISOLINUX]
    assert faults(tmp_path, text) == []
    (tmp_path / "image" / GRUB).write_text(found[GRUB].replace(folder, "other"))
    assert faults(tmp_path, text) == ["the boot menu grub_void.cfg lacks the entry persistent"]


def test_a_program_is_started_by_its_firmware(tmp_path: Path) -> None:
    found = changed(tmp_path, ENTRIES)
    assert "LINUX /boot/extra/boot-ipxe-bios.lkrn\n" in found[ISOLINUX]
    assert "    chainloader (${voidlive})/boot/extra/boot-ipxe-efi.efi\n" in found[GRUB]
    extra = tmp_path / "image/boot/extra"
    assert (extra / "boot-ipxe-efi.efi").read_text() == "boot/ipxe.efi"
    assert (extra / "boot-ipxe-bios.lkrn").read_text() == "boot/ipxe.lkrn"


@pytest.mark.parametrize(
    ("seconds", "isolinux"), [("15", "150"), ("0", "1"), ("-1", "0"), ("3599", "35990")]
)
def test_the_timeout_is_in_the_units_of_each_menu(
    tmp_path: Path, seconds: str, isolinux: str
) -> None:
    found = changed(tmp_path, f"timeout = {seconds}\n")
    assert f"\nTIMEOUT {isolinux}\n" in found[ISOLINUX]
    assert f"\ntimeout={seconds}\n" in found[GRUB]
    assert faults(tmp_path, f"timeout = {seconds}\n") == []


def test_another_entry_is_the_default(tmp_path: Path) -> None:
    text = f'default = "debug"\n{ENTRIES}'
    found = changed(tmp_path, text)
    assert "\nONTIMEOUT debug\n" in found[ISOLINUX]
    assert "\nMENU AUTOBOOT The selected entry starts in # second{,s}...\n" in found[ISOLINUX]
    assert "LABEL debug\nMENU DEFAULT\n" in found[ISOLINUX]
    assert "\ndefault=debug\n" in found[GRUB]
    assert faults(tmp_path, text) == []


def test_the_serial_port_has_the_menu_and_an_entry(tmp_path: Path) -> None:
    found = changed(tmp_path, "serial = true\n")
    assert found[ISOLINUX].startswith("SERIAL 0 115200\n")
    assert "\tterminal_output --append serial\n" in found[GRUB]
    for menu, begin in ((found[ISOLINUX], "LABEL serial"), (found[GRUB], 'menuentry "Serial')):
        assert "quiet console=tty0 console=ttyS0,115200" in entry(menu, begin)
    assert faults(tmp_path, "serial = true\n") == []


def test_the_messages_are_below_all_entries(tmp_path: Path) -> None:
    found = changed(tmp_path, ENTRIES)[ISOLINUX]
    assert "\nMENU ROWS 5\nMENU TIMEOUTROW 9\nMENU CMDLINEROW 16\n" in found


def test_colours_are_those_of_both_menus(tmp_path: Path) -> None:
    found = changed(tmp_path, 'colours = { selected = "blue" }\n')
    assert "MENU COLOR sel * #fffefefe #ff0000a8 *\n" in found[ISOLINUX]
    assert "5255FF" not in found[ISOLINUX]
    assert "set menu_color_highlight=white/blue\n" in found[GRUB]


def test_without_an_entry_linux_the_script_fails(tmp_path: Path) -> None:
    changed(tmp_path, "")
    menu = tmp_path / "image" / ISOLINUX
    menu.write_text(menu.read_text().replace("LABEL linux\n", "LABEL void\n"))
    script = [
        "bash",
        str(tmp_path / "boot-menu.sh"),
        str(tmp_path / "image"),
        str(tmp_path / "job"),
    ]
    done = subprocess.run(script, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == (
        "voidgen: cannot change mklive's boot menu /boot/isolinux/isolinux.cfg: "
        "it has no entry linux\n"
    )


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        (ISOLINUX, "TIMEOUT 70", "TIMEOUT 71", "isolinux.cfg lacks the timeout"),
        (GRUB, "default=debug", "default=linux", "grub_void.cfg lacks the default entry"),
        (GRUB, "quiet rd.debug", "quiet", "grub_void.cfg lacks the entry debug"),
        (ISOLINUX, "LABEL debug", "LABEL bug", "isolinux.cfg lacks the entry debug"),
        (ISOLINUX, "LABEL ipxe", "LABEL pixie", "isolinux.cfg lacks the entry ipxe"),
        (GRUB, "boot-ipxe-efi.efi", "x", "grub_void.cfg lacks the entry ipxe"),
        (ISOLINUX, "SERIAL 0 115200", "", "isolinux.cfg lacks the serial port"),
    ],
)
def test_what_a_menu_lacks_is_a_fault(
    tmp_path: Path, name: str, old: str, new: str, said: str
) -> None:
    text = f'timeout = 7\nserial = true\ndefault = "debug"\n{ENTRIES}'
    changed(tmp_path, text)
    menu = tmp_path / "image" / name
    assert old in menu.read_text()
    menu.write_text(menu.read_text().replace(old, new))
    assert faults(tmp_path, text) == [f"the boot menu {said}"]


def test_a_program_that_the_iso_lacks_is_a_fault(tmp_path: Path) -> None:
    changed(tmp_path, ENTRIES)
    (tmp_path / "image/boot/extra/boot-ipxe-efi.efi").unlink()
    assert faults(tmp_path, ENTRIES) == ["/boot/extra/boot-ipxe-efi.efi is missing in the ISO"]


def test_without_the_table_the_menus_are_mklives(tmp_path: Path) -> None:
    changed(tmp_path, "")
    (tmp_path / "job" / BOOT_MENU).unlink()
    for name, menu in MORE.items():
        (tmp_path / "image" / name).write_text(menu)
    script = [
        "bash",
        str(tmp_path / "boot-menu.sh"),
        str(tmp_path / "image"),
        str(tmp_path / "job"),
    ]
    subprocess.run(script, check=True)
    assert {name: (tmp_path / "image" / name).read_text() for name in MORE} == MORE


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("timeout = 3600", "('boot', 'timeout'): expected -1 or a number from 0 to 3599"),
        ('default = "serial"', "('boot', 'default'): the menu has no entry 'serial'"),
        ('[boot.entries.linuxram]\ntitle = "x"\ncmdline = ["a"]', "may have an entry 'linuxram'"),
        ('[boot.entries.x]\ntitle = "x"', "does the same as mklive's first entry"),
        (
            '[boot.entries.x]\ntitle = "x"\ncmdline = ["a"]\nefi = "a.efi"',
            "kernel parameters or a program, not both",
        ),
        ('[boot.entries.x]\ntitle = "a ${b}"\ncmdline = ["a"]', "one line of text without"),
        ('[boot.entries.x]\ntitle = "x"\ncmdline = ["root=/dev/sda"]', "root cannot be set here"),
        ('splash = "../a.png"', "a PNG inside the project"),
        ('colours = { text = "pink" }', "expected one of black, "),
    ],
)
def test_a_wrong_table_is_refused(text: str, said: str) -> None:
    with pytest.raises(WrongInputError) as raised:
        boot(text)
    (fault,) = raised.value.faults
    assert said in f"{fault.key}: {fault.what}"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (png(), ""),
        (png(colour=6), ""),
        (png(width=1024, height=768), "has 1024x768 pixels"),
        (png(depth=16), "has another kind of colours"),
        (png(colour=3), "has another kind of colours"),
        (png(laced=1), "is interlaced"),
        (b"GIF89a" + bytes(40), "is no PNG"),
        (b"", "is no PNG"),
    ],
)
def test_a_picture_that_no_menu_shows_is_refused(data: bytes, said: str) -> None:
    assert boot_menu.unfit_picture(data) == said


def test_the_submenus_of_platforms(tmp_path: Path) -> None:
    said = ["grub_void.cfg has no submenu of the platform x13s"]
    assert [*menus.platforms(["x13s"], tmp_path)] == said
    line = 'submenu "Void Linux for Pinebook Pro >" --id platform-{} {{\n'
    (tmp_path / menus.GRUB).write_text(line.format("pinebookpro") + line.format("x13s-2"))
    assert [*menus.platforms(["pinebookpro", "x13s"], tmp_path)] == said
