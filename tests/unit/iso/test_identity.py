"""A finished ISO has the names that [image] gives it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from voidgen.iso import identity
from voidgen.iso.identity import Identity
from voidgen.iso.root_tree import RootEntry, RootTree

if TYPE_CHECKING:
    from pathlib import Path

ZONE = "/usr/share/zoneinfo/Asia/Tokyo"
FILE = RootEntry("file", 0o644, (0, 0), 1)


def tree(*paths: str) -> RootTree:
    return RootTree(dict.fromkeys(paths, FILE), {}, {}, {})


def test_nothing_is_expected_without_the_keys() -> None:
    assert identity.of_plan({"image": {"name": "x"}}) == Identity()
    assert not [*identity.faults(Identity(), tree())]


@pytest.mark.parametrize("plan", [{}, [], {"image": []}, {"image": {"timezone": 1}}])
def test_a_garbled_manifest(plan: Any) -> None:
    with pytest.raises(ValueError, match="garbled"):
        identity.of_plan(plan)


def test_a_zone_that_the_image_lacks() -> None:
    expected = identity.of_plan({"image": {"timezone": "Asia/Tokyo"}})
    assert not [*identity.faults(expected, tree(ZONE))]
    (said,) = identity.faults(expected, tree())
    assert said.startswith(f"{ZONE} is missing: add tzdata")


def labels(folder: Path, iso: str, **menus: str) -> list[str]:
    """Return what is said of an ISO with this label, whose boot menus look for others."""
    (folder / "menus").mkdir()
    (folder / "image.iso").write_bytes(bytes(identity.LABEL_AT) + iso.encode().ljust(40))
    for name, label in menus.items():
        lines = "".join(f"linux root=live:CDLABEL={one} ro\n" for one in label.split())
        (folder / "menus" / name).write_text(lines)
    return [*identity.other_labels("MINE", folder)]


def test_the_same_label_everywhere(tmp_path: Path) -> None:
    assert not labels(tmp_path, "MINE", isolinux="MINE MINE", grub="MINE")


def test_another_label_in_the_iso(tmp_path: Path) -> None:
    (said,) = labels(tmp_path, "VOID_LIVE", grub="MINE")
    assert said == "the ISO has the label 'VOID_LIVE', but should have 'MINE'"


def test_a_menu_with_an_entry_of_another_label(tmp_path: Path) -> None:
    (said,) = labels(tmp_path, "MINE", grub="MINE VOID_LIVE", isolinux="MINE")
    assert said.startswith("the boot menu grub looks for MINE and VOID_LIVE, but")


def test_a_menu_without_a_label(tmp_path: Path) -> None:
    (said,) = labels(tmp_path, "MINE", grub="")
    assert said.startswith("the boot menu grub looks for no label")


def test_mklives_label_is_not_compared(tmp_path: Path) -> None:
    assert not [*identity.other_labels("", tmp_path)]
