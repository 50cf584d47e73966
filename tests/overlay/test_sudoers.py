"""The grammar of sudoers: voidgen never refuses what Debian's visudo accepts."""

import subprocess
from pathlib import Path

import pytest

from voidgen.lint.sudoers_grammar import faults
from voidgen.lint.sudoers_settings import NAMES, misuse

HEX, BASE64 = 64 * "a", 43 * "A" + "="
RIGHT = [
    "",
    "# nothing but a comment",
    "live ALL=(ALL:ALL) NOPASSWD: ALL",
    "%wheel ALL=(ALL) ALL",
    "%wheel\tALL=(ALL:ALL)\tALL",
    "live\tALL = ALL",
    "  live ALL=ALL",
    "live ALL = (root) NOPASSWD: /usr/bin/sv, !/usr/bin/sv stop sshd",
    "live ALL=(:wheel) /bin/ls",
    "live ALL=() ALL",
    "live ALL=(:) ALL",
    "live ALL=(ann, bob : wheel, audio) ALL",
    "live ALL=(!root) ALL",
    "#1000 ALL=(ALL) ALL",
    "#-1 ALL=(#0:#10) ALL",
    "%#10 ALL=(ALL) ALL",
    "%:group ALL=(ALL) ALL",
    "%:#100 ALL=(ALL) ALL",
    "+admins ALL=(ALL) ALL",
    "live +hosts=(ALL) ALL",
    "live ALL=(ALL) \\\n  NOPASSWD: ALL",
    "live, ann ALL=(ALL) ALL : h2 = /bin/ls",
    "live ALL=(ALL) NOPASSWD: ALL # why",
    "live ALL=(ALL) NOPASSWD : ALL",
    "live ALL=(ALL) NOPASSWD:SETENV:NOEXEC: ALL",
    "live ALL=NOPASSWD: LOG_OUTPUT: NOLOG_INPUT: NOMAIL: FOLLOW: /bin/ls",
    "live ALL=(root) NOPASSWD:SETENV: /usr/bin/env A\\=b, sudoedit /etc/hosts",
    "live ALL=(root) NOPASSWD:/usr/bin/env A=b cmd",
    "live ALL=/bin/mount -o uid=1000 /dev/sdb1 /mnt",
    "live ALL=/bin/dd if\\=/dev/zero",
    "live ALL=/bin/x a\\:b\\,c\\\\d",
    'live ALL=/bin/x "a b" ""',
    "live ALL=/bin/x [a-z]* ?",
    "live ALL=/usr/bin/",
    "live ALL=/usr/bin/*, !/usr/bin/su",
    "live ALL=^/usr/bin/(a|b)$",
    "live ALL=/usr/bin/cat ^/var/log/[a-z]+$",
    "live ALL=/bin/ls ^-l, -a$",
    f"live ALL=sha256:{HEX} /bin/ls",
    f"live ALL=sha256:{BASE64} /bin/ls -l",
    f"live ALL=sha256 : {HEX}, sha224:{56 * '0'} /bin/ls",
    f"live ALL=sha512:{128 * 'f'} /bin/ls, sha384:{96 * 'e'} /bin/cat",
    "live ALL=(ALL) CWD=/tmp NOPASSWD: /bin/ls",
    "live ALL=CWD=* /bin/ls",
    "live ALL=(ALL) CHROOT=/srv /bin/ls",
    "live ALL=CWD=~ann TIMEOUT=8h /bin/ls",
    "live ALL=ROLE=unconfined_r TYPE=unconfined_t /bin/ls",
    "live ALL=NOTBEFORE=20200101000000Z NOTAFTER=20300101000000Z /bin/ls",
    "ann\\ b ALL=(ALL) ALL",
    '"ann b" ALL=(ALL) ALL',
    '"%domain admins" ALL=(ALL) ALL',
    "DOMAIN\\\\ann ALL=(ALL) ALL",
    "ann@example.org ALL=(ALL) ALL",
    "live ALL=(ALL) !ALL",
    "live ALL=(ALL) !!ALL",
    "!root ALL=(ALL) ALL",
    "live 192.168.0.1=(ALL) ALL",
    "live 10.0.0.0/8, !10.1.0.0/255.255.0.0=(ALL) ALL",
    "live fe80::1=(ALL) ALL",
    "live 2001:db8::/32, ::1=(ALL) ALL",
    "live host-1.example.org, !h2=(ALL) ALL",
    "live ALL=sudoedit",
    "live ALL=sudoedit /etc/a /etc/b",
    "live ALL=list",
    "Defaults env_reset",
    "Defaults\tenv_reset",
    "Defaults !env_reset, insults",
    "Defaults:live !requiretty",
    "Defaults:live,ann !requiretty",
    "Defaults: live !requiretty",
    'Defaults:%wheel env_keep += "A B"',
    "Defaults@host log_year",
    "Defaults>root !set_logname",
    "Defaults!/bin/ls noexec",
    "Defaults!/bin/ls,/bin/cat noexec",
    "Defaults!POWER noexec\nCmnd_Alias POWER = /bin/x",
    'Defaults secure_path="/usr/bin:/usr/sbin"',
    "Defaults secure_path = /usr/bin:/usr/sbin",
    "Defaults env_keep += DISPLAY, env_keep -= HOME",
    "Defaults env_keep=A",
    "Defaults passwd_tries=5, loglinelen=0",
    "Defaults !loglinelen",
    "Defaults timestamp_timeout=-1",
    "Defaults timestamp_timeout=2.5",
    "Defaults umask=0027",
    "Defaults lecture",
    "Defaults !lecture",
    "Defaults lecture=never",
    "Defaults listpw=always, verifypw=any",
    "Defaults syslog",
    "Defaults !syslog",
    "Defaults syslog=auth",
    "Defaults runcwd=*",
    'Defaults badpass_message="no, \\"sorry\\""',
    "Defaults logfile=/var/log/sudo.log # why",
    "Defaults env_reset, \\\n\tinsults",
    "User_Alias ADMINS = live, ann\nADMINS ALL=(ALL) ALL",
    "Runas_Alias OP = root, #5\nlive ALL=(OP) ALL",
    "Host_Alias LAN = 10.0.0.0/8, h1 : DMZ = h2\nlive LAN, DMZ=ALL",
    "Cmnd_Alias POWER = /usr/bin/poweroff, /usr/bin/reboot\n%wheel ALL=(ALL) NOPASSWD: POWER",
    "Cmd_Alias X = /bin/x, sudoedit /etc/x : Y = /bin/y a=b\nlive ALL=X, !Y",
    "@includedir /nonexistent",
    "#includedir /nonexistent",
    '@includedir "/nonexistent here"',
    "live ALL=ALL\r",
    "live ALL=(ALL) NOPASSWD",
]
WRONG = [
    "live",
    "live ALL",
    "live ALL=",
    "live ALL=(ALL",
    "live ALL=(ALL)) ALL",
    "live ALL=(ALL)",
    "live ALL=(ALL:) ALL",
    "live ALL=(ALL) NOPASSWD:",
    "= ALL",
    "live ALL=(ALL) ALL,",
    "live ALL=(ALL) ALL ALL",
    "live, ALL=ALL",
    "live ALL=ALL :",
    "live ALL=(ALL) ls",
    "live ALL=(ALL) NOPASSWRD: ALL",
    "live ALL=(ALL) NOPASSWD ALL",
    "%wheel ALL=(ALL) NOPASSWD: power",
    "% ALL=ALL",
    "+ ALL=ALL",
    "10.0.0.1 ALL=ALL",
    "live ALL=/bin/x a:b",
    "live ALL=/bin/x \\y",
    "live ALL=sha256:abc /bin/ls",
    f"live ALL=sha256:{HEX}",
    f"live ALL=sha224:{HEX} /bin/ls",
    "live ALL=CWD=tmp /bin/ls",
    "live ALL=TIMEOUT 8h /bin/ls",
    '"" ALL=ALL',
    '"ann ALL=ALL',
    "Defaults",
    "Defaults:",
    "Defaults env_reset,",
    "Defaults env_reset insults",
    "Defaults , env_reset",
    "Defaults nosuchsetting",
    "Defaults env_reset=5",
    "Defaults passwd_tries=many",
    "Defaults passwd_tries",
    "Defaults !passwd_tries",
    "Defaults secure_path",
    "Defaults passwd_tries += 5",
    "Defaults env_keep +=",
    "Defaults !env_keep = A",
    "Defaults:live",
    "Cmnd_Alias power = /usr/bin/poweroff",
    "Cmnd_Alias POWER =",
    "Cmnd_Alias POWER /bin/x",
    "Cmnd_Alias POWER = reboot",
    "User_Alias A = live :",
    "Host_Alias = h1",
    "@include",
    "@include /a /b",
    "@includedirs /a",
]
LENIENT = [
    "Defaults ignore_unknown_defaults\nDefaults nosuchsetting",
    "live ALL=ALL \\",
    "Defaults umask=999",
    "Defaults lecture=sometimes",
    "live ALL=TIMEOUT=soon /bin/ls",
    "Cmnd_Alias A = /bin/a\nCmnd_Alias A = /bin/b",
]
"""Wrong, and taken: whether sudo takes a value may depend on its release."""


