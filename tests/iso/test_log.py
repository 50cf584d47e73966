"""What `voidgen iso` prints, and what is in its log."""

import json
import re
import shlex
from pathlib import Path

import pytest
from tests.iso.podman import Podman
from tests.iso.project import change
from tests.iso.running import failed, nothing_left
from tests.locks.project import edit
from tests.support.program import voidgen


def test_an_error_shows_the_last_lines_and_names_the_log(folder: Path) -> None:
    change(folder, 'cmdline = ["quiet"]', 'cmdline = ["stand-in=more-packages"]')
    ran = voidgen("iso", cwd=folder)
    assert ran.status == 1
    log, said = folder / "out" / "tests.log", ran.err
    assert "\nvoidgen: podman run: failed in «Installing void pkgs " in said
    assert "(exit status 1): ERROR: Package 'not-locked' not found in repository pool.\n" in said
    assert said.endswith(f"; the whole log is {log}\n")
    text = log.read_text()
    shown = [line.removeprefix("  | ") for line in said.splitlines() if line.startswith("  | ")]
    assert shown
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    assert "\n".join(shown) in "\n".join(line for line in plain.splitlines() if line.strip())
    assert text.startswith("$ podman run --rm ")


def test_engine_without_privileges_is_explained(
    folder: Path, engine: Podman, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The host forbids containers to mount."""
    rule = {"names": ["mount"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1}
    profile = tmp_path / "profile.json"
    profile.write_text(json.dumps({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [rule]}))
    given = [*engine.arguments, f"--security-opt=seccomp={profile}"]
    monkeypatch.setenv("VOIDGEN_ENGINE_ARGUMENTS", shlex.join(given))
    said = failed(folder)
    assert "the engine gives too few privileges" in said
    nothing_left(folder, engine)


def test_the_engine_gets_all_arguments_and_quiet_prints_only_the_error(
    folder: Path, engine: Podman
) -> None:
    edit(folder, "[container]", '[container]\narguments = ["--env=FROM=voidgen.toml"]')
    change(folder, 'cmdline = ["quiet"]', 'cmdline = ["stand-in=early"]')
    ran = voidgen("--quiet", "iso", cwd=folder)
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.startswith("voidgen: podman run: failed (exit status 1): ERROR: an xbps tool")
    command = (folder / "out" / "tests.log").read_text().partition("\n")[0]
    given = " ".join(["--env=FROM=voidgen.toml", *engine.arguments])
    assert f" {given} " in command
