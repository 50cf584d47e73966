"""Numbers and keys that must be different on each machine."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from voidgen.lint.finding import Finding
from voidgen.tree import File

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voidgen.lint.finding import LintedImage

_MADE = re.compile(
    r"/etc/machine-id|/var/lib/dbus/machine-id|/var/lib/(?:systemd/)?random-seed"
    r"|/var/lib/seedrng/.+|/var/lib/NetworkManager/secret_key"
)
_HOST_KEY = re.compile(r"/etc/ssh/ssh_host_\w+_key")


def shared(image: LintedImage) -> Iterator[Finding]:
    """Find numbers and keys that all machines that boot the image would share."""
    for path, node in image.nodes.items():
        if not isinstance(node, File) or not node.data.strip():
            continue
        if _MADE.fullmatch(path):
            what = f"every machine that boots the image would have the same {path}"
            yield Finding(path, what, "remove it: each system makes its own")
        elif _HOST_KEY.fullmatch(path):
            what = (
                "every machine that boots the image would have this private key, and so would "
                "everyone who gets the ISO"
            )
            yield Finding(path, what, "remove it: sshd's service makes one", doubtful=True)