def visudo(folder: Path, text: str) -> bool:
    file = folder / "sudoers"
    file.write_text(f"{text}\n", newline="")
    file.chmod(0o440)
    argv = ["visudo", "-cf", str(file)]
    return subprocess.run(argv, capture_output=True, check=False).returncode == 0


def test_the_table_is_large_and_has_no_duplicates() -> None:
    assert len({*RIGHT, *WRONG, *LENIENT}) == len(RIGHT) + len(WRONG) + len(LENIENT) >= 115


@pytest.mark.parametrize("text", RIGHT)
def test_lines_that_visudo_accepts_are_accepted(tmp_path: Path, text: str) -> None:
    assert visudo(tmp_path, text)
    assert list(faults(f"{text}\n")) == []


@pytest.mark.parametrize("text", WRONG)
def test_lines_with_a_clear_fault_are_refused(tmp_path: Path, text: str) -> None:
    assert not visudo(tmp_path, text)
    assert len(list(faults(f"{text}\n"))) == 1


@pytest.mark.parametrize("text", LENIENT)
def test_lines_that_only_visudo_refuses_are_accepted(tmp_path: Path, text: str) -> None:
    assert not visudo(tmp_path, text)
    assert list(faults(f"{text}\n")) == []


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("\n\nlive ALL=(ALL\n", 3, "expected ) at the end"),
        ("live ALL=\\\nls\n", 2, "ls is neither an absolute path nor an alias"),
        ("Defaults x\n", 1, "sudo has no setting x"),
        ("Defaults insults=1\n", 1, "insults takes no value"),
        ("live ALL=(ALL) NOPASSWRD: ALL", 1, "NOPASSWRD is not a tag such as NOPASSWD"),
        ("live ALL=power", 1, "nor an alias in capital letters"),
        ("live ALL=(root:) ALL\n", 1, "expected a group, got ')'"),
    ],
)
def test_faults_name_line_and_word(text: str, line: int, what: str) -> None:
    ((place, said),) = faults(text)
    assert place == line
    assert what in said


def test_each_wrong_line_gives_a_fault() -> None:
    text = "live\nann ALL=ALL\nDefaults x\n\nbob ALL\n"
    assert [line for line, _ in faults(text)] == [1, 3, 5]


@pytest.mark.parametrize("name", sorted(NAMES))
def test_settings_agree_with_visudo(tmp_path: Path, name: str) -> None:
    if "unknown" in _said(tmp_path, f"Defaults {name}"):
        pytest.skip("a newer sudo has it")
    for text, operator, value, is_off in (
        (f"Defaults {name}", "", "", False),
        (f"Defaults !{name}", "", "", True),
        (f"Defaults {name}=/1", "=", "/1", False),
        (f"Defaults {name}=5", "=", "5", False),
        (f"Defaults {name} += A", "+=", "A", False),
    ):
        if visudo(tmp_path, text):
            assert misuse(name, operator, value, is_off=is_off) == "", text


def _said(folder: Path, text: str) -> str:
    file = folder / "sudoers"
    file.write_text(f"{text}\n")
    file.chmod(0o440)
    argv = ["visudo", "-cf", str(file)]
    return subprocess.run(argv, capture_output=True, check=False, text=True).stderr
