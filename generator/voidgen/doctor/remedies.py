"""Commands that fix what is missing, by distribution."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voidgen.nix import setup_remedies
from voidgen.system.distribution import commands_for, everywhere

if TYPE_CHECKING:
    from collections.abc import Mapping

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


def _setting(line: str, nixos: str) -> dict[str, str]:
    """Return commands that add a line to nix.conf and restart the daemon."""
    return everywhere(
        f"{_CONF.format(line)} && {_SYSTEMD.format('restart')}",
        void=f"{_CONF.format(line)} && {_RUNIT}",
        nixos=f"{nixos}   # in configuration.nix, then: sudo nixos-rebuild switch",
    )


REMEDIES: Mapping[str, Mapping[str, str]] = {
    "nix": setup_remedies.INSTALL,
    "daemon": setup_remedies.DAEMON,
    "newer-nix": everywhere(
        "curl -L https://nixos.org/nix/install | sh -s -- --daemon",
        void="sudo xbps-install -Su nix",
        arch="sudo pacman -Syu nix",
        nixos="sudo nixos-rebuild switch --upgrade",
    ),
    "nix-for-nixpkgs": everywhere(
        f"nix {_COMMANDS} profile install github:NixOS/nixpkgs/nixos-25.05#nix && "
        'export PATH="$HOME/.nix-profile/bin:$PATH"   # in ~/.profile, too',
        void="sudo xbps-install -Su nix",
        arch="sudo pacman -Syu nix",
        nixos="sudo nixos-rebuild switch --upgrade",
    ),
    "nix-conf": everywhere(
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
    "privileges": everywhere("sudo voidgen iso"),
    "xbps": everywhere(_NIXPKGS, void="sudo xbps-install -S xbps"),
    "userns": setup_remedies.NAMESPACES,
    "loop": everywhere("sudo modprobe loop"),
    "kvm": everywhere("sudo modprobe kvm-intel || sudo modprobe kvm-amd"),
    "kvm-group": everywhere('sudo usermod --append --groups kvm "$USER"   # and log in again'),
    "kvm-broken": everywhere("sudo dmesg | grep -i kvm   # may say why"),
    "qemu": _installed("qemu-system-x86 qemu qemu-system-x86 qemu-system-x86 qemu"),
    "ovmf": _installed("ovmf qemu edk2-ovmf edk2-ovmf qemu"),
    "space": everywhere("nix-collect-garbage; podman system prune"),
    "repository": everywhere("git init {folder}"),
    "untracked": everywhere("git -C {folder} add --intent-to-add ."),
    "place": everywhere("mv {folder} ~/image   # or any path of letters, digits and . _ + -"),
    "tmpdir": everywhere("export TMPDIR=/var/tmp"),
}  # fmt: skip
"""The command for each problem and distribution."""


def lines(what: str, family: str, **words: str) -> str:
    """Return the command for ``family``, or those for all families if it is empty."""
    # Format only with words, because some commands contain braces.
    commands = {
        name: text.format(**words) if words else text for name, text in REMEDIES[what].items()
    }
    return commands_for(commands, family)
