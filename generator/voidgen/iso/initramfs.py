"""Read the entries of an initramfs's cpio archives, and find what a live boot lacks there."""

from __future__ import annotations

import re
import stat
from typing import TYPE_CHECKING, NamedTuple

from voidgen.system import decompression

if TYPE_CHECKING:
    import io
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path
    from typing import BinaryIO

    from voidgen.system.decompression import Decompress

_NEWC = (b"070701", b"070702")
_HEADER = re.compile(rb"07070[12]((?:[0-9A-Fa-f]{8}){13})")
"""A magic number, and 13 numbers of 8 hexadecimal digits (cpio(5), "New ASCII Format")."""
_MODE, _UID, _GID, _SIZE, _NAME = 1, 2, 3, 6, 11
"""Places of five of the numbers: mode, owner, group, bytes of content, bytes of the name."""
_END = "TRAILER!!!"
_LONGEST = 1 << 16
"""Maximum bytes of a name."""
_PIECE = 1 << 20

_LIVE = ("isofs", "loop", "overlay", "squashfs")
"""Kernel modules without which dmsquash-live mounts no root (its module-setup.sh)."""
_MODULE = re.compile(r"(?:usr/)?lib/modules/([^/]+)/(?:.*/)?([^/]+)\.ko(?:\.\w+)?")

_FOLDER_OF_A_RUN = re.compile(r"var/tmp/dracut\.\w+/")
_BOOTS = (
    *("/lib/dracut-lib.sh", "/bin/dmsquash-live-root"),
    *("/hooks/cmdline/30-parse-dmsquash-live.sh", "/hooks/pre-udev/30-dmsquash-live-genrules.sh"),
    *("/bin/sh", "/bin/mount", "/bin/modprobe", "/bin/udevadm", "/bin/blkid", "/bin/losetup"),
    "/bin/switch_root",
)
"""Ends of the paths that every live system needs to boot: dracut's base, udev-rules and
dmsquash-live modules install them, from 059 to 112. ``bin`` also stands for ``sbin``."""

_LIBRARY = re.compile(r"/(?:usr/)?lib(?:32|64)?/(ld-(?:linux|musl)[\w-]*\.so\.\d+|libc\.so\.6)")
"""The dynamic loader and the C library of glibc or musl (ld.so(8)), in the root tree. If ldd fails,
dracut copies programs without them, and succeeds."""

_NETBOOT = "/etc/dracut.conf.d/voidgen-netboot.conf"
"""The file in the root tree by which the module netboot asks dracut for livenet."""
_FETCHES = (
    "/bin/livenetroot",
    "/hooks/cmdline/29-parse-livenet.sh",
    "/lib/url-lib.sh",
    "/bin/curl",
)
"""Ends of the paths that dracut's livenet and url-lib install, from 059 to 112. dracut leaves out
a module whose program is missing, and succeeds."""

_ASKED = re.compile(r"""/usr/bin/dracut\b(?:.|\\\n)*?\s--force-add "([^"]+)\"""")
"""The dracut modules that mklive.sh requests; they are in its own folder dracut/."""
# A hook with a deeper indentation is inside of an `if`: only some images have it.
_HOOK = re.compile(
    r"""^(?:\ {4}|\t)(?:\[\ -f\ "\$moddir/[^"]+"\ \]\ *&&\ *)?
    inst_hook\ (?P<point>[\w/-]+)\ (?P<order>\d+)\ "\$moddir/(?P<file>[^"]+)"$""",
    re.MULTILINE | re.VERBOSE,
)


PERSISTENCE = "usr/lib/dracut/modules.d/70live-persistence"
"""The dracut module of the overlay's module persistence, in the overlay."""
_KEEPS_CHANGES = "-prepare-changes.sh"
"""End of its hook that needs ext4 and e2fsck."""

_RESERVED = range(32512, 65280)
"""Owners and groups that only data/nix/setid.c gives files, and only during a build."""


class Entry(NamedTuple):
    """A file in the archive: its mode (stat(2), with the file's kind), owner and group."""

    mode: int
    uid: int = 0
    gid: int = 0


