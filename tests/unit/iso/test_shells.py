"""scripts/shells.sh adds login shells to the root tree's /etc/shells."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from attrs import evolve
from tests.unit.lock.test_status import planned

from voidgen.config.image import ImageConfig
from voidgen.config.mklive import Mklive
from voidgen.iso import inputs
from voidgen.plan import mklive_job

if TYPE_CHECKING:
    from pathlib import Path


def run(
    folder: Path, before: str | None, *named: str, overlay: str = "/etc/motd"
) -> subprocess.CompletedProcess[str]:
    """Run the script on a root tree whose /etc/shells is ``before``."""
    job, root = folder / "job", folder / "root"
    job.mkdir(exist_ok=True)
    (root / "etc").mkdir(parents=True, exist_ok=True)
    if before is not None:
        (root / "etc/shells").write_text(before)
    if named:
        (job / "shells").write_text("".join(f"{one}\n" for one in named))
    (job / "overlay").write_text(f"file\x1f0644\x1froot\x1froot\x1f{overlay}\n")
    script = inputs.scripts()["shells.sh"].replace(b"/voidgen/job", str(job).encode())
    (folder / "shells.sh").write_bytes(script)
    words = ["bash", str(folder / "shells.sh"), str(root)]
    return subprocess.run(words, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, "/bin/fish\n"),
        ("", "/bin/fish\n"),
        ("/bin/sh", "/bin/sh\n/bin/fish\n"),
        # A part of another path is not the path.
        ("/usr/bin/fish\n", "/usr/bin/fish\n/bin/fish\n"),
        ("/bin/fish\n/bin/sh\n", "/bin/fish\n/bin/sh\n"),
    ],
)
def test_a_shell_gets_a_line(before: str | None, after: str, tmp_path: Path) -> None:
    assert run(tmp_path, before, "/bin/fish").returncode == 0
    file = tmp_path / "root/etc/shells"
    assert file.read_text() == after
    assert file.stat().st_mode & 0o777 == 0o644


def test_without_shells_nothing_changes(tmp_path: Path) -> None:
    assert run(tmp_path, None).returncode == 0
    assert not (tmp_path / "root/etc/shells").exists()


def test_a_file_of_the_overlay_is_not_changed(tmp_path: Path) -> None:
    ran = run(tmp_path, "/bin/sh\n", "/bin/sh", "/bin/zsh", overlay="/etc/shells")
    assert ran.returncode == 1
    assert ran.stderr == "voidgen: shells: /etc/shells of the overlay has no line /bin/zsh\n"
    assert (tmp_path / "root/etc/shells").read_text() == "/bin/sh\n"


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "root/etc").mkdir(parents=True)
    (tmp_path / "outside").touch()
    (tmp_path / "root/etc/shells").symlink_to(tmp_path / "outside")
    (tmp_path / "job").mkdir()
    (tmp_path / "job/shells").write_text("/bin/sh\n")
    script = inputs.scripts()["shells.sh"].replace(b"/voidgen/job", str(tmp_path / "job").encode())
    (tmp_path / "shells.sh").write_bytes(script)
    ran = subprocess.run(
        ["bash", tmp_path / "shells.sh", tmp_path / "root"], capture_output=True, check=False
    )
    assert ran.returncode == 1
    assert b"is a link" in ran.stderr
    assert not (tmp_path / "outside").read_bytes()


def test_root_gets_its_shell(tmp_path: Path) -> None:
    users = "root:x:0:0:a:b/root:/bin/sh\nroot2:x:1:1::/:/bin/sh\nx:x:2:2:root:/:/bin/sh\n"
    (tmp_path / "root/etc").mkdir(parents=True)
    (tmp_path / "root/etc/passwd").write_text(users)
    (tmp_path / "job").mkdir()
    (tmp_path / "job/root-shell").write_text("/bin/zsh\n")
    ran = run(tmp_path, None, "/bin/zsh")
    assert ran.returncode == 0, ran.stderr
    assert (tmp_path / "root/etc/passwd").read_text() == users.replace(
        "b/root:/bin/sh", "b/root:/bin/zsh"
    )


def test_the_job_has_both_shells_and_roots() -> None:
    plan = planned("htop")
    assert "shells" not in mklive_job.emitted(plan, Mklive(), ())
    image = ImageConfig("x", root_shell="/bin/zsh", user_shell="/bin/fish")
    plan = evolve(plan, config=evolve(plan.config, image=image))
    job = mklive_job.emitted(plan, Mklive(), ())
    assert (job["shells"], job["root-shell"]) == (b"/bin/fish\n/bin/zsh\n", b"/bin/zsh\n")
