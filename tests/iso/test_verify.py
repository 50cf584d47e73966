"""`voidgen iso --sign`, and `voidgen verify` of a real ISO that was changed afterwards."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.iso.making import Made, settle
from tests.iso.running import well
from tests.locks.project import clone
from tests.support.program import voidgen

from voidgen.container import engine
from voidgen.image import of_iso
from voidgen.provenance import signature
from voidgen.release import squashfs
from voidgen.system import process, sri

NAMES = (
    "sum of tests.iso",
    "sum of tests.cdx.json",
    "sum of tests.manifest.json",
    "signature",
    "the manifest belongs to this ISO",
    "voidgen.json in the ISO agrees with the manifest",
    "the bill of materials agrees with the manifest",
    "the root tree agrees with the manifest",
    "the source",
    "statement 1",
)
TREE = "the root tree agrees with the manifest"


@pytest.fixture(scope="module")
def released(made: Made, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a signed ISO, its files, and keys."""
    top = tmp_path_factory.mktemp("released")
    for name in ("mine", "other"):
        argv = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(top / name)]
        subprocess.run(argv, check=True)
    folder = clone(made.project, top / "project")
    with pytest.MonkeyPatch.context() as patch:
        settle(patch, made.env)
        assert "signing tests.iso.sha256 ..." in well(folder, "--sign", str(top / "mine"))
        # The ISO is current, and is signed all the same.
        sign = folder / "out/tests.iso.sha256.sig"
        sign.unlink()
        told = json.loads(voidgen("iso", "--json", "--sign", str(top / "mine"), cwd=folder).out)
        assert (told["reused"], told["signature"]) == (True, str(sign))
    for file in (folder / "out").glob("tests.*"):
        shutil.copy(file, top / file.name)
    return top


@pytest.fixture
def folder(released: Path, tmp_path: Path) -> Path:
    place = tmp_path / "released"
    place.mkdir()
    for file in released.iterdir():
        if file.is_file():
            shutil.copy(file, place / file.name)
    return place


def verified(folder: Path, *words: str, status: int = 0) -> dict[str, tuple[str, str]]:
    ran = voidgen("verify", "tests.iso", "--json", *words, cwd=folder)
    assert ran.status == status, ran.out + ran.err
    return {one["name"]: (one["state"], one["about"]) for one in json.loads(ran.out)["checks"]}


def wrong(found: dict[str, tuple[str, str]]) -> dict[str, str]:
    """Return the checks that did not pass, except those that test_rebuild.py covers."""
    states = {name: state for name, (state, _) in found.items() if state != "passed"}
    return {name: state for name, state in states.items() if name not in NAMES[-2:]}


def change(folder: Path, how: Callable[[Any], None]) -> None:
    """Change the manifest, and nothing else."""
    file = folder / "tests.manifest.json"
    data = json.loads(file.read_bytes())
    how(data)
    file.write_text(json.dumps(data))


def test_verify_passes_for_an_unchanged_iso(folder: Path) -> None:
    found = verified(folder, "--signer", "mine.pub")
    assert tuple(found) == NAMES
    assert wrong(found) == {}
    assert found["signature"][1].endswith(", named by --signer")
    assert found["the source"] == ("skipped", "the provenance names no URL of a git repository")
    state, about = found["statement 1"]
    assert state == "passed"
    assert ", named by --signer: from commit " in about
    argv = ["sha256sum", "--check", "--strict", "tests.iso.sha256"]
    done = subprocess.run(argv, cwd=folder, check=True, capture_output=True, text=True)
    assert done.stdout.count(": OK\n") == 3


def test_verify_without_signers_gives_a_warning(folder: Path) -> None:
    assert wrong(verified(folder)) == {"signature": "warning"}
    (folder / "tests.iso.sha256.sig").unlink()
    assert wrong(verified(folder)) == {"signature": "warning"}
    assert wrong(verified(folder, "--signer", "mine.pub", status=1)) == {"signature": "failed"}


def test_a_signature_of_another_key_fails(folder: Path) -> None:
    found = verified(folder, "--signer", "other.pub", status=1)
    assert wrong(found) == {"signature": "failed"}
    assert "which --signer does not name" in found["signature"][1]


