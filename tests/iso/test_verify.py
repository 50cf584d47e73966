"""`voidgen iso --sign` and `voidgen verify`: an ISO that was made, and what could be done to it."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.iso.making import Made, settle
from tests.iso.running import well
from tests.locks.project import clone
from tests.unit.program import voidgen

from voidgen.iso import embedded

NAMES = (
    "sum of tests.iso",
    "sum of tests.cdx.json",
    "sum of tests.manifest.json",
    "signature",
    "the manifest is of this ISO",
    "the ISO tells the same of itself",
    "the root tree is what the manifest says",
)


@pytest.fixture(scope="module")
def released(made: Made, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all that belongs to a signed ISO, and keys."""
    top = tmp_path_factory.mktemp("released")
    for name in ("mine", "other"):
        argv = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(top / name)]
        subprocess.run(argv, check=True)
    folder = clone(made.project, top / "project")
    with pytest.MonkeyPatch.context() as patch:
        settle(patch, made.env)
        assert "signing tests.iso.sha256 ..." in well(folder, "--sign", str(top / "mine"))
        # Nothing is made again, and it is signed all the same.
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
    return {name: state for name, (state, _) in found.items() if state != "passed"}


def test_all_is_well(folder: Path) -> None:
    found = verified(folder, "--signer", "mine.pub")
    assert tuple(found) == NAMES
    assert wrong(found) == {}
    argv = ["sha256sum", "--check", "--strict", "tests.iso.sha256"]
    done = subprocess.run(argv, cwd=folder, check=True, capture_output=True, text=True)
    assert done.stdout.count(": OK\n") == 3


def test_nobody_is_named(folder: Path) -> None:
    assert wrong(verified(folder)) == {"signature": "warning"}
    (folder / "tests.iso.sha256.sig").unlink()
    assert wrong(verified(folder)) == {"signature": "warning"}
    assert wrong(verified(folder, "--signer", "mine.pub", status=1)) == {"signature": "failed"}


def test_somebody_else_signed(folder: Path) -> None:
    found = verified(folder, "--signer", "other.pub", status=1)
    assert wrong(found) == {"signature": "failed"}
    assert "none of the signers" in found["signature"][1]


def test_a_project_names_its_signers(folder: Path) -> None:
    config = '[image]\nname = "tests"\n[release]\nsigners = [{}]\n'
    for name, state, status in (("mine", {}, 0), ("other", {"signature": "failed"}, 1)):
        key = json.dumps((folder / f"{name}.pub").read_text().strip())
        (folder / "voidgen.toml").write_text(config.format(key))
        assert wrong(verified(folder, status=status)) == state


def test_another_byte(folder: Path) -> None:
    with (folder / "tests.iso").open("r+b") as stream:
        stream.seek(-1, 2)
        last = stream.read(1)
        stream.seek(-1, 2)
        stream.write(bytes([last[0] ^ 1]))
    found = verified(folder, "--signer", "mine.pub", status=1)
    assert wrong(found) == {"sum of tests.iso": "failed", "the manifest is of this ISO": "failed"}


def test_another_manifest(folder: Path) -> None:
    file = folder / "tests.manifest.json"
    data = json.loads(file.read_bytes())
    data["xbps"].pop()
    data["nix"]["closure"]["paths"].pop()
    file.write_text(json.dumps(data))
    found = verified(folder, "--signer", "mine.pub", status=1)
    assert wrong(found) == {
        "sum of tests.manifest.json": "failed",
        "the ISO tells the same of itself": "failed",
        "the root tree is what the manifest says": "failed",
    }


@pytest.mark.parametrize(
    "content", ["", "[]", "[" * 100_000, "{}", '{"version": 1}', '{"iso": [], "version": 1}']
)
def test_no_manifest(content: str, folder: Path) -> None:
    (folder / "tests.manifest.json").write_text(content)
    found = verified(folder, status=1)
    assert found["sum of tests.manifest.json"][0] == "failed"


def test_sums_of_something_else(folder: Path) -> None:
    sums = folder / "tests.iso.sha256"
    first = sums.read_text().splitlines()[0]
    # As an older voidgen wrote them: what is not listed is not vouched for.
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


def test_what_is_no_iso(folder: Path, tmp_path: Path) -> None:
    (folder / "tests.iso").write_bytes(b"\0" * 40000)
    ran = voidgen("verify", "tests.iso", cwd=folder)
    assert (ran.status, ran.out) == (2, "")
    assert "is no whole ISO" in ran.err
    ran = voidgen("verify", "missing.iso", cwd=tmp_path)
    assert (ran.status, ran.out) == (2, "")
    assert "name a file that is there" in ran.err


def test_without_unsquashfs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voidgen.release.verify.shutil.which", lambda _: None)
    assert wrong(verified(folder, "--signer", "mine.pub")) == {NAMES[-1]: "skipped"}


def test_a_huge_snapshot_is_not_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "LARGEST", 10)
    ran = voidgen("verify", "tests.iso", cwd=folder)
    assert (ran.status, ran.out) == (2, "")


def test_names_that_are_no_text(folder: Path) -> None:
    for file in list(folder.glob("tests.*")):
        file.rename(folder / file.name.replace("tests", "t\udcffs", 1))
    ran = voidgen("verify", "t\udcffs.iso", "--json", cwd=folder)
    assert ran.status == 1
    assert json.loads(ran.out)["good"] is False


def test_another_iso_is_not_signed_by_an_old_signature(
    made: Made, released: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(monkeypatch, made.env)
    folder = clone(released / "project", tmp_path / "project")
    (folder / "out/tests.manifest.json").unlink()
    well(folder)
    assert not (folder / "out/tests.iso.sha256.sig").exists()
