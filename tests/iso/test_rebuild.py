"""`voidgen verify --rebuild` builds an ISO again, from the commit in its provenance."""

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import frozen
from tests.iso import packages, project
from tests.iso.making import Made, settle
from tests.iso.podman import Podman
from tests.iso.project import commit
from tests.iso.running import well
from tests.iso.test_interrupted import QUIET, SLOW
from tests.locks.project import git
from tests.locks.project import well as voidgen_well
from tests.stand_in import xbps
from tests.support.http_faults import serving
from tests.support.program import voidgen

from voidgen.release.rebuild import NAME


@frozen
class Released:
    """A public repository, and a project cloned from it with an ISO in out/."""

    origin: Path
    project: Path
    keys: Path

    @property
    def url(self) -> str:
        return f"file://{self.origin}"


def archive(folder: Path) -> bytes:
    """Return an archive of mklive, like a forge's."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as tar:
        for file in sorted(folder.rglob("*")):
            if ".git" not in file.parts and file.is_file():
                info = tar.gettarinfo(file, f"mklive/{file.relative_to(folder)}")
                info.mtime = 1_700_000_000
                tar.addfile(info, io.BytesIO(file.read_bytes()))
    return stream.getvalue()


@pytest.fixture(scope="module")
def released(made: Made, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Released]:
    """A release that uses no file of this machine: mklive and packages come over HTTP."""
    top = tmp_path_factory.mktemp("released")
    for name in ("maker", "rebuilder", "other"):
        argv = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(top / name)]
        subprocess.run(argv, check=True)
    packed = packages.repository(top / "packages", project.ARCH)
    xbps.sign(packed, project.ARCH, "tests")
    with serving() as server, pytest.MonkeyPatch.context() as patch:
        settle(patch, made.env)
        for file in packed.iterdir():
            server.bodies[f"/current/{file.name}"] = file.read_bytes()
        server.bodies["/mklive.tar.gz"] = archive(made.project.with_name("mklive"))
        origin = shutil.copytree(made.project, top / "origin", symlinks=True)
        toml = origin / "voidgen.toml"
        text = toml.read_text()
        for old, new in (
            (f"git+file://{made.project.with_name('mklive')}?ref=main",
             server.url("/mklive.tar.gz")),
            (str(made.project.with_name("repository")), server.url("/current")),
        ):  # fmt: skip
            assert old in text
            text = text.replace(old, new)
        toml.write_text(text)
        for name in ("flake.lock", "voidgen.lock"):
            (origin / name).unlink()
        voidgen_well(origin, "lock")
        voidgen_well(origin, "generate")
        commit(origin)
        clone = top / "clone"
        git(top, "clone", "--quiet", f"file://{origin}", str(clone))
        well(clone, "--sign", str(top / "maker"))
        yield Released(origin, clone, top)


@pytest.fixture
def out(released: Released, made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The released files, in someone else's folder."""
    settle(monkeypatch, made.env)
    place = tmp_path / "downloaded"
    place.mkdir()
    for file in (released.project / "out").glob("tests.*"):
        shutil.copy(file, place / file.name)
    return place


Rows = dict[str, tuple[str, str, str]]


def verified(out: Path, *words: str, status: int = 0) -> Rows:
    before = sorted(path.name for path in out.iterdir())
    ran = voidgen("verify", "tests.iso", "--json", *words, cwd=out)
    assert ran.status == status, ran.out + ran.err
    left = {path.name for path in out.iterdir()} - {*before, "tests.intoto.jsonl"}
    assert left == set()
    checks = json.loads(ran.out)["checks"]
    return {one["name"]: (one["state"], one["about"], one["detail"]) for one in checks}


def head(folder: Path) -> str:
    return git(folder, "rev-parse", "HEAD")


def test_the_provenance_names_repository_and_commit(released: Released, out: Path) -> None:
    said = json.loads((out / "tests.provenance.json").read_bytes())
    assert said["_type"] == "https://in-toto.io/Statement/v1"
    assert said["predicateType"] == "https://slsa.dev/provenance/v1"
    (subject,) = said["subject"]
    sums = (out / "tests.iso.sha256").read_text()
    assert f"{subject['digest']['sha256']}  {subject['name']}\n" in sums
    build = said["predicate"]["buildDefinition"]
    assert build["externalParameters"] == {"source": {"clean": True, "uri": released.url}}
    first, _, *inputs = build["resolvedDependencies"]
    commit_ = head(released.project)
    assert first["uri"] == f"git+{released.url}@{commit_}"
    assert first["digest"] == {"gitCommit": commit_}
    assert [one["name"] for one in inputs] == ["mklive"]
    assert "provenance" not in sums
    assert verified(out)["the source"][:2] == (
        "passed", f"from {released.url}@{commit_}, according to its provenance",
    )  # fmt: skip


