"""The log of a run: kept whole in a file, followed stage by stage, and explained where it ends."""

from __future__ import annotations

import re
import shlex
from contextlib import contextmanager
from typing import TYPE_CHECKING

from voidgen.errors import StepFailedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from voidgen.container.engine import Engine

LAST = 20
"""Lines that an error shows."""

_STAGE = re.compile(r"\[(\d+)/(\d+)\] (.*)")
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_END = re.compile(rb"[\r\n]")
_LONGEST = 1 << 16
"""Bytes of a line that are looked at."""

_KNOWN: Mapping[str, str] = {
    r"not found in repository pool|MISSING: ": (
        "mklive wants a package that is not locked: run `voidgen lock`"
    ),
    r"No space left on device|exceeds free space on media": (
        "free space where the engine keeps its containers, or where the project lies"
    ),
    r"unshare(?: failed|: cannot)|must be superuser|mount: .*(?:permission denied|not permitted)": (
        "the engine gives too few privileges: run voidgen as root, with an engine that is not "
        "rootless; `[container] arguments` adds what your host needs"
    ),
    r"users: \d+ of the modules' users": "fix [users] of the modules, and run `voidgen generate`",
    r"overlay: \d+ of its files": "mend the modules that bring them, and run `voidgen generate`",
    r"clock was set during the run": "run it again, once the machine has the right time",
    r"exec format error": "the container is for another architecture than this machine's",
}
"""What some lines mean, for a person."""


SUCCESS = re.compile(r"^Created \S+ \(.*\) successfully\.$", re.MULTILINE)
_FAILED = re.compile(
    r"(?:\S*/)?(?:cp|mount|losetup|mkfs|mkfs\.\w+|mknod): .*"
    r"|dracut-install: .*|dracut\[F\].*"
    # Errors after which dracut goes on, and ends with status 0 (059 to 112: dracut.sh,
    # dracut-functions.sh and the modules' module-setup.sh). Its others are about modules that are
    # left out.
    r"|dracut(?:\[E\])?: (?:FAILED|installkernel failed|(?:dracut m|M)odule '[^']*' cannot be "
    r"|ldconfig (?:exited|might need)|Cannot (?:execute compression|install a hook|find \[systemd-)"
    r"|The target kernel does not support |No such hook type |Aborting initrd creation"
    r"|\"depmod -a |Creation of |Failed (?:to install|making) |Resolving dependencies for ).*"
    # The dynamic loader's own errors are about a library that was asked for beside.
    r"|ERROR: (?!ld\.so: ).*"
    # Owners and capabilities that a package's files lack then.
    r"|(?:chown: |setcap: |.*[Cc]apabilit).*Operation not permitted\b.*"
    r"|.*: (?:No space left on device|Input/output error)\b.*"
)
"""Lines that say that something failed, in whatever stage."""
_FAILED_IN_MKLIVE = re.compile(
    r"(?:\S*/)?(?:chmod|chown|chroot|find|install|ln|mcopy|mkdir|mmd|mv|rm|rmdir|sed|touch|truncate"
    r"|umount): .*"
    r"|.*: Operation not permitted\b.*"
    # "readonly function" is how a step of mklive's is replaced (hooks.bash).
    r"|\S*mklive\.sh: line \d+: (?!\w+: readonly function$).*"
    r"|grub-\w+: error: .*|xorriso : (?:FAILURE|FATAL|SORRY) : .*"
)
"""Others, of mklive's own steps; scripts of packages, which run in the stages that install them,
also try what may fail, such as the modes of /proc and /sys in a user namespace."""
_INSTALLS = "Installing "

_STOPS = re.compile(
    # What ends a run though nothing else says why: the shell's, getopts's and XBPS's own words.
    r".*: (?:illegal option|option requires an argument) -- .*"
    r"|.*: (?:command )?not found|.*: (?:Permission denied|unbound variable|syntax error.*)"
    r"|MISSING: .*|CONFLICT: .*|.*: broken, unresolvable shlib .*|.*exec format error.*"
    r"|voidgen: (?!overlay: .*: replaces |listing ).*"
)
_SOUNDS_LIKE_IT = re.compile(
    r"(?i).*\b(?:error|fail(?:s|ed|ure)?|fatal|cannot|can't|denied|refused)\b.*"
)
"""Words of programs that voidgen does not know."""
_SHOWN = 240
"""Characters of the line that an error begins with."""


