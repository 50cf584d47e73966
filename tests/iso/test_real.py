"""An ISO of the unmodified mklive and XBPS and real packages: lock, build, inspect."""

import json
import os
import platform
import re
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest
from tests.integration.offline import PACKAGES, ROOT
from tests.iso import podman
from tests.iso.conditions import others
from tests.iso.making import settle
from tests.iso.podman import NoContainersError, Podman
from tests.iso.project import commit
from tests.iso.running import is_made, well
from tests.iso.store import altered
from tests.locks import project as locks
from tests.locks.project import repository
from tests.locks.void import MKLIVE, PROGRAMS
from tests.support.png import png
from tests.support.program import voidgen
from tests.support.stand_in import StandIns

REPOSITORY = "VOIDGEN_XBPS_REPOSITORY"

TOML = """
[image]
name = "tests"
keymap = "ch-fr_nodeadkeys"
cmdline = ["console=ttyS0,115200"]
remove-files = ["/etc/iss[t-v]e", "/usr/share/**/*.pod"]
[nix]
nixpkgs = "./packages/2026.10"
packages = ["greet", "notebook^out,man"]
[xbps]
repositories = [{repository}]
kernel = "{kernel}"
[overlay]
modules = ["netboot", "tests"]
[boot]
timeout = 3
default = "debug"
serial = true
splash = "boot/splash.png"
colours = {{ selected = "blue" }}
[boot.entries.debug]
title = "Find faults"
cmdline = ["voidgen.tests"]
[boot.entries.ipxe]
title = "Boot from the network"
bios = "boot/ipxe.lkrn"
efi = "boot/ipxe.efi"
[mklive]
source = {mklive}
squashfs = {{ compression = "gzip", level = 1 }}
initramfs = "gzip"
[container]
image = "{image}"
"""
NETBOOT = "/etc/dracut.conf.d/voidgen-netboot.conf"
FILES: dict[str, str | bytes] = {
    "overlay-src/tests/module.toml": 'summary = "A file"\n[files."/etc/tests/private"]\n'
    'mode = "0600"\n'
    '[[checks]]\nname = "the default entry"\ncommand = "cat /proc/cmdline"\n'
    "matches = '\\bvoidgen\\.tests$'\n",
    "overlay-src/tests/files/etc/tests/private": "private\n",
    "overlay-src/tests/files/etc/motd": "of the overlay\n",
    # The built-in module without its package, which only Void's own repository has. base-system of
    # the repository for tests has curl.
    "overlay-src/netboot/module.toml": 'summary = "livenet"\n',
    f"overlay-src/netboot/files{NETBOOT}": (
        ROOT / f"overlay-src/netboot/files{NETBOOT}"
    ).read_text(),
    "boot/splash.png": png(),
    "boot/ipxe.lkrn": "a program for BIOS",
    "boot/ipxe.efi": "a program for UEFI",
}

pytestmark = pytest.mark.mklive


def libraries(programs: Path) -> dict[str, Path]:
    """Return the libraries that the container's image lacks, by their path in it."""
    with tarfile.open(podman.BASE) as tar:
        there = {name.rpartition("/")[2] for name in tar.getnames()}
    found = {}
    for program in programs.glob("xbps-*"):
        said = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
        for name, file in re.findall(r"(\S+) => (/\S+)", said):
            if name not in there:
                found[f"usr/lib/{name}"] = Path(file)
    return found


def series(folder: Path) -> str:
    """Return the newest kernel of the repository in ``folder``, as a series like linux6.12."""
    names = {file.name.partition("-")[0] for file in folder.glob("linux[0-9]*.xbps")}
    return max(names, key=lambda name: [int(one) for one in name.removeprefix("linux").split(".")])


@pytest.fixture
def engine() -> Podman:
    programs = Path(os.environ[PROGRAMS])
    files = {f"usr/bin/{file.name}": file for file in programs.glob("xbps-*")}
    try:
        folder = ROOT / ".venv" / "container" / str(os.getuid())
        return podman.find(folder, {**files, **libraries(programs)})
    except NoContainersError as error:
        pytest.skip(str(error))


