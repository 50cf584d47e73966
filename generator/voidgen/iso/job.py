"""Make the files that tell the container's scripts what to do. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.config.types import ZSTD_LEVEL
from voidgen.lock import epoch
from voidgen.xbps.transactions import options as package_options

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path, PurePath, PurePosixPath

    from voidgen.config.types import Mklive, Squashfs
    from voidgen.image.built_image import BuiltImage
    from voidgen.overlay.resolution import Account
    from voidgen.plan.documents import Entry
    from voidgen.plan.plan import Plan

CLOSURE, REPOSITORY, OUT, HOME = "/closure", "/build/repository", "/out", "/voidgen"
"""Folders of the container: the machine's Nix store, links to the locked packages, the results, and
our scripts with their job."""

MEMORY = "512M"
"""Memory for mksquashfs's queues; the default is a quarter of all memory (mksquashfs(1), -mem)."""

SEPARATOR = "\x1f"
"""Separates the fields of an overlay's entry: paths of the image contain no control characters."""


@frozen
class Built:
    """The flake's outputs: the image's manifest, and store paths.

    ``snapshot`` is the content of voidgen.json in the ISO.
    """

    image: BuiltImage
    include: PurePosixPath
    mklive: PurePosixPath
    store_paths: tuple[PurePosixPath, ...]
    registration: bytes
    snapshot: bytes


def files(plan: Plan, mklive: Mklive, built: Built, owner: str) -> dict[str, bytes]:
    """Return the files of the job by name; ``owner`` (``UID:GID``) will own the results."""
    store = str(built.include.parent).removeprefix("/")
    return {
        "options": _lines(options(plan, mklive)),
        "squashfs": _lines(squashfs(mklive.squashfs)),
        "overlay": _lines(overlay(built.image.plan.include)),
        "users": _lines(users(built.image.plan.users)),
        "include": _lines([_inside(built.include)]),
        "mklive": _lines([_inside(built.mklive)]),
        "store": _lines([store]),
        "store-paths": _lines(path.name for path in built.store_paths),
        "registration": built.registration,
        "snapshot": built.snapshot,
        "owner": _lines([owner]),
    }


def packages(repository: Path) -> dict[str, bytes]:
    """Return the local ``repository``'s indexes, and a line for each package: its link and name."""
    links = sorted(repository.glob("*.xbps"))
    lines = [SEPARATOR.join((_inside(one.readlink()), one.name)) for one in links]
    indexes = {one.name: one.read_bytes() for one in repository.glob("*-repodata")}
    return {"packages": _lines(lines), **indexes}


def environment(host_arch: str, source_date: int) -> dict[str, str]:
    """Return the whole environment of mklive and its tools.

    ``host_arch`` is the architecture of the tools, ``source_date`` the time of the files they make.
    """
    return {
        "DRACUT_NO_MKNOD": "1",
        "HOME": "/root",
        "LC_ALL": "C",
        "MKLIVE_REV": "",
        "ROOTDIR": "/build",
        epoch.VARIABLE: str(source_date),
        "TZ": "UTC",
        "XBPS_ARCH": host_arch,
        "XBPS_INSTALL_CMD": f"{HOME}/xbps-install.sh",
    }


def options(plan: Plan, mklive: Mklive) -> list[str]:
    """Return mklive.sh's options (its -h), except those that name files of the container."""
    image = plan.config.image
    packages = tuple(asked.name for asked in plan.resolution.xbps)
    return [
        *package_options(image.arch, packages, (REPOSITORY,)),
        *("-k", image.console().name),
        *("-l", image.locale),
        *("-T", image.title),
        *("-C", " ".join(plan.cmdline)),
        *("-i", mklive.initramfs),
        *("-s", mklive.squashfs.compression),
    ]


def squashfs(config: Squashfs) -> list[str]:
    """Return mksquashfs(1)'s options for the settings in voidgen.toml."""
    chosen = config.level or (ZSTD_LEVEL if config.compression == "zstd" else None)
    level = ["-Xcompression-level", str(chosen)] if chosen else []
    block = ["-b", f"{config.block_size}K"]
    return ["-comp", config.compression, *level, *block, "-mem", MEMORY]


def overlay(entries: Iterable[Entry]) -> list[str]:
    """Return a line for each entry of the manifest: type, mode, owner, group, path.

    A directory that Nix fills is a ``tree``.
    """
    return [
        SEPARATOR.join((_type(one), one.mode or "", one.owner or "", one.group or "", one.path))
        for one in entries
    ]


def _type(entry: Entry) -> str:
    return "tree" if entry.type == "directory" and entry.made_by else entry.type


def users(accounts: Iterable[Account]) -> list[str]:
    """Return a line for each system user: name, number, home, shell, groups, description."""
    return [
        SEPARATOR.join(
            (
                one.name,
                "" if one.uid is None else str(one.uid),
                one.home,
                one.shell,
                ",".join(one.groups),
                one.description,
            )
        )
        for one in accounts
    ]


def _inside(path: PurePath) -> str:
    """Return the container's path for a path of the machine's store."""
    return f"{CLOSURE}/{path.name}"


def _lines(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()
