"""The content of an ISO, read with other programs than voidgen."""

import hashlib
import json
import os
import re
import shutil
import stat
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve, frozen
from cyclonedx.schema import SchemaVersion
from tests.iso import project
from tests.iso.making import Made, settle
from tests.iso.packages import DATE, LATER
from tests.iso.podman import Podman
from tests.iso.running import others
from tests.iso.store import altered
from tests.locks.project import clone
from tests.support.program import Ran, voidgen

from voidgen.image import built, freshness, of_iso
from voidgen.image.built_image import BuiltFrom
from voidgen.iso import initramfs, loader
from voidgen.nix import flakes
from voidgen.progress import NoProgress
from voidgen.system import compressed

SQUASHFS = "iso/LiveOS/squashfs.img"
FOUND = f"root=live:CDLABEL={project.LABEL}"
LIVE = "live.user=live live.shell=/usr/bin/tool"
"""Kernel parameters of every entry."""


@frozen
class Image:
    """An unpacked ISO: its project, the run that made it, and its root tree by path."""

    project: Path
    ran: Ran
    iso: Path
    tree: dict[str, tuple[str, str, int]]
    """Mode as ls(1) writes it, owner, and time of change."""
    root: Path

    @property
    def manifest(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.iso.with_suffix(".manifest.json")).read_bytes())
        return found


def said(*words: str | Path) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def unpack(iso: Path, folder: Path) -> Path:
    """Unpack the ISO's files into ``folder``."""
    said("xorriso", "-osirrox", "on", "-indev", iso, "-extract", "/", folder)
    return folder


@pytest.fixture(scope="module")
def image(made: Made, tmp_path_factory: pytest.TempPathFactory) -> Image:
    folder = tmp_path_factory.mktemp("image")
    copy = clone(made.project, folder / "project")
    with pytest.MonkeyPatch.context() as patch:
        settle(patch, made.env)
        flakes.build(str(copy), "default", NoProgress())
        with altered(Path(made.env["NIX_STORE_DIR"])):
            ran = voidgen("iso", cwd=copy)
    assert ran.status == 0, ran.err
    iso = copy / "out" / "tests.iso"
    squashfs = unpack(iso, folder / "iso") / "LiveOS" / "squashfs.img"
    listed = said("unsquashfs", "-lln", "-UTC", "-d", "", squashfs)
    tree = {}
    for line in listed.splitlines():
        match = re.fullmatch(r"(\S{10}) (\d+/\d+) +\S+ (\S+ \S+) (/.*)", line)
        if match:
            path = match[4].partition(" -> ")[0]
            tree[path] = (match[1], match[2], 1 if match[3] == "1970-01-01 00:00" else 0)
    said("unsquashfs", "-no-progress", "-d", folder / "root", squashfs)
    return Image(copy, ran, iso, tree, folder / "root")


def test_overlay_has_modes_and_owners_of_the_manifest(image: Image) -> None:
    expected = {
        "/etc/motd": ("-rw-r--r--", "0/0"),
        "/etc/tests/file": ("-rw-r--r--", "0/0"),
        "/etc/tests/private": ("-rw-------", "81/82"),
        "/etc/tests/declared": ("-rw-r--r--", "999/999"),
        "/etc/tests/a name with spaces, 'quotes' and $(x)": ("-rw-r--r--", "0/0"),
        "/usr/bin/setuid": ("-rwsr-xr-x", "0/0"),
        "/usr/bin/tool": ("-rwxr-xr-x", "0/0"),
        "/var/lib/tests": ("drwxrws---", "81/0"),
        "/etc/tests/link": ("lrwxrwxrwx", "0/0"),
    }
    assert {path: image.tree[path][:2] for path in expected} == expected
    for path, data in project.FILES.items():
        place = path.removeprefix("overlay-src/tests/files/")
        if place != path:
            assert (image.root / place).read_bytes() == str(data).encode()
    assert (image.root / "etc/tests/link").readlink() == Path("/no where/at all")
    profile = (image.root / "opt/tools").readlink()
    assert (image.root / profile.relative_to("/") / "greet").exists()
    declared = "lamp:x:999:999:lamp unprivileged user:/var/empty:/sbin/nologin"
    assert declared in (image.root / "etc/passwd").read_text().splitlines()


