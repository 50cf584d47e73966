"""What Nix and git print if the machine's setup is wrong, and what voidgen says to do."""

from pathlib import Path

import pytest
from tests.support.program import write
from tests.support.stand_in import StandIns

from voidgen.nix import readiness, setup_faults, setup_remedies
from voidgen.nix.conf_files import Line, own_conf
from voidgen.nix.setup_faults import SetupFault
from voidgen.nix.setup_remedies import FEATURES, Machine
from voidgen.system import distribution, git_trust

SOCKET = "/nix/var/nix/daemon-socket/socket"
PROFILES = "/nix/var/nix/profiles/per-user"
NAMESPACES = "this system does not support the kernel namespaces that are required for sandboxing"
MESSAGES: list[tuple[SetupFault, str]] = [
    ("features", "error: experimental Nix feature 'nix-command' is disabled; use '--extra-experi…"),
    ("features", "error: experimental Nix feature 'flakes' is disabled; add '--extra-experi…"),
    ("features", "error: attribute 'getFlake' missing"),
    ("home", "error: cannot determine user's home directory"),
    ("build-users", "error: the group 'nixbld' specified in 'build-users-group' does not exist"),
    ("build-users", "error: the build users group 'nixbld' has no members"),
    ("nix-users", f"error: getting status of {SOCKET}: Permission denied"),
    ("nix-users", f"error: getting status of '{SOCKET}': Permission denied"),
    ("nix-users", f'error: getting status of "{SOCKET}": Permission denied'),
    ("nix-users", f"error: cannot connect to socket at '{SOCKET}': Permission denied"),
    ("daemon", f"error: cannot connect to socket at '{SOCKET}': No such file or directory"),
    (
        "daemon",
        "error: cannot connect to socket at '/run/daemon-socket/socket': Connection refused",
    ),
    (
        "allowed-users",
        "error: cannot open connection to remote store 'daemon': error: reading from …",
    ),
    ("remote", "error: don't know how to open Nix store 'x'"),
    (
        "remote",
        "terminate called\n  what():  \x1b[31;1merror:\x1b[0m Cannot parse Nix store '\x1b[35;1mx",
    ),
    ("store", "error: creating directory '/nix': Permission denied"),
    ("store", "error: opening lock file '/var/nix/db/big-lock': Permission denied"),
    ("store", 'error: creating directory "/nix/store": Permission denied'),
    ("store", "error: opening lock file '/nix/var/nix/db/big-lock': Permission denied"),
    ("store", 'error:\n … This\n error: opening lock file "/nix/var/nix/db/x": Permission denied'),
    ("store", f"error: could not set permissions on '{PROFILES}' to 755: Operation not permitted"),
    ("namespaces", f"error: {NAMESPACES}; use '--no-sandbox' to disable sandboxing"),
    ("safe-directory", "fatal: detected dubious ownership in repository at '/p'"),
    ("safe-directory", "error: opening: repository path '/p' is not owned by current user"),
]
WARNING = "warning: the group 'nixbld' specified in 'build-users-group' does not exist\n"


@pytest.mark.parametrize(("fault", "said"), MESSAGES)
def test_a_message_names_the_fault(fault: SetupFault, said: str) -> None:
    assert setup_faults.fault_in(said) == fault
    assert setup_faults.fault_in(WARNING + said) == fault


@pytest.mark.parametrize(
    "said",
    [
        "error: creating directory '/home/u/x': Permission denied",
        "error: attribute 'x' missing",
        "fatal: not a git repository",
        WARNING,
    ],
)
def test_other_messages_name_none(said: str) -> None:
    assert setup_faults.fault_in(said) is None


def test_a_warning_foretells_that_no_build_works() -> None:
    assert setup_faults.fault_in(WARNING, warnings=True) == "build-users"


