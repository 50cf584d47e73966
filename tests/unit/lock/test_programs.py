"""Programs that the image runs: what the locked packages say, and what Nix packages bring."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from attrs import evolve
from tests.support.lock import lock, package
from tests.support.program import write

from voidgen import project
from voidgen.config.void_repositories import Void
from voidgen.errors import StepFailedError
from voidgen.lock import programs
from voidgen.lock import voidgen_lock as lock_file
from voidgen.nix import evaluation
from voidgen.xbps.types import Program

if TYPE_CHECKING:
    from pathlib import Path

    from voidgen.lock.types import Lock

CONFIG = """\
[image]
name = "a"
[xbps]
packages = ["special"]
[overlay]
modules = ["mine"]
[mklive]
"""
MODULE = """\
summary = "A test"
services = ["mine"]
[options.terminal]
type = "string"
default = "dbus-run-session foot -e"
help = "a terminal"
runs = true
"""
RUN = "/etc/sv/mine/run"
FILES = {
    "voidgen.toml": CONFIG,
    "overlay-src/mine/module.toml": MODULE,
    f"overlay-src/mine/files{RUN}": "#!/bin/sh\nexec 2>&1\nexec chpst -u nobody beacond\n",
    "overlay-src/mine/files/usr/share/applications/mine.desktop.j2": (
        "[Desktop Entry]\nExec=/usr/local/libexec/mine --x\nTryExec=own\n"
    ),
    "overlay-src/mine/files/usr/local/libexec/mine": "#!/bin/sh\n",
    "overlay-src/mine/files/usr/local/bin/own": "#!/bin/sh\n",
}
ALL = {
    "/usr/bin/beacond": "beacon",
    "/usr/bin/chpst": "runit",
    "/usr/bin/dbus-run-session": "dbus",
    "/usr/bin/foot": "feet",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path, FILES)
    return tmp_path


def _lock(folder: Path, **found: str | None) -> Lock:
    """A lock that fits the project, whose packages have `ALL`, or else ``found`` by name."""
    settings = project.load(folder).plan.config
    made = lock([package("special-1_1")])
    assert made.xbps
    request = evolve(
        made.xbps.request,
        packages=("special",),
        repositories=tuple(Void.of(settings).urls(settings.xbps.repositories)),
    )
    brought = ALL | {f"/usr/bin/{name}": one for name, one in found.items()}
    listed = tuple(Program(*pair) for pair in sorted(brought.items()))
    return evolve(made, xbps=evolve(made.xbps, request=request, programs=listed))


def _missing(folder: Path, found: Lock | None) -> dict[str, str]:
    image = project.load(folder)
    return {one.program: one.warning.remedy for one in programs.missing(image, found)}


def test_without_a_lock_only_options_are_looked_at(folder: Path) -> None:
    paths = {one.path for one in programs.named(project.load(folder))}
    assert paths == {*ALL, "/usr/local/libexec/mine", "/usr/bin/own"}
    found = _missing(folder, None)
    assert found.keys() == {"foot"}
    assert found["foot"].startswith("run `voidgen lock`, which finds out; if no package has it, ")
    write(folder, {"voidgen.toml": CONFIG.replace("[mklive]\n", "")})
    assert _missing(folder, None)["foot"].startswith("add its package to [xbps] packages")


def test_the_locked_packages_decide(folder: Path) -> None:
    assert _missing(folder, _lock(folder)) == {}
    found = _lock(folder, beacond=None, foot=None)
    assert _missing(folder, found) == {
        "foot": "add its package to [xbps] packages, or set [overlay.options.mine] terminal in "
        "voidgen.toml",
        "beacond": "add its package to [packages] xbps of module 'mine'",
    }
    (_, service) = programs.missing(project.load(folder), found)
    assert service.warning.file == folder / f"overlay-src/mine/files{RUN}"
    assert service.warning.line == 3


def test_a_lock_of_another_plan_is_as_none(folder: Path) -> None:
    found = _lock(folder, beacond=None, foot="feet")
    write(folder, {"voidgen.toml": CONFIG.replace("special", "other")})
    assert _missing(folder, found).keys() == {"foot"}


def test_the_lock_file_keeps_them(folder: Path) -> None:
    found = _lock(folder, foot=None)
    data = lock_file.dump(found)
    assert b'{"path": "/usr/bin/foot", "package": null}' in data
    assert lock_file.parse(data, folder / lock_file.FILE) == found


@pytest.mark.parametrize("how", ["built", "evaluated", "neither", "fails"])
def test_nix_packages_bring_programs_of_other_names(
    how: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def evaluate(*_: object, **__: object) -> tuple[str, ...]:
        if how == "fails":
            raise StepFailedError("no network")
        return ("foot",) if how == "evaluated" else ("other",)

    monkeypatch.setattr(evaluation, "evaluate", evaluate)
    write(folder, {"voidgen.toml": f'{CONFIG}[nix]\npackages = ["feet"]\n', "flake.nix": ""})
    if how == "built":
        write(folder, {"result/profile/bin/foot": ""})
    found = [one.what for one in programs.warnings(project.load(folder), None)]
    assert len(found) == (how in {"neither", "fails"})


def _with_shell(folder: Path, shell: str) -> None:
    text = CONFIG.replace('name = "a"\n', f'name = "a"\nuser-shell = "{shell}"\n')
    (folder / "voidgen.toml").write_text(text)


@pytest.mark.parametrize(("shell", "package"), [("/bin/zsh", "zsh"), ("/usr/bin/sh", None)])
def test_a_locked_package_has_the_shell(folder: Path, shell: str, package: str | None) -> None:
    _with_shell(folder, shell)
    name = shell.rpartition("/")[2]
    assert not _missing(folder, _lock(folder, **{name: "dash"}))
    missing = _missing(folder, _lock(folder, **{name: None}))
    assert missing == {shell: "add its package to [xbps] packages, or choose another shell"}
    # Without a lock, a shell of the base system is assumed to be there.
    assert (shell in _missing(folder, None)) == (package is not None)


def test_a_shell_may_be_a_link_of_the_overlay(folder: Path) -> None:
    _with_shell(folder, "/usr/local/bin/own")
    assert "/usr/local/bin/own" not in _missing(folder, None)
