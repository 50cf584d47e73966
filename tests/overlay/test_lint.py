"""Each rule for the overlay: what it refuses and accepts, and how to switch it off."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest
from tests.overlay import lint_cases

from voidgen import lint, project
from voidgen.errors import WrongInputError
from voidgen.overlay.types import LintRule

LIGHTDM = "/etc/lightdm/lightdm.conf"
KEYFILE = "/etc/dconf/db/local.d/00-keys"
LOCK = "/etc/dconf/db/local.d/locks/keyboard"
SUDOER = "/etc/sudoers.d/x"
RUNLEVEL = "/etc/runit/runsvdir/single"
LIBEXEC = "/usr/local/libexec/x"
SECTION = "[org/gnome/desktop/input-sources]\n"
SOURCES = f"{SECTION}sources=[('xkb', '{{}}')]\n"
KEY = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIAAAAAAAAAAAAAAA\n"
COMPILED = '[dconf]\n"/etc/dconf/db/local" = "/etc/dconf/db/local.d"\n'
LOCKED = {LOCK: "/org/gnome/desktop/input-sources/sources\n"}


def mode(path: str, octal: str) -> str:
    """Return a [files] table of module.toml with this mode."""
    return f'[files]\n"{path}" = {{ mode = "{octal}" }}\n'


def broken(folder: Path, files: dict[str, str], module: str = "") -> list[str]:
    """Return the faults of a module with ``files`` and ``module`` in its module.toml."""
    top = folder / "overlay-src" / "mine"
    for path, text in files.items():
        file = top / "files" / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    top.mkdir(parents=True, exist_ok=True)
    (top / "module.toml").write_text(f'summary = "mine"\n{module}')
    (folder / "voidgen.toml").write_text('[image]\nname = "test"\n[overlay]\nmodules = ["mine"]\n')
    try:
        project.load(folder)
    except WrongInputError as error:
        return [fault.what for fault in error.faults]
    return []


CASES: list[tuple[str, dict[str, str], str]] = [
    ("lightdm-env", {LIGHTDM: "[Seat:*]\nsession-env=A=b\n"}, ""),
    ("lightdm-env", {LIGHTDM: "[Seat:*]\n  greeter-env = A=b\n"}, ""),
    ("lightdm-env", {"/etc/lightdm/lightdm.conf.d/9.conf": "[Seat:*]\nsession-env=A\n"}, ""),
    ("lightdm-autologin", {LIGHTDM: "[Seat:*]\nautologin-user=live\n"}, ""),
    ("lightdm-autologin", {LIGHTDM: "[Seat:*]\nautologin-session = x\n"}, ""),
    ("dconf-keymap", {KEYFILE: SOURCES.format("ch-fr_nodeadkeys")}, COMPILED),
    ("dconf-keymap", {KEYFILE: SOURCES.format("us'), ('xkb', 'xx")}, COMPILED),
    (
        "dconf-keymap",
        {KEYFILE: f"{SECTION}xkb-options=['ctrl:nocaps', 'grp:alt_shift']\n"},
        COMPILED,
    ),
    (
        "dconf-locked",
        {"/usr/local/bin/x": "#!/bin/sh\ngsettings set org.gnome.desktop.input-sources sources x\n"}
        | LOCKED,
        COMPILED,
    ),
    (
        "dconf-locked",
        {"/opt/x": "#!/bin/sh\ndconf write '/org/gnome/desktop/input-sources/sources' x\n"}
        | LOCKED,
        COMPILED,
    ),
    ("link-loop", {}, '[links]\n"/etc/a" = "a"\n'),
    ("link-loop", {}, '[links]\n"/etc/a" = "/etc/b/../b"\n"/etc/b" = "../etc/a"\n'),
    ("private-file", {"/opt/key": KEY}, ""),
    ("private-file", {"/etc/ssh/ssh_host_rsa_key": KEY}, mode("/etc/ssh/ssh_host_rsa_key", "0640")),
    ("script-mode", {"/etc/sv/x/run": "exec x\n"}, ""),
    ("script-mode", {LIBEXEC: "#!/bin/sh\n"}, mode(LIBEXEC, "0644")),
    ("sudoers", {SUDOER: "live ALL=(ALL NOPASSWD: ALL\n"}, mode(SUDOER, "0440")),
    ("sudoers", {f"{SUDOER}.y": "live ALL=(ALL) ALL\n"}, mode(f"{SUDOER}.y", "0440")),
    ("sudoers", {SUDOER: "live ALL=(ALL) ALL\n"}, mode(SUDOER, "0666")),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "files", "module"), CASES)
def test_rule_refuses_and_can_be_switched_off(
    tmp_path: Path, rule: str, files: dict[str, str], module: str
) -> None:
    said = broken(tmp_path, files, module)
    assert said
    assert all(what.endswith(f"({rule})") for what in said), said
    paths = [*files, *re.findall(r'^"(/[^"]*)" = "', module, re.MULTILINE)]
    allow = "".join(f'"{path}" = ["{rule}"]\n' for path in paths)
    assert broken(tmp_path, files, f"{module}[allow]\n{allow}") == []


@pytest.mark.parametrize(
    ("files", "module"),
    [
        ({LIGHTDM: "[Seat:*]\n#session-env=A\n#autologin-user=\nsession-wrapper=/x\n"}, ""),
        ({"/etc/lightdm/other": "session-env=A\n"}, ""),
        ({KEYFILE: SOURCES.format("ch+fr_nodeadkeys")}, COMPILED),
        ({KEYFILE: "[org/other]\nsources=[('xkb', 'xx')]\n"}, COMPILED),
        ({"/x": "#!/bin/sh\n# dconf write /org/gnome/desktop/input-sources/sources"} | LOCKED,
         COMPILED),
        ({"/opt/x": "#!/bin/sh\ngsettings set org.gnome.desktop.interface font x\n"} | LOCKED,
         COMPILED),
        ({}, '[links]\n"/etc/a" = "b"\n"/etc/b" = "c"\n'),
        ({"/etc/sv/x/run": "#!/bin/sh\n"}, f'[links]\n"{RUNLEVEL}/x" = "/etc/sv/x"\n'),
        ({"/etc/sv/x/conf": "A=1\n"}, ""),
        ({"/etc/sv/x/run": "#!/bin/sh\n"}, f'[links]\n"{RUNLEVEL}/x" = "../../../sv/x/"\n'),
        ({}, f'[links]\n"{RUNLEVEL}/tty" = "../../../sv/agetty-tty1"\n'),
        ({}, '[links]\n"/etc/runit/runsvdir/current" = "single"\n'),
    ],
)  # fmt: skip
def test_correct_files_pass(tmp_path: Path, files: dict[str, str], module: str) -> None:
    assert broken(tmp_path, files, module) == []


def test_a_fault_names_file_and_line(tmp_path: Path) -> None:
    broken(tmp_path, {LIGHTDM: "[Seat:*]\n\nsession-env=A\n"})
    with pytest.raises(WrongInputError) as caught:
        project.load(tmp_path)
    (fault,) = caught.value.faults
    assert fault.line == 3
    assert fault.file == tmp_path / "overlay-src/mine/files" / LIGHTDM.lstrip("/")
    assert fault.remedy


def test_every_rule_is_known_tested_and_documented() -> None:
    names = set(get_args(LintRule))
    assert set(lint.RULES) == names
    tried = [*CASES, *lint_cases.REFUSED, *lint_cases.WARNED]
    # Run bits have their own tests.
    assert {rule for rule, _, _ in tried} | {"run-bit"} == names
    page = (Path(__file__).parents[2] / "docs/reference/rules.md").read_text()
    assert set(re.findall(r"^\| `([a-z-]+)` \|", page, re.MULTILINE)) == names


def test_unknown_rule_in_allow_is_a_fault(tmp_path: Path) -> None:
    said = broken(tmp_path, {}, '[allow]\n"/etc/x" = ["sudoer"]\n')
    assert len(said) == 1
    assert "expected one of" in said[0]
