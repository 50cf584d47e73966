"""scripts/volume-label.sh writes the label into mklive's boot menus."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from attrs import evolve
from tests.unit.lock.test_status import planned

from voidgen.config.identity import VOLUME_LABEL
from voidgen.config.image import ImageConfig
from voidgen.config.mklive import Mklive
from voidgen.iso import identity, inputs
from voidgen.plan import mklive_job

if TYPE_CHECKING:
    from pathlib import Path

MENUS = {
    "boot/isolinux/isolinux.cfg": "LABEL linux\nAPPEND initrd=/boot/initrd {} init=/sbin/init\n"
    "LABEL linuxram\nAPPEND initrd=/boot/initrd {} rd.live.ram\n",
    "boot/grub/grub_void.cfg": "linux (${{voidlive}})/boot/vmlinuz \\\n        {} ro\n"
    "# CDLABEL=VOID_LIVE\n",
}


def menus(folder: Path, label: str | None) -> dict[str, str]:
    """Run the script on an image, and return its boot menus."""
    for name, text in MENUS.items():
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_text(text.replace("{}", "root=live:CDLABEL=VOID_LIVE"))
    (folder / "job").mkdir()
    if label:
        (folder / "job/volume-label").write_text(f"{label}\n")
    script = folder / "volume-label.sh"
    script.write_bytes(inputs.scripts()["volume-label.sh"])
    subprocess.run(["bash", script, folder, folder / "job"], check=True)
    return {name: (folder / name).read_text() for name in MENUS}


@pytest.mark.parametrize("label", ["MY-IMAGE_1", None])
def test_all_entries_of_both_menus_get_the_label(label: str | None, tmp_path: Path) -> None:
    parameter = f"root=live:CDLABEL={label or 'VOID_LIVE'}"
    assert menus(tmp_path, label) == {
        name: text.replace("{}", parameter) for name, text in MENUS.items()
    }


def test_an_image_without_isolinux(tmp_path: Path) -> None:
    menu = tmp_path / "boot/grub/grub_void.cfg"
    menu.parent.mkdir(parents=True)
    menu.write_text("root=live:CDLABEL=VOID_LIVE")
    (tmp_path / "volume-label").write_text("X\n")
    script = tmp_path / "volume-label.sh"
    script.write_bytes(inputs.scripts()["volume-label.sh"])
    subprocess.run(["bash", script, tmp_path, tmp_path], check=True)
    assert menu.read_text() == "root=live:CDLABEL=X"


def test_the_job_has_the_label_only_if_voidgen_toml_has_it() -> None:
    plan = planned("htop")
    assert "volume-label" not in mklive_job.emitted(plan, Mklive(), ())
    config = evolve(plan.config, image=ImageConfig("x", volume_label="MINE"))
    job = mklive_job.emitted(evolve(plan, config=config), Mklive(), ())
    assert job["volume-label"] == b"MINE\n"


@pytest.mark.parametrize("label", ["MINE", "my-image-1.2_with-32.characters_"])
def test_linux_and_the_judge_read_the_whole_label(label: str, tmp_path: Path) -> None:
    """With Joliet as mklive makes it, whose own label has 16 characters."""
    VOLUME_LABEL.check(label)
    (tmp_path / "tree").mkdir()
    (tmp_path / "menus").mkdir()
    iso = tmp_path / "image.iso"
    options = ("-rock", "-joliet", "-joliet-long", "-max-iso9660-filenames", "-volid", label)
    subprocess.run(
        ["xorriso", "-as", "mkisofs", "-quiet", *options, "-output", iso, tmp_path / "tree"],
        check=True,
        stderr=subprocess.DEVNULL,
    )
    assert not [*identity.other_labels(label, tmp_path)]
    assert [*identity.other_labels("OTHER", tmp_path)]
    ran = subprocess.run(
        ["/sbin/blkid", "-p", "-o", "value", "-s", "LABEL", iso], capture_output=True, check=True
    )
    assert ran.stdout.decode().rstrip("\n") == label
