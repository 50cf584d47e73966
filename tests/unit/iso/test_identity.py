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


FOLDER = RootEntry("directory", 0o755, (0, 0), 0)
PROGRAM = RootEntry("file", 0o755, (0, 0), 1)


def link(target: str) -> RootEntry:
    return RootEntry("symlink", 0o777, (0, 0), 1, target)


def shells(folder: Path, shell: str) -> list[str]:
    """Return what is said of a root tree in which root should have ``shell``, and has /bin/zsh."""
    (folder / "passwd").write_text("root:x:0:0:root:/root:/bin/zsh\nbin:x:1:1::/:/bin/false\n")
    (folder / "shells").write_text(f"/bin/sh\n/bin/zsh\n{shell}")
    entries = {
        "/bin": link("usr/bin"),
        **dict.fromkeys(("/nix", "/nix/store", "/opt", "/usr", "/usr/bin"), FOLDER),
        "/usr/bin/zsh": link("./zsh-5.9"),
        "/usr/bin/zsh-5.9": PROGRAM,
        "/usr/bin/data": FILE,
        "/usr/bin/loop": link("/bin/loop"),
        "/usr/bin/fish": link("../../opt/../nix/store/x"),
        "/nix/store/x": PROGRAM,
        "/usr/bin/lost": link("nowhere"),
    }
    found = RootTree(entries, {}, {}, {})
    return [*identity.shells(Identity(root_shell=shell), found, folder)]


def test_a_shell_behind_links(tmp_path: Path) -> None:
    assert not shells(tmp_path, "/bin/zsh")


def test_root_has_another_shell(tmp_path: Path) -> None:
    (said,) = shells(tmp_path, "/bin/fish")
    assert said == "root's shell is /bin/zsh, but should be /bin/fish"


@pytest.mark.parametrize("name", ["zzz", "data", "loop", "lost"])
def test_a_shell_that_the_image_lacks(tmp_path: Path, name: str) -> None:
    said = shells(tmp_path, f"/bin/{name}")[0]
    assert said.startswith(f"/bin/{name}, which is [image] root-shell, is ")
    assert said.endswith("add its package to [xbps] packages")


def test_a_shell_that_is_not_in_etc_shells(tmp_path: Path) -> None:
    expected = Identity(user_shell="/bin/zsh")
    found = RootTree({"/bin": FOLDER, "/bin/zsh": PROGRAM}, {}, {}, {})
    (tmp_path / "passwd").write_text("")
    message = "/bin/zsh, which is [image] user-shell, is not in /etc/shells"
    assert [*identity.shells(expected, found, tmp_path)] == [message]
    (tmp_path / "shells").write_text("/usr/bin/zsh\n")
    assert [*identity.shells(expected, found, tmp_path)] == [message]
    (tmp_path / "shells").write_text("/usr/bin/zsh\n/bin/zsh\n")
    assert not [*identity.shells(expected, found, tmp_path)]


def test_a_group_that_no_package_makes() -> None:
    expected = identity.of_plan({"image": {"groups": ["audio", "docker"]}})
    found = RootTree({}, {}, {"audio": 12}, {})
    (said,) = identity.faults(expected, found)
    assert said == "no package makes the group docker, which [image] groups names"
