"""What to do about a fault of the machine's setup of Nix: commands, and lines of nix.conf.

`voidgen doctor` and the messages of failed steps take them from here.
"""

from __future__ import annotations

import os
import pwd
import shlex
from pathlib import Path
from textwrap import indent
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.nix.conf_files import Line, own_conf, system_conf
from voidgen.nix.setup_faults import fault_in
from voidgen.system import distribution, environment, git_trust
from voidgen.system.distribution import commands_for, everywhere

if TYPE_CHECKING:
    from collections.abc import Mapping

    from voidgen.nix.setup_faults import SetupFault

FEATURES = "extra-experimental-features = nix-command flakes"
NO_BUILD_USERS = "build-users-group ="
SANDBOX = "sandbox = true"

INSTALL = {
    "debian": "sudo apt install nix-setup-systemd",
    "void": "sudo xbps-install -S nix && sudo ln -s /etc/sv/nix-daemon /var/service/",
    "arch": "sudo pacman -S nix && sudo systemctl enable --now nix-daemon",
    "fedora": "curl -L https://nixos.org/nix/install | sh -s -- --daemon",
    "nixos": 'export PATH="/run/current-system/sw/bin:$PATH"',
}
NAMESPACES = everywhere(
    "sudo sysctl -w user.max_user_namespaces=15000",
    debian="sudo sysctl -w user.max_user_namespaces=15000; "
    "sudo sysctl -w kernel.unprivileged_userns_clone=1; "
    "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0   # those that exist",
)
_SYSTEMD = "sudo systemctl enable --now nix-daemon"
_WITHOUT_SYSTEMD = "sudo sh -c 'nix-daemon --daemon > /dev/null 2>&1 &'"
DAEMON = everywhere(
    _SYSTEMD,
    # Debian's nix-bin has no unit.
    debian=f"{INSTALL['debian']} && {_SYSTEMD}.socket nix-daemon.service",
    void="sudo ln -sfn /etc/sv/nix-daemon /var/service/nix-daemon   "
    "# if that is there: sudo sv up nix-daemon",
    nixos="sudo systemctl restart nix-daemon.socket nix-daemon.service",
)
_RESTART = everywhere("sudo systemctl restart nix-daemon", void="sudo sv restart nix-daemon")
STATE_DIRS = ("nix/var/nix", "var/nix")
"""Where Nix's socket is: in the second folder on Void."""
_LOG_IN = "# then log in again"
_NIX_USERS = everywhere(f'sudo usermod --append --groups nix-users "$USER"   {_LOG_IN}')
_BUILD_USERS = everywhere(
    "sudo groupadd --force --system nixbld; for n in $(seq 10); do sudo useradd --system "
    "--no-user-group --gid nixbld --groups nixbld --home-dir /var/empty --shell /bin/false "
    "nixbld$n; done",
    debian="sudo apt install --reinstall nix-setup-systemd",
    void="sudo xbps-reconfigure --force nix",
    nixos="sudo nixos-rebuild switch",
)
_OWN_STORE = (
    'sudo install -d -o "$USER" -g "$(id -gn)" /nix /nix/var /nix/var/nix   '
    "# or this: a store for you alone"
)
_REMOTE = "unset NIX_REMOTE   # and remove it from ~/.profile or /etc/profile.d, if it is there"

_WHAT: Mapping[SetupFault, str] = {
    "allowed-users": "Nix's daemon refuses you (allowed-users in its nix.conf):",
    "build-users": "Nix has no build users:",
    "daemon": "Nix's daemon is not running:",
    "features": "nix.conf does not enable the features that `nix build` needs:",
    "home": "you have no home folder, where Nix keeps its caches:",
    "namespaces": "the kernel does not let Nix make a sandbox:",
    "nix": "Nix is not installed:",
    "nix-users": "you are not in the group that may use Nix's daemon:",
    "private-store": "there is no /nix/var/nix, so Nix keeps its store in your home folder, where "
    "nothing else finds it:",
    "remote": "NIX_REMOTE names no store:",
    "safe-directory": "it belongs to another user; if you trust it, run",
    "store": "you cannot write to /nix, and Nix's daemon is not running:",
}


@frozen
class Remedy:
    """What is wrong, the ``commands`` against it, and the line that a file lacks.

    ``line`` is None if a line does not help, or if this user cannot write the file.
    """

    what: str
    commands: str
    line: Line | None = None

    @property
    def text(self) -> str:
        """Return all of it for a message."""
        doctor = "\n`voidgen doctor --fix` can add this line" if self.line else ""
        return f"{self.what}\n{indent(self.commands, '  ')}{doctor}"