@pytest.mark.slow
def test_two_signers_state_the_same_bytes(released: Released, out: Path, tmp_path: Path) -> None:
    source = f"{released.url}@{head(released.project)}"
    keys = released.keys
    found = verified(out, "--rebuild", "--sign", str(keys / "rebuilder"))
    assert found[NAME] == ("passed", source, "")
    assert found["the statement is signed"][:2] == ("passed", "tests.intoto.jsonl")
    named = ["--signer", str(keys / "maker.pub"), "--signer", str(keys / "rebuilder.pub")]
    found = verified(out, *named)
    said = {name: row for name, row in found.items() if name.startswith("statement ")}
    assert [state for state, _, _ in said.values()] == ["passed", "passed"]
    assert all(about.endswith(f"named by --signer: from {source}") for _, about, _ in said.values())
    # A signer who is not named.
    found = verified(out, "--signer", str(keys / "maker.pub"))
    assert [found[f"statement {n}"][0] for n in (1, 2)] == ["passed", "warning"]
    # `cat` joins two bundles; signing again adds no second statement.
    theirs = tmp_path / "theirs"
    shutil.copytree(out, theirs)
    (theirs / "tests.intoto.jsonl").unlink()
    verified(theirs, "--rebuild", "--sign", str(keys / "other"))
    with (out / "tests.intoto.jsonl").open("ab") as stream:
        stream.write((theirs / "tests.intoto.jsonl").read_bytes())
    verified(out, "--rebuild", "--sign", str(keys / "rebuilder"))
    lines = (out / "tests.intoto.jsonl").read_bytes().splitlines()
    assert len(lines) == 3
    assert len({json.loads(one)["signatures"][0]["keyid"] for one in lines}) == 3
    found = verified(out, *named, "--signer", str(keys / "other.pub"))
    assert [found[f"statement {n}"][0] for n in (1, 2, 3)] == ["passed"] * 3


def test_rebuilding_another_commit_shows_where_the_isos_differ(
    released: Released, out: Path, tmp_path: Path
) -> None:
    work = tmp_path / "work"
    git(tmp_path, "clone", "--quiet", released.url, str(work))
    motd = work / "overlay-src/tests/files/etc/motd"
    motd.write_text("of somebody else\n")
    voidgen_well(work, "generate")
    commit(work)
    keys = str(released.keys / "rebuilder")
    source = f"file://{work}@{head(work)}"
    found = verified(out, "--rebuild", "--source", source, "--sign", keys, status=1)
    state, about, detail = found[NAME]
    assert (state, about) == ("failed", f"{source} gives other bytes")
    assert "/etc/motd" in detail
    assert "the statement is signed" not in found
    # Only the maker's statement exists.
    assert len((out / "tests.intoto.jsonl").read_bytes().splitlines()) == 1