_NOISE = re.compile(
    r"dracut(?:\[E\])?: .*, which can't be installed"
    r"|.*: (?:overlay: .*: replaces .*|readonly function)"
)
"""What says nothing of why a run ended, though it sounds like it."""

_KILLED = (137, -9)
"""Exit statuses of engines whose container, and who themselves, were killed."""


class Log:
    """The log in ``file``."""

    def __init__(self, file: Path) -> None:
        """Nothing is written yet."""
        self.file = file
        self.stage = ""

    @contextmanager
    def open(
        self, argv: Sequence[str], reached: Callable[[int, int, str], None]
    ) -> Iterator[Callable[[bytes], None]]:
        """Begin with the command ``argv``; call what is entered with each piece of output.

        ``reached`` hears of mklive's stages, which it prints as ``[n/m] what``.
        """
        line = b""
        with self.file.open("wb") as stream:
            stream.write(f"$ {shlex.join(argv)}\n".encode())

            def heard(piece: bytes) -> None:
                nonlocal line
                stream.write(piece)
                stream.flush()
                *whole, line = _END.split(line + piece)
                line = line[-_LONGEST:]
                for one in whole:
                    match = _STAGE.match(_plain(one[:_LONGEST]))
                    if match:
                        self.stage = match[3]
                        reached(int(match[1]), int(match[2]), match[3])

            yield heard

    def text(self) -> str:
        """All of it, without colours."""
        return _plain(self.file.read_bytes())

    def replaced(self) -> list[str]:
        """What the overlay put in the place of packages' files."""
        return re.findall(r"^voidgen: (overlay: .*: replaces .*)$", self.text(), re.MULTILINE)

    def failure(self, status: int, runner: Engine) -> StepFailedError:
        """Why the run ended with ``status``: the stage, the first line that says so, the last ones.

        The remedy says where the whole log is.
        """
        lines = [line for line in re.split(r"[\r\n]+", self.text()) if line.strip()][1:]
        first, last = telling(lines), lines[-LAST:]
        remedies = [said for known, said in _KNOWN.items() if re.search(known, "\n".join(lines))]
        if status in _KILLED:
            first = ""
            remedies.append("it was killed: by somebody, or by the kernel where memory ran out")
        where = f" in «{self.stage}»" if self.stage else ""
        said = f": {first[:_SHOWN]}{'…' * (len(first) > _SHOWN)}" if first else ""
        what = f"{runner.program} run: failed{where} (exit status {status}){said}"
        remedy = "; ".join([*remedies[:1], f"the whole log is {self.file}"])
        return StepFailedError(what, remedy, "\n".join(last))


def telling(lines: Sequence[str]) -> str:
    """Return the first of a failed run's ``lines`` that tells of a failure, or nothing.

    Lines of the last stage are asked first: what an earlier one passed over did not end the run.
    In a stage that installs packages, their scripts also try what may fail.
    """
    begins = max((at for at, line in enumerate(lines) if _STAGE.match(line)), default=0)
    stage = _STAGE.match(lines[begins]) if lines else None
    installs = stage is not None and stage[3].startswith(_INSTALLS)
    known = (_FAILED, _STOPS) if installs else (_FAILED, _STOPS, _FAILED_IN_MKLIVE)
    for part in (lines[begins:], lines):
        for kinds in (known, (_SOUNDS_LIKE_IT,)):
            for line in part:
                if not _NOISE.fullmatch(line) and any(one.fullmatch(line) for one in kinds):
                    return line
    return ""


def faults(text: str) -> Iterator[str]:
    """Say what the log ``text`` shows to have failed, though mklive's exit status is 0.

    Each line once, however often it is there.
    """
    if not SUCCESS.search(text):
        yield "mklive did not say that it created the image"
    installs = False
    told = set[str]()
    for line in text.splitlines():
        stage = _STAGE.fullmatch(line)
        if stage:
            installs = stage[3].startswith(_INSTALLS)
        elif line not in told and (
            _FAILED.fullmatch(line) or (not installs and _FAILED_IN_MKLIVE.fullmatch(line))
        ):
            told.add(line)
            yield f"mklive passed over an error: {line}"


def _plain(data: bytes) -> str:
    return _ANSI.sub("", data.decode(errors="replace"))
