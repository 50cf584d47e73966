"""XBPS: its keys, repositories and programs."""

import errno
from pathlib import Path

import pytest
from attrs import evolve
from tests.support.lock import IMAGE, PRINT, digest, lock, package
from tests.support.overlay import by
from tests.support.stand_in import StandIns

from voidgen.errors import raise_all
from voidgen.lock import root_packages
from voidgen.nix.caches import NO_CACHES
from voidgen.progress import NoProgress
from voidgen.xbps import (
    file_lists,
    keys,
    programs,
    repodata,
    resolve,
    snapshot,
    store,
    transactions,
    unresolved,
)
from voidgen.xbps.keys import Trusted
from voidgen.xbps.programs import Resolved
from voidgen.xbps.repodata import Listed, Repodata
from voidgen.xbps.snapshot import Index
from voidgen.xbps.transactions import Transaction
from voidgen.xbps.types import Repository, Request

URL = "https://repo.example.org/current"
OTHER = "https://mirror.example.org/current"


def _index(url: str = URL, key: bytes = b"", *listed: Listed) -> Index:
    packages = {one.pkgver.rpartition("-")[0]: one for one in listed}
    return Index(url, "x86_64", Path("/x"), digest("x"), Repodata(packages, key))


def not_a_package(folder: Path, _: pytest.MonkeyPatch) -> None:
    file = folder / "acl-2.3.2_1.x86_64.xbps"
    file.write_bytes(b"no archive")
    file_lists.read(file)


def no_key(folder: Path, _: pytest.MonkeyPatch) -> None:
    file = folder / f"{PRINT}.plist"
    file.write_text("<plist/>")
    keys.read([file])


def key_unreadable(folder: Path, _: pytest.MonkeyPatch) -> None:
    keys.read([folder / f"{PRINT}.plist"])


def not_signed(_: Path, __: pytest.MonkeyPatch) -> None:
    keys.signer(_index(), [])


def signed_by_a_stranger(_: Path, __: pytest.MonkeyPatch) -> None:
    keys.signer(_index(key=b"other"), [Trusted(PRINT, b"", b"mine")])


def not_here(folder: Path, patch: pytest.MonkeyPatch) -> None:
    patch.setenv("PATH", str(folder))
    programs.on_path()


def _transaction(folder: Path) -> Transaction:
    return Transaction("void-host", "x86_64", folder, ("htpo",))


def _xbps(folder: Path, status: int, out: str, err: str) -> Path:
    stand_ins = StandIns(folder / "programs")
    stand_ins.add("xbps-install", (status, out, err))
    return stand_ins.folder


def not_resolved(folder: Path, _: pytest.MonkeyPatch) -> None:
    here = _xbps(folder, 2, "", "Package 'htpo' not found in repository pool.\n")
    image = Transaction("rootfs", "x86_64", folder, ("htpo",))
    run = programs.dry_run(here, image, [URL])
    listed = Listed("htop-3_1", "x86_64", digest("x"), 1, 1)
    unresolved.check([(image, run)], {"htpo": by("module tests")}, [_index(URL, b"", listed)])


def library_missing(folder: Path, _: pytest.MonkeyPatch) -> None:
    said = (
        "half-1_1: broken, unresolvable shlib `liba.so.1'\n"
        "ERROR: Transaction aborted due to unresolved shlibs.\n"
    )
    here = _xbps(folder, errno.ENOEXEC, "", said)
    run = programs.dry_run(here, _transaction(folder), [URL])
    listed = (
        Listed("htpo-3_1", "x86_64", digest("x"), 1, 1, (), ("half>=0",)),
        Listed("half-1_1", "x86_64", digest("y"), 1, 1),
    )
    indexes = [_index(URL, b"", one) for one in listed]
    unresolved.check([(_transaction(folder), run)], {}, indexes)


def not_understood(folder: Path, _: pytest.MonkeyPatch) -> None:
    programs.dry_run(_xbps(folder, 0, "htop?\n", ""), _transaction(folder), [URL])


