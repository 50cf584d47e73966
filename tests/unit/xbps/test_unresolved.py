"""The message about packages that XBPS cannot resolve names who asked for them."""

import errno
from pathlib import Path

import pytest
from tests.support.lock import digest
from tests.support.overlay import by

from voidgen.errors import StepFailedError
from voidgen.xbps import unresolved
from voidgen.xbps.programs import OTHER_XBPS, DryRun, Resolved
from voidgen.xbps.repodata import Listed, Repodata
from voidgen.xbps.snapshot import Index
from voidgen.xbps.transactions import Transaction

URL = "https://repo.example.org/current"
ASKERS = {"desk": by("voidgen.toml", "module desktop"), "tool": by("module tools")}


def index(arch: str, *packages: tuple[str, tuple[str, ...], tuple[str, ...]]) -> Index:
    """Return an index of packages with their dependencies and what they provide."""
    listed = {
        name: Listed(f"{name}-1_1", arch, digest(name), 1, 1, provides, depends)
        for name, depends, provides in packages
    }
    return Index(URL, arch, Path("/x"), digest(arch), Repodata(listed, b""))


INDEXES = (
    index(
        "x86_64-musl",
        ("desk", ("shell>=1.2", "virtual-bus>=0"), ()),
        ("shell", ("deep-2.0_1",), ()),
        ("deep", ("lost<3",), ()),
        ("bus", ("lost<3",), ("virtual-bus",)),
    ),
    index("x86_64", ("glibc-tool", (), ())),
)


def run(root: str, *packages: str, **answer: object) -> tuple[Transaction, DryRun]:
    """Return a transaction for the image's architecture, and XBPS's answer."""
    done = DryRun(**answer)  # type: ignore[arg-type]
    return Transaction(root, "x86_64-musl", Path("/x"), packages), done


def told(*runs: tuple[Transaction, DryRun]) -> StepFailedError:
    with pytest.raises(StepFailedError) as caught:
        unresolved.check(runs, ASKERS, INDEXES)
    return caught.value


def test_resolved_transactions_raise_no_error() -> None:
    found = (Resolved("desk-1_1", "x86_64-musl", URL),)
    unresolved.check([run("rootfs", "desk", found=found), run("void-host")], ASKERS, INDEXES)


def test_missing_packages_of_several_transactions_are_reported() -> None:
    error = told(
        run("rootfs", "glibc-tool", "base-files", absent=("glibc-tool", "base-files")),
        run("void-target", "base-files", absent=("base-files",)),
        run("another", "base-files", absent=("base-files",)),
    )
    assert error.what == "XBPS cannot resolve the packages of rootfs, void-target, another"
    assert error.output.splitlines() == [
        (
            "base-files: no repository has it; asked for by mklive, for the live system and "
            "mklive, for the boot loaders and mklive, for another"
        ),
        (
            "glibc-tool: no repository has it for x86_64-musl, but for x86_64; "
            "asked for by mklive, for the live system"
        ),
    ]


def test_a_missing_dependency_shows_the_packages_that_need_it() -> None:
    said = ("MISSING: lost<3", "ERROR: Transaction aborted due to unresolved dependencies.")
    error = told(run("rootfs", "desk", status=errno.ENODEV, said=said))
    who = "asked for by [xbps] packages and module desktop"
    assert error.output == (
        f"MISSING: lost<3 (bus needs it, bus comes with desk, {who}; "
        f"deep needs it, deep comes with desk, {who})"
    )
    assert "try again later" in error.remedy


def test_faults_of_all_kinds_are_reported_together() -> None:
    conflict = "CONFLICT: desk-1_1 with gone-1_1 in transaction (matched by gone>=0)"
    error = told(
        run("rootfs", "desk", "nope", absent=("nope",), status=errno.EAGAIN, said=(conflict,)),
        run("void-host", "x", status=errno.ENOEXEC, said=("what XBPS says one day",)),
    )
    assert error.output.splitlines() == [
        "nope: no repository has it; asked for by mklive, for the live system",
        f"{conflict} (desk-1_1: asked for by [xbps] packages and module desktop)",
        "what XBPS says one day",
    ]
    for remedy in ("correct each name", "remove one of the two", "try again later"):
        assert remedy in error.remedy


def test_an_unexplained_failure_suggests_another_xbps() -> None:
    error = told(run("rootfs", "desk", status=3))
    assert (error.output, error.remedy) == ("", OTHER_XBPS)
