"""Known faults of mklive are prevented or found (docs/explanation/iso.md)."""

import os
import re
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from tests.iso.packages import KERNEL
from tests.iso.podman import Podman
from tests.iso.project import change, commit
from tests.iso.running import failed, nothing_left
from tests.iso.running import well as well_made
from tests.iso.store import altered
from tests.locks.project import well
from tests.support.program import write

from voidgen.iso import inputs
from voidgen.iso.inputs import SCRIPTS
from voidgen.nix import flakes
from voidgen.plan.job_format import SEPARATOR
from voidgen.progress import NoProgress

SQUASHFS = "/LiveOS/squashfs.img"
MOUNTS = Path("/proc/self/mountinfo")


def fail_in(folder: Path, *ways: str) -> None:
    """Have mklive's stand-in fail in these ways."""
    change(folder, 'cmdline = ["quiet"]', f'cmdline = ["stand-in={",".join(ways)}"]')


def test_all_differences_from_the_plan_are_reported_and_no_iso_is_kept(
    folder: Path, engine: Podman
) -> None:
    fail_in(folder, "spoils", "no-BOOTIA32", "no-store-path", "no-success")
    said = failed(folder)
    lines = said.splitlines()
    assert lines[0] == ("voidgen: mklive succeeded, but the ISO differs from the plan")
    found = [line.removeprefix("  | ") for line in lines[1:-1]]
    assert "mklive did not report that it created the image" in found
    assert "mklive ignored an error: cp: cannot stat '/nowhere': No such file or directory" in found
    assert any(line.startswith("mklive ignored an error: mount: ") for line in found)
    assert "EFI/BOOT/BOOTIA32.EFI is missing in the EFI image" in found
    assert "/etc/tests/file is missing" in found
    assert "/etc/voidgen/packages/outputs.nix is missing" in found
    assert "/etc/tests/private is 0640 81:82, but should be 0600 81:82" in found
    assert "/usr/bin/tool is 0755 1:1, but should be 0755 0:0" in found
    assert any(line.startswith("/etc/motd has other content: ") for line in found)
    assert "/etc/tests/link leads to elsewhere, but should lead to /no where/at all" in found
    assert "/opt/tools is a directory, but should be a symlink" in found
    store = os.environ["NIX_STORE_DIR"]
    assert any(line.startswith(store) and "-greet-" in line and line.endswith(" is missing")
               for line in found)  # fmt: skip
    assert any(line.startswith(store) and " owner 1000:0 " in line for line in found)
    nothing_left(folder, engine)


PASSED_OVER = "mklive ignored an error: "
BROKEN: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (
        ("no-modules", "no-live", "bare-grub", "dracut-install", "mknod"),
        (
            "the initramfs lacks /bin/dmsquash-live-root, without which nothing boots",
            f"{PASSED_OVER}dracut-install: PATH is not set",
            "EFI/BOOT/BOOTX64.EFI does not contain GRUB's modules",
            "EFI/BOOT/BOOTIA32.EFI does not contain GRUB's modules",
            "the initramfs has no kernel modules",
        ),
    ),
    (
        ("no-hooks", "no-squashfs", "old-grub", "unconfigured"),
        (
            "EFI/BOOT/BOOTX64.EFI contains the time of this run: use GRUB 2.12 or later",
            "EFI/BOOT/BOOTIA32.EFI contains the time of this run: use GRUB 2.12 or later",
            f"the initramfs lacks the kernel module squashfs (Linux {KERNEL})",
            "the initramfs lacks hooks/pre-pivot/01-adduser.sh",
            "the initramfs lacks hooks/pre-mount/01-install.sh",
            "package linux is unpacked, but not configured",
        ),
    ),
)


@pytest.mark.parametrize(("ways", "expected"), BROKEN)
def test_boot_files_that_cannot_boot_are_found(
    ways: tuple[str, ...], expected: tuple[str, ...], folder: Path, engine: Podman
) -> None:
    fail_in(folder, *ways)
    found = [line.removeprefix("  | ") for line in failed(folder).splitlines()]
    for line in expected:
        assert line in found
    if "mknod" in ways:
        assert any(line.startswith(f"{PASSED_OVER}mknod: ") for line in found)
    nothing_left(folder, engine)


def test_a_dracut_without_path_is_found(
    folder: Path, engine: Podman, monkeypatch: pytest.MonkeyPatch
) -> None:
    """mklive before da7063e sets no PATH, and dracut from 108 on has no default."""
    scripts = inputs.scripts()
    hooks = scripts["hooks.bash"].replace(b' "PATH=$chroot_path"', b"")
    assert hooks != scripts["hooks.bash"]
    monkeypatch.setattr(inputs, "scripts", lambda: {**scripts, "hooks.bash": hooks})
    said = failed(folder)
    assert "(exit status 1): dracut-install: PATH is not set\n" in said
    assert "  | dracut[F]: installkernel failed in module kernel-modules\n" in said
    # If everything is built into the kernel, dracut succeeds.
    fail_in(folder, "no-modules")
    said = failed(folder)
    assert f"  | {PASSED_OVER}dracut-install: PATH is not set\n" in said
    assert "  | the initramfs lacks /init, without which nothing boots\n" in said
    nothing_left(folder, engine)


