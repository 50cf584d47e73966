"""The guest's serial console, driven: boot, login, commands."""

from __future__ import annotations

import base64
import re
import time
from typing import TYPE_CHECKING

from attrs import frozen
from pexpect import EOF, TIMEOUT
from pexpect.socket_pexpect import SocketSpawn

if TYPE_CHECKING:
    import socket
    from collections.abc import Sequence

LOGIN = r"login: "
DEAD = tuple(
    rf"{start}[^\r\n]*\r?\n"
    for start in (
        "Kernel panic - not syncing",
        "Cannot find init!",
        "dracut: FATAL: ",
        "Entering emergency mode",
        "Cannot continue due to errors above",
    )
)
"""What a kernel, dracut's initramfs (dracut-lib.sh, dracut-emergency.sh) and Void's stage 1 of
runit (void-runit, functions) say at the end of a boot that went wrong."""

SHELL = (
    "stty -echo; dmesg -n 1 2>/dev/null; o=$(mktemp); e=$(mktemp); s=;"
    " printf 'voidgen-%s-%d\\n' ready 0;"
    'while read -r w b t; do case $w in +) s=$s$b; printf "voidgen-%s\\n" more;; "!")'
    ' timeout -k 5 "$t" sh -c "$(printf %s "$s" | base64 -d)" </dev/null >"$o" 2>"$e"; r=$?; s=;'
    ' head -c 100000 "$o"; printf "\\nvoidgen-%s-%d-%d\\n" out "$b" "$r";'
    ' head -c 10000 "$e"; printf "\\nvoidgen-%s-%d\\n" end "$b";; esac; done'
)
"""Reads commands in pieces, for a line of a terminal has 4095 characters at most (termios(3)).

No prompt, no echo and no line editor: what comes back is what commands print. The marks at their
ends are spelled so that an echo of this line has none. The kernel's messages are kept away.
"""
PIECE = 1000
"""Characters of a command in one line."""

ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-~])|\r")
"""Control sequences of terminals (ECMA-48, 5.4), operating system commands, and returns."""

RECENT = 4000
"""Characters of the console that are kept to tell of a failure."""
WINDOW = 1000
"""Characters in which a pattern is looked for, each time that some have come."""
PARTS = 3
"""Of what comes back: what a command printed, its status, its messages."""

Heard = tuple[int, re.Match[bytes]]
"""The number of a pattern, and what it matched."""


class ConsoleError(Exception):
    """The console did not say what was waited for; ``recent`` is what it said last."""

    def __init__(self, what: str, recent: str = "") -> None:
        """``what`` tells it in one line."""
        super().__init__(what)
        self.what = what
        self.recent = recent


@frozen
class Answer:
    """What a command printed, without the blank end, its exit status, and its messages."""

    said: str
    status: int
    messages: str = ""


class Console:
    """A console at the other end of a socket, with ``seconds`` for all that is asked of it."""

    def __init__(self, connected: socket.socket, seconds: float) -> None:
        """Nothing is sent yet."""
        self._spawn: SocketSpawn[bytes] = SocketSpawn(connected, maxread=1 << 16)
        self._until = time.monotonic() + seconds
        self._commands = 0
        self._said = b""

    @property
    def left(self) -> float:
        """Seconds that are left."""
        return max(0.0, self._until - time.monotonic())

    def booted(self) -> None:
        """Wait for a login prompt."""
        index, match = self._expect([LOGIN, *DEAD], self.left, "no login prompt")
        if index:
            self._heard([NEVER], REST)
            raise ConsoleError(f"the boot ended: {_plain(match[0]).strip()}", self._recent())

    def login(self, user: str, password: str) -> None:
        """Log in at the prompt that has come, and start what runs commands."""
        self._send(user)
        self._expect(["assword: ?"], PROMPT, f"{user} is not asked for a password")
        self._send(password)
        # What a prompt looks like is up to the shell; one that is not known costs only this wait.
        heard = self._heard(["[Ll]ogin incorrect", r"[$#>%] ?$"], GREETING)
        if heard and heard[0] == 0:
            raise ConsoleError(f"the password of {user} is refused", self._recent())
        self._send(f"exec sh -c {_quoted(SHELL)}")
        self._expect([r"voidgen-ready-0\r?\n"], PROMPT, f"no shell for {user}")

    def logout(self) -> None:
        """End the session, and wait for the next prompt."""
        self._spawn.send(b"\x04")
        self._expect([LOGIN], PROMPT, "no login prompt after a session")

    def run(self, command: str, seconds: int) -> Answer:
        """Run ``command`` by sh for ``seconds`` at most; 124 is the status of one that hung."""
        self._commands += 1
        coded = base64.b64encode(command.encode()).decode()
        for start in range(0, len(coded), PIECE):
            self._send(f"+ {coded[start : start + PIECE]}")
            # One at a time: a busy guest's terminal drops what it has no room for.
            self._expect([r"voidgen-more\r?\n"], PROMPT, "the console does not answer")
        self._send(f"! {self._commands} {seconds}")
        # Longer than the command may take: the guest itself ends it.
        self._expect(
            [rf"\r?\nvoidgen-end-{self._commands}\r?\n"],
            seconds + PROMPT,
            "the console does not answer",
        )
        mark = rf"\r?\nvoidgen-out-{self._commands}-(\d+)\r?\n"
        found = re.split(mark.encode(), self._spawn.before or b"", maxsplit=1)
        if len(found) != PARTS:
            raise ConsoleError("the console lost something", self._recent())
        said, status, messages = found
        return Answer(_plain(said).rstrip(), int(status), _plain(messages).rstrip())

    def _send(self, line: str) -> None:
        try:
            self._spawn.send(line.encode() + b"\n")
        except OSError:
            raise ConsoleError("QEMU ended", self._recent()) from None

    def _expect(self, patterns: Sequence[str], seconds: float, otherwise: str) -> Heard:
        found = self._heard(patterns, seconds)
        if found is None:
            late = "" if self.left else ": the time is over"
            raise ConsoleError(f"{otherwise}{late}", self._recent())
        return found

    def _heard(self, patterns: Sequence[str], seconds: float) -> Heard | None:
        """Which of ``patterns`` came first; None where none came within ``seconds``."""
        try:
            index = self._spawn.expect_list(
                [re.compile(one.encode()) for one in patterns],
                timeout=min(seconds, self.left),
                searchwindowsize=WINDOW,
            )
        except TIMEOUT:
            return None
        except (EOF, OSError):
            raise ConsoleError("the machine ended by itself", self._recent()) from None
        match = self._spawn.match
        if not isinstance(match, re.Match):
            raise AssertionError("a pattern came")  # noqa: TRY004 - no user's input
        self._said = (self._spawn.before or b"") + match[0]
        return index, match

    def _recent(self) -> str:
        """What the console said last."""
        parts = (self._said, self._spawn.before)
        return _plain(b"".join(part for part in parts if isinstance(part, bytes)))[-RECENT:]


PROMPT = 90
"""Seconds for a prompt: a busy machine without KVM takes its time."""
REST = 3
"""Seconds for the end of a message, once its beginning has come."""
NEVER = r"(?!)"
GREETING = 5
"""Seconds for a shell's own prompt, after which it is taken to be there."""


def _plain(said: bytes | None) -> str:
    return ESCAPES.sub("", (said or b"").decode(errors="replace"))


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