@frozen
class Machine:
    """What the remedies depend on: the distribution, and what this user may do."""

    family: str
    is_root: bool
    has_systemd: bool = True
    has_daemon: bool = False

    @classmethod
    def here(cls, root: Path = Path("/")) -> Machine:
        """Return the machine with the root folder ``root``."""
        family = distribution.family(root)
        has_systemd = (root / "run/systemd/system").is_dir()
        sockets = (root / place / "daemon-socket/socket" for place in STATE_DIRS)
        return cls(family, os.geteuid() == 0, has_systemd, any(map(os.path.exists, sockets)))

    def remedy(self, fault: SetupFault, said: str = "") -> Remedy:
        """Return the remedy for ``fault``; ``said`` is the message that names it."""
        what = _WHAT[fault]
        match fault:
            case "features":
                return self.own_line(what, FEATURES)
            case "build-users" if self.is_root:
                return self.own_line(what, NO_BUILD_USERS)
            case "allowed-users":
                return self.system_line(what, f"extra-allowed-users = {environment.user_name()}")
            case "safe-directory":
                return Remedy(what, git_trust.command(git_trust.distrusted(said)))
        return Remedy(what, self.as_user(self._commands(fault)))

    def _commands(self, fault: SetupFault) -> str:
        if fault == "remote":
            return _REMOTE
        if fault == "home":
            return set_home()
        commands: Mapping[SetupFault, Mapping[str, str]] = {
            "build-users": _BUILD_USERS,
            "namespaces": NAMESPACES,
            "nix": INSTALL,
            "nix-users": _NIX_USERS,
        }
        found = commands_for(commands.get(fault, DAEMON), self.family)
        if not self.has_systemd:
            found = found.replace(f"{_SYSTEMD}.socket nix-daemon.service", _WITHOUT_SYSTEMD)
            found = found.replace(_SYSTEMD, _WITHOUT_SYSTEMD)
        if fault == "private-store" or (fault == "store" and not Path("/nix").exists()):
            found = f"{found}\n{_OWN_STORE}"
        return found

    def own_line(self, what: str, text: str) -> Remedy:
        """Return the remedy that adds ``text`` to the nix.conf that this user writes."""
        if self.is_root and self.family == "nixos":
            return self.system_line(what, text)
        line = Line(own_conf(), text)
        restart = f" && {self.restart()}" if self.is_root and self.has_daemon else ""
        return Remedy(what, line.command() + restart, line)

    def system_line(self, what: str, text: str) -> Remedy:
        """Return the remedy that adds ``text`` to the machine's nix.conf, and restarts the daemon.

        The line is one that voidgen can write only if this is root.
        """
        file = system_conf()
        add = f"sudo mkdir -p {shlex.quote(str(file.parent))} && echo {shlex.quote(text)} | "
        add += f"sudo tee --append {shlex.quote(str(file))}"
        name, _, value = text.partition(" =")
        commands = {family: f"{add} && {restart}" for family, restart in _RESTART.items()}
        commands["nixos"] = nixos(name, value.strip())
        line = Line(file, text) if self.is_root and self.family != "nixos" else None
        return Remedy(what, self.as_user(commands_for(commands, self.family)), line)

    def restart(self) -> str:
        """Return the command after which the daemon has the settings of its nix.conf."""
        return self.as_user(commands_for(_RESTART, self.family))

    def as_user(self, commands: str) -> str:
        """Return ``commands`` for this user: root needs no sudo, and may not have it."""
        return commands.replace("sudo ", "") if self.is_root else commands


def set_home() -> str:
    """Return the command that sets HOME to the folder that the system knows for this user."""
    try:
        home = pwd.getpwuid(os.geteuid()).pw_dir
    except KeyError:
        home = "/a/folder/of/yours"
    return f"export HOME={shlex.quote(home)}"


def nixos(name: str, value: str) -> str:
    """Return a setting of nix.conf as NixOS has it."""
    if value in {"true", "false"}:
        shown = value
    elif name.endswith(("features", "users")):
        words = " ".join(f'"{word}"' for word in value.split())
        shown = f"[ {words} ]"
    else:
        shown = f'"{value}"'
    return (
        f"nix.settings.{name} = {shown};   # in configuration.nix, then: sudo nixos-rebuild switch"
    )


def remedy(said: str) -> str:
    """Return what to do if Nix or git says that the machine's setup is wrong; "" if not."""
    fault = fault_in(said)
    return Machine.here().remedy(fault, said).text if fault else ""
