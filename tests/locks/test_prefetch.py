"""`voidgen prefetch` prints hashes of a flake reference, a file, an archive's tree."""

import hashlib
import io
import json
import tarfile
from base64 import b64encode
from pathlib import Path

import pytest
from tests.locks.project import message, well
from tests.locks.site import Origin, Site
from tests.support.http_faults import truncates
from tests.support.program import voidgen


def prefetched(folder: Path, *words: str) -> dict[str, str]:
    found: dict[str, str] = json.loads(well(folder, "prefetch", "--json", *words))
    return found


def test_prefetch_of_a_flake_reference(origin: Origin, locked: Path, tmp_path: Path) -> None:
    found = prefetched(tmp_path, f"git+file://{origin.mklive}?ref=main")
    pinned = json.loads((locked / "flake.lock").read_text())["nodes"]["mklive"]["locked"]
    assert found["hash"] == pinned["narHash"]
    assert (Path(found["path"]) / "mklive.sh").exists()


def test_prefetch_of_a_file(site: Site, origin: Origin, tmp_path: Path) -> None:
    data = (origin.packages / "x86_64-repodata").read_bytes()
    site.answer("x86_64-repodata", truncates(99))
    found = prefetched(tmp_path, "--file", f"{site.url}/x86_64-repodata")
    assert found["hash"] == "sha256-" + b64encode(hashlib.sha256(data).digest()).decode()
    assert Path(found["path"]).read_bytes() == data


def test_prefetch_of_an_unpacked_archive(site: Site, tmp_path: Path) -> None:
    (tmp_path / "served").mkdir()
    with tarfile.open(tmp_path / "served" / "tree.tar.gz", "w:gz") as archive:
        member = tarfile.TarInfo("tree/file")
        member.size = 3
        archive.addfile(member, io.BytesIO(b"abc"))
    url = site.publish(tmp_path / "served", "/served")
    found = prefetched(tmp_path, "--unpack", f"{url}/tree.tar.gz")
    assert (Path(found["path"]) / "file").read_bytes() == b"abc"
    (tmp_path / "same").mkdir()
    (tmp_path / "same" / "file").write_bytes(b"abc")
    assert prefetched(tmp_path, f"path:{tmp_path}/same")["hash"] == found["hash"]


@pytest.mark.parametrize("kind", ["--file", "--unpack"])
def test_prefetch_of_a_missing_file_fails_after_one_request(
    kind: str, site: Site, tmp_path: Path
) -> None:
    ran = voidgen("prefetch", kind, f"{site.url}/nope.tar.gz", cwd=tmp_path)
    assert (ran.status, ran.out) == (1, "")
    assert f"{site.url}/nope.tar.gz" in (said := message(ran))
    assert "404" in said
    assert site.times("nope.tar.gz") == 1
