"""`voidgen doctor` with this machine's programs, without programs, with hanging and old ones."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.support.program import voidgen, write

from voidgen import config
from voidgen.boot import command
from voidgen.config.types import Container
from voidgen.doctor import check, container, machine, package_set, place, remedies
from voidgen.doctor import nix as nix_checks
from voidgen.doctor.host import Host
from voidgen.nix import installed
from voidgen.outcome.types import Outcome
from voidgen.system.distribution import FAMILIES, TITLES

PROGRAMS = ("docker", "git", "nix", "podman", "qemu-system-x86_64", "unshare", "xbps-install")
CONFIG = '[image]\nname = "x"\n[nix]\nnixpkgs = "./set"\n'


@pytest.fixture
def programs(tmp_path: Path, repository: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that is the whole PATH. The repository is made before, with git."""
    assert repository
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def program(folder: Path, name: str, text: str) -> None:
    write(folder, {name: f"#!/bin/sh\n{text}\n"})
    (folder / name).chmod(0o755)


def by_name(outcomes: object) -> dict[str, Outcome]:
    assert hasattr(outcomes, "__iter__")
    return {one.name: one for one in outcomes}


def test_this_machine(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NIX_CONFIG", "substituters =")
    write(repository, {"voidgen.toml": CONFIG, "set/default.nix": "_: { }\n"})
    ran = voidgen("doctor", "--json", cwd=repository)
    data = json.loads(ran.out)
    states = {one["name"]: one["state"] for one in data["checks"]}
    # The tests themselves need Nix and git.
    assert {states[name] for name in ("Nix", "Nix store", "git", "TMPDIR")} == {"passed"}
    assert ran.status == (0 if data["good"] else 1)
    assert data["good"] == ("failed" not in states.values())
    new = next(one for one in data["checks"] if one["name"] == "git repository")
    assert new["state"] == "warning"
    assert new["about"].endswith(": set/default.nix, voidgen.toml")
    subprocess.run(new["detail"], shell=True, check=True, cwd="/")  # noqa: S602 - what mends it
    assert by_name(place.check(Host(), repository))["git repository"].state == "passed"


def test_missing_programs_fail(programs: Path, repository: Path) -> None:
    assert programs
    ran = voidgen("doctor", cwd=repository)
    assert ran.status == 1
    lines = ran.out.splitlines()
    for name in ("Nix", "container engine", "git"):
        assert any(line.startswith("no  ") and line[4:].startswith(name) for line in lines)
    assert any(line.startswith("??  QEMU") for line in lines)


def test_programs_that_hang_are_killed_and_fail(
    programs: Path, repository: Path, tmp_path: Path
) -> None:
    for name in PROGRAMS:
        program(programs, name, "exec /bin/sleep 600")
    write(repository, {"voidgen.toml": CONFIG + "[mklive]\n", "set/default.nix": "_: { }\n"})
    found = by_name(check.check(Host(tmp_path, seconds=0.2), repository))
    for name in ("Nix", "container engine", "git"):
        assert found[name].state == "failed"
        assert "no answer in 0.2 seconds" in found[name].about
    for name in ("QEMU", "user namespaces", "xbps"):
        assert found[name].state == "warning"
        assert "no answer in 0.2 seconds" in found[name].about


def test_a_too_old_nix_fails(programs: Path, tmp_path: Path) -> None:
    program(programs, "nix", 'echo "nix (Nix) 2.3.16"')
    (only,) = nix_checks.check(Host(tmp_path))
    assert (only.state, only.about) == ("failed", "2.3.16 is too old: voidgen needs 2.8 or later")


NIX = """case "$*" in
--version) echo "nix (Nix) 2.31.1" ;;
*"store ping") echo "error: no such command" >&2; exit 1 ;;
*"store info") {store} ;;
*show-config) exit 1 ;;
"config show") echo "experimental-features = {features}" ;;
*"config show") echo "experimental-features = flakes nix-command"
    echo "trusted-users = root" ;;
esac"""


@pytest.mark.parametrize(
    ("store", "features", "states"),
    [
        (
            'echo "Store URL: daemon"; echo "Trusted: 1"', "flakes nix-command",
            ["passed", "passed", "passed", "passed"],
        ),
        (
            'echo "Store URL: daemon" >&2; echo "Trusted: 0" >&2', "nix-command",
            ["passed", "passed", "warning", "warning"],
        ),
        ('echo "error: cannot connect to socket" >&2; exit 1', "", ["passed", "failed", "warning"]),
    ],
)  # fmt: skip
def test_the_checks_of_a_newer_nix(
    programs: Path, tmp_path: Path, store: str, features: str, states: list[str]
) -> None:
    program(programs, "nix", NIX.format(store=store, features=features))
    found = by_name(nix_checks.check(Host(tmp_path)))
    names = ("Nix", "Nix store", "Nix trusts you", "Nix features")
    assert [found[name].state for name in names if name in found] == states
    assert all(one.detail for one in found.values() if one.state != "passed")


OLD_NIX = {
    "nix": 'echo "nix (Nix) 2.8.0"',
    "nix-hash": "echo 0dchsfq8czjg8iwr60fxmqnglllchcy64wp60b8wx4wd9mwn0rw4",
    "nix-store": 'echo "{tree}"',
    "nix-instantiate": "echo '\"needs Nix 2.18 or later, but this is 2.8.0\"'",
}
PINNED = {"narHash": "sha256-hGdgeU2Nk87RAuZyYjyDjFL6LK7dAZN5RE9+hrDTkDU=", "rev": "0" * 40}


@pytest.mark.parametrize("fetched", [True, False])
def test_the_locked_nixpkgs_needs_a_newer_nix(
    programs: Path, repository: Path, tmp_path: Path, fetched: bool
) -> None:
    tree = tmp_path / "nixpkgs"
    if fetched:
        tree.mkdir()
    for name, text in OLD_NIX.items():
        program(programs, name, text.format(tree=tree))
    pinned = {"type": "github", "owner": "NixOS", "repo": "nixpkgs", **PINNED}
    nodes = {"nixpkgs": {"locked": pinned}, "root": {"inputs": {"nixpkgs": "nixpkgs"}}}
    lock = json.dumps({"version": 7, "root": "root", "nodes": nodes})
    write(repository, {"voidgen.toml": '[image]\nname = "x"\n', "flake.lock": lock})
    (found,) = package_set.check(Host(tmp_path), repository, config.load(repository))
    assert found.state == ("failed" if fetched else "warning")
    assert "needs Nix 2.18 or later" in found.about
    assert "nixos-25.05#nix" in found.detail


def test_each_package_set_is_asked(programs: Path, repository: Path, tmp_path: Path) -> None:
    for name, text in OLD_NIX.items():
        program(programs, name, text.format(tree=tmp_path))
    toml = '[image]\nname = "x"\n[nix]\nnixpkgs = "./set"\n[nix.sets.old]\nnixpkgs = "./old"\n'
    write(repository, {"voidgen.toml": toml, "set/default.nix": "", "old/default.nix": ""})
    (found,) = package_set.check(Host(tmp_path), repository, config.load(repository))
    assert found.state == "failed"
    program(programs, "nix-instantiate", "echo null")
    (found,) = package_set.check(Host(tmp_path), repository, config.load(repository))
    assert (found.state, found.about) == ("passed", "this Nix can read all")


def test_a_recent_nix_skips_the_check_of_nixpkgs(
    programs: Path, repository: Path, tmp_path: Path
) -> None:
    program(programs, "nix", 'echo "nix (Nix) 2.18.1"')
    write(repository, {"voidgen.toml": '[image]\nname = "x"\n'})
    (found,) = package_set.check(Host(tmp_path), repository, config.load(repository))
    assert found.state == "skipped"
    assert not [*package_set.check(Host(tmp_path), None, None)]


@pytest.mark.parametrize(
    ("release", "family"),
    [
        ("ID=debian\n", "debian"),
        ('ID=linuxmint\nID_LIKE="ubuntu debian"\n', "debian"),
        ('ID="void"\n', "void"),
        ("ID=manjaro\nID_LIKE=arch\n", "arch"),
        ("ID='rocky'\nID_LIKE='rhel centos fedora'\n", "fedora"),
        ("ID=nixos\n", "nixos"),
        ("ID=gentoo\n", ""),
        ("", ""),
    ],
)
def test_remedies_follow_the_distribution(
    programs: Path, tmp_path: Path, release: str, family: str
) -> None:
    assert programs
    write(tmp_path, {"etc/os-release": release})
    host = Host(tmp_path)
    assert host.family() == family
    (missing,) = nix_checks.check(host)
    commands = missing.detail.splitlines()
    if family:
        assert commands == [remedies.REMEDIES["nix"][family]]
    else:
        assert [line.split(": ")[0] for line in commands] == [*TITLES.values()]


def test_every_remedy_exists_for_every_distribution() -> None:
    for what, commands in remedies.REMEDIES.items():
        assert set(commands) == set(FAMILIES), what
        for family in FAMILIES:
            words = dict.fromkeys(("conf", "folder", "nixos", "system", "user"), "x")
            assert "{" not in remedies.lines(what, family, **words)


@pytest.mark.parametrize("name", ["a b", "a#b", "a:b", "a?b", "é"])
def test_paths_that_nix_cannot_read_are_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    folder = tmp_path / name
    write(folder, {"voidgen.toml": CONFIG})
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(installed, "version", lambda: (2, 8))
    found = by_name(place.check(Host(tmp_path), folder))
    sign = "blanks" if " " in name else next(one for one in name if one not in "ab")
    for one in ("TMPDIR", "project's path"):
        assert found[one].state == "failed"
        assert re.search(rf" has {re.escape(sign)}[:,] ", found[one].about)


def test_a_project_outside_of_a_repository_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    write(tmp_path, {"voidgen.toml": CONFIG})
    found = by_name(place.check(Host(tmp_path), tmp_path))["git repository"]
    assert (found.state, found.detail) == ("failed", f"git init {tmp_path}")
    # It advises nobody to make a repository of the home folder.
    monkeypatch.setenv("HOME", str(tmp_path))
    found = by_name(place.check(Host(tmp_path), tmp_path))["git repository"]
    assert (found.state, found.detail) == ("failed", "")
    assert found.about.endswith("It is your home folder: move the project into a folder of its own")


def test_a_faulty_voidgen_toml_fails(programs: Path, tmp_path: Path, repository: Path) -> None:
    assert programs
    write(repository, {"voidgen.toml": "[image]\nnam = 1\n"})
    found = by_name(check.check(Host(tmp_path), repository))
    assert found["voidgen.toml"].state == "failed"


def test_an_engine_without_permission_fails(programs: Path, tmp_path: Path) -> None:
    program(programs, "docker", "echo 'permission denied: docker.sock' >&2; exit 1")
    found = by_name(container.check(Host(tmp_path), Container(), "x86_64"))["container engine"]
    assert (found.state, found.about) == ("failed", "docker: does not answer")
    assert found.detail


def test_too_few_privileges_fail(programs: Path, tmp_path: Path) -> None:
    info = {"SecurityOptions": [], "DockerRootDir": "/x"}
    program(programs, "docker", f"echo '{json.dumps(info)}'")
    write(tmp_path, {"proc/self/status": "Name:\tx\nCapBnd:\t00000000a80425fb\n"})
    found = by_name(container.check(Host(tmp_path), Container(), "x86_64"))
    assert found["container engine"].about == "docker, as root"
    assert found["privileges"].state == "failed"
    write(tmp_path, {"proc/self/status": "Name:\tx\nCapBnd:\t000001ffffffffff\n"})
    assert (
        by_name(container.check(Host(tmp_path), Container(), "x86_64"))["privileges"].state
        == "passed"
    )


def test_a_kvm_that_runs_no_guest_gives_a_warning(programs: Path, tmp_path: Path) -> None:
    program(programs, command.PROGRAM, 'echo "QEMU emulator version 9.1"')
    write(tmp_path, {"dev/kvm": ""})
    found = by_name(machine.check(Host(tmp_path)))
    assert found["QEMU"].about == "9.1"
    assert found["KVM"].state == "warning"
    assert "no guest runs" in found["KVM"].about


@pytest.mark.skipif(not shutil.which(command.PROGRAM), reason="needs QEMU")
def test_the_trial_guest_ends_qemu_with_the_expected_status(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.write_bytes(machine.DISK)
    argv = [
        command.PROGRAM, "-accel", "tcg", "-machine", "q35", "-m", "64", "-nodefaults",
        "-display", "none", "-drive", f"file={disk},format=raw,if=ide",
        "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04",
    ]  # fmt: skip
    done = subprocess.run(argv, check=False, timeout=300)
    assert done.returncode == machine.ENDED_BY_GUEST


def test_xbps(programs: Path, tmp_path: Path, repository: Path) -> None:
    def line(text: str) -> Outcome:
        write(repository, {"voidgen.toml": text, "set/default.nix": "_: { }\n"})
        return by_name(check.check(Host(tmp_path), repository))["xbps"]

    assert line(CONFIG).state == "skipped"
    assert line(CONFIG + "[mklive]\n").state == "warning"
    assert (
        line('[image]\nname = "x"\n[mklive]\n').about
        == "not installed: voidgen uses xbps of nixpkgs"
    )
    program(programs, "xbps-install", 'echo "XBPS: 0.59.2 API: 20200423 GIT: UNSET"')
    assert line(CONFIG + "[mklive]\n") == Outcome("xbps", "passed", "0.59.2")


@pytest.mark.usefixtures("programs")
def test_a_project_without_an_iso_needs_nothing_that_makes_or_boots_one(
    tmp_path: Path, repository: Path
) -> None:
    write(repository, {"voidgen.toml": CONFIG, "set/default.nix": "_: { }\n"})
    found = by_name(check.check(Host(tmp_path), repository))
    for name in ("container engine", "xbps", "QEMU", "OVMF", "KVM"):
        assert found[name].state == "skipped"
        assert found[name].about == "not needed: voidgen.toml has no [mklive]"
    assert "Nix's sandbox" not in found


@pytest.mark.parametrize(
    ("free", "makes_iso", "outcome"),
    [
        (16 << 30, True, ("passed", "")),
        (14 << 30, True, ("warning", "an image of a desktop needs 15.0 GiB")),
        (1 << 30, True, ("failed", "an image of a desktop needs 15.0 GiB")),
        (14 << 30, False, ("passed", "")),
        (1 << 30, False, ("failed", "a build needs 2.0 GiB")),
    ],
)
def test_an_iso_needs_more_free_space(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    free: int,
    makes_iso: bool,
    outcome: tuple[str, str],
) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=free)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    found = by_name(place.check(Host(tmp_path), None, makes_iso=makes_iso))["disk space"]
    assert (found.state, found.about.partition("; ")[2]) == outcome


def test_firmware_needs_code_and_variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Code without a template of its variables cannot boot."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    folder = tmp_path / "usr/share/OVMF"
    folder.mkdir(parents=True)
    states = []
    for name in ("OVMF_CODE_4M.fd", "OVMF_VARS_4M.fd"):
        (folder / name).write_bytes(b"")
        found = {one.name: one for one in machine.check(Host(tmp_path))}
        states.append(found["OVMF"].state)
    assert states == ["warning", "passed"]
