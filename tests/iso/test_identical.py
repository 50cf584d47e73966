"""Two runs of `voidgen iso` from the same locks give the same bytes."""

import os
import re
import shlex
import subprocess
import time
from datetime import datetime
from pathlib import Path

import pytest
from tests.integration.offline import Nix
from tests.iso.conditions import others
from tests.iso.making import Made
from tests.iso.podman import Podman
from tests.iso.running import failed, well
from tests.iso.store import altered
from tests.locks.project import clone

from voidgen.container.engine import ARGUMENTS

KINDS = ("iso", "cdx.json", "manifest.json")


def build_iso(folder: Path) -> dict[str, bytes]:
    """Build the ISO, which must not exist, and return the bytes of the reproducible files."""
    assert not (folder / "out").exists()
    well(folder)
    assert "Created /out/image.iso" in (folder / "out" / "tests.log").read_text()
    return {kind: (folder / "out" / f"tests.{kind}").read_bytes() for kind in KINDS}


def test_other_conditions_give_the_same_bytes(
    folder: Path, made: Made, engine: Podman, tmp_path: Path
) -> None:
    first = build_iso(folder)
    # Another folder, and a store with other times and attributes and with hard links.
    other = clone(made.project, tmp_path / "elsewhere" / "another")
    store = Path(os.environ["NIX_STORE_DIR"])
    assert not any(map(is_shared, store.glob("*-notebook-*/**/*")))
    Nix(dict(os.environ)).run("nix-store", "--optimise")
    assert any(map(is_shared, store.glob("*-notebook-*/**/*")))
    with altered(store), others():
        words = ("run", "--rm", "--network=none", *shlex.split(os.environ[ARGUMENTS]))
        clock, cores = engine.run(*words, engine.image, "sh", "-c", "date +%s; nproc").split()
        assert int(clock) > time.time() + 399 * 86400
        assert cores == "1"
        second = build_iso(other)
    for kind in KINDS:
        assert first[kind] == second[kind], kind


def is_shared(path: Path) -> bool:
    """Return whether a file has several hard links."""
    return path.is_file() and not path.is_symlink() and path.stat().st_nlink > 1


def test_files_have_the_newest_inputs_time_or_source_date_epoch(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    well(folder)
    # The date of the commit of mklive's stand-in.
    assert times(folder, tmp_path / "one") == {"2026-01-01"}
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1500000000")
    assert "nothing to do" not in well(folder)
    assert times(folder, tmp_path / "two") == {"2017-07-14"}
    for wrong in ("x", "-1", "1", "9" * 5000):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", wrong)
        assert "not a number of seconds since 1970" in failed(folder, status=2)


def times(folder: Path, unpacked: Path) -> set[str]:
    """Return the dates of files that the run made, in the ISO, its squashfs and EFI partition."""
    iso, root = unpacked / "iso", unpacked / "root"
    said("xorriso", "-osirrox", "on", "-indev", folder / "out/tests.iso", "-extract", "/", iso)
    squashfs = iso / "LiveOS/squashfs.img"
    said("unsquashfs", "-no-progress", "-no-xattrs", "-d", root, squashfs)
    listed = said("mdir", "-/", "-i", iso / "boot/grub/efiboot.img", "::/EFI")
    made = [root, root / "etc/motd", root / "etc/shadow", root / "nix", iso / "boot/initrd"]
    (created,) = re.findall("append time (.*)", said("unsquashfs", "-UTC", "-s", squashfs))
    return {
        *(said("date", "--utc", "--reference", file, "+%F").strip() for file in made),
        *re.findall(r"^BOOT\S* +EFI.* (\S+) +\S+ $", listed, re.MULTILINE),
        datetime.strptime(created, "%a %b %d %H:%M:%S %Y").date().isoformat(),  # noqa: DTZ007
    }


def test_the_image_has_no_machine_id_log_or_dracut_configuration(
    folder: Path, tmp_path: Path
) -> None:
    well(folder)
    iso = folder / "out/tests.iso"
    squashfs = tmp_path / "squashfs"
    said("xorriso", "-osirrox", "on", "-indev", iso, "-extract", "/LiveOS/squashfs.img", squashfs)
    listed = said("unsquashfs", "-lln", "-d", "", squashfs)
    assert " /etc/shadow\n" in listed
    assert re.search(r" 0 \S+ \S+ /var/log/made.log$", listed, re.MULTILINE)
    assert "machine-id" not in listed
    assert "dracut.conf.d/voidgen" not in listed


def said(*words: str | Path) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