def test_files_of_packages_keep_modes_and_owners(image: Image) -> None:
    assert image.tree["/tmp"][:2] == ("drwxrwxrwt", "0/0")
    assert image.tree["/etc"][:2] == ("drwxr-xr-x", "0/0")
    assert image.tree["/var/lib/service"][:2] == ("drwxr-x---", "81/81")
    assert image.tree["/var/mail"][:2] == ("drwxrwsrwt", "0/0")
    assert image.tree["/usr/bin/su"][:2] == ("-rwsr-xr-x", "0/0")
    assert image.tree["/usr/bin/expiry"][:2] == ("-rwxr-sr-x", "0/0")
    assert image.tree["/usr/bin/both"][:2] == ("-rws--s--x", "0/0")
    assert image.tree["/usr/bin/wall"][:2] == ("-rwxr-sr-x", "0/5")
    assert image.tree["/usr/lib/helper"][:2] == ("-rwsr-x---", "0/82")
    assert image.tree["/usr/lib/moved"][:2] == ("-rwsr-x---", "0/82")
    assert (image.root / "bin").readlink() == Path("usr/bin")
    assert (image.root / "usr/bin/htop").read_text() == "#!/bin/sh\necho no htop\n"
    # They contain nothing from the machine or the container.
    for name in ("dev", "proc", "sys"):
        assert list((image.root / name).iterdir()) == []


def test_removed_files_are_not_there(image: Image) -> None:
    below = {path.partition("/removed/")[2] for path in image.tree if "/removed/" in path}
    assert below == {"deep", "deep/er", "kept"}
    # A link leads out of the root tree, where the builder has files.
    assert "remove-files: /etc/elsewhere/** matches nothing in the image\n" in image.ran.err
    assert image.ran.err.count("remove-files: ") == 1
    bill = json.loads(image.iso.with_suffix(".cdx.json").read_bytes())
    found = bill["metadata"]["component"]["properties"]
    assert [one["value"] for one in found] == image.manifest["plan"]["image"]["remove-files"]


def test_store_paths_have_nixs_modes_owners_and_times(image: Image, made: Made) -> None:
    store = Path(made.env["NIX_STORE_DIR"])
    paths = [Path(entry["path"]) for entry in image.manifest["nix"]["closure"]["paths"]]
    assert {path.name for path in (image.root / str(store)[1:]).iterdir()} == {
        path.name for path in paths
    }
    assert any("greet" in path.name for path in paths)
    for top in paths:
        for path in [top, *top.rglob("*")]:
            mode, owner, time = image.tree[str(path)]
            kept = stat.S_IFMT(path.lstat().st_mode) | path.lstat().st_mode & 0o111
            assert mode == stat.filemode(kept | (0o777 if path.is_symlink() else 0o444))
            assert owner == "0/0"
            assert time == 1
            there = image.root / str(path)[1:]
            if path.is_symlink():
                assert there.readlink() == path.readlink()
            elif path.is_file():
                assert there.read_bytes() == path.read_bytes()


def test_the_packages_flake_has_the_hash_in_the_profiles_url(image: Image) -> None:
    flake = "/etc/voidgen/packages"
    found = {path: kind for path, kind in image.tree.items() if path.startswith(flake)}
    assert {f"{flake}/flake.nix", f"{flake}/flake.lock"} <= {*found}
    # Its times are part of its identity, too.
    assert {(mode, *rest) for mode, *rest in found.values()} <= {
        ("drwxr-xr-x", "0/0", 1), ("-rw-r--r--", "0/0", 1), ("-rwxr-xr-x", "0/0", 1),
    }  # fmt: skip
    command = ("nix", "--extra-experimental-features", "nix-command", "hash", "path")
    hash_ = said(*command, image.root / flake[1:]).strip()
    (profile,) = (
        image.root / entry["path"][1:]
        for entry in image.manifest["nix"]["closure"]["paths"]
        if entry["path"].endswith("-profile")
    )
    manifest = json.loads((profile / "manifest.json").read_bytes())
    # The store contains the package set once.
    assert f"{manifest['package-set']}/2026.10/default.nix" in image.tree
    assert manifest["package-set"] in (image.root / flake[1:] / "flake.lock").read_text()
    elements = manifest["elements"]
    escaped = hash_.replace("+", "%2B").replace("=", "%3D")
    assert {element["url"] for element in elements} == {
        f"path:{flake}?lastModified=1&narHash={escaped}"
    }


def test_the_store_belongs_to_the_build_users_group(image: Image, made: Made) -> None:
    assert image.tree[made.env["NIX_STORE_DIR"]][:2] == ("drwxrwxr-t", "0/30000")