def test_the_real_mklive_makes_an_iso(
    engine: Podman, nix_env: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    skopeo = StandIns(tmp_path / "skopeo")
    skopeo.add("skopeo", (0, engine.image.partition("@")[2], ""))
    path = f"{skopeo.folder}:{os.environ[PROGRAMS]}:{nix_env['PATH']}"
    settle(monkeypatch, {**nix_env, **engine.env, "PATH": path})
    folder = tmp_path / "project"
    shutil.copytree(PACKAGES, folder / "packages", ignore=shutil.ignore_patterns("busybox"))
    shutil.copy(shutil.which("busybox") or "busybox", folder / "packages" / "busybox")
    text = TOML.format(
        image=engine.image,
        mklive=json.dumps(f"git+file://{Path(os.environ[MKLIVE]).absolute()}"),
        repository=json.dumps(os.environ[REPOSITORY]),
        kernel=series(Path(os.environ[REPOSITORY])),
    )
    repository(folder, {"voidgen.toml": text, ".gitignore": "/out/\n", **FILES})
    locks.well(folder, "lock")
    locks.well(folder, "generate")
    commit(folder)
    well(folder, "--netboot")
    assert is_made(folder)
    look(folder, tmp_path / "iso")
    # A clone with other conditions and another store gives the same bytes.
    other = tmp_path / "other" / "place"
    locks.git(tmp_path, "clone", "--quiet", str(folder), str(other))
    with altered(Path(nix_env["NIX_STORE_DIR"])), others():
        said_ = well(other)
    assert re.search(r"^  \[\d+/\d+\] Generating initramfs image", said_, re.MULTILINE)
    assert (other / "out/tests.iso").read_bytes() == (folder / "out/tests.iso").read_bytes()
    boot(folder)
    boot(folder, "--netboot")


def boot(folder: Path, *more: str) -> None:
    """Boot with Debian's dracut and the stages of Void's runit; takes minutes without KVM."""
    words = ("--test", "--json", "--memory", "2048", *more)
    ran = voidgen("boot", *words, cwd=folder)
    assert ran.status == 0, ran.out + ran.err
    found = {one["name"]: one["state"] for one in json.loads(ran.out)["checks"]}
    names = ("boot", "login of live", "kernel command line", "tests: the default entry")
    assert found == dict.fromkeys(names, "passed")


def look(folder: Path, unpacked: Path) -> None:
    """Inspect the ISO with other programs than voidgen."""
    iso = folder / "out" / "tests.iso"
    said("xorriso", "-osirrox", "on", "-indev", iso, "-extract", "/", unpacked)
    squashfs = unpacked / "LiveOS" / "squashfs.img"
    listed = said("unsquashfs", "-lln", "-d", "", squashfs)
    assert re.search(r"^-rw------- 0/0 .* /etc/tests/private$", listed, re.MULTILINE)
    assert said("unsquashfs", "-cat", squashfs, "etc/motd") == "of the overlay\n"
    manifest = json.loads((folder / "out" / "tests.manifest.json").read_bytes())
    for one in manifest["nix"]["closure"]["paths"]:
        assert re.search(rf"^d\S+ 0/0 .* {re.escape(one['path'])}$", listed, re.MULTILINE)
    assert not re.search(r" /(etc/issue|usr/share/.*\.pod)$", listed, re.MULTILINE)
    ignored = said("unsquashfs", "-cat", squashfs, "etc/xbps.d/mklive-ignore.conf")
    assert ignored == "ignorepkg=linux\n"
    # dracut (dmsquash-live) expects a root tree, and no image in it.
    assert " /proc\n" in listed
    assert "ext3fs" not in listed
    assert {path.name for path in (unpacked / "LiveOS").iterdir()} == {"squashfs.img"}
    efi = unpacked / "boot" / "grub" / "efiboot.img"
    loaders = said("mdir", "-b", "-/", "-i", efi, "::/EFI").split()
    if platform.machine() == "x86_64":
        assert {"::/EFI/BOOT/BOOTIA32.EFI", "::/EFI/BOOT/BOOTX64.EFI"} <= {*loaders}
    look_at_menus(unpacked / "boot")
    netboot = folder / "out" / "tests-netboot"
    for path in ("boot/vmlinuz", "boot/initrd", "LiveOS/squashfs.img"):
        assert (netboot / Path(path).name).read_bytes() == (unpacked / path).read_bytes()
    # The archive of the initramfs.
    assert (unpacked / "boot" / "initrd").read_bytes()[:2] == b"\x1f\x8b"


def look_at_menus(place: Path) -> None:
    isolinux = (place / "isolinux" / "isolinux.cfg").read_text()
    assert {"TIMEOUT 30", "ONTIMEOUT debug", "SERIAL 0 115200"} <= {*isolinux.splitlines()}
    assert re.search(r"^LABEL debug\n.*\n.*\n.*\nAPPEND .* voidgen\.tests$", isolinux, re.MULTILINE)
    grub = (place / "grub" / "grub_void.cfg").read_text()
    assert {"timeout=3", "default=debug"} <= {*grub.splitlines()}
    assert re.search(
        r'^menuentry "Find faults" --id "debug" \{\n(.*\n)+?.* voidgen\.tests$', grub, re.MULTILINE
    )
    assert (place / "isolinux" / "splash.png").read_bytes() == FILES["boot/splash.png"]
    extra = {file.name: file.read_text() for file in (place / "extra").iterdir()}
    assert extra == {
        "boot-ipxe-bios.lkrn": FILES["boot/ipxe.lkrn"],
        "boot-ipxe-efi.efi": FILES["boot/ipxe.efi"],
    }


def said(*words: str | Path) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
