"""Stage 2 of runit and the parts of live-setup (docs/contributing/live-system-tests.md, 1 to 3)."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from tests.overlay.conftest import shells

from voidgen import project

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.overlay.conftest import MakeRoot, Root

STAGE_2 = "/etc/runit/2"
SETUP = "/etc/runit/live-setup.sh"
LOG = "/run/live-setup/log"
RESULT = re.compile(r"^(\S+) (\S+): (.+?) (?:in|after) \d+ s", re.MULTILINE)


def bare(make_root: MakeRoot, options: Mapping[str, Mapping[str, Any]] | None = None) -> Root:
    """Return a root without parts of live-setup."""
    root = make_root("runit-live", options=options)
    for file in root.path("/etc/runit/live-setup.d").iterdir():
        file.unlink()
    return root


def void(root: Root) -> None:
    """Add the files of Void's runit-void; runsvdir and runsvchdir are stand-ins that
    say how they were started.
    """
    for runlevel in ("default", "single"):
        root.path(f"/etc/runit/runsvdir/{runlevel}").mkdir(parents=True, exist_ok=True)
    root.path("/etc/runit/runsvdir/current").symlink_to("default")
    root.path("/run/runit").mkdir(parents=True)
    say = "#!/bin/sh\ncat /proc/$$/cmdline > /run/{0}.argv\ncat /proc/$$/environ > /run/{0}.env\n"
    root.write("/usr/bin/runsvdir", say.format("runsvdir"), 0o755)
    root.write("/usr/sbin/runsvchdir", say.format("runsvchdir"), 0o755)


def words(root: Root, path: str) -> list[str]:
    """Return the NUL-terminated strings of a file that a stand-in wrote."""
    return root.path(path).read_text().removesuffix("\0").split("\0")


def part(root: Root, name: str, text: str) -> None:
    root.write(f"/etc/runit/live-setup.d/{name}", f"#!/bin/sh\n{text}\n", 0o755)


def results(root: Root) -> list[tuple[str, str]]:
    """Return name and result of each part in the log."""
    found = RESULT.findall(root.path(LOG).read_text())
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:]{8}[+-]\d{4}", time) for time, _, _ in found)
    return [(name, result) for _, name, result in found]


@shells
@pytest.mark.parametrize("live", ["live.user=live", ""])
def test_stage_2_starts_runsvdir_as_voids_does(
    make_root: MakeRoot, shell: tuple[str, ...], live: str
) -> None:
    root = bare(make_root)
    void(root)
    root.cmdline = f"BOOT_IMAGE=/boot/vmlinuz {live} console=tty0"
    root.write("/etc/rc.local", "#!/bin/sh\necho rc.local $PATH $SECRET\n", 0o755)
    out = root.run(*shell, STAGE_2, env={"SECRET": "x", "PATH": "/usr/bin:/nowhere"}).stdout
    assert "rc.local /usr/bin:/usr/sbin x" in out
    assert words(root, "/run/runsvchdir.argv")[2:] == ["default"]
    assert words(root, "/run/runsvdir.env") == ["PATH=/usr/bin:/usr/sbin"]
    # The first two words are the stand-in's interpreter and script.
    *flags, log = words(root, "/run/runsvdir.argv")[2:]
    assert flags == ["-P", "/run/runit/runsvdir/current"]
    assert log == "log: " + 395 * "."
    link = root.path("/run/runit/runsvdir/current")
    assert str(link.readlink()) == "/etc/runit/runsvdir/current"


@shells
def test_stage_2_takes_the_runlevel_from_the_command_line(
    make_root: MakeRoot, shell: tuple[str, ...]
) -> None:
    root = bare(make_root)
    void(root)
    root.cmdline = "quiet single splash"
    out = root.run(*shell, STAGE_2).stdout
    assert out == "Runlevel detected: 'single' (via kernel cmdline)\n"
    assert words(root, "/run/runsvchdir.argv")[2:] == ["single"]


@shells
def test_stage_2_continues_if_live_setup_and_rc_local_fail(
    make_root: MakeRoot, shell: tuple[str, ...]
) -> None:
    root = bare(make_root)
    void(root)
    root.write(SETUP, "#!/bin/sh\nexit 3\n", 0o755)
    root.write("/etc/rc.local", "#!/bin/sh\nexit 4\n", 0o755)
    root.run(*shell, STAGE_2)
    assert root.path("/run/runsvdir.argv").exists()


def test_stage_2_runs_live_setup_before_services_start(make_root: MakeRoot) -> None:
    root = bare(make_root)
    void(root)
    part(root, "10-first", "test ! -e /run/runsvchdir.argv")
    root.run(STAGE_2)
    assert results(root) == [("10-first", "done")]
    assert root.path("/run/runsvdir.argv").exists()


@shells
def test_a_part_that_fails_is_logged_and_the_others_run(
    make_root: MakeRoot, shell: tuple[str, ...]
) -> None:
    root = bare(make_root)
    part(root, "10-good", "echo said by good")
    part(root, "20-bad", "echo said by bad >&2; exit 7")
    part(root, "30-killed", "kill -KILL $$")
    part(root, "40-last", ":")
    root.write("/etc/runit/live-setup.d/50-not-a-program", "exit 1\n")
    console = root.run(*shell, SETUP).stdout
    expected = [
        ("10-good", "done"),
        ("20-bad", "failed with status 7"),
        ("30-killed", "ended"),
        ("40-last", "done"),
    ]
    assert results(root) == expected
    log = root.path(LOG).read_text()
    assert "said by good\n" in log
    assert "said by bad\n" in log
    assert (
        re.findall(r"^live-setup: (\S+): (.+?) (?:in|after) \d+ s", console, re.MULTILINE)
        == expected
    )


@shells
@pytest.mark.parametrize("hang", ["sleep 600", "trap '' TERM; sleep 600; sleep 600"])
def test_a_part_that_hangs_is_killed(
    make_root: MakeRoot, shell: tuple[str, ...], hang: str
) -> None:
    root = bare(make_root, options={"runit-live": {"part-timeout": 3}})
    part(root, "10-hangs", hang)
    part(root, "20-next", ":")
    console = root.run(*shell, SETUP).stdout
    assert results(root) == [("10-hangs", "ended"), ("20-next", "done")]
    assert "because it hung" in console


@shells
def test_parts_run_if_the_log_cannot_be_written(
    make_root: MakeRoot, shell: tuple[str, ...]
) -> None:
    root = bare(make_root)
    part(root, "10-part", "touch /root/ran")
    root.path(LOG).mkdir(parents=True)
    assert "10-part: done" in root.run(*shell, SETUP).stdout
    assert root.path("/root/ran").exists()


@pytest.fixture(scope="module")
def locales(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with American English, which takes a second to make."""
    folder = tmp_path_factory.mktemp("locales")
    made = folder / "en_US.UTF-8"
    subprocess.run(["localedef", "-i", "en_US", "-f", "UTF-8", "--no-archive", made], check=True)
    return folder


