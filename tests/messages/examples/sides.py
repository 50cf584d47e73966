"""What `voidgen diff` compares."""

import io
import json
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest
from tests.support import documents
from tests.support.program import Ran, voidgen, write

from voidgen.diff import sides
from voidgen.diff.arguments import Side
from voidgen.image import of_build, of_project, overlay, snapshot_file
from voidgen.image.snapshot import Snapshot
from voidgen.progress import NoProgress
from voidgen.system import git


def nothing_of_that_name(folder: Path, _: pytest.MonkeyPatch) -> None:
    sides.read(Side("main"), folder, {}, NoProgress())


def _commit(folder: Path, message: str = "x") -> None:
    words = ["git", "-c", "user.name=x", "-c", "user.email=x@x.invalid", "commit", "--allow-empty"]
    subprocess.run([*words, "-qm", message], cwd=folder, check=True)


def nothing_of_a_similar_name(folder: Path, _: pytest.MonkeyPatch) -> Ran:
    write(folder, {"voidgen.toml": ""})
    _commit(folder)
    subprocess.run(["git", "tag", "v1.0"], cwd=folder, check=True)
    return voidgen("diff", "v1.1..", cwd=folder)


def no_commits(folder: Path, _: pytest.MonkeyPatch) -> Ran:
    write(folder, {"voidgen.toml": ""})
    return voidgen("diff", cwd=folder)


def no_repository(folder: Path, _: pytest.MonkeyPatch) -> Ran:
    write(folder, {"voidgen.toml": ""})
    shutil.rmtree(folder / ".git")
    return voidgen("diff", cwd=folder)


def range_and_another_side(folder: Path, _: pytest.MonkeyPatch) -> Ran:
    return voidgen("diff", "main..", "result", cwd=folder)


def no_common_commit(folder: Path, _: pytest.MonkeyPatch) -> Ran:
    _commit(folder)
    subprocess.run(["git", "branch", "one"], cwd=folder, check=True)
    subprocess.run(["git", "checkout", "-q", "--orphan", "other"], cwd=folder, check=True)
    _commit(folder, "y")
    return voidgen("diff", "one...", cwd=folder)


def no_store_path(folder: Path, _: pytest.MonkeyPatch) -> None:
    write(folder, {"notes": "x"})
    sides.read(Side(str(folder / "notes")), folder, {}, NoProgress())


def no_object(folder: Path, _: pytest.MonkeyPatch) -> None:
    write(folder, {"x.json": '{"version": 1'})
    sides.read(Side(str(folder / "x.json")), folder, {}, NoProgress())


def plans_of_another_shape(folder: Path, _: pytest.MonkeyPatch) -> Ran:
    saved = json.loads(snapshot_file.dump(Snapshot("x", documents.plan())))
    for name, plan in (("one", documents.PLAN), ("other", {**documents.PLAN, "include": 5})):
        write(folder, {f"{name}.json": json.dumps({**saved, "plan": plan})})
    return voidgen("diff", "one.json", "other.json", cwd=folder)


def no_manifest(folder: Path, _: pytest.MonkeyPatch) -> None:
    of_build.manifest("x", {"kind": "voidgen-iso", "version": 3}, folder / "x.json")


def manifest_of_another_version(folder: Path, _: pytest.MonkeyPatch) -> None:
    of_build.manifest("x", {"version": 9}, folder / "x.json")


def snapshot_of_another_version(folder: Path, _: pytest.MonkeyPatch) -> None:
    snapshot_file.structure({"kind": "voidgen-snapshot", "version": 9}, folder / "x.json")


def overlay_that_leads_out(folder: Path, _: pytest.MonkeyPatch) -> None:
    write(folder, {"secret": "x", "include/etc/y": ""})
    (folder / "include/etc/x").symlink_to(folder / "secret")
    listed = {"path": "/etc/x", "type": "file", "mode": "0644", "owner": "root", "group": "root"}
    overlay.built(documents.entries(listed), folder / "include")


def revision_without_a_project(folder: Path, _: pytest.MonkeyPatch) -> None:
    _commit(folder)
    with of_project.revision(folder, "HEAD"):
        pass


def revision_that_leads_out(folder: Path, patch: pytest.MonkeyPatch) -> None:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("../outside"))
    patch.setattr(git, "has_file", lambda *_: True)
    patch.setattr(git, "archive", lambda *_: data.getvalue())
    with of_project.revision(folder, "HEAD"):
        pass
