"""Find failures in a log of mklive, which ends with exit status 0 after several kinds of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

STAGE = re.compile(r"\[(\d+)/(\d+)\] (.*)")
"""A line with which one of mklive's stages begins: number, number of all stages, name."""
_ANSI = re.compile(r"\x1b\[[0-9;]*m")

SUCCESS = re.compile(r"^Created \S+ \(.*\) successfully\.$", re.MULTILINE)
FAILED = re.compile(
    r"(?:\S*/)?(?:cp|mount|losetup|mkfs|mkfs\.\w+|mknod): .*"
    r"|dracut-install: .*|dracut\[F\].*"
    # Errors after which dracut continues, and ends with status 0 (059 to 112: dracut.sh,
    # dracut-functions.sh and the modules' module-setup.sh). Its other errors are about modules
    # that it leaves out.
    r"|dracut(?:\[E\])?: (?:FAILED|installkernel failed|(?:dracut m|M)odule '[^']*' cannot be "
    r"|ldconfig (?:exited|might need)|Cannot (?:execute compression|install a hook|find \[systemd-)"
    r"|The target kernel does not support |No such hook type |Aborting initrd creation"
    r"|\"depmod -a |Creation of |Failed (?:to install|making) |Resolving dependencies for ).*"
    # The dynamic loader's own errors are about an optional library (LD_PRELOAD), except setid.so.
    r"|ERROR: (?!ld\.so: (?!object '/setid/)).*"
    # After these, files of packages lack their owners, capabilities or setuid bits.
    r"|(?:chown: |setcap: |.*[Cc]apabilit).*Operation not permitted\b.*"
    r"|chmod: (?!(?:changing permissions of )?'?\.?/?(?:dev|proc|sys)\b)"
    r".*Operation not permitted\b.*"
    r"|.*: (?:No space left on device|Input/output error)\b.*"
)
"""Lines that mean a failure in every stage."""
FAILED_IN_MKLIVE = re.compile(
    r"(?:\S*/)?(?:chmod|chown|chroot|find|install|ln|mcopy|mkdir|mmd|mv|rm|rmdir|sed|touch|truncate"
    r"|umount): .*"
    r"|.*: Operation not permitted\b.*"
    # hooks.bash replaces a step of mklive, which prints "readonly function".
    r"|\S*mklive\.sh: line \d+: (?!\w+: readonly function$).*"
    r"|grub-\w+: error: .*|xorriso : (?:FAILURE|FATAL|SORRY) : .*"
)
"""Lines that mean a failure in mklive's own steps. In the stages that install packages, their
scripts also try what may fail, such as the modes of /proc and /sys in a user namespace."""
_INSTALLS = "Installing "
OF_HOOK = "post-install: "
"""How the lines of the project's own script begin, which may try things in vain."""


def plain(data: bytes) -> str:
    """Return a log's ``data`` as text without colours."""
    return _ANSI.sub("", data.decode(errors="replace"))


def installs(stage: str) -> bool:
    """Return whether mklive's ``stage`` installs packages, whose scripts may fail in parts."""
    return stage.startswith(_INSTALLS)


def faults(text: str) -> Iterator[str]:
    """Yield what failed according to the log ``text``, though mklive's exit status is 0.

    Yields each line once.
    """
    if not SUCCESS.search(text):
        yield "mklive did not report that it created the image"
    installing = False
    seen = set[str]()
    for line in text.splitlines():
        if line.startswith(OF_HOOK):
            continue
        stage = STAGE.fullmatch(line)
        if stage:
            installing = installs(stage[3])
        elif line not in seen and (
            FAILED.fullmatch(line) or (not installing and FAILED_IN_MKLIVE.fullmatch(line))
        ):
            seen.add(line)
            yield f"mklive ignored an error: {line}"
