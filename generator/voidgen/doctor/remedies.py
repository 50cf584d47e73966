"""Commands that fix what is missing, by distribution."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voidgen.doctor.host import FAMILIES

if TYPE_CHECKING:
    from collections.abc import Mapping

TITLES = {
    "debian": "Debian", "void": "Void", "arch": "Arch", "fedora": "Fedora", "nixos": "NixOS",
}  # fmt: skip

_CONF = "echo '{}' | sudo tee --append /etc/nix/nix.conf"
_LINES = r"printf '%s\n' {conf} | sudo tee --append /etc/nix/nix.conf"
_NIXPKGS = 'nixpkgs = "github:NixOS/nixpkgs/nixos-unstable"   # in voidgen.toml: it has xbps'
_COMMANDS = "--extra-experimental-features 'nix-command flakes'"
_SYSTEMD = "sudo systemctl {} nix-daemon"
_RUNIT = "sudo sv restart nix-daemon"


def _installed(names: str, *, nixos: str = "") -> dict[str, str]:
    """Return commands that install a package.

    ``names`` are its names in Debian, Void, Arch, Fedora and NixOS.
    """
    debian, void, arch, fedora, nix = names.split()
    return {
        "debian": f"sudo apt install {debian}",
        "void": f"sudo xbps-install -S {void}",
        "arch": f"sudo pacman -S {arch}",
        "fedora": f"sudo dnf install {fedora}",
        "nixos": nixos or f"nix-env --install --attr nixos.{nix}",
    }


def _everywhere(command: str, **other: str) -> dict[str, str]:
    return {family: other.get(family, command) for family in FAMILIES}


def _setting(line: str, nixos: str) -> dict[str, str]:
    """Return commands that add a line to nix.conf and restart the daemon."""
    return _everywhere(
        f"{_CONF.format(line)} && {_SYSTEMD.format('restart')}",
        void=f"{_CONF.format(line)} && {_RUNIT}",
        nixos=f"{nixos}   # in configuration.nix, then: sudo nixos-rebuild switch",
    )


REMEDIES: Mapping[str, Mapping[str, str]] = {
    "nix": {
        "debian": "sudo apt install nix-setup-systemd",
        "void": "sudo xbps-install -S nix && sudo ln -s /etc/sv/nix-daemon /var/service/",
        "arch": "sudo pacman -S nix && sudo systemctl enable --now nix-daemon",
        "fedora": "curl -L https://nixos.org/nix/install | sh -s -- --daemon",
        "nixos": 'export PATH="/run/current-system/sw/bin:$PATH"',
    },
    "newer-nix": _everywhere(
        "curl -L https://nixos.org/nix/install | sh -s -- --daemon",
        void="sudo xbps-install -Su nix",
        arch="sudo pacman -Syu nix",
        nixos="sudo nixos-rebuild switch --upgrade",
    ),
    "nix-for-nixpkgs": _everywhere(
        f"nix {_COMMANDS} profile install github:NixOS/nixpkgs/nixos-25.05#nix && "
        'export PATH="$HOME/.nix-profile/bin:$PATH"   # in ~/.profile, too',
        void="sudo xbps-install -Su nix",
        arch="sudo pacman -Syu nix",
        nixos="sudo nixos-rebuild switch --upgrade",
    ),
    "daemon": _everywhere(
        _SYSTEMD.format("enable --now"),
        void="sudo ln -s /etc/sv/nix-daemon /var/service/",
        nixos=_SYSTEMD.format("restart"),
    ),
    "features": _setting(
        "extra-experimental-features = nix-command flakes",
        'nix.settings.experimental-features = [ "nix-command" "flakes" ];',
    ),
    "nix-conf": _everywhere(
        f"{_LINES} && {_SYSTEMD.format('restart')}",
        void=f"{_LINES} && {_RUNIT}",
        nixos="{nixos}   # in configuration.nix, then: sudo nixos-rebuild switch",
    ),
    "trusted": _setting(
        "extra-trusted-users = {user}", 'nix.settings.trusted-users = [ "root" "{user}" ];'
    ),
    "extra-platforms": _setting(
        # `extra-platforms` has a default: the other `extra-` adds to it (nix.conf(5)).
        "extra-extra-platforms = {system}", 'nix.settings.extra-platforms = [ "{system}" ];'
    ),
    "binfmt": {
        "debian": "sudo apt install qemu-user-static binfmt-support",
        "void": "sudo xbps-install -S qemu-user-static binfmt-support && "
        "sudo ln -s /etc/sv/binfmt-support /var/service/",
        "arch": "sudo pacman -S qemu-user-static qemu-user-static-binfmt",
        "fedora": "sudo dnf install qemu-user-static",
        "nixos": 'boot.binfmt.emulatedSystems = [ "{system}" ]; boot.binfmt.preferStaticEmulators '
        "= true;   # in configuration.nix, then: sudo nixos-rebuild switch",
    },
    "git": _installed("git git git git git"),
    "engine": _installed(
        "podman podman podman podman podman", nixos="virtualisation.podman.enable = true;"
    ),
    "privileges": _everywhere("sudo voidgen iso"),
    "xbps": _everywhere(_NIXPKGS, void="sudo xbps-install -S xbps"),
    "userns": _everywhere(
        "sudo sysctl -w user.max_user_namespaces=15000",
        debian="sudo sysctl -w user.max_user_namespaces=15000; "
        "sudo sysctl -w kernel.unprivileged_userns_clone=1; "
        "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0   # those that exist",
    ),
    "loop": _everywhere("sudo modprobe loop"),
    "kvm": _everywhere("sudo modprobe kvm-intel || sudo modprobe kvm-amd"),
    "kvm-group": _everywhere('sudo usermod --append --groups kvm "$USER"   # and log in again'),
    "kvm-broken": _everywhere("sudo dmesg | grep -i kvm   # may say why"),
    "qemu": _installed("qemu-system-x86 qemu qemu-system-x86 qemu-system-x86 qemu"),
    "ovmf": _installed("ovmf qemu edk2-ovmf edk2-ovmf qemu"),
    "space": _everywhere("nix-collect-garbage; podman system prune"),
    "repository": _everywhere("git init {folder}"),
    "untracked": _everywhere("git -C {folder} add --intent-to-add ."),
    "place": _everywhere("mv {folder} ~/image   # or any path of letters, digits and . _ + -"),
    "tmpdir": _everywhere("export TMPDIR=/var/tmp"),
}  # fmt: skip
"""The command for each problem and distribution."""


def lines(what: str, family: str, **words: str) -> str:
    """Return the command for ``family``, or those for all families if it is empty."""
    # Format only with words, because some commands contain braces.
    commands = {
        name: text.format(**words) if words else text for name, text in REMEDIES[what].items()
    }
    if family:
        return commands[family]
    if len(set(commands.values())) == 1:
        return commands["debian"]
    return "\n".join(f"{TITLES[name]}: {commands[name]}" for name in FAMILIES)