def test_verify_uses_the_signers_of_a_project(folder: Path) -> None:
    config = '[image]\nname = "tests"\n[release]\nsigners = [{}]\n'
    for name, state, status in (("mine", {}, 0), ("other", {"signature": "failed"}, 1)):
        key = json.dumps((folder / f"{name}.pub").read_text().strip())
        (folder / "voidgen.toml").write_text(config.format(key))
        found = verified(folder, status=status)
        assert wrong(found) == state
        assert str(folder / "voidgen.toml") in found["signature"][1]
    # --signer replaces the project's signers, since the project may have come with the ISO.
    assert wrong(verified(folder, "--signer", "mine.pub")) == {}
    key = json.dumps((folder / "mine.pub").read_text().strip())
    (folder / "voidgen.toml").write_text(config.format(key))
    assert wrong(verified(folder, "--signer", "other.pub", status=1)) == {"signature": "failed"}


def test_a_changed_byte_in_the_iso_is_found(folder: Path) -> None:
    with (folder / "tests.iso").open("r+b") as stream:
        stream.seek(-1, 2)
        last = stream.read(1)
        stream.seek(-1, 2)
        stream.write(bytes([last[0] ^ 1]))
    found = verified(folder, "--signer", "mine.pub", status=1)
    assert wrong(found) == {
        "sum of tests.iso": "failed",
        "the manifest belongs to this ISO": "failed",
    }


def test_a_changed_manifest_is_found(folder: Path) -> None:
    file = folder / "tests.manifest.json"
    data = json.loads(file.read_bytes())
    data["xbps"].pop()
    data["nix"]["closure"]["paths"][-1]["narSize"] += 1
    file.write_text(json.dumps(data))
    found = verified(folder, "--signer", "mine.pub", status=1)
    assert wrong(found) == {
        "sum of tests.manifest.json": "failed",
        "voidgen.json in the ISO agrees with the manifest": "failed",
        "the bill of materials agrees with the manifest": "failed",
    }


def test_a_manifest_with_an_incomplete_closure_is_found(folder: Path) -> None:
    def forget_an_output(data: dict[str, Any]) -> None:
        output = data["nix"]["packages"][0]["outputs"]["out"]
        paths = data["nix"]["closure"]["paths"]
        paths[:] = [one for one in paths if one["path"] != output]

    change(folder, forget_an_output)
    found = verified(folder, "--signer", "mine.pub", status=1)
    assert wrong(found) == {"sum of tests.manifest.json": "failed", "manifest": "failed"}


def test_a_changed_container_in_the_manifest_is_found(folder: Path) -> None:
    change(folder, lambda data: data.update(container="other"))
    found = verified(folder, status=1)["voidgen.json in the ISO agrees with the manifest"]
    assert found == ("failed", "voidgen.json in the ISO and the manifest differ in the container")


def test_a_changed_link_in_the_manifest_is_found(folder: Path) -> None:
    """Also a link into the profile, whose store path the plan does not contain."""
    for start, other in (("@profile@", "@profile@/elsewhere"), ("/", "/else@where")):
        links = [
            one
            for one in json.loads((folder / "tests.manifest.json").read_bytes())["plan"]["include"]
            if one["type"] == "symlink" and one["target"].startswith(start)
        ]

        def turn(data: Any, path: str = links[0]["path"], target: str = other) -> None:
            (one,) = (one for one in data["plan"]["include"] if one["path"] == path)
            one["target"] = target

        before = (folder / "tests.manifest.json").read_bytes()
        change(folder, turn)
        state, about = verified(folder, status=1)["the root tree agrees with the manifest"]
        assert state == "failed"
        assert about.startswith(f"{links[0]['path']} leads to ")
        assert about.endswith(other)
        (folder / "tests.manifest.json").write_bytes(before)


def test_a_file_with_other_content_is_found(folder: Path) -> None:
    """Each file of the overlay is compared with its hash in the plan."""
    include = json.loads((folder / "tests.manifest.json").read_bytes())["plan"]["include"]
    path, hash_ = next((one["path"], one["hash"]) for one in include if "hash" in one)
    other = sri.of_bytes(b"other")

    def turn(data: Any) -> None:
        (one,) = (one for one in data["plan"]["include"] if one["path"] == path)
        one["hash"] = other

    change(folder, turn)
    said = f"{path} has other content: its hash is {hash_}, but should be {other}"
    assert verified(folder, status=1)[TREE] == ("failed", said)


