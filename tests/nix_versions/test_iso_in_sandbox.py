"""The ISO that Nix makes in its sandbox, with voidgen and without: the same bytes as podman's."""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.integration.offline import SYSTEM, Nix
from tests.iso import conftest as iso
from tests.iso import making
from tests.iso.podman import Podman
from tests.iso.project import change, commit
from tests.iso.running import failed, is_made, well
from tests.iso.test_check_iso import COMPARISON, CONDITIONS, check
from tests.iso.test_interrupted import QUIET, SLOW, running
from tests.locks.project import clone
from tests.locks.project import well as run
from tests.nix_versions import sandboxed
from tests.nix_versions.sandboxed import Sandboxed, digests, name_engine, with_lines

from voidgen.check import conditions
from voidgen.container import engine as engines
from voidgen.iso.nix_sandbox import ANEW, NO_LOG
from voidgen.lock import epoch

pytestmark = [
    pytest.mark.nix_versions,
    pytest.mark.skipif(os.getuid() != 0, reason="Nix builds with uid-range only as root"),
]

engine = iso.engine


@pytest.fixture(scope="module")
def made(
    engine: Podman, newest: Nix, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Sandboxed]:
    """The project, made once. At the end, its container is removed from podman's storage."""
    one = sandboxed.make(tmp_path_factory.mktemp("sandbox"), engine, newest)
    yield one
    subprocess.run(
        ["podman", "rmi", one.made.container],
        env={**os.environ, **engine.env}, capture_output=True, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def by_podman(made: Sandboxed, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The hashes of the ISO and the files beside it, as podman makes them."""
    folder = clone(made.made.project, tmp_path_factory.mktemp("podman") / "project")
    with pytest.MonkeyPatch.context() as patch:
        making.settle(patch, made.made.env)
        well(folder)
    assert "podman run" in (folder / "out" / "tests.log").read_text().splitlines()[0]
    return digests(folder / "out")


@pytest.fixture
def folder(made: Sandboxed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    making.settle(monkeypatch, made.made.env)
    return clone(made.made.project, tmp_path / "project")


@pytest.fixture
def nix(folder: Path) -> Nix:
    """Nix, where there is no voidgen."""
    assert folder
    places = os.environ["PATH"].split(":")
    kept = [one for one in places if not shutil.which("voidgen", path=one)]
    return Nix({**os.environ, "PATH": ":".join(kept)})


@pytest.fixture
def without_engines(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine that has neither podman nor docker."""
    monkeypatch.setattr(engines, "installed", lambda _: "")


def replace(file: Path, pattern: str, new: str) -> None:
    """Replace the one place in ``file`` that matches ``pattern``."""
    text, count = re.subn(pattern, new, file.read_text())
    assert count == 1
    file.write_text(text)


@contextmanager
def limited(folder: Path) -> Iterator[Path]:
    """Give a folder below ``folder`` in which there is little space."""
    place = folder / "small"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m,mode=0755", "tmpfs", place], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", place], check=True)
        place.rmdir()


# With voidgen.


@pytest.mark.usefixtures("without_engines")
def test_podman_and_nix_make_the_same_files(folder: Path, by_podman: dict[str, str]) -> None:
    well(folder)
    log = (folder / "out" / "tests.log").read_text()
    assert log.splitlines()[0].startswith("$ nix-store --realise ")
    assert re.search(r"^\[12/12\] ", log, re.MULTILINE)
    assert is_made(folder)
    assert digests(folder / "out") == by_podman
    # The store keeps no second copy longer than until the next garbage collection.
    assert not [*(folder / "out" / ".work").glob("iso*")]