def entries(stream: BinaryIO, decompress: Decompress) -> dict[str, Entry]:
    """Return each entry by its path from the root.

    ``stream`` may hold several archives in a row, plain or compressed: early microcode, then the
    rest (Linux, Documentation/driver-api/early-userspace/buffer-format.rst). Raises ValueError if
    it is not an initramfs or is cut off, NoProgramError if ``decompress`` does.
    """
    try:
        return dict(_archives(decompression.buffered(stream), decompress))
    except decompression.DAMAGED as error:
        raise ValueError(f"not an initramfs: {error}") from None


def faults(found: Mapping[str, Entry], tree: Iterable[str], hooks: Iterable[str]) -> Iterator[str]:
    """Yield what a live boot needs but the initramfs with the entries ``found`` lacks.

    That is what dracut installs for every live system, the kernel's modules and mklive's hooks.
    ``tree`` are the absolute paths of the root tree: a kernel module that is a file there must be
    in the initramfs (others are built in). ``hooks`` are from `hooks`. What another run would not
    have is a fault, too.
    """
    hooks, tree = tuple(hooks), frozenset(tree)
    keeps_changes = any(hook.endswith(_KEEPS_CHANGES) for hook in hooks)
    yield from _lacking(found, (*hooks, "bin/e2fsck") if keeps_changes else hooks)
    live = (*_LIVE, "ext4") if keeps_changes else _LIVE
    if _NETBOOT in tree:
        for name in _missing(found, _FETCHES):
            yield f"the initramfs lacks {name}, without which it cannot boot over a network"
    yield from _without_libraries(found, tree)
    have, files = _modules(found), _modules(path.removeprefix("/") for path in tree)
    if files and not have:
        yield "the initramfs has no kernel modules"
    for version, name in sorted(files - have):
        if name in live and version in {known for known, _ in have}:
            yield f"the initramfs lacks the kernel module {name} (Linux {version})"
    known = {version for version, _ in files}
    for version in sorted({version for version, _ in have} - known):
        yield f"the initramfs has modules of Linux {version}, which the root tree does not have"
    yield from _of_one_run(found)


def versions(found: Iterable[str]) -> set[str]:
    """Return the versions of Linux whose modules are among the paths ``found``."""
    return {version for version, _ in _modules(found)}


def _of_one_run(found: Mapping[str, Entry]) -> Iterator[str]:
    """Yield paths of ``found`` that depend on the engine or on dracut's folder name.

    For a program whose RUNPATH begins with $ORIGIN, dracut 108 and later puts a library there, too
    (expand_runpath in dracut-install.c).
    """
    for path, (mode, uid, gid) in sorted(found.items()):
        if uid in _RESERVED or gid in _RESERVED:
            yield (
                f"the initramfs has {path} without its setuid bit: with Nix, set filter-syscalls = "
                "false in the builder's nix.conf, because a program did not load voidgen's library"
            )
        if stat.S_ISCHR(mode) or stat.S_ISBLK(mode):
            yield f"the initramfs has the device node {path}, which not every engine can make"
        elif stat.S_ISREG(mode) and _FOLDER_OF_A_RUN.match(path):
            yield (
                f"the initramfs has {path}, in a folder with another name in each run: "
                "a program in it has a RUNPATH with $ORIGIN"
            )


def _lacking(found: Collection[str], hooks: Iterable[str]) -> Iterator[str]:
    """Yield the programs and scripts of a live boot that are not among the paths ``found``."""
    for name in ([] if "init" in found else ["/init"]) + _missing(found, _BOOTS):
        yield f"the initramfs lacks {name}, without which nothing boots"
    for hook in _missing(found, [f"/{hook}" for hook in hooks]):
        yield f"the initramfs lacks {hook[1:]}"