def test_a_changed_bill_of_materials_is_found(folder: Path) -> None:
    file, name = folder / "tests.cdx.json", "the bill of materials agrees with the manifest"
    bill = json.loads(file.read_bytes())
    first = bill["components"].pop()["bom-ref"]
    file.write_text(json.dumps(bill))
    assert verified(folder, status=1)[name] == ("failed", f"{first} is missing")
    bill["metadata"]["component"]["hashes"][0]["content"] = "00" * 32
    file.write_text(json.dumps(bill))
    assert verified(folder, status=1)[name] == ("failed", "it belongs to another ISO")
    for content in ("", "[]", '{"components": [1]}'):
        file.write_text(content)
        assert verified(folder, status=1)[name][0] == "failed"
    file.unlink()
    assert verified(folder, status=1)[name][0] == "failed"


@pytest.mark.parametrize(
    "content", ["", "[]", "[" * 100_000, "{}", '{"version": 1}', '{"iso": [], "version": 1}']
)
def test_a_file_that_is_not_a_manifest_is_found(content: str, folder: Path) -> None:
    (folder / "tests.manifest.json").write_text(content)
    found = verified(folder, status=1)
    assert found["sum of tests.manifest.json"][0] == "failed"


def test_files_without_a_sum_give_a_warning(folder: Path) -> None:
    sums = folder / "tests.iso.sha256"
    first = sums.read_text().splitlines()[0]
    # Older versions of voidgen listed only the ISO.
    sums.write_text(f"{first}\n")
    found = verified(folder, status=1)
    assert wrong(found) == {
        "sum of tests.cdx.json": "warning",
        "sum of tests.manifest.json": "warning",
        "signature": "failed",
    }
    (folder / "tests.iso.sha256.sig").unlink()
    assert wrong(verified(folder)).get("signature") == "warning"
    sums.write_text("no sums\n")
    assert wrong(verified(folder, status=1))["sums"] == "failed"
    sums.unlink()
    assert wrong(verified(folder, status=1))["sums"] == "failed"


def test_a_file_that_is_not_an_iso_is_refused(folder: Path, tmp_path: Path) -> None:
    (folder / "tests.iso").write_bytes(b"\0" * 40000)
    assert verified(folder, status=1)["sum of tests.iso"][0] == "failed"
    (folder / "tests.iso.sha256").unlink()
    ran = voidgen("verify", "tests.iso", cwd=folder)
    assert (ran.status, ran.out) == (2, "")
    assert "is not an ISO" in ran.err
    ran = voidgen("verify", "missing.iso", cwd=tmp_path)
    assert (ran.status, ran.out) == (2, "")
    assert "name a file that exists" in ran.err


def test_an_iso_without_sums_fails(folder: Path) -> None:
    (folder / "tests.iso.sha256").unlink()
    assert wrong(verified(folder, status=1)) == {"sums": "failed", "signature": "failed"}


def test_a_changed_byte_in_the_isos_snapshot_is_found(folder: Path) -> None:
    """The sum is shown first; the snapshot is one of the other rows."""
    file = folder / "tests.iso"
    data = bytearray(file.read_bytes())
    at = data.index(b'"kind"')
    data[at] ^= 1
    file.write_bytes(data)
    found = verified(folder, status=1)
    assert next(iter(found)) == "sum of tests.iso"
    assert wrong(found) == {
        "sum of tests.iso": "failed",
        "signature": "warning",
        "the manifest belongs to this ISO": "failed",
        "voidgen.json in the ISO agrees with the manifest": "failed",
    }