def test_the_registration_has_every_store_path(image: Image) -> None:
    assert image.tree["/nix/registration"][:2] == ("-r--r--r--", "0/0")
    lines = (image.root / "nix" / "registration").read_text().splitlines()
    assert {one["path"] for one in image.manifest["nix"]["closure"]["paths"]} <= {*lines}


def test_the_iso_has_kernel_initramfs_and_boot_loaders(image: Image, tmp_path: Path) -> None:
    files = {str(path.relative_to(image.root.parent / "iso")) for path in
             (image.root.parent / "iso").rglob("*")}  # fmt: skip
    assert {"boot/vmlinuz", "boot/initrd", "boot/isolinux/isolinux.bin", "LiveOS/squashfs.img"} <= (
        files
    )
    assert not [name for name in files if "rootfs" in name or "ext3" in name]
    efi = image.root.parent / "iso" / "boot" / "grub" / "efiboot.img"
    listed = said("mdir", "-b", "-/", "-i", efi, "::/EFI")
    assert {"::/EFI/BOOT/BOOTIA32.EFI", "::/EFI/BOOT/BOOTX64.EFI"} <= {*listed.split()}
    file = tmp_path / "loader"
    said("mcopy", "-n", "-i", efi, "::/EFI/BOOT/BOOTX64.EFI", file)
    memdisk = loader.memdisk(file.read_bytes()) or {}
    assert {"boot/grub/grub.cfg", "boot/grub/x86_64-efi/normal.mod"} <= {*memdisk}
    assert {*memdisk.values()} == {loader.STABLE}
    report = said("xorriso", "-indev", image.iso, "-report_el_torito", "plain")
    assert "BIOS" in report
    assert "UEFI" in report


def test_mklive_gets_the_projects_options(image: Image) -> None:
    isolinux = image.root.parent / "iso" / "boot" / "isolinux" / "isolinux.cfg"
    parameters = (
        f"APPEND {FOUND} vconsole.keymap=ch-fr_nodeadkeys locale.LANG=de_CH.UTF-8 {LIVE} quiet"
    )
    assert isolinux.read_text() == (
        "TIMEOUT 50\nONTIMEOUT linux\n\n"
        f"LABEL linux\nMENU DEFAULT\nMENU LABEL Tests\n{parameters}\n\n"
        f"LABEL debug\nMENU LABEL Debug\n{parameters} rd.debug\n"
    )
    squashfs = image.root.parent / "iso" / "LiveOS" / "squashfs.img"
    assert "Compression gzip\n\tcompression-level 1\n" in said("unsquashfs", "-stat", squashfs)
    assert "Block size 1048576\n" in said("unsquashfs", "-stat", squashfs)
    initrd = image.root.parent / "iso" / "boot" / "initrd"
    assert initrd.read_bytes()[:2] == b"\x1f\x8b"


def test_the_iso_has_the_projects_label(image: Image) -> None:
    words = ("/sbin/blkid", "-p", "-o", "value", "-s", "LABEL", image.iso)
    assert said(*words) == f"{project.LABEL}\n"


def test_the_root_tree_has_the_projects_shells_and_groups(image: Image) -> None:
    users = (image.root / "etc/passwd").read_text().splitlines()
    assert "root:x:0:0::/root:/usr/bin/sh" in users
    assert (image.root / "etc/shells").read_text() == "/usr/bin/sh\n/usr/bin/tool\n"
    assert image.tree["/etc/shells"][:2] == ("-rw-r--r--", "0/0")
    part = image.root / "etc/runit/live-setup.d/11-groups"
    assert "\nset -- _tests lamp\n" in part.read_text()
    assert image.tree["/etc/runit/live-setup.d/11-groups"][0] == "-rwxr-xr-x"


def test_the_projects_script_has_run_in_the_root_tree(image: Image) -> None:
    assert image.tree["/etc/tests/finished"][:2] == ("-rw-r-----", "0/0")
    assert image.tree["/etc/tests/finished"][2] == image.tree["/etc/motd"][2]
    said = (image.root / "etc/tests/finished").read_text()
    assert re.fullmatch(r"user 0, home /root, date \d{10}\ninterfaces: lo \n", said)
    assert "/tmp/post-install" not in image.tree
    log = (image.project / f"out/{image.iso.stem}.log").read_text()
    assert "\npost-install: line 3: test -e /etc/tests/file\n" in log
    assert "\npost-install: it may try what fails\n" in log


