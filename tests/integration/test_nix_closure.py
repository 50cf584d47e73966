"""The closure's files, from descriptions in the forms of several versions of Nix."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.integration.offline import NIX_CODE

A, B = "/nix/store/aaaa-one-1.0", "/nix/store/bbbb-two"


def described(path: str, *references: str, **more: Any) -> dict[str, Any]:
    return {
        "narHash": f"sha256:{path[11:15]}", "narSize": 1000, "path": path,
        "references": list(references), **more,
    }  # fmt: skip


def closure(
    tmp_path: Path, paths: list[dict[str, Any]], separators: tuple[str, str] = (",", ":")
) -> subprocess.CompletedProcess[str]:
    attributes = {"builder": "sh", "closure": paths, "outputs": {"out": "/nix/store/x"}}
    (tmp_path / ".attrs.json").write_text(json.dumps(attributes, separators=separators))
    busybox = shutil.which("busybox")
    assert busybox
    # Only busybox's own programs, as in the build.
    programs = tmp_path / "bin"
    programs.mkdir()
    for program in ("awk", "mkdir", "sort", "tr"):
        (programs / program).symlink_to(busybox)
    return subprocess.run(
        [busybox, "sh", NIX_CODE / "closure.sh"],
        cwd=tmp_path, env={"PATH": str(programs), "out": str(tmp_path / "out")},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")])
def test_fields_of_other_nix_versions_are_ignored(
    tmp_path: Path, separators: tuple[str, str]
) -> None:
    newer = {"valid": True, "closureSize": 7, "ca": "fixed:r:sha256:x", "deriver": "/nix/store/d"}
    done = closure(tmp_path, [described(B, A, B, **newer), described(A, zzz=["x"])], separators)
    assert done.returncode == 0, done.stderr
    out = tmp_path / "out"
    assert (out / "store-paths").read_text() == f"{A}\n{B}\n"
    assert (out / "registration").read_text().splitlines() == [
        A, "sha256:aaaa", "1000", "", "0",
        B, "sha256:bbbb", "1000", "", "2", A, B,
    ]  # fmt: skip
    assert json.loads((out / "closure.json").read_text()) == {
        "count": 2, "nar-size": 2000, "paths": [described(A), described(B, A, B)],
    }  # fmt: skip


def test_sizes_beyond_32_bits_are_exact(tmp_path: Path) -> None:
    paths = [{**described(path), "narSize": 2**51 + 1} for path in (A, B)]
    assert closure(tmp_path, paths).returncode == 0
    total = json.loads((tmp_path / "out" / "closure.json").read_text())["nar-size"]
    assert total == 2**52 + 2


@pytest.mark.parametrize("lost", ["path", "narHash", "narSize"])
def test_a_description_without_a_needed_field_is_an_error(tmp_path: Path, lost: str) -> None:
    paths = [described(A), {k: v for k, v in described(B).items() if k != lost}]
    if lost == "narHash":
        paths = paths[1:]
    done = closure(tmp_path, paths)
    assert done.returncode == 1
    assert "the closure that this Nix writes to .attrs.json cannot be read" in done.stderr
