"""The rules about owners, readers and accounts, with the cases of `lint_cases`."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from tests.overlay.lint_cases import PASSES, REFUSED, WARNED, Case
from tests.overlay.test_lint import broken
from tests.support.lock import lock, package
from tests.support.program import voidgen

from voidgen import project
from voidgen.errors import WrongInputError
from voidgen.generate.locked_owners import faults
from voidgen.lock import services

if TYPE_CHECKING:
    from pathlib import Path


def warned(folder: Path, files: dict[str, str], module: str = "") -> list[str]:
    """Return the warnings about a module with ``files`` and ``module`` in its module.toml."""
    assert broken(folder, files, module) == []
    image = project.load(folder)
    return [fault.what for fault in (*image.warnings, *services.doubts(image, None))]


def allowed(rule: str, files: dict[str, str], module: str) -> str:
    """Return ``module`` with ``rule`` switched off for all its paths."""
    paths = {*files, *re.findall(r'^"(/[^"]*)" = ', module, re.MULTILINE)}
    return f"{module}[allow]\n" + "".join(f'"{path}" = ["{rule}"]\n' for path in sorted(paths))


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: f"{case[0]}-{[*case[1], case[2]][0]}")
def test_refused_unless_allowed(tmp_path: Path, case: Case) -> None:
    rule, files, module = case
    said = broken(tmp_path, files, module)
    assert said
    assert all(what.endswith(f"({rule})") for what in said), said
    assert broken(tmp_path, files, allowed(rule, files, module)) == []


@pytest.mark.parametrize("case", WARNED, ids=lambda case: f"{case[0]}-{[*case[1], case[2]][0]}")
def test_warning_unless_allowed(tmp_path: Path, case: Case) -> None:
    rule, files, module = case
    # Another rule may also warn about the same file.
    of_rule = [what for what in warned(tmp_path, files, module) if f"({rule})" in what]
    assert of_rule
    said = warned(tmp_path, files, allowed(rule, files, module))
    assert [what for what in said if f"({rule})" in what] == []


@pytest.mark.parametrize(("files", "module"), PASSES)
def test_correct_files_pass(tmp_path: Path, files: dict[str, str], module: str) -> None:
    assert warned(tmp_path, files, module) == []


def test_files_in_a_home_give_one_fault(tmp_path: Path) -> None:
    files = {f"/home/live/{name}": "x" for name in "abc"}
    (said,) = broken(tmp_path, files)
    assert "/home/live/a" in said
    assert "2 more" in said


def test_an_unknown_owner_is_reported_at_its_key(tmp_path: Path) -> None:
    broken(tmp_path, {"/opt/x": "x"}, '[files."/opt/x"]\nowner = "beacon:lightdn"\n')
    with pytest.raises(WrongInputError) as caught:
        project.load(tmp_path)
    user, group = caught.value.faults
    assert user.file == tmp_path / "overlay-src/mine/module.toml"
    assert user.key == ("files", "/opt/x", "owner")
    assert "[users.beacon]" in user.remedy
    assert "'lightdm'" in group.remedy


def test_a_link_into_the_project_is_refused(tmp_path: Path) -> None:
    link = tmp_path / "overlay-src/mine/files/opt/x"
    link.parent.mkdir(parents=True)
    link.symlink_to(tmp_path / "README")
    (said,) = broken(tmp_path, {})
    assert "into this project" in said
    assert said.endswith("(builder-path)")


def test_generate_shows_warnings_and_succeeds(repository: Path) -> None:
    files = {"/etc/sv/agetty-tty1/conf": 'GETTY_ARGS="-a live"\n', "/etc/motd.orig": "x\n"}
    assert broken(repository, files) == []
    top = "overlay-src/mine/files/etc"
    autologin = "also logs a user in on the installed system"
    litter = "it looks as if a merge or an update left motd.orig behind"
    ran = voidgen("generate", "--quiet", cwd=repository)
    assert (ran.status, ran.out) == (0, "")
    warnings = [line for line in ran.err.splitlines() if line.startswith("warning: ")]
    assert warnings == [
        f"warning: {top}/sv/agetty-tty1/conf:1: {autologin} (autologin)",
        f"warning: {top}/motd.orig: {litter} (litter)",
    ]
    ran = voidgen("generate", "--check", "--json", cwd=repository)
    assert ran.status == 0
    assert {"litter", "autologin"} == {
        one["what"].rpartition("(")[2].rstrip(")") for one in json.loads(ran.out)["warnings"]
    }


def test_an_owner_that_no_locked_package_makes(tmp_path: Path) -> None:
    files = '[files]\n"/opt/x" = { owner = "lightdm:audio" }\n"/opt/y" = { owner = "me:5" }\n'
    module = f"{files}[users.me]\n"
    assert broken(tmp_path, {"/opt/x": "x", "/opt/y": "y"}, module) == []
    image = project.load(tmp_path)
    (fault,) = faults(image, lock([package("htop-3.3_1")]))
    assert fault.what == "no locked package makes the user 'lightdm'"
    assert fault.key == ("files", "/opt/x", "owner")
    assert fault.remedy == "add to [packages] xbps: lightdm"
    assert [*faults(image, lock([package("lightdm-1.32_1")]))] == []
    assert [*faults(image, None)] == []