def test_grub_has_the_projects_entries(image: Image) -> None:
    boot = image.root.parent / "iso" / "boot"
    menu = (boot / "grub/grub_void.cfg").read_text()
    assert menu.startswith("default=linux\ntimeout=5\n")
    for title, line in (
        ("Tests", f"linux (${{voidlive}})/boot/vmlinuz {FOUND} {LIVE} quiet\n"),
        ("Debug", f"linux (${{voidlive}})/boot/vmlinuz {FOUND} {LIVE} quiet rd.debug\n"),
        ("A shell of UEFI", "chainloader (${voidlive})/boot/extra/boot-shell-efi.efi\n"),
    ):
        assert re.search(rf'menuentry "{title}" --id "[a-z]+" +\{{\n    {re.escape(line)}', menu)
    assert (boot / "extra/boot-shell-efi.efi").read_bytes() == b"MZ, but nothing more"


def test_initramfs_has_mklive_s_hooks_and_no_device_nodes(image: Image) -> None:
    with (image.root.parent / "iso" / "boot" / "initrd").open("rb") as stream:
        found = initramfs.entries(stream, compressed.decompress)
    hooks = {path.partition("/hooks/")[2] for path in found if "/hooks/" in path}
    assert {"pre-pivot/01-adduser.sh", "pre-mount/01-install.sh"} <= hooks
    assert {stat.S_IFMT(one.mode) for one in found.values()} == {stat.S_IFDIR, stat.S_IFREG}


def test_files_of_packages_keep_their_times(image: Image) -> None:
    """Even a time after this machine's present."""
    listed = said("unsquashfs", "-lln", "-UTC", "-d", "", image.root.parent / SQUASHFS)
    for path, date in (("/usr/share/later", LATER), ("/usr/bin/busybox", DATE)):
        day = datetime.fromtimestamp(date, UTC).date()
        assert re.search(rf" {day} 00:00 {re.escape(path)}$", listed, re.MULTILINE)


def test_extended_attributes_of_the_store_are_not_in_the_image(image: Image) -> None:
    told = said("unsquashfs", "-stat", image.root.parent / SQUASHFS)
    assert re.search(r"Number of xattr ids 0$", told, re.MULTILINE)


