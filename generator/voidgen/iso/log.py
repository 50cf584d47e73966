"""Keep the log of a run in a file, follow its stages, and explain a failure."""

from __future__ import annotations

import itertools
import re
import shlex
from contextlib import contextmanager
from typing import TYPE_CHECKING

from voidgen.errors import StepFailedError
from voidgen.iso.mklive_log import FAILED, FAILED_IN_MKLIVE, STAGE, installs, plain
from voidgen.iso.result import DIFFERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

LAST = 20
"""Number of last lines that an error shows."""

_END = re.compile(rb"[\r\n]")
_LONGEST = 1 << 16
"""Bytes of a line that voidgen reads."""

_KNOWN: Mapping[str, str] = {
    # Nix about a machine that its setting `builders` names (build-remote.cc).
    r"cannot build on '": (
        "Nix cannot use the machine that makes the ISO: `voidgen doctor` says why"
    ),
    # Nix about a builder without the feature (libstore, derivation goals).
    r"features?\b.*\buid-range": (
        "Nix's builder does not have the feature uid-range: `voidgen doctor` says what to set"
    ),
    # XBPS about a setuid file (lib/package_unpack.c), chmod(1), and chown(1) for an owner that
    # setid.c needs.
    r"\[unpack\] .*Operation not permitted|ch(?:mod|own): changing .*Operation not permitted": (
        "with Nix, set filter-syscalls = false in the builder's nix.conf"
    ),
    r"not found in repository pool|MISSING: ": (
        "mklive needs a package that is not locked: run `voidgen lock`"
    ),
    r"Nix's build-dir or its store is full": (
        "free some space, or set build-dir in the builder's nix.conf to a folder on a larger disk"
    ),
    r"No space left on device|exceeds free space on media": (
        "free space in the engine's storage, or in the project's file system"
    ),
    r"unshare(?: failed|: cannot)|must be superuser|mount: .*(?:permission denied|not permitted)": (
        "the engine gives too few privileges: run voidgen as root, with an engine that is not "
        "rootless; `[container] arguments` adds what your host needs"
    ),
    r"users: \d+ of the modules' users": "fix [users] of the modules, and run `voidgen generate`",
    r"voidgen: shells: ": "change /etc/shells in the overlay or in the hook",
    r"voidgen: \S+ failed with status \d+": (
        "fix the script that [hooks] of voidgen.toml names: the log has its output"
    ),
    r"overlay: \d+ of its files": "fix the modules that have them, and run `voidgen generate`",
    r"clock was set during the run": "set the machine's clock, then run `voidgen iso` again",
    r"exec format error": "the container is for another architecture than this machine's",
}
"""Remedies for some lines."""


_STOPS = re.compile(
    # The only explanation of some failures: messages of the shell, getopts and XBPS.
    r".*: (?:illegal option|option requires an argument) -- .*"
    r"|.*: (?:command )?not found|.*: (?:Permission denied|unbound variable|syntax error.*)"
    r"|MISSING: .*|CONFLICT: .*|.*: broken, unresolvable shlib .*|.*exec format error.*"
    r"|voidgen: (?!overlay: .*: replaces |remove-files: |listing ).*"
)
_SOUNDS_LIKE_IT = re.compile(
    r"(?i).*\b(?:error|fail(?:s|ed|ure)?|fatal|cannot|can't|denied|refused)\b.*"
)
"""Words in failure messages of unknown programs."""
_SHOWN = 240
"""Maximum characters of the log's line that an error begins with."""


_NOISE = re.compile(
    r"dracut(?:\[E\])?: .*, which can't be installed"
    r"|.*: (?:overlay: .*: replaces .*|readonly function)"
)
"""Lines that sound like a failure but are none."""

_OURS = "voidgen: "
"""How lines of voidgen's own begin."""
_KILLED = (137, -9)
"""Exit statuses if the container, or the engine itself, was killed."""


class Log:
    """The log in ``file``."""

    def __init__(self, file: Path) -> None:
        """Use ``file``, without writing anything yet."""
        self.file = file
        self.stage = ""

    @contextmanager
    def open(
        self, argv: Sequence[str], reached: Callable[[int, int, str], None]
    ) -> Iterator[Callable[[bytes], None]]:
        """Write the command ``argv``; give a function to call with each piece of output.

        Calls ``reached`` for each of mklive's stages, which mklive prints as ``[n/m] what``.
        """
        line = b""
        with self.file.open("wb") as stream:
            stream.write(f"$ {shlex.join(argv)}\n".encode())

            def receive(piece: bytes) -> None:
                nonlocal line
                stream.write(piece)
                stream.flush()
                *whole, line = _END.split(line + piece)
                line = line[-_LONGEST:]
                for one in whole:
                    match = STAGE.match(plain(one[:_LONGEST]))
                    if match:
                        self.stage = match[3]
                        reached(int(match[1]), int(match[2]), match[3])

            yield receive

    def text(self) -> str:
        """Return the whole log, without colours."""
        return plain(self.file.read_bytes())

    def notes(self) -> list[str]:
        """Return a line for each file of a package that the overlay replaced.

        The patterns of [image] remove-files that match nothing have one, too.
        """
        noted = r"^voidgen: (overlay: .*: replaces .*|remove-files: .*)$"
        return re.findall(noted, self.text(), re.MULTILINE)

    def differences(self) -> list[str]:
        """Return how the ISO differs from the plan, as Nix's builder found it."""
        _, _, said = self.text().partition(f"\nvoidgen: {DIFFERS}:\n")
        lines = itertools.takewhile(lambda line: line.startswith(_OURS), said.splitlines())
        return [line.removeprefix(_OURS) for line in lines]

    def failure(self, status: int, program: str) -> StepFailedError:
        """Return why ``program`` ended with ``status``: stage, failing line and last lines.

        The remedy names the log's file.
        """
        lines = [line for line in re.split(r"[\r\n]+", self.text()) if line.strip()][1:]
        first, last = telling(lines), lines[-LAST:]
        remedies = [said for known, said in _KNOWN.items() if re.search(known, "\n".join(lines))]
        if status in _KILLED:
            first = ""
            remedies.append("it was killed, perhaps by the kernel because memory ran out")
        where = f" in «{self.stage}»" if self.stage else ""
        said = f": {first[:_SHOWN]}{'…' * (len(first) > _SHOWN)}" if first else ""
        what = f"{program}: failed{where} (exit status {status}){said}"
        remedy = "; ".join([*remedies[:1], f"the whole log is {self.file}"])
        return StepFailedError(what, remedy, "\n".join(last))


def telling(lines: Sequence[str]) -> str:
    """Return the first of a failed run's ``lines`` that reports a failure, or "".

    Searches the last stage first: failures that earlier stages ignored did not end the run.
    In a stage that installs packages, their scripts also try what may fail.
    """
    begins = max((at for at, line in enumerate(lines) if STAGE.match(line)), default=0)
    stage = STAGE.match(lines[begins]) if lines else None
    is_install = stage is not None and installs(stage[3])
    known = (FAILED, _STOPS) if is_install else (FAILED, _STOPS, FAILED_IN_MKLIVE)
    for part in (lines[begins:], lines):
        for kinds in (known, (_SOUNDS_LIKE_IT,)):
            for line in part:
                if not _NOISE.fullmatch(line) and any(one.fullmatch(line) for one in kinds):
                    return line
    return ""
