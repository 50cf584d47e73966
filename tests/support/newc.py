"""Archives as cpio(1) writes them in the format newc, for an initramfs."""

import stat
from collections.abc import Mapping

FILE, FOLDER, NODE = stat.S_IFREG | 0o644, stat.S_IFDIR | 0o755, stat.S_IFCHR | 0o666


def archive(modes: Mapping[str, int], content: bytes = b"") -> bytes:
    """An archive of these paths; each has the ``content``."""
    data = b"".join(_entry(path, mode, content) for path, mode in modes.items())
    data += _entry("TRAILER!!!", 0, b"")
    return data + bytes(-len(data) % 512)


def _entry(path: str, mode: int, content: bytes) -> bytes:
    name = path.encode() + b"\0"
    numbers = (1, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name), 0)
    head = b"070701" + "".join(f"{one:08X}" for one in numbers).encode() + name
    return head + bytes(-len(head) % 4) + content + bytes(-len(content) % 4)