def test_the_sums_match(image: Image) -> None:
    files = [image.iso.with_suffix(f".{kind}") for kind in ("iso", "cdx.json", "manifest.json")]
    sums = [f"{hashlib.sha256(one.read_bytes()).hexdigest()}  {one.name}\n" for one in files]
    assert image.iso.with_suffix(".iso.sha256").read_text() == "".join(sums)
    done = subprocess.run(
        ["sha256sum", "--check", "tests.iso.sha256"], cwd=image.iso.parent,
        capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0


def test_the_manifest_lists_everything(image: Image) -> None:
    found = image.manifest
    assert (found["kind"], found["version"]) == ("voidgen-iso", 3)
    assert found["iso"]["name"] == "tests.iso"
    assert found["iso"]["size"] == image.iso.stat().st_size
    assert found["container"] == "flake"
    assert {one["name"] for one in found["nix"]["packages"]} == {
        *("greet", "notebook^out,man", "deskTools.clock")
    }
    assert "base-system-1.0_1" in {one["pkgver"] for one in found["xbps"]}
    assert found["plan"]["image"]["title"] == "Tests"


def test_the_bill_of_materials_is_valid_and_complete(image: Image) -> None:
    from cyclonedx.validation.json import JsonStrictValidator  # noqa: PLC0415 - takes seconds

    text = image.iso.with_suffix(".cdx.json").read_text()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    bill = json.loads(text)
    refs = {one["bom-ref"] for one in bill["components"]}
    found = image.manifest
    assert {one["path"] for one in found["nix"]["closure"]["paths"]} <= refs
    assert {f"{one['pkgver']}.{one['arch']}.xbps" for one in found["xbps"]} <= refs
    assert len(bill["components"]) == len(refs)
    purls = {one["purl"] for one in bill["components"]}
    assert f"pkg:xbps/void/htop@1.0_1?arch={project.ARCH}" in purls
    needs = {one["ref"]: set(one.get("dependsOn", ())) for one in bill["dependencies"]}
    for one in found["nix"]["closure"]["paths"]:
        assert needs[one["path"]] == {*one["references"]} - {one["path"]}


def test_progress_shows_stages_and_times(image: Image) -> None:
    stages = re.findall(r"^  \[(\d+)/12\] .*  \(\d+ s\)$", image.ran.err, re.MULTILINE)
    assert [int(stage) for stage in stages] == list(range(1, 13))
    assert "\x1b" not in image.ran.err
    assert "\nspace: about " in image.ran.err
    assert re.fullmatch(r".*/out/tests\.iso  [\d.]+ MiB  \(\d+ s\)\n", image.ran.out)


def test_files_of_packages_that_the_overlay_replaces_are_reported(image: Image) -> None:
    assert "overlay: /etc/motd: replaces a file of a package\n" in image.ran.err


def test_only_the_results_are_left(image: Image, engine: Podman) -> None:
    out = image.project / "out"
    names = {path.name for path in out.iterdir()}
    kinds = ("iso", "iso.sha256", "manifest.json", "provenance.json", "cdx.json", "log")
    assert names == {*(f"tests.{kind}" for kind in kinds), ".roots", ".work"}
    work = sorted(path.name for path in (out / ".work").iterdir())
    assert work == ["home", "out", "tests.inputs.json"]
    assert list((out / ".work" / "out").iterdir()) == []
    assert all((out / f"tests.{kind}").stat().st_mode & 0o777 == 0o644 for kind in kinds)
    assert engine.left(image.project) == []
    # Everything belongs to the user who runs the tests, with a rootless engine, too.
    assert others(image.project, os.getuid(), os.getgid()) == []
    # Roots keep the image's store paths.
    assert all(link.resolve().exists() for link in (out / ".roots").iterdir())


def test_the_container_has_no_network(image: Image) -> None:
    assert "networks: lo \n" in image.iso.with_suffix(".log").read_text()


def test_command_in_the_log_can_be_run_by_hand(
    image: Image, made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(monkeypatch, made.env)
    first = image.iso.with_suffix(".log").read_text().partition("\n")[0]
    assert first.startswith("$ podman run ")
    came = image.project / "out" / ".work" / "out"
    done = subprocess.run(first[2:], shell=True, capture_output=True, check=False)  # noqa: S602
    try:
        assert done.returncode == 0, done.stdout
        assert (came / "image.iso").stat().st_size > 0
    finally:
        shutil.rmtree(came)
        came.mkdir()


def test_iso_and_closure_are_what_the_project_describes(
    image: Image, made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert freshness.doubt_of_iso(image.project, of_iso.snapshot(image.iso), image.iso) is None
    settle(monkeypatch, made.env)
    default = image.iso.parent / ".roots/default"
    found = built.read(default)
    assert freshness.doubt_in(image.project, found, default, NoProgress()) is None
    assert found.built_from
    assert [*found.built_from.inputs] == ["mklive"]
    other = evolve(found, built_from=BuiltFrom(freshness.code(), {"mklive": "sha256-x"}))
    doubt = freshness.doubt_in(image.project, other, default, NoProgress())
    assert doubt
    assert doubt.what == "older than flake.lock"


def test_diff_reads_the_iso(image: Image, made: Made, tmp_path: Path) -> None:
    def diff(*words: str | Path) -> Ran:
        with pytest.MonkeyPatch.context() as patch:
            settle(patch, made.env)
            return voidgen("--quiet", "diff", *map(str, words), cwd=image.project)

    ran = diff("--exit-code", image.iso, ".")
    assert (ran.status, ran.err) == (0, ""), ran
    assert ran.out.endswith("nothing differs\n")
    (image.project / "overlay-src/tests/files/etc/tests/file").write_text("another\n")
    try:
        ran = diff("--format", "json", image.iso, ".")
    finally:
        (image.project / "overlay-src/tests/files/etc/tests/file").write_text(
            str(project.FILES["overlay-src/tests/files/etc/tests/file"])
        )
    (path,) = json.loads(ran.out)["overlay"]
    assert path["path"] == "/etc/tests/file"
    assert path["lines"][-2:] == ["-a file of the tests", "+another"]
    # Without the ISO, the manifest has no content of files and no inputs.
    beside = image.iso.with_suffix(".manifest.json")
    assert json.loads(diff("--format", "json", beside, image.iso).out)["closure"] == []
    cut = tmp_path / "cut.iso"
    for size in (0, 40 << 10, 100 << 10, image.iso.stat().st_size // 2):
        cut.write_bytes(image.iso.read_bytes()[:size])
        ran = diff(cut, image.iso)
        assert ran.status == 2 or size > 100 << 10
        assert "internal error" not in ran.err
