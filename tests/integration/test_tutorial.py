"""The tutorial's commands, run as the page shows them."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.docs.blocks import ROOT, lines, printed
from tests.integration.offline import Nix

AUTHORS = ("AUTHOR_NAME", "AUTHOR_EMAIL", "COMMITTER_NAME", "COMMITTER_EMAIL")
PAGE = ROOT / "docs/tutorial.md"


def same(line: str) -> str:
    """Return ``line`` without days, and without sizes, which depend on the machine's busybox."""
    line = re.sub(r"\d{4}-\d\d-\d\d", "DAY", line)
    return " ".join(re.sub(r"[0-9.]+ [KM]?i?B\b", "SIZE", line).split())


def test_the_tutorial_works(empty_nix: Nix, tmp_path: Path) -> None:
    typed = [line.text for line in lines(PAGE)]
    assert len(typed) > 12
    programs = tmp_path / "programs"
    programs.mkdir()
    program = programs / "voidgen"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m voidgen "$@"\n')
    program.chmod(0o755)
    busybox = os.environ.get("VOIDGEN_BUSYBOX") or shutil.which("busybox")
    assert busybox
    (programs / "busybox").symlink_to(busybox)
    env = empty_nix.env | {
        "PATH": f"{programs}:{empty_nix.env['PATH']}",
        **{f"GIT_{name}": "x@x.invalid" for name in AUTHORS},
    }
    script = "\n".join(["set -eux", *typed])
    done = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"
    diff = done.stdout[done.stdout.rindex("next: voidgen show --built") :]
    assert re.search(r"^ *\+ +dice", diff, re.MULTILINE)
    assert "Nothing here came over a network. -> Rolled by dice." in diff
    assert "\n    +printf '%s\\n' 'Rolled by dice.'\n" in diff
    assert "15 passed" in diff
    said = iter([same(line) for line in done.stdout.splitlines()])
    shown = list(printed(PAGE))
    assert len(shown) > 30
    for one in shown:
        assert same(one) in said, f"{one!r} is not printed, or not there"
    assert (tmp_path / "my-image/modules.svg").read_text().startswith("<?xml")