@pytest.mark.usefixtures("without_engines")
def test_an_iso_that_the_store_has_is_built_again_only_if_asked(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    well(folder)
    other = clone(folder, tmp_path / "other")
    well(other)
    log = (other / "out" / "tests.log").read_text()
    assert "building '" not in log
    assert "successfully." in log
    assert digests(other / "out") == digests(folder / "out")
    # As for an ISO that another machine built.
    monkeypatch.setenv("NIX_LOG_DIR", str(tmp_path / "no-logs"))
    fetched = clone(folder, tmp_path / "fetched")
    well(fetched)
    assert NO_LOG in (fetched / "out" / "tests.log").read_bytes()
    assert digests(fetched / "out") == digests(folder / "out")
    # Another build, with setuid bits instead of the library that keeps them.
    config = with_lines(os.environ["NIX_CONFIG"], "filter-syscalls = false")
    monkeypatch.setenv("NIX_CONFIG", config)
    monkeypatch.setenv(ANEW, "1")
    anew = clone(folder, tmp_path / "anew")
    well(anew)
    assert "building '" in (anew / "out" / "tests.log").read_text()
    assert digests(anew / "out") == digests(folder / "out")


@pytest.mark.usefixtures("without_engines")
def test_the_caller_s_source_date(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(epoch.VARIABLE, "1600000000")
    well(folder)
    with (folder / "out" / "tests.iso").open("rb") as iso:
        # The volume's date (ECMA-119, 8.4.26).
        iso.seek(16 * 2048 + 813)
        assert iso.read(14) == b"20200913122640"


def test_check_iso_builds_twice(folder: Path) -> None:
    name_engine(folder)
    rows = check(folder)
    found = rows.pop(COMPARISON)
    assert (found["state"], found["about"][:7]) == ("passed", "sha256-")
    skipped = [name for name, one in rows.items() if one["state"] == "skipped"]
    assert skipped == [one.name for one in conditions.IN_SANDBOX]
    assert tuple(rows) == CONDITIONS


def test_a_failure_names_its_line_and_keeps_the_log(folder: Path) -> None:
    name_engine(folder)
    # The package set has no compiler.
    change(folder, "  tinycc = ", "  other = ", "packages/tests/container.nix")
    said = failed(folder)
    assert said.startswith("voidgen: nix-store: failed")
    assert "refuses setuid bits" in said
    assert "filter-syscalls = false" in said
    assert "refuses setuid bits" in (folder / "out" / "tests.log").read_text()
    assert not is_made(folder)


def test_a_builder_without_the_feature_is_named(
    folder: Path, nix: Nix, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = with_lines(os.environ["NIX_CONFIG"], "system-features = benchmark")
    said = nix.fail("nix", "build", "--rebuild", f"{folder}#iso", NIX_CONFIG=config)
    assert re.search(r"tests-iso\.drv.*uid-range", said, re.DOTALL)
    change(folder, QUIET, 'cmdline = ["quiet", "splash"]')
    name_engine(folder)
    monkeypatch.setenv("NIX_CONFIG", config)
    said = failed(folder)
    assert "uid-range" in said
    assert "`voidgen doctor` says what to set" in said
    assert not is_made(folder)


def test_an_interrupt_leaves_nothing(folder: Path, made: Sandboxed) -> None:
    name_engine(folder)
    change(folder, QUIET, SLOW)
    with running(folder) as run:
        assert [*made.builds.iterdir()]
        run.process.send_signal(signal.SIGINT)
        status, said = run.end()
    assert status == 130
    assert "voidgen: interrupted while running mklive\n" in said
    assert not is_made(folder)
    assert not (folder / "out" / ".work" / "running").exists()
    assert not [*made.builds.iterdir()]
    assert str(made.builds) not in Path("/proc/self/mounts").read_text()


# Without voidgen.


def test_nix_alone_makes_the_same_files(folder: Path, nix: Nix, by_podman: dict[str, str]) -> None:
    built = nix.build(folder, "iso")
    assert digests(built) == by_podman
    assert {one.name for one in built.iterdir()} == {f"tests.{kind}" for kind in by_podman}
    assert not (built.stat().st_mode & 0o222)
    # The ISO has copies of store paths, and needs none of them.
    assert len(nix.info(built)) == 1
    nix.run("nix", "build", "--rebuild", "--no-link", f"{folder}#iso")


def test_a_cache_has_the_iso(
    folder: Path, nix: Nix, by_podman: dict[str, str], tmp_path: Path
) -> None:
    cache = f"file://{tmp_path}/cache"
    built = nix.build(folder, "iso")
    nix.run("nix", "copy", "--to", cache, built)
    other = tmp_path / "other"
    words = ("--substituters", cache, "--no-require-sigs", "--max-jobs", "0", "--no-link")
    nix.run("nix", "build", "--store", other, *words, f"{folder}#iso")
    assert digests(other / "nix/store" / built.name) == by_podman


def test_push_copies_the_iso_that_nix_has_built(folder: Path, nix: Nix, tmp_path: Path) -> None:
    built = nix.build(folder, "iso")
    (tmp_path / "key").write_text(nix.run("nix", "key", "generate-secret", "--key-name", "tests-1"))
    run(folder, "push", f"file://{tmp_path}/cache", "--key", str(tmp_path / "key"))
    info = (tmp_path / f"cache/{built.name[:32]}.narinfo").read_text()
    assert "\nSig: tests-1:" in info


def test_nix_accepts_the_flake_with_and_without_a_lock(folder: Path, nix: Nix) -> None:
    for _ in range(2):
        nix.run("nix", "flake", "check", folder)
        nix.run("nix", "flake", "show", folder)
        (folder / "voidgen.lock").unlink(missing_ok=True)
        commit(folder)
    assert "Run `voidgen lock`" in nix.fail("nix", "build", f"{folder}#iso")


def test_a_lock_of_another_project_is_refused(folder: Path, nix: Nix) -> None:
    replace(folder / "voidgen.lock", '"packages": \\[\n *"htop"', '"packages": [\n "top"')
    said = nix.fail("nix", "build", f"{folder}#iso")
    assert "voidgen.lock has the packages of another image" in said


def test_a_project_without_mklive_says_so(folder: Path, nix: Nix) -> None:
    replace(folder / "voidgen.toml", r"\[mklive\]\n(?:.+\n)+(?=\[)", "")
    run(folder, "generate")
    said = nix.fail("nix", "build", f"{folder}#iso")
    assert "voidgen.toml has no [mklive]" in said


def test_other_bytes_of_a_package_are_named(folder: Path, nix: Nix) -> None:
    # Nix has the locked file, so the lock gets another hash instead.
    replace(
        folder / "voidgen.lock",
        r'("pkgver": "htop-1.0_1".*"hash": "sha256-)....',
        r"\g<1>AAAA",
    )
    found = re.search(r'"repositories": \[\s*"(.*)"', (folder / "voidgen.lock").read_text())
    assert found
    config = with_lines(os.environ["NIX_CONFIG"], f"extra-sandbox-paths = {found[1]}")
    said = nix.fail("nix", "build", f"{folder}#iso", NIX_CONFIG=config)
    assert re.search(r"hash mismatch .*htop-1\.0_1\.\w+\.xbps", said)


def test_an_iso_that_differs_from_the_plan_fails(folder: Path, nix: Nix) -> None:
    change(folder, QUIET, 'cmdline = ["stand-in=no-BOOTX64"]')
    said = nix.fail("nix", "build", f"{folder}#iso")
    assert "voidgen: mklive succeeded, but the ISO differs from the plan" in said
    assert "BOOTX64.EFI" in said


def test_a_full_build_folder_is_named(folder: Path, nix: Nix, made: Sandboxed) -> None:
    again = f"{folder}#packages.{SYSTEM}.iso.again"
    salted = 'again: (again { salt = "full"; }).drvPath'
    derivation = nix.run("nix", "eval", "--raw", again, "--apply", salted)
    with limited(made.builds) as place:
        config = with_lines(os.environ["NIX_CONFIG"], f"build-dir = {place}")
        said = nix.fail("nix-store", "--realise", derivation, NIX_CONFIG=config)
    assert "voidgen: Nix's build-dir or its store is full" in said