def nothing_resolved(folder: Path, _: pytest.MonkeyPatch) -> None:
    programs.dry_run(_xbps(folder, 0, "", ""), _transaction(folder), [URL])


def not_verified(folder: Path, _: pytest.MonkeyPatch) -> None:
    here = _xbps(folder, 1, "", "htop-3_1: the RSA signature is not valid!\n")
    programs.verify(here, _transaction(folder), [URL], folder)


def no_index(folder: Path, _: pytest.MonkeyPatch) -> None:
    (folder / "x86_64-repodata").write_text("<html>")
    repodata.read(folder / "x86_64-repodata")


def index_unreadable(folder: Path, _: pytest.MonkeyPatch) -> None:
    repodata.read(folder / "x86_64-repodata")


def not_listed(_: Path, __: pytest.MonkeyPatch) -> None:
    resolve.look_up({"void-host": [Resolved("htop-3_1", "x86_64", URL)]}, [_index()])


def from_two_repositories(_: Path, __: pytest.MonkeyPatch) -> None:
    found = [Resolved("htop-3_1", "x86_64", url) for url in (URL, OTHER)]
    listed = [Listed("htop-3_1", "x86_64", digest(url), 1, 1) for url in (URL, OTHER)]
    indexes = [_index(URL, b"", listed[0]), _index(OTHER, b"", listed[1])]
    resolve.look_up({"void-host": found}, indexes)


def nothing_for_an_architecture(folder: Path, _: pytest.MonkeyPatch) -> None:
    snapshot.fetch_current([str(folder)], ["x86_64-musl"], NoProgress())


def nothing_for_the_images_architecture(_: Path, __: pytest.MonkeyPatch) -> None:
    snapshot.check_used((_index(),), [URL, f"{OTHER}/aarch64"], ["x86_64-musl", "x86_64"])


def not_a_repository(_: Path, __: pytest.MonkeyPatch) -> None:
    snapshot.check_used((_index(),), [URL, "/srv/packages"], ["x86_64", "x86_64"])


def index_gone(folder: Path, _: pytest.MonkeyPatch) -> None:
    one = Repository(str(folder), "x86_64", digest("x"), None)
    snapshot.fetch_locked([one], [str(folder)], NoProgress())


def another_package(_: Path, patch: pytest.MonkeyPatch) -> None:
    locked = lock([package("htop-3_1")], IMAGE).xbps
    assert locked
    patch.setattr(repodata, "read", lambda _: Repodata({}, b""))
    store._check(locked, "x86_64", Path("/x"))  # noqa: SLF001


def mklive_ends_early(folder: Path, _: pytest.MonkeyPatch) -> None:
    mklive = folder / "mklive"
    mklive.mkdir()
    (mklive / "mklive.sh").write_text("echo 'mklive.sh: no root' >&2\nexit 1\n")
    request = Request("x86_64", digest("mklive"), (), (URL,))
    transactions.follow(mklive, evolve(request), folder, folder, folder / "work")


def not_in_the_root_tree(folder: Path, _: pytest.MonkeyPatch) -> None:
    """A kernel, a base, an ignored package, and a platform that nothing has."""
    (folder / "platforms").mkdir()
    for name in ("pinebookpro", "x13s"):
        (folder / "platforms" / f"{name}.sh").touch()
    listed = [
        Listed(f"{name}-1_1", "x86_64", digest(name), 1, 1)
        for name in ("linux", "linux6.6", "linux6.12", "base-container-full", "wifi-firmware")
    ]
    sources = resolve.Sources(folder, folder, (), (_index(URL, b"", *listed),), (), NO_CACHES, {})
    asked = Request(
        "x86_64", digest("mklive"), (), (URL,),
        "linux6.9", "base-container-ful", ("wifi-firmwares",), ("x13",),
    )  # fmt: skip
    raise_all(root_packages.faults(asked, sources, folder / "voidgen.toml"))
