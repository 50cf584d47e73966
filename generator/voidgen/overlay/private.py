"""Files and folders that only their owner may read, by their places in the image. Pure.

Most programs ignore or refuse such a file if others can read it. Sources: the manuals of the
programs, and the folders that Void's packages make (``make_dirs`` in void-packages). Patterns are
compiled when they are needed: most overlays need few.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE, FOLDER = 0o600, 0o700
OTHERS, GROUP_OR_OTHERS = 0o004, 0o044

_HOME = r"/(?:root|home/[^/]+|etc/skel)"
_SSH_PUBLIC = r"(?!(?:authorized_keys2?|known_hosts[^/]*|config)$|[^/]*\.pub$)"
_KEYED = rb"(?im)^[ \t]*(?:[\w-]*(?:psk|password|passwd|secret|wep[_-]key\d?|pin))[ \t]*=[ \t]*\S"


@frozen
class Place:
    """A place of private files: a pattern of its path, with ``.`` for any character.

    ``refused_by`` names the program that ignores or refuses it if anyone of the bits ``readable``
    is set. It has a secret if ``secret`` is found in it; without that pattern it always has one.
    ``always``: its mode is private also without a secret.
    """

    path: str
    refused_by: str = ""
    readable: int = OTHERS
    secret: bytes | None = None
    always: bool = True

    def has_secret(self, data: bytes) -> bool:
        """Return whether a file here with the content ``data`` has a secret."""
        return self.secret is None or bool(re.search(self.secret, data))


def _strict(path: str, refused_by: str, secret: bytes | None = None) -> Place:
    return Place(path, refused_by, GROUP_OR_OTHERS, secret)


def _plain(path: str, secret: bytes | None = None) -> Place:
    return Place(path, secret=secret, always=not secret)


PLACES = (
    _strict(r"/(?:etc|usr/lib)/NetworkManager/system-connections/.+", "NetworkManager", _KEYED),
    _strict(r"/etc/ssh/ssh_host_[^/]+_key", "sshd"),
    _strict(rf"{_HOME}/\.ssh/{_SSH_PUBLIC}.+", "ssh", rb"PRIVATE KEY"),
    _strict(rf"{_HOME}/\.gnupg/(?:private-keys-v1\.d/.+|secring\.gpg)", "GnuPG"),
    _strict(rf"{_HOME}/\.pgpass", "PostgreSQL"),
    _strict(rf"{_HOME}/\.msmtprc|/etc/msmtprc", "msmtp"),
    _strict(rf"{_HOME}/\.fetchmailrc|/etc/fetchmailrc", "fetchmail"),
    _plain(rf"{_HOME}/\.netrc|/etc/nix/netrc"),
    _strict(rf"{_HOME}/\.davfs2/secrets|/etc/davfs2/secrets", "davfs2"),
    _strict(r"/etc/ddclient/ddclient\.conf", "ddclient", _KEYED),
    _strict(r"/etc/ppp/(?:chap|pap|srp)-secrets", "pppd"),
    _strict(r"/etc/rsyncd\.secrets", "rsync"),
    _plain(r"/etc/wireguard/.+"),
    _plain(r"/etc/g?shadow-?"),
    _plain(r"/var/lib/(?:iwd|ead)/.+\.(?:psk|8021x)"),
    _plain(r"/var/lib/bluetooth/.+/info"),
    _plain(r"/etc/wpa_supplicant/.+\.conf", _KEYED),
    _plain(r"/etc/hostapd/.+", rb"(?m)^(?:wpa_passphrase|wpa_psk|wep_key\d)="),
    _plain(r"/etc/ipsec\.secrets|/etc/swanctl/(?:private|rsa|ecdsa|pkcs8|pkcs12)/.+"),
    _plain(r"/etc/(?:ssl|pki/tls)/private/.+|/etc/cryptsetup-keys\.d/.+|/crypto_keyfile\.bin"),
    _plain(r"/etc/tinc/.+\.priv|/etc/nebula/.+\.key|/var/lib/tailscale/tailscaled\.state"),
    _plain(r"/etc/postfix/sasl_passwd|/etc/(?:cifs|smb|samba)[-/]?credentials|.+/\.smbcredentials"),
    _plain(r".+\.keytab"),
    _plain(rf"{_HOME}/\.(?:aws/credentials|git-credentials|my\.cnf|pypirc|vault-token|vnc/passwd)"),
    _plain(rf"{_HOME}/\.config/(?:rclone/rclone\.conf|git/credentials|gh/hosts\.yml)"),
    _plain(rf"{_HOME}/\.(?:config/containers/auth|docker/config)\.json", rb'"auth"\s*:'),
    _plain(rf"{_HOME}/\.npmrc", rb"_(?:auth|authToken|password)\s*="),
    _plain(rf"{_HOME}/\.(?:kube/config|cargo/credentials(?:\.toml)?)", rb"(?i)token|key-data"),
    _plain(rf"{_HOME}/\.config/sops/age/keys\.txt"),
)  # fmt: skip

_TOPS = ("/etc/", "/home/", "/root/", "/usr/lib/NetworkManager/", "/var/lib/", "/crypto_keyfile")
_ENDS = (".keytab", "/.smbcredentials")
"""How private places begin or end."""
_ANY = "|".join(f"(?:{place.path})" for place in PLACES)

FOLDERS = (
    rf"{_HOME}/\.(?:ssh|gnupg(?:/private-keys-v1\.d)?)|/etc/wireguard"
    r"|/var/lib/(?:iwd|ead|bluetooth)"
)
"""Folders that only their owner may enter."""

_PEM = (
    rb"(?m)^-----BEGIN (?:[A-Z0-9]+ )*(?:PRIVATE KEY(?: BLOCK)?|OpenVPN Static key V1)-----"
    rb"[ \t]*\r?\n"
    rb"(?:[A-Za-z0-9+/=]{16,}[ \t]*\r?$|[A-Za-z-]+: |\r?\n)"
)
_GNUPG = (
    rb"(?m)\A\((?:11:private|21:protected-private)-key\("
    rb"|^(?:Key: )?\((?:protected-)?private-key "
)
_CONTENT: Mapping[bytes, tuple[str, bytes]] = {
    b"PRIVATE KEY": ("a private key", _PEM),
    b"OpenVPN Static key": ("a private key", _PEM),
    b"AGE-SECRET-KEY-1": ("an age key", rb"\bAGE-SECRET-KEY-1[0-9A-Z]{50,}\b"),
    b"PrivateKey": (
        "a WireGuard key",
        rb"(?im)^[ \t]*PrivateKey[ \t]*=[ \t]*[A-Za-z0-9+/]{43}=[ \t]*\r?$",
    ),
    b"PuTTY-User-Key-File-": ("a PuTTY key", rb"\APuTTY-User-Key-File-\d"),
    b"private-key": ("a GnuPG key", _GNUPG),
    b" secret key\n": (
        "a signing key",
        rb"\Auntrusted comment: [^\n]* secret key\n[A-Za-z0-9+/=]{40,}",
    ),
}  # fmt: skip
"""What a file with a secret has in it, by bytes that are quick to look for."""
_WORDS = (b"KEY", b"Key", b"key")
"""One of them is in each."""


def place_of(path: str) -> Place | None:
    """Return the private place that ``path`` is."""
    if not path.startswith(_TOPS) and not path.endswith(_ENDS):
        return None
    # All patterns at once first: most paths match none of them.
    if not re.fullmatch(_ANY, path, re.DOTALL):
        return None
    return next(place for place in PLACES if re.fullmatch(place.path, path, re.DOTALL))


def mode_of(path: str, data: bytes) -> int | None:
    """Return the mode of a file that is private by its place; None for any other."""
    place = place_of(path)
    return FILE if place and (place.always or place.has_secret(data)) else None


def key_in(data: bytes) -> str:
    """Return what private key is in ``data``, with its article; empty if there is none."""
    if not any(word in data for word in _WORDS):
        return ""
    for sign, (name, pattern) in _CONTENT.items():
        if sign in data and re.search(pattern, data):
            return name
    return ""


def folder_mode(path: str) -> int | None:
    """Return the mode of a folder that only its owner may enter; None for any other."""
    return FOLDER if re.fullmatch(FOLDERS, path) else None
