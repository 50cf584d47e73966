"""Which of voidgen's environment variables a program gets: those that it is known to read.

It does not get others, such as the tokens of a CI: a build or a log could show them.
"""

from __future__ import annotations

import getpass
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

ANY = (
    # The person and the system (environ(7), ld.so(8), the XDG Base Directory Specification).
    *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "TERM", "TMPDIR", "TZ", "XDG_*", "LD_*"),
    # The user whose folders git trusts if root runs it (git-config(1), safe.directory).
    *("SUDO_UID", "SUDO_GID"),
    # Proxies, and the certificates to trust (curl(1), openssl-env(7)).
    *("http_proxy", "https_proxy", "all_proxy", "no_proxy"),
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE", "NIX_SSL_CERT_FILE"),
    # Programs that ask for a passphrase, and the display for them (ssh(1)).
    *("SSH_AUTH_SOCK", "SSH_AGENT_PID", "SSH_ASKPASS", "SSH_ASKPASS_REQUIRE"),
    *("DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "DBUS_SESSION_BUS_ADDRESS"),
)
"""Variables of any program; a ``*`` stands for the rest of a name."""

OWN = {
    # AWS's are for stores in S3.
    "nix": ("NIX_*", "NIXPKGS_*", "_NIX_*", "GIT_*", "AWS_*"),
    "git": ("GIT_*",),
    # DOCKER_* has credentials, for podman and skopeo too (containers-auth.json(5)).
    "podman": (
        *("CONTAINER_*", "CONTAINERS_*", "_CONTAINERS_*", "DOCKER_*", "REGISTRY_*", "STORAGE_*"),
    ),
    "docker": ("DOCKER_*", "BUILDKIT_*"),
    "skopeo": ("CONTAINERS_*", "DOCKER_*", "REGISTRY_*", "STORAGE_*"),
    "qemu": ("QEMU_*", "GDK_*", "GTK_*", "SDL_*", "PULSE_*", "PIPEWIRE_*", "LIBGL_*", "MESA_*"),
}
"""Further variables of programs, by the beginnings of the programs' names."""


def of(program: str) -> dict[str, str]:
    """Return the whole environment for the program of this name; its messages are in English."""
    own = next((names for kind, names in OWN.items() if program.startswith(kind)), ())
    exact = {*ANY, *own}
    families = tuple(one.removesuffix("*") for one in exact if one.endswith("*"))
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in exact or name.startswith(families)
    }
    runs_git = program.startswith(("git", "nix"))
    return {**kept, **(_git_settings(kept) if runs_git else {}), "LC_ALL": "C"}


NO_PROGRAMS = (("core.fsmonitor", "false"), ("core.hooksPath", "/dev/null"))
"""Settings with which git starts no program that a repository of someone else names."""


def _git_settings(given: Mapping[str, str]) -> dict[str, str]:
    """Return variables that add `NO_PROGRAMS` to the settings in ``given`` (git-config(1))."""
    count = given.get("GIT_CONFIG_COUNT", "")
    first = int(count) if count.isdecimal() else 0
    found = {"GIT_CONFIG_COUNT": str(first + len(NO_PROGRAMS))}
    for number, (key, value) in enumerate(NO_PROGRAMS, first):
        found |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return found


def home_folder() -> Path:
    """Return the user's home folder; / for a user without one, as in some containers."""
    try:
        return Path.home()
    except RuntimeError:
        return Path("/")


def user_name() -> str:
    """Return the user's name; the number of one without a name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())