def _without_libraries(found: Iterable[str], tree: Iterable[str]) -> Iterator[str]:
    """Yield the dynamic loader and C library of the root tree if the initramfs has none."""
    names = {path.rpartition("/")[2] for path in found}
    known = {library[1] for path in tree if (library := _LIBRARY.fullmatch(path))}
    loaders = {name for name in known if name.startswith("ld-")}
    for needed in (loaders, known - loaders):
        # For another architecture, the root tree may have one more loader.
        if needed and needed.isdisjoint(names):
            yield f"the initramfs lacks {min(needed)}, without which no program of it runs"


def _missing(found: Iterable[str], ends: Iterable[str]) -> list[str]:
    """Return which of ``ends`` no path of ``found`` has at its end."""
    paths = {f"/{path}".replace("/sbin/", "/bin/") for path in found}
    return [end for end in ends if not any(path.endswith(end) for path in paths)]


def hooks(mklive: Path) -> list[str]:
    """Return the ends of the paths of the hooks that mklive makes dracut install in every image.

    ``mklive`` is its source.
    """
    asked = _ASKED.search(_text(mklive / "mklive.sh"))
    modules = (mklive / "dracut" / name for name in (asked[1].split() if asked else ()))
    return [hook for module in modules for hook in hooks_of(module)]


def hooks_of(module: Path) -> list[str]:
    """Return the ends of the paths of the hooks that a dracut module installs in every image.

    None if there is no such ``module``.
    """
    return [
        f"hooks/{hook['point']}/{hook['order']}-{hook['file']}"
        for hook in _HOOK.finditer(_text(module / "module-setup.sh"))
        if (module / hook["file"]).is_file()
    ]


def _text(file: Path) -> str:
    return file.read_bytes().decode(errors="replace") if file.is_file() else ""


def _modules(paths: Iterable[str]) -> set[tuple[str, str]]:
    """Return version and name of each kernel module, with ``_`` for ``-``, as in the kernel."""
    found = map(_MODULE.fullmatch, paths)
    return {(one[1], one[2].replace("-", "_")) for one in found if one}


def _archives(
    stream: io.BufferedReader, decompress: Decompress | None
) -> Iterator[tuple[str, Entry]]:
    """Yield each entry with its path; without ``decompress``, the archives must be plain."""
    count = 0
    while begin := _after_zeros(stream):
        count += 1
        if begin.startswith(_NEWC):
            yield from _archive(stream)
            continue
        archives = decompress(stream) if decompress else None
        if archives is None:
            raise ValueError(f"archive {count} begins with {begin[:6]!r}")
        with archives:
            yield from _archives(archives, None)
        return
    if not count:
        raise ValueError("it is empty")


def _after_zeros(stream: io.BufferedReader) -> bytes:
    """Skip the zeros between two archives; return how the next one begins (empty: no more)."""
    while begin := stream.peek(len(_NEWC[0])):
        zeros = len(begin) - len(begin.lstrip(b"\0"))
        if not zeros:
            return begin
        stream.read(zeros)
    return b""


def _archive(stream: io.BufferedReader) -> Iterator[tuple[str, Entry]]:
    while True:
        header = _HEADER.fullmatch(_exactly(stream, 110))
        if not header:
            raise ValueError("an entry is garbled")
        numbers = [int(header[1][place : place + 8], 16) for place in range(0, 104, 8)]
        length = numbers[_NAME]
        if not 0 < length <= _LONGEST:
            raise ValueError("an entry's name is garbled")
        name = _exactly(stream, length)[:-1].decode(errors="surrogateescape")
        _skip(stream, -(110 + length) % 4)
        if name == _END:
            return
        _skip(stream, numbers[_SIZE] + -numbers[_SIZE] % 4)
        entry = Entry(numbers[_MODE], numbers[_UID], numbers[_GID])
        yield name.removeprefix(".").removeprefix("/"), entry


def _exactly(stream: io.BufferedReader, count: int) -> bytes:
    data = stream.read(count)
    if len(data) < count:
        raise EOFError("it is cut off")
    return data


def _skip(stream: io.BufferedReader, count: int) -> None:
    while count:
        count -= len(_exactly(stream, min(count, _PIECE)))