@pytest.mark.parametrize("family", ["", *distribution.FAMILIES])
@pytest.mark.parametrize("is_root", [True, False])
@pytest.mark.parametrize("has_systemd", [True, False])
def test_each_fault_has_commands(family: str, is_root: bool, has_systemd: bool) -> None:
    machine = Machine(family, is_root, has_systemd)
    others: list[tuple[SetupFault, str]] = [("nix", ""), ("private-store", "")]
    for fault, said in (*MESSAGES, *others):
        found = machine.remedy(fault, said)
        assert found.what.endswith((":", "run"))
        assert found.commands.strip()
        assert not (is_root and "sudo" in found.commands)


def user(monkeypatch: pytest.MonkeyPatch, home: Path, uid: int = 1000) -> None:
    for name in ("NIX_CONF_DIR", "NIX_USER_CONF_FILES", "XDG_CONFIG_HOME", "GIT_CONFIG_GLOBAL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setattr("os.geteuid", lambda: uid)


def test_a_user_without_a_name_and_a_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """A container may run programs as any number."""
    for name in ("HOME", "USER", "LOGNAME", "LNAME", "USERNAME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)

    def unknown(number: int) -> None:
        raise KeyError(number)

    monkeypatch.setattr("pwd.getpwuid", unknown)
    monkeypatch.setattr("os.geteuid", lambda: 54321)
    machine = Machine("debian", is_root=False)
    assert "'extra-allowed-users = " in machine.remedy("allowed-users").commands
    assert machine.remedy("features").line == Line(Path("/.config/nix/nix.conf"), FEATURES)
    assert git_trust.conf_file() == Path("/.gitconfig")


def test_a_users_line_is_in_a_file_of_their_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    user(monkeypatch, tmp_path)
    found = Machine("debian", is_root=False).remedy("features")
    assert found.line == Line(tmp_path / ".config/nix/nix.conf", FEATURES)
    assert found.commands == (
        "mkdir -p ~/.config/nix && "
        "echo 'extra-experimental-features = nix-command flakes' >> ~/.config/nix/nix.conf"
    )
    assert found.text.splitlines()[-1] == "`voidgen doctor --fix` can add this line"


def test_nixs_variables_move_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    user(monkeypatch, tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", "/x y")
    assert Line(own_conf(), "a").command() == "mkdir -p '/x y/nix' && echo a >> '/x y/nix/nix.conf'"
    monkeypatch.setenv("NIX_USER_CONF_FILES", "/one:/two")
    assert own_conf() == Path("/one")
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert own_conf() == Path("/etc/nix/nix.conf")
    monkeypatch.setenv("NIX_CONF_DIR", "/conf")
    assert own_conf() == Path("/conf/nix.conf")


def test_roots_line_is_in_the_machines_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    user(monkeypatch, tmp_path, uid=0)
    found = Machine("debian", is_root=True, has_daemon=True).remedy("build-users")
    assert found.line == Line(Path("/etc/nix/nix.conf"), "build-users-group =")
    assert found.commands == (
        "mkdir -p /etc/nix && echo 'build-users-group =' >> /etc/nix/nix.conf && "
        "systemctl restart nix-daemon"
    )


def test_the_daemon_needs_build_users(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    user(monkeypatch, tmp_path)
    found = Machine("debian", is_root=False).remedy("build-users")
    assert (found.line, found.commands) == (None, "sudo apt install --reinstall nix-setup-systemd")


def test_void_starts_a_service_of_runit() -> None:
    commands = Machine("void", is_root=False, has_systemd=False).remedy("daemon").commands
    assert commands.startswith("sudo ln -sfn /etc/sv/nix-daemon /var/service/nix-daemon")
    assert "sudo sv up nix-daemon" in commands
    add = Machine("void", is_root=False).system_line("", "sandbox = true").commands
    assert add.endswith("&& sudo sv restart nix-daemon")


def test_nixos_has_its_own_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """NixOS's nix.conf is a link into the store."""
    user(monkeypatch, tmp_path, uid=0)
    found = Machine("nixos", is_root=True).remedy("features")
    assert found.line is None
    assert found.commands == (
        'nix.settings.extra-experimental-features = [ "nix-command" "flakes" ];'
        "   # in configuration.nix, then: nixos-rebuild switch"
    )
    add = Machine("nixos", is_root=False).system_line
    assert add("", "sandbox = true").commands.startswith("nix.settings.sandbox = true;")
    assert add("", "build-users-group =").commands.startswith(
        'nix.settings.build-users-group = "";'
    )


def test_debians_daemon_without_systemd() -> None:
    """A container has no systemd that could start it."""
    commands = Machine("debian", is_root=True, has_systemd=False).remedy("daemon").commands
    assert commands == (
        "apt install nix-setup-systemd && sh -c 'nix-daemon --daemon > /dev/null 2>&1 &'"
    )


def test_the_machine_is_that_of_a_root_folder(tmp_path: Path) -> None:
    write(tmp_path, {"etc/os-release": "ID=void\n", "var/nix/daemon-socket/socket": ""})
    found = Machine.here(tmp_path)
    assert (found.family, found.has_systemd, found.has_daemon) == ("void", False, True)
    (tmp_path / "run/systemd/system").mkdir(parents=True)
    assert Machine.here(tmp_path).has_systemd


@pytest.mark.parametrize(
    ("said", "repository"),
    [
        ("fatal: detected dubious ownership in repository at '/a b'\nTo add", "/a b"),
        ("error: repository path '/a b/.git/' is not owned by current user", "/a b"),
        ("fatal: not a git repository '/x'", ""),
    ],
)
def test_the_repository_that_git_does_not_trust(said: str, repository: str) -> None:
    assert git_trust.distrusted(said) == repository
    command = "git config --global --add safe.directory '/a b'"
    assert git_trust.remedy(said).endswith(command if repository else "")


def test_gits_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    user(monkeypatch, tmp_path)
    assert git_trust.conf_file() == tmp_path / ".gitconfig"
    write(tmp_path, {".config/git/config": ""})
    assert git_trust.conf_file() == tmp_path / ".config/git/config"
    write(tmp_path, {".gitconfig": ""})
    assert git_trust.conf_file() == tmp_path / ".gitconfig"
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/x")
    assert git_trust.conf_file() == Path("/x")


UNLOCKED = "error: cannot call 'getFlake' on unlocked flake reference 'path:/'"
NO_FEATURES = "error: experimental Nix feature 'nix-command' is disabled"


@pytest.mark.parametrize(
    ("said", "faults"),
    [
        ([UNLOCKED], []),
        ([WARNING + UNLOCKED], ["Nix has no build users:"]),
        (
            [NO_FEATURES, UNLOCKED],
            ["nix.conf does not enable the features that `nix build` needs:"],
        ),
        (
            [NO_FEATURES, WARNING + UNLOCKED],
            [
                "nix.conf does not enable the features that `nix build` needs:",
                "Nix has no build users:",
            ],
        ),
    ],
)
def test_whether_nix_build_works(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, said: list[str], faults: list[str]
) -> None:
    programs = StandIns(tmp_path / "bin")
    programs.add("nix", *((1, "", one) for one in said))
    programs.add("nix-instantiate", (0, f'"{tmp_path}"', ""))
    monkeypatch.setenv("PATH", str(programs.folder))
    assert [one.what for one in readiness.remedies()] == faults


def test_nix_build_uses_a_store_in_the_home_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    programs = StandIns(tmp_path / "bin")
    programs.add("nix", (1, "", UNLOCKED))
    programs.add("nix-instantiate", (0, '"/nix/store/x-voidgen-trial"', ""))
    monkeypatch.setenv("PATH", str(programs.folder))
    (found,) = readiness.remedies()
    assert "keeps its store in your home folder" in found.what


def test_nix_build_needs_nix(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    (found,) = readiness.remedies()
    assert found.commands == setup_remedies.Machine.here().remedy("nix").commands