def test_old_squashfs_tools_store_no_extended_attributes(
    folder: Path, engine: Podman, tmp_path: Path
) -> None:
    """squashfs-tools before 4.6 cannot choose attributes; the store's files have some."""
    fail_in(folder, "old-squashfs")
    flakes.build(str(folder), "default", NoProgress())
    with altered(Path(os.environ["NIX_STORE_DIR"])):
        well_made(folder)
    squashfs = tmp_path / "squashfs"
    words = ("-osirrox", "on", "-indev", folder / "out/tests.iso", "-extract", SQUASHFS, squashfs)
    subprocess.run(["xorriso", *words], capture_output=True, check=True)
    told = subprocess.run(["unsquashfs", "-stat", squashfs], capture_output=True, check=True)
    assert b"Xattrs are not stored" in told.stdout
    nothing_left(folder, engine, made=True)


def test_old_squashfs_tools_are_refused_if_files_have_capabilities(
    folder: Path, engine: Podman
) -> None:
    fail_in(folder, "old-squashfs", "capabilities")
    assert "have capabilities: use squashfs-tools 4.6 or later" in failed(folder)
    nothing_left(folder, engine)


def test_an_mklive_that_fails_at_once_unmounts_nothing_of_the_machine(
    folder: Path, engine: Podman
) -> None:
    """In this case, it runs `umount -R -f /sys /dev /proc`."""
    before = MOUNTS.read_text()
    fail_in(folder, "early")
    said = failed(folder)
    assert "| ERROR: an xbps tool is missing\n" in said
    assert "(exit status 1)" in said
    assert mount_points(MOUNTS.read_text()) == mount_points(before)
    assert Path("/dev/pts/ptmx").exists()
    nothing_left(folder, engine)


def mount_points(text: str) -> list[str]:
    """Return the mount points below the machine's /dev, /proc and /sys."""
    names = [line.split()[4] for line in text.splitlines()]
    return sorted(name for name in names if name.split("/")[1] in {"dev", "proc", "sys"})


def test_an_efi_image_that_cannot_be_filled_is_an_error(folder: Path, engine: Podman) -> None:
    fail_in(folder, "no-mkfs")
    said = failed(folder)
    assert "failed in «Generating GRUB support for EFI systems...»" in said
    assert "| ERROR: Failed to fill the EFI image\n" in said
    nothing_left(folder, engine)


def test_a_squashfs_at_another_place_than_the_iso_expects_is_an_error(
    folder: Path, engine: Podman
) -> None:
    """It is written before the ISO; here, an additional file moves the place."""
    fail_in(folder, "more-files")
    said = failed(folder)
    assert re.search(
        r"ERROR: The squashfs is at byte \d+, but the ISO expects it at byte \d+\n", said
    )
    nothing_left(folder, engine)


@pytest.mark.parametrize("way", ["terminated", pytest.param("ends", marks=pytest.mark.slow)])
def test_an_mklive_that_succeeds_without_an_iso_is_an_error(
    way: str, folder: Path, engine: Podman
) -> None:
    """mklive also exits with status 0 after a SIGTERM."""
    fail_in(folder, way)
    said = failed(folder)
    assert "failed in «Generating initramfs image (gzip)...»" in said
    assert "| voidgen: mklive succeeded, but made no ISO\n" in said
    nothing_left(folder, engine)


def test_package_that_is_not_locked_is_named(folder: Path, engine: Podman) -> None:
    fail_in(folder, "more-packages")
    said = failed(folder)
    assert "| ERROR: Package 'not-locked' not found in repository pool.\n" in said
    assert "\n  mklive needs a package that is not locked: run `voidgen lock`; " in said
    nothing_left(folder, engine)


def test_a_script_of_the_project_that_fails_is_named_with_its_line(
    folder: Path, engine: Podman
) -> None:
    write(folder, {"scripts/finish.sh": "#!/bin/sh -e\necho begin\n\ncat /nowhere\necho end\n"})
    commit(folder)
    well(folder, "generate")
    said = failed(folder)
    what = "scripts/finish.sh failed with status 1, in line 4: cat /nowhere"
    assert f"| voidgen: {what}\n" in said
    assert re.search(r"\| post-install: cat: .*/nowhere", said)
    assert "fix the script that [hooks] of voidgen.toml names" in said
    nothing_left(folder, engine)


def test_an_overlay_file_below_a_link_out_of_the_root_tree_is_refused(
    folder: Path, engine: Podman
) -> None:
    """A package has /etc/elsewhere, a link to /out."""
    change(folder, ', "/etc/elsewhere/**"', "")
    write(folder, {"overlay-src/tests/files/etc/elsewhere/escaped": "escaped\n"})
    commit(folder)
    well(folder, "generate")
    said = failed(folder)
    what = "/etc/elsewhere is a link to /out in Void: use that path"
    assert f"| voidgen: overlay: /etc/elsewhere/escaped: {what}\n" in said
    assert "failed in «Running postsetup script: /voidgen/overlay.sh ...»" in said
    assert "\n  fix the modules that have them, and run `voidgen generate`; " in said
    nothing_left(folder, engine)


