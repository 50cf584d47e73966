"""Options of mklive.sh (see its -h) for an architecture and packages. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def options(arch: str, packages: Sequence[str], repositories: Sequence[str]) -> list[str]:
    """Return the options for the packages of the image.

    Of several repositories, mklive asks the last one first.
    """
    asked = [word for where in reversed(repositories) for word in ("-r", where)]
    return ["-a", arch, *asked, *(["-p", " ".join(packages)] if packages else [])]


def of_root(
    kernel: str | None,
    base: str | None,
    ignore: Sequence[str] | None,
    platforms: Sequence[str] | None,
) -> list[str]:
    """Return the options for what the root tree is made of; mklive has a default for each."""
    return [
        *(["-v", kernel] if kernel else []),
        *(["-b", base] if base else []),
        *(["-g", " ".join(ignore)] if ignore else []),
        *(["-P", " ".join(platforms)] if platforms else []),
    ]


def host_arch(arch: str) -> str:
    """Return the architecture of mklive's own tools: they use the C library of the container."""
    return arch.removesuffix("-musl")