@pytest.mark.parametrize("kind", ["iso.sha256", "iso.sha256.sig", "manifest.json", "cdx.json"])
@pytest.mark.parametrize("how", ["fifo", "folder", "empty", "garbage", "huge", "link"])
def test_verify_shows_every_row_whatever_files_are_next_to_the_iso(
    kind: str, how: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Damage does not end the verification early."""
    file = folder / f"tests.{kind}"
    file.unlink()
    if how == "fifo":
        os.mkfifo(file)
    elif how == "folder":
        file.mkdir()
    elif how == "link":
        file.symlink_to("nowhere")
    else:
        file.write_bytes({"empty": b"", "garbage": b"\xff\0" * 50, "huge": b"x" * 3000}[how])
    if how == "huge":
        monkeypatch.setattr(of_iso, "LARGEST", 2000)
        monkeypatch.setattr(signature, "LARGEST", 2000)
    found = verified(folder, status=1)
    assert "signature" in found
    assert "failed" in {state for state, _ in found.values()}


def test_verify_without_unsquashfs_skips_the_comparison_of_the_tree(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voidgen.release.squashfs.shutil.which", lambda _: None)
    assert wrong(verified(folder, "--signer", "mine.pub")) == {TREE: "skipped"}


def test_a_fifo_is_refused(folder: Path) -> None:
    """Reading it would never end, because nothing writes into it."""
    (folder / "tests.iso").unlink()
    os.mkfifo(folder / "tests.iso")
    for words in (["verify", "tests.iso"], ["diff", "tests.iso", "tests.iso"]):
        ran = voidgen(*words, cwd=folder)
        assert (ran.status, ran.out) == (2, "")
        assert "not a regular file" in ran.err


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("exec sleep 1000", "takes more than 0.5 seconds"),
        ("exec cat /dev/zero", "printed more than"),
        ("kill -9 $$", "cannot be read"),
        ("echo garbage", "is missing"),
    ],
)
def test_a_failing_unsquashfs_fails_only_its_own_row(
    script: str, said: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows before it are shown all the same."""
    program = tmp_path / "bin/unsquashfs"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.setattr(squashfs, "PATIENCE", 0.5 if "sleep" in script else 100)
    monkeypatch.setattr(process, "LARGEST", 1 << 20)
    found = verified(folder, "--signer", "mine.pub", status=1)
    assert wrong(found) == {TREE: "failed"}
    assert said in found[TREE][1]


@pytest.mark.parametrize("kind", ["iso", "cdx.json"])
def test_a_damaged_iso_is_built_again_and_then_signed(
    kind: str, made: Made, released: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(monkeypatch, made.env)
    folder = clone(released / "project", tmp_path / "project", made=True)
    file = folder / f"out/tests.{kind}"
    whole = file.read_bytes()
    with file.open("r+b") as stream:
        stream.write(b"x")
    said = well(folder, "--sign", str(released / "mine"))
    assert f"damaged: tests.{kind} has another hash than tests.iso.sha256 lists" in said
    assert "nothing to do" not in said
    assert file.read_bytes() == whole
    out = folder / "out"
    assert wrong(verified(out, "--signer", str(released / "mine.pub"))) == {}


@pytest.mark.parametrize("content", [None, "no key", ""])
def test_iso_refuses_a_wrong_key_before_it_builds(
    content: str | None, released: Path, tmp_path: Path
) -> None:
    key = tmp_path / "key"
    if content is not None:
        key.write_text(content)
    ran = voidgen("iso", "--sign", str(key), cwd=released / "project")
    assert (ran.status, ran.out) == (2, "")
    assert str(key) in ran.err
    assert "asking" not in ran.err


def test_the_signature_is_the_callers_under_sudo(
    made: Made, released: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(monkeypatch, made.env)
    monkeypatch.setattr(engine, "caller", lambda: (1234, 1235))
    folder = clone(released / "project", tmp_path / "project", made=True)
    well(folder, "--sign", str(released / "mine"))
    status = (folder / "out/tests.iso.sha256.sig").stat()
    assert (status.st_uid, status.st_gid) == (1234, 1235)


def test_a_huge_snapshot_is_not_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(of_iso, "LARGEST", 10)
    assert verified(folder, status=1)["manifest"][1].startswith("tests.manifest.json: larger than")


def test_verify_of_names_that_are_not_utf_8(folder: Path) -> None:
    for file in list(folder.glob("tests.*")):
        file.rename(folder / file.name.replace("tests", "t\udcffs", 1))
    ran = voidgen("verify", "t\udcffs.iso", "--json", cwd=folder)
    assert ran.status == 1
    assert json.loads(ran.out)["good"] is False


def test_another_iso_is_not_signed_by_an_old_signature(
    made: Made, released: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(monkeypatch, made.env)
    folder = clone(released / "project", tmp_path / "project", made=True)
    (folder / "out/tests.manifest.json").unlink()
    well(folder)
    assert not (folder / "out/tests.iso.sha256.sig").exists()
