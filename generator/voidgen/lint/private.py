"""Files with secrets that others can read, in the image or before it is built."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from voidgen.lint.finding import Finding
from voidgen.overlay.private import GROUP_OR_OTHERS, OTHERS, key_in, place_of
from voidgen.system.credentials import secret_in
from voidgen.tree import File

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voidgen.lint.finding import LintedImage

_NO_SECRETS = re.compile(r"/etc/(?:doas\.conf|sudoers|sudoers\.d/.+|securetty|(?:cron|at)[.t].+)")
"""Files that usually are private although they have no secrets: they say who may do what."""


def files(image: LintedImage) -> Iterator[Finding]:
    """Find secrets that everyone on the system, or everyone with the project, can read."""
    for path, node in image.nodes.items():
        if isinstance(node, File):
            found = _file(path, node)
            if found:
                yield found


def _file(path: str, node: File) -> Finding | None:
    place, key = place_of(path), key_in(node.data)
    has_secret = bool(key) or (place is not None and place.has_secret(node.data))
    remedy = f'add to module.toml: [files."{path}"] mode = "0600"'
    if place and place.refused_by and node.mode & place.readable:
        what = f"{place.refused_by} refuses this file: others can read it (mode {node.mode:04o})"
        return Finding(path, what, remedy)
    if has_secret and node.mode & OTHERS:
        what = f"has {key or 'a secret'}, and everyone on the system can read it"
        return Finding(path, f"{what} (mode {node.mode:04o})", remedy)
    is_kept = node.mode & (GROUP_OR_OTHERS | 0o111) == 0 and not _NO_SECRETS.fullmatch(path)
    if has_secret or is_kept:
        what = "is private only in the image: git, the Nix store and the ISO show it to everyone"
        remedy = "read secrets from a USB stick or make them at boot; if the file has no secret, "
        remedy += "name private-file in [allow]"
        return Finding(path, what, remedy, doubtful=True)
    return _url(path, node.data)


def _url(path: str, data: bytes) -> Finding | None:
    """Return a finding for the first URL with a password or token in a text file."""
    if b"://" not in data or b"\0" in data:
        return None
    for number, line in enumerate(data.decode(errors="replace").splitlines(), 1):
        if secret := secret_in(line):
            what = f"has a URL with {secret}, which git, the Nix store and the ISO show to everyone"
            remedy = "remove it; if it is not a secret, name private-file in [allow]"
            return Finding(path, what, remedy, number, doubtful=True)
    return None
