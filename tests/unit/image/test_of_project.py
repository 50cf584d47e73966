"""Every Python from 3.11.0 on unpacks revisions in the same way."""

import io
import subprocess
import tarfile
from collections.abc import Iterable
from pathlib import Path

import pytest

from voidgen.errors import StepFailedError
from voidgen.image import of_project
from voidgen.system import git


@pytest.fixture(params=[True, False], ids=["filters", "no-filters"])
def filters(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """With tarfile's filters, and without them as in Python before 3.11.4."""
    if not request.param:
        monkeypatch.delattr(tarfile, "data_filter", raising=False)


def member(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type, made.linkname = kind, target
    return made


def archive(members: Iterable[tarfile.TarInfo]) -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as tar:
        for one in members:
            tar.addfile(one)
    return data.getvalue()


@pytest.mark.usefixtures("filters")
def test_a_revision_is_unpacked(repository: Path) -> None:
    (repository / "voidgen.toml").write_text("x")
    (repository / "folder").mkdir()
    (repository / "folder/link").symlink_to("../voidgen.toml")
    subprocess.run(["git", "add", "."], cwd=repository, check=True)
    user = ("-c", "user.name=x", "-c", "user.email=x@x.invalid")
    subprocess.run(["git", *user, "commit", "-qm", "x"], cwd=repository, check=True)
    with of_project.revision(repository, "HEAD") as found:
        assert (found / "folder/link").read_text() == "x"


@pytest.mark.usefixtures("filters")
@pytest.mark.parametrize(
    "members",
    [
        [member("../outside")],
        [member("a", tarfile.SYMTYPE, "/"), member("a/tmp/outside")],
        [member("device", tarfile.CHRTYPE)],
    ],
)
def test_members_outside_of_the_folder_are_refused(
    members: list[tarfile.TarInfo], repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(git, "has_file", lambda *_: True)
    monkeypatch.setattr(git, "archive", lambda *_: archive(members))
    refused = pytest.raises(StepFailedError, match="cannot be unpacked")
    with refused, of_project.revision(repository, "HEAD"):
        pass
