"""If a repository is broken, voidgen prints one message and leaves the locks unchanged."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from attrs import frozen
from tests.locks import site as sites
from tests.locks.project import clone, commit, edit, locks, project, refused, toml, well
from tests.locks.site import VOID, Origin, Site
from tests.locks.void import Package
from tests.support.http_faults import Answer, closed_port, hangs_up, resets, status, truncates

INDEX = "x86_64-repodata"
FILE = "jq-1.7.1_1.x86_64.xbps"


@frozen
class Fault:
    """How a site is broken, and what the message must contain after the URL."""

    make: Callable[[Site], None]
    said: tuple[str, ...]
    file: str = ""


def without(site: Site, name: str) -> None:
    site.change(name, None)


def other(site: Site, name: str, change: Callable[[bytes], bytes]) -> None:
    site.change(name, change(site.body(name)))


def answers(site: Site, name: str, answer: Answer) -> None:
    site.answer(name, *[answer] * 20)


def flip(site: Site, name: str) -> None:
    site.flip(name)


NO_INDEX = ("is not an index of an XBPS repository",)
FAULTS = {
    "signature altered": Fault(
        partial(flip, name=f"{FILE}.sig2"),
        ("XBPS refuses packages of", "jq-1.7.1_1: the RSA signature is not valid!", "[xbps] keys"),
    ),
    "signature cut": Fault(
        partial(other, name=f"{FILE}.sig2", change=lambda data: data[:100]),
        ("XBPS refuses packages of", "jq-1.7.1_1"),
    ),
    "signature missing": Fault(partial(without, name=f"{FILE}.sig2"), ("404",), f"{FILE}.sig2"),
    "package altered": Fault(partial(flip, name=FILE), ("wrong hash: expected sha256-",), FILE),
    "package cut": Fault(
        partial(other, name=FILE, change=lambda data: data[:-1]), ("wrong ", "expected"), FILE
    ),
    "package longer": Fault(
        partial(other, name=FILE, change=lambda data: data + b"\0"), ("wrong hash",), FILE
    ),
    "package missing": Fault(
        partial(without, name=FILE), ("HTTP error 404", "`voidgen update xbps`"), FILE
    ),
    "package forbidden": Fault(partial(answers, name=FILE, answer=status(403)), ("403",), FILE),
    "package not just now": Fault(partial(answers, name=FILE, answer=status(503)), ("503",), FILE),
    "package breaks off": Fault(
        partial(answers, name=FILE, answer=truncates(9)),
        ("partial file", "check the network"),
        FILE,
    ),
    "server hangs up": Fault(
        partial(answers, name=FILE, answer=hangs_up), ("check the network",), FILE
    ),
    "index missing": Fault(partial(without, name=INDEX), ("has packages for x86_64",)),
    "index empty": Fault(partial(other, name=INDEX, change=lambda _: b""), NO_INDEX),
    "index garbage": Fault(partial(other, name=INDEX, change=lambda _: b"<html>" * 99), NO_INDEX),
    "index cut": Fault(partial(other, name=INDEX, change=lambda data: data[:-200]), NO_INDEX),
    "index altered": Fault(partial(flip, name=INDEX), ()),
    "index not just now": Fault(partial(answers, name=INDEX, answer=status(500)), ("500",), INDEX),
    "index breaks off": Fault(partial(answers, name=INDEX, answer=resets(99)), (INDEX,), INDEX),
}

OFTEN = (
    *("signature altered", "package altered", "package cut", "package missing"),
    *("server hangs up", "index missing", "index garbage", "index altered"),
)
"""What `make test` tries of them; the others differ little from one of these."""


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=() if name in OFTEN else pytest.mark.slow) for name in FAULTS],
)
def test_broken_repository_leaves_the_locks(
    name: str, locked: Path, site: Site, tmp_path: Path
) -> None:
    folder = clone(locked, tmp_path / "project")
    FAULTS[name].make(site)
    said = refused(folder, "update", "xbps")
    for text in FAULTS[name].said:
        assert text in said
    if FAULTS[name].file:
        assert f"{site.url}/{FAULTS[name].file}" in said


@pytest.mark.parametrize("name", ["package altered", "package missing", "index garbage"])
def test_broken_repository_leaves_no_lock(
    name: str, origin: Origin, site: Site, tmp_path: Path
) -> None:
    folder = project(tmp_path / "project", toml(origin.mklive, [site.url]))
    FAULTS[name].make(site)
    refused(folder, "lock")
    assert not (folder / "flake.lock").exists()
    assert not (folder / "voidgen.lock").exists()


@pytest.mark.parametrize(
    ("kind", "said"), [("none", "is not signed"), ("other", "a key that is not trusted")]
)
def test_signer_must_be_trusted(
    kind: str, said: str, locked: Path, site: Site, tmp_path: Path
) -> None:
    folder = clone(locked, tmp_path / "project")
    origin = site.origin
    key = origin.other if kind == "other" else None
    site.publish(sites.make(origin.void, tmp_path / "made", VOID, key))
    assert f"{site.url}: is " in (message := refused(folder, "update", "xbps"))
    assert said in message


def test_a_wrong_signature_is_fetched_again_by_the_next_run(
    locked: Path, site: Site, tmp_path: Path
) -> None:
    folder = clone(locked, tmp_path / "project")
    site.flip(f"{FILE}.sig2")
    refused(folder, "update", "xbps")
    site.publish(site.origin.packages)
    well(folder, "update", "xbps")
    assert locks(folder) == locks(locked)


def test_an_unreachable_repository_is_named(origin: Origin, tmp_path: Path) -> None:
    server = f"127.0.0.1:{closed_port()}"
    folder = project(tmp_path / "project", toml(origin.mklive, [f"http://{server}/current"]))
    said = refused(folder, "lock")
    first, *more = said.splitlines()
    assert first == f"voidgen: cannot reach {server}: is there a network?"
    assert len(more) == 1


def test_interrupted_downloads_are_repeated(locked: Path, site: Site, tmp_path: Path) -> None:
    folder = clone(locked, tmp_path / "project")
    site.answer(INDEX, truncates(99))
    site.answer(FILE, status(503), resets(9), hangs_up)
    site.answer(f"{FILE}.sig2", truncates(9), status(502))
    well(folder, "update", "xbps")
    assert locks(folder) == locks(locked)
    assert (site.times(INDEX), site.times(FILE), site.times(f"{FILE}.sig2")) == (2, 4, 3)


XBPS = "[xbps] packages"
UNRESOLVED = {
    "no such package": (
        (),
        "nope",
        "nope: no repository has it; asked for by [xbps] packages",
        "correct each name in the place that asks for it",
    ),
    "dependency": (
        (Package("half", depends=("nope>=1",)),),
        "half",
        "MISSING: nope>=1",
        "try again later",
    ),
    "library": (
        (Package("half", libraries=("libnope.so.1",)),),
        "half",
        "unresolvable shlib `libnope.so.1'",
        "try again later",
    ),
    "conflict": (
        (Package("rival", conflicts=("jq>=0",)),),
        "rival",
        "CONFLICT: rival-1.0_1 with jq-1.7.1_1",
        "remove one of the two",
    ),
}


@pytest.mark.parametrize("name", UNRESOLVED)
def test_unresolvable_packages_show_xbpss_reason(
    name: str, locked: Path, site: Site, tmp_path: Path
) -> None:
    added, asked, said, remedy = UNRESOLVED[name]
    folder = clone(locked, tmp_path / "project")
    origin = site.origin
    made = sites.make(origin.void, tmp_path / "made", sites.rolled(*added), origin.key)
    site.publish(made)
    edit(folder, '"htop"', f'"{asked}"')
    message = refused(folder, "update", "xbps")
    assert "XBPS cannot resolve the packages of rootfs\n" in message
    assert said in message
    assert remedy in message


MODULE = 'summary = "Of the tests."\n[packages]\nxbps = ["zhs", "htop"]\n'
LOST = ("squashfs-tools", "memtest86+", "base-system", "linux")
ALL_AT_ONCE = (
    "base-system: no repository has it; asked for by mklive, as the base of the live system",
    "linux: no repository has it; asked for by mklive, for the live system",
    "memtest86+: no repository has it; asked for by mklive, for the boot loaders",
    "nope: no repository has it; asked for by [xbps] packages",
    "squashfs-tools: no repository has it; asked for by mklive, for its own tools",
    "zhs: no repository has it; asked for by [xbps] packages and module tests; did you mean 'zsh'?",
    "MISSING: lost>=1 (half needs it, asked for by [xbps] packages)",
    "MISSING: gone>=2 (deep needs it, deep comes with whole, asked for by [xbps] packages)",
)


def test_all_missing_packages_are_reported_with_who_needs_them(
    locked: Path, site: Site, tmp_path: Path
) -> None:
    folder = clone(locked, tmp_path / "project")
    origin = site.origin
    added = (
        Package("half", depends=("lost>=1",)),
        Package("whole", depends=("deep>=0",)),
        Package("deep", depends=("gone>=2",)),
    )
    kept = [one for one in VOID if one.name not in LOST]
    made = sites.make(
        origin.void, tmp_path / "made", sites.rolled(*added, packages=kept), origin.key
    )
    site.publish(made)
    commit(folder, {"overlay-src/tests/module.toml": MODULE})
    edit(folder, '"htop"', '"nope", "zhs", "half", "whole"')
    with (folder / "voidgen.toml").open("a") as file:
        file.write('[overlay]\nmodules = ["tests"]\n')
    message = refused(folder, "update", "xbps")
    assert message.startswith("voidgen: XBPS cannot resolve the packages of ")
    told = [line.removeprefix("  | ") for line in message.splitlines() if "  | " in line]
    assert told == list(ALL_AT_ONCE)
    assert "correct each name in the place that asks for it" in message


def test_all_conflicts_and_missing_libraries_are_reported(
    locked: Path, site: Site, tmp_path: Path
) -> None:
    folder = clone(locked, tmp_path / "project")
    origin = site.origin
    added = (
        Package("rival", conflicts=("jq>=0", "htop>=0")),
        Package("half", libraries=("liba.so.1", "libb.so.1")),
    )
    made = sites.make(origin.void, tmp_path / "made", sites.rolled(*added), origin.key)
    site.publish(made)
    edit(folder, '"htop"', '"htop", "rival"')
    message = refused(folder, "update", "xbps")
    for name, who in (("jq-1.7.1_1", "mklive, for the live system"), ("htop-3.3.0_1", XBPS)):
        line = f"CONFLICT: rival-1.0_1 with {name} in transaction"
        told = next(one for one in message.splitlines() if line in one)
        assert f"(rival-1.0_1: asked for by {XBPS}; {name}: asked for by {who})" in told
    edit(folder, '"rival"', '"half"')
    message = refused(folder, "update", "xbps")
    for name in ("liba", "libb"):
        line = f"half-1.0_1: broken, unresolvable shlib `{name}.so.1' (asked for by {XBPS})"
        assert f"  | {line}\n" in message