@shells
def test_the_order_of_parts_does_not_depend_on_the_locale(
    make_root: MakeRoot, shell: tuple[str, ...], locales: Path
) -> None:
    root = bare(make_root)
    # English sorts b before C and ignores punctuation.
    for name in ("10-b", "10-C", "10.a", "1-z"):
        part(root, name, ":")
    shutil.copytree(locales, root.path("/usr/lib/locale"))
    english = {"LC_ALL": "en_US.UTF-8"}
    listed = root.run("bash", "-c", "cd /etc/runit/live-setup.d; echo *", env=english).stdout
    assert listed.split() == ["10.a", "10-b", "10-C", "1-z"]
    root.run(*shell, SETUP, env=english)
    assert [name for name, _ in results(root)] == ["1-z", "10-C", "10-b", "10.a"]


@shells
@pytest.mark.parametrize(
    ("cmdline", "user"),
    [
        ("quiet live.user=live console=tty0", "live"),
        ("live.user=anna", "anna"),
        ("live.user=live quiet live.user=bert", "bert"),  # dracut's getarg takes this value
        ("live.user=*", "*"),
        ("xlive.user=live live.username=live", None),
        ("live.user=", None),
        ("quiet", None),
    ],
)
def test_parts_run_only_if_the_command_line_names_a_user(
    make_root: MakeRoot, shell: tuple[str, ...], cmdline: str, user: str | None
) -> None:
    root = bare(make_root)
    part(root, "10-part", 'printf "%s" "$LIVE_USER $PATH" > "$LIVE_RUN/user"')
    root.cmdline = cmdline
    root.run(*shell, SETUP)
    said = root.path("/run/live-setup/user")
    assert (said.read_text() if said.exists() else None) == (user and f"{user} /usr/bin:/usr/sbin")
    assert root.path("/run/live-setup").exists() == (user is not None)


def test_the_user_of_the_image_is_the_live_user(make_root: MakeRoot, tmp_path: Path) -> None:
    settings = '[image]\nname = "test"\nuser = "anna"\ncmdline = ["console=ttyS0,115200"]\n'
    (tmp_path / "voidgen.toml").write_text(settings)
    image = project.load(tmp_path)
    cmdline = image.plan.cmdline
    assert cmdline == ("live.user=anna", "console=ttyS0,115200")
    root = bare(make_root)
    part(root, "10-part", 'echo "user: $LIVE_USER"')
    root.cmdline = " ".join(cmdline)
    root.run(SETUP)
    assert "user: anna\n" in root.path(LOG).read_text()
