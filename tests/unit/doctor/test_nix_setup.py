"""`voidgen doctor` on Nix's store, trial build, sandbox and ignored settings."""

from pathlib import Path

import pytest
from tests.support.program import write
from tests.unit.doctor.test_doctor import by_name, program

from voidgen.doctor import nix as nix_checks
from voidgen.doctor import nix_build
from voidgen.doctor.fix import Fixable
from voidgen.doctor.host import Host
from voidgen.outcome.types import Outcome

NIX = """case "$*" in
--version) echo "nix (Nix) 2.34.8" ;;
*show-config) [ "${{NIX_USER_CONF_FILES-unset}}" = unset ] && echo "{own}" || echo "{machine}" ;;
*"store ping --debug") echo "{ignored}" >&2 ;;
*) {store} ;;
esac"""
DAEMON = 'echo "Store URL: daemon"; echo "Trusted: 0"'
LOCAL = 'echo "Store URL: local"; echo "Trusted: 1"'
BUILT = "error: builder for '/nix/store/x-voidgen-trial.drv' failed with exit code 1"


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is the whole PATH of a plain user of Debian."""
    write(tmp_path, {"etc/os-release": "ID=debian\n"})
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("NIX_REMOTE", "NIX_CONF_DIR", "NIX_USER_CONF_FILES", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    return folder


def found(  # noqa: PLR0913 - what Nix answers
    programs: Path,
    store: str = LOCAL,
    *,
    own: str = "sandbox = true",
    machine: str = "sandbox = true",
    ignored: str = "",
    built: str = BUILT,
) -> dict[str, Outcome]:
    text = NIX.format(store=store, own=own, machine=machine, ignored=ignored)
    program(programs, "nix", text)
    program(programs, "nix-build", f'echo "{built}" >&2; exit 1')
    return by_name(nix_checks.check(Host(programs.parent)))


def test_nix_builds(programs: Path) -> None:
    assert found(programs)["Nix builds"].state == "passed"


def test_the_build_starts_a_builder_that_fails(programs: Path) -> None:
    """Thus it has no output, which Nix would not build again."""
    found(programs)
    program(programs, "nix-build", 'printf "%s|" "$@" >&2; exit 1')
    said = by_name(nix_checks.check(Host(programs.parent)))["Nix builds"].about
    assert "--no-out-link|--expr|derivation {" in said
    assert nix_build.EXPRESSION.count("builtin:buildenv") == 1


@pytest.mark.parametrize(
    ("built", "about", "detail"),
    [
        (
            "error: the build users group 'nixbld' has no members",
            "Nix has no build users (the build users group 'nixbld' has no members)",
            "sudo apt install --reinstall nix-setup-systemd",
        ),
        ("error: the moon is full", "the moon is full", "error: the moon is full"),
    ],
)
def test_nix_does_not_build(programs: Path, built: str, about: str, detail: str) -> None:
    one = found(programs, DAEMON, built=built)["Nix builds"]
    assert (one.state, one.about, one.detail) == ("failed", about, detail)


def test_a_store_of_another_user(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NIX_REMOTE", "daemon")
    said = "cannot connect to socket at '/nix/var/nix/daemon-socket/socket': Connection refused"
    told = found(programs, f'echo "error: {said}" >&2; exit 1')
    one = told["Nix store"]
    assert (one.state, one.about) == (
        "failed",
        f"Nix's daemon is not running ({said} (NIX_REMOTE is daemon))",
    )
    assert one.detail.startswith("sudo apt install nix-setup-systemd && sudo ")
    assert "Nix builds" not in told


def test_a_store_in_the_home_folder(programs: Path) -> None:
    """Nix says so only when it makes it."""
    program(programs, "nix-instantiate", "echo '\"/nix/store/x-voidgen-trial\"'")
    one = found(programs)["Nix store"]
    assert (one.state, "in your home folder" in one.about) == ("failed", True)
    assert one.detail.splitlines()[-1].startswith('sudo install -d -o "$USER"')


def test_nix_remote_is_wrong(programs: Path) -> None:
    """Nix 2.34 does not even print its version then."""
    program(programs, "nix", "echo \"what():  error: Cannot parse Nix store 'x'\" >&2; exit 134")
    (one,) = nix_checks.check(Host(programs.parent))
    assert (one.state, one.about) == ("failed", "NIX_REMOTE names no store")
    assert one.detail.startswith("unset NIX_REMOTE")


def test_the_sandbox_is_off_for_this_user(programs: Path) -> None:
    one = found(programs, own="sandbox = false")["sandboxed builds"]
    assert isinstance(one, Fixable)
    assert one.fix
    assert one.state == "warning"
    assert one.fix.file == str(programs.parent / ".config/nix/nix.conf")


@pytest.mark.parametrize(("machine", "state"), [("false", "warning"), ("true", "passed")])
def test_the_sandbox_is_the_daemons(programs: Path, machine: str, state: str) -> None:
    told = found(programs, DAEMON, own="sandbox = true", machine=f"sandbox = {machine}")
    one = told["sandboxed builds"]
    assert (one.state, isinstance(one, Fixable)) == (state, False)
    assert one.detail.startswith(
        "sudo mkdir -p /etc/nix && echo 'sandbox = true'" if one.detail else ""
    )


def test_settings_that_the_daemon_ignores(programs: Path) -> None:
    ignored = (
        "ignoring the client-specified setting 'sandbox', because it is a restricted setting\n"
        "ignoring the client-specified setting 'extra-experimental-features', because\n"
        "warning: ignoring untrusted substituter 'https://x/', you are not a trusted user."
    )
    one = found(programs, DAEMON, ignored=ignored)["Nix's daemon ignores"]
    assert (one.state, one.about.partition(":")[0]) == ("warning", "sandbox, https")
    lines = one.detail.splitlines()
    assert "echo 'sandbox = true' | sudo tee --append /etc/nix/nix.conf" in lines[0]
    assert "echo 'extra-trusted-substituters = https://x/'" in lines[1]
    assert "Nix's daemon ignores" not in found(programs, DAEMON)
    assert "Nix's daemon ignores" not in found(programs, LOCAL, ignored=ignored)