def test_an_iso_of_uncommitted_changes_cannot_be_rebuilt(
    released: Released, made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(monkeypatch, made.env)
    work = tmp_path / "work"
    git(tmp_path, "clone", "--quiet", released.url, str(work))
    (work / "notes.txt").write_text("not committed\n")
    well(work)
    found = verified(work / "out", "--rebuild", status=1)
    assert found["the source"][0] == "warning"
    assert found[NAME][0] == "failed"
    assert "cannot be rebuilt" in found[NAME][1]
    iso = (work / "out/tests.iso").read_bytes()
    assert iso == (released.project / "out/tests.iso").read_bytes()
    # After the change is undone, the ISO counts as clean and is not built again.
    (work / "notes.txt").unlink()
    assert "nothing to do" in well(work)
    source = f"{released.url}@{head(work)}"
    about = f"from {source}, according to its provenance"
    assert verified(work / "out")["the source"][:2] == ("passed", about)
    # A change that does not affect the ISO changes nothing.
    (work / "more.txt").write_text("not committed\n")
    assert "nothing to do" in well(work)
    assert verified(work / "out")["the source"][0] == "passed"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text.replace("[container]", '[container]\narguments = ["-v=/:/host"]'),
         "[container] arguments = ['-v=/:/host']"),
        (lambda text: f'{text}[cache]\nstores = ["https://x.invalid"]\n', "[cache] stores = "),
    ],
)  # fmt: skip
def test_a_project_that_would_act_on_this_machine_is_not_built(
    change: object, said: str, released: Released, out: Path, tmp_path: Path
) -> None:
    assert callable(change)
    work = tmp_path / "work"
    git(tmp_path, "clone", "--quiet", released.url, str(work))
    toml = work / "voidgen.toml"
    toml.write_text(change(toml.read_text()))
    commit(work)
    source = f"file://{work}@{head(work)}"
    state, about, detail = verified(out, "--rebuild", "--source", source, status=1)[NAME]
    assert (state, about) == ("failed", "not built, because the project could act on this machine")
    assert said in detail
    assert "read the project" in detail


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("@" + "0" * 40, "cannot be fetched"),
        ("-gone@" + "0" * 40, "cannot be fetched"),
        ("@{head}?dir=nowhere", "not built"),
    ],
)
def test_a_missing_source_cannot_be_rebuilt(
    reference: str, said: str, released: Released, out: Path
) -> None:
    source = released.url + reference.format(head=head(released.project))
    state, about, _ = verified(out, "--rebuild", "--source", source, status=1)[NAME]
    assert state == "failed"
    assert said in about


def test_a_damaged_iso_is_not_built_again(out: Path) -> None:
    with (out / "tests.iso").open("r+b") as stream:
        stream.write(b"x")
    found = verified(out, "--rebuild", status=1)
    assert found[NAME][0] == "skipped"
    assert found["the source"][0] == "failed"
    assert found["statement 1"][0] == "failed"


def test_an_iso_without_provenance_needs_the_source_option(out: Path) -> None:
    (out / "tests.provenance.json").unlink()
    found = verified(out, "--rebuild", status=1)
    assert found["the source"][0] == "skipped"
    assert found[NAME][0] == "failed"
    assert "--source" in found[NAME][2]


@pytest.mark.slow
def test_an_interrupt_leaves_nothing(
    released: Released, out: Path, engine: Podman, tmp_path: Path
) -> None:
    """The interrupt comes while the container runs."""
    work = tmp_path / "work"
    git(tmp_path, "clone", "--quiet", released.url, str(work))
    toml = work / "voidgen.toml"
    toml.write_text(toml.read_text().replace(QUIET, SLOW))
    voidgen_well(work, "generate")
    commit(work)
    source = f"file://{work}@{head(work)}"
    argv = [sys.executable, "-m", "voidgen", "verify", "tests.iso", "--rebuild", "--source", source]
    before = sorted(path.name for path in out.iterdir())
    running = subprocess.Popen(argv, cwd=out, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        until = time.monotonic() + 300
        while str(out) not in engine.run("ps", "--format", "{{.Labels}}"):
            assert time.monotonic() < until
            assert running.poll() is None, running.communicate()
            time.sleep(0.2)
        running.send_signal(signal.SIGTERM)
        assert running.wait(120) == 130, running.communicate()
    finally:
        running.kill()
        running.communicate()
    assert sorted(path.name for path in out.iterdir()) == before
    assert str(out) not in engine.run("ps", "--all", "--format", "{{.Labels}}")
    assert str(os.fspath(out)) not in Path("/proc/self/mountinfo").read_text()


VARIANT = """
[variants.console.image]
name = "tests"
file-name = "{name}-console"
title = "Console"
"""


@pytest.mark.slow
def test_the_iso_of_a_variant_is_built_again(
    released: Released, made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(monkeypatch, made.env)
    origin, work, out = (tmp_path / name for name in ("origin", "work", "downloaded"))
    git(tmp_path, "clone", "--quiet", released.url, str(origin))
    toml = origin / "voidgen.toml"
    toml.write_text(toml.read_text() + VARIANT)
    voidgen_well(origin, "lock")
    voidgen_well(origin, "generate")
    commit(origin)
    git(tmp_path, "clone", "--quiet", f"file://{origin}", str(work))
    well(work, "console")
    out.mkdir()
    for file in (work / "out").glob("tests-console.*"):
        shutil.copy(file, out / file.name)
    ran = voidgen("verify", "tests-console.iso", "--rebuild", cwd=out)
    assert ran.status == 0, ran.out + ran.err
    assert f"ok  {NAME}" in ran.out