OVERLAY = (
    ("directory", "", "", "", "/etc"),
    ("file", "0644", "root", "root", "/etc/absolute/a"),
    ("file", "0644", "root", "root", "/etc/relative/a"),
    ("file", "0644", "root", "root", "/etc/file/below"),
    ("file", "0644", "root", "root", "/etc/nowhere/below"),
    ("file", "0644", "root", "root", "/etc/folder"),
    ("symlink", "", "", "", "/etc/folder"),
    ("directory", "0755", "root", "root", "/etc/absolute"),
    ("directory", "0755", "root", "root", "/etc/file"),
    ("file", "0644", "nobody-s", "root", "/etc/unowned"),
    ("file", "0600", "root", "root", "/etc/victim"),
    ("symlink", "", "", "", "/etc/replaced"),
    ("file", "4755", "7", "8", "/etc/fine"),
    ("directory", "2770", "root", "named", "/etc/made"),
)
UNOWNED = (
    "/etc/unowned: its owner nobody-s:root is not a user and group of the image: "
    "add the package that makes them"
)
DISABLED = ("/etc/absolute/victim", "/etc/enabled", "/etc/missing")
FAULTS = (
    "/etc/absolute/victim: /etc/absolute is a link to /outside in Void: use that path",
    "/etc/absolute/a: /etc/absolute is a link to /outside in Void: use that path",
    "/etc/relative/a: /etc/relative is a link to ../../outside in Void: use that path",
    "/etc/file/below: /etc/file is not a folder in Void",
    "/etc/nowhere/below: /etc/nowhere is not a folder in Void",
    "/etc/folder: is a folder in Void, but a file in the overlay",
    "/etc/folder: is a folder in Void, but a symlink in the overlay",
    "/etc/absolute: must be a folder, but is not one in Void",
    "/etc/file: must be a folder, but is not one in Void",
    UNOWNED,
    "10 of its files do not fit this root tree",
)


def test_nothing_is_written_through_links_of_the_root_tree(engine: Podman, tmp_path: Path) -> None:
    """Run only the overlay's script, on a root tree with links in all places."""
    root, outside, home = (tmp_path / name for name in ("root", "outside", "home"))
    etc, include, scripts = root / "etc", tmp_path / "include" / "etc", SCRIPTS
    for place in (etc / "folder", outside, home / "job", include):
        place.mkdir(parents=True)
    (outside / "victim").write_text("untouched\n")
    (etc / "passwd").write_text("root:x:0:0::/root:/bin/sh\n")
    (etc / "group").write_text("root:x:0:\nnamed:x:5:\n")
    for name in ("file", "replaced"):
        (etc / name).write_text("of a package\n")
    (etc / "absolute").symlink_to("/outside")
    (etc / "relative").symlink_to("../../outside")
    (etc / "victim").symlink_to("/outside/victim")
    (etc / "enabled").symlink_to("/outside/victim")
    for name in ("unowned", "victim", "fine"):
        (include / name).write_text(name)
    (include / "replaced").symlink_to("/outside/victim")
    for script in ("overlay.sh", "post-install.sh"):
        shutil.copy(scripts / script, home)
    lines = [SEPARATOR.join(entry) for entry in OVERLAY]
    (home / "job" / "overlay").write_text("".join(f"{line}\n" for line in lines))
    (home / "job" / "include").write_text("/include\n")
    (home / "job" / "disabled").write_text("".join(f"{path}\n" for path in DISABLED))
    before = tree(outside)
    volumes = {"/root-tree": root, "/outside": outside, "/include": include.parent}
    done = subprocess.run(
        [
            *("podman", "run", "--rm", "--network=none", *engine.arguments),
            *(f"--volume={folder}:{place}" for place, folder in volumes.items()),
            *(f"--volume={home}:/voidgen:ro", engine.image),
            *("bash", "/voidgen/overlay.sh", "/root-tree"),
        ],
        env={**os.environ, **engine.env}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.splitlines() == [f"voidgen: overlay: {fault}" for fault in FAULTS]
    assert done.stdout.splitlines() == [
        "voidgen: overlay: /etc/victim: replaces a file of a package",
        "voidgen: overlay: /etc/replaced: replaces a file of a package",
    ]
    assert tree(outside) == before
    assert not (etc / "enabled").is_symlink()
    assert (etc / "victim").read_text() == "victim"
    assert stat.S_IMODE((etc / "victim").lstat().st_mode) == 0o600
    assert (etc / "replaced").readlink() == Path("/outside/victim")
    assert stat.S_IMODE((etc / "fine").stat().st_mode) == 0o4755
    assert stat.S_IMODE((etc / "made").stat().st_mode) == 0o2770
    if os.getuid() == 0:
        assert ((etc / "fine").stat().st_uid, (etc / "fine").stat().st_gid) == (7, 8)
        assert ((etc / "made").stat().st_uid, (etc / "made").stat().st_gid) == (0, 5)


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*")}
