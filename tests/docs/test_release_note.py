"""Changelog fragments become the notes of a release."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.docs.blocks import ROOT

FRAGMENTS = {file for file in (ROOT / "changelog.d").iterdir() if file.suffix == ".md"}


def test_the_notes_have_each_fragment(tmp_path: Path) -> None:
    for name in ("pyproject.toml", "CHANGELOG.md"):
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copytree(ROOT / "changelog.d", tmp_path / "changelog.d")
    words = ["build", "--yes", "--version", "1.2.3", "--date", "2026-05-04"]
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    argv = [sys.executable, "-m", "towncrier", *words]
    done = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    note = (tmp_path / "CHANGELOG.md").read_text()
    before = (ROOT / "CHANGELOG.md").read_text()
    assert note.startswith(before.rstrip())
    assert "\n## 1.2.3 (2026-05-04)\n\n### Added\n\n- " in note
    for file in FRAGMENTS - {ROOT / "changelog.d/README.md"}:
        issue, kind, _ = re.split(r"(?:-[a-z-]+)?\.", file.name)
        assert kind in {"added", "changed", "fixed", "removed"}
        text = "\n  ".join(file.read_text().strip().splitlines())
        assert f"- {text} (#{issue})\n" in note
        assert not (tmp_path / "changelog.d" / file.name).exists()
