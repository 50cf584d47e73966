"""Drive the guest's serial console: boot, log in, run commands."""

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
"""The last words of a failed boot.

They come from the kernel, dracut's initramfs (dracut-lib.sh, dracut-emergency.sh) and Void's stage
1 of runit (void-runit, functions).
"""

SHELL = (
    "stty -echo; dmesg -n 1 2>/dev/null; o=$(mktemp); e=$(mktemp); s=;"
    " printf 'voidgen-%s-%d\\n' ready 0;"
    'while read -r w b t; do case $w in +) s=$s$b; printf "voidgen-%s\\n" more;; "!")'
    ' timeout -k 5 "$t" sh -c "$(printf %s "$s" | base64 -d)" </dev/null >"$o" 2>"$e"; r=$?; s=;'
    ' head -c 100000 "$o"; printf "\\nvoidgen-%s-%d-%d\\n" out "$b" "$r";'
    ' head -c 10000 "$e"; printf "\\nvoidgen-%s-%d\\n" end "$b";; esac; done'
)
"""Reads commands in pieces: a line of a terminal has at most 4095 characters (termios(3)).

There is no prompt, echo or line editor: only the output of commands comes back. The marks at their
ends are spelled so that an echo of this line does not contain them. The kernel's messages are kept
out.
"""
PIECE = 1000
"""Characters of a command in one line."""

ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-~])|\r")
"""Control sequences of terminals (ECMA-48, 5.4), operating system commands, and returns."""

RECENT = 4000
"""Characters of the console that are kept for the message of a failure."""
WINDOW = 1000
"""Characters that are searched for a pattern each time that more have arrived."""
ASKED = 2
"""The number of the pattern of a password's prompt, after a login without one."""
PARTS = 3
"""A command's answer: its output, its status, its messages."""

Heard = tuple[int, re.Match[bytes]]
"""The number of a pattern, and what it matched."""


class ConsoleError(Exception):
    """The console did not print what was expected; ``recent`` is what it printed last."""

    def __init__(self, what: str, recent: str = "") -> None:
        """Take ``what``, one line that says what failed."""
        super().__init__(what)
        self.what = what
        self.recent = recent


@frozen
class Answer:
    """What a command printed, without blanks at the end, its exit status, and its messages."""

    said: str
    status: int
    messages: str = ""


class Console:
    """A console at the other end of a socket; ``seconds`` is the time for everything together."""

    def __init__(self, connected: socket.socket, seconds: float) -> None:
        """Connect; sends nothing yet."""
        self._spawn: SocketSpawn[bytes] = SocketSpawn(connected, maxread=1 << 16)
        self._until = time.monotonic() + seconds
        self._commands = 0
        self._said = b""

    @property
    def left(self) -> float:
        """Return the seconds that are left."""
        return max(0.0, self._until - time.monotonic())

    def booted(self) -> str:
        """Wait for a login prompt, and return what came last before it."""
        index, match = self._expect([LOGIN, *DEAD], self.left, "no login prompt")
        if index:
            self._heard([NEVER], REST)
            raise ConsoleError(f"the boot ended: {_plain(match[0]).strip()}", self._recent())
        return self._recent()

    def login(self, user: str, password: str | None, start: str = "exec") -> None:
        """Log in at the prompt, and ``start`` the shell that runs commands.

        ``password`` is None for an account that has none.
        """
        self._send(user)
        if password is not None:
            self._expect(["assword: ?"], PROMPT, f"{user} is not asked for a password")
            self._send(password)
        # Each shell has its own prompt; an unknown one costs only this wait.
        heard = self._heard(["[Ll]ogin incorrect", r"[$#>%] ?$", "assword: ?$"], GREETING)
        if heard and heard[0] == 0:
            raise ConsoleError(f"the password of {user} is refused", self._recent())
        if heard and heard[0] == ASKED and password is None:
            raise ConsoleError(f"{user} is asked for a password", self._recent())
        self._send(f"{start} sh -c {_quoted(SHELL)}")
        self._expect([r"voidgen-ready-0\r?\n"], PROMPT, f"no shell for {user}")

    def logout(self) -> None:
        """End the session, and wait for the next prompt."""
        self._spawn.send(b"\x04")
        self._expect([LOGIN], PROMPT, "no login prompt after a session")

    def run(self, command: str, seconds: int) -> Answer:
        """Run ``command`` by sh for ``seconds`` at most; its status is 124 if it hung."""
        self._commands += 1
        coded = base64.b64encode(command.encode()).decode()
        for start in range(0, len(coded), PIECE):
            self._send(f"+ {coded[start : start + PIECE]}")
            # One piece at a time: the terminal of a busy guest drops characters.
            self._expect([r"voidgen-more\r?\n"], PROMPT, "the console does not answer")
        self._send(f"! {self._commands} {seconds}")
        # Longer than the command may take: the guest itself ends the command.
        self._expect(
            [rf"\r?\nvoidgen-end-{self._commands}\r?\n"],
            seconds + PROMPT,
            "the console does not answer",
        )
        mark = rf"\r?\nvoidgen-out-{self._commands}-(\d+)\r?\n"
        found = re.split(mark.encode(), self._spawn.before or b"", maxsplit=1)
        if len(found) != PARTS:
            raise ConsoleError("the console lost part of the answer", self._recent())
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
            late = "" if self.left else ": the time limit is reached"
            raise ConsoleError(f"{otherwise}{late}", self._recent())
        return found

    def _heard(self, patterns: Sequence[str], seconds: float) -> Heard | None:
        """Return which of ``patterns`` came first; None if none came within ``seconds``."""
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
        """Return what the console printed last."""
        parts = (self._said, self._spawn.before)
        return _plain(b"".join(part for part in parts if isinstance(part, bytes)))[-RECENT:]


PROMPT = 90
"""Seconds for a prompt: a busy machine without KVM takes its time."""
REST = 3
"""Seconds for the end of a message, once its beginning has come."""
NEVER = r"(?!)"
GREETING = 5
"""Seconds to wait for a shell's own prompt, before assuming that it is there."""


def _plain(said: bytes | None) -> str:
    return ESCAPES.sub("", (said or b"").decode(errors="replace"))


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
