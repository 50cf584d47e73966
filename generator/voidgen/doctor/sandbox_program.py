"""A program that tries in Nix's sandbox what mklive needs: a table of Linux's system calls.

It needs no interpreter, no libraries and no package set, so that doctor fetches nothing.
"""

from __future__ import annotations

import struct

from attrs import frozen

MACHINE = "x86_64"
"""The processor that it is for."""
FIRST = 100
"""The exit status if the first of `STEPS` fails; each later step's is one more."""
IDS = 1 << 16
"""Ids that a build with ``uid-range`` has."""

_CODE = bytes.fromhex(
    "488d1d35000000"  # lea rbx, [rip + 53]: the table
    "41bc63000000"  # mov r12d, FIRST - 1
    "41ffc4"  # next: inc r12d
    "488b03"  # mov rax, [rbx]
    "488b7b08"  # mov rdi, [rbx + 8]
    "488b7310"  # mov rsi, [rbx + 16]
    "488b5318"  # mov rdx, [rbx + 24]
    "4c8b5320"  # mov r10, [rbx + 32]
    "4c8b4328"  # mov r8, [rbx + 40]
    "4883c330"  # add rbx, 48
    "0f05"  # syscall
    "4885c0"  # test rax, rax
    "79db"  # jns next: it succeeded
    "4489e7"  # mov edi, r12d
    "b83c000000"  # mov eax, 60: exit
    "0f05"  # syscall
)
"""Makes the calls of the table that follows it, until one fails; exits with that one's status."""

_BASE = 0x400000
_HEADERS = 64 + 56
_ROW = struct.Struct("<6Q")
_HERE = -100  # AT_FDCWD
_NO_CALL = -1
"""Fails on every Linux, and thus ends the table."""


@frozen
class Step:
    """A system call: what it does, in words that follow "cannot", its number and arguments."""

    name: str
    number: int
    arguments: tuple[int | bytes, ...]


STEPS = (
    Step("create a file", 257, (_HERE, b"f", 0o101, 0o600)),  # openat, O_CREAT | O_WRONLY
    Step(f"give a file to user {IDS - 1}", 260, (_HERE, b"f", IDS - 1, IDS - 1)),  # fchownat
    Step("create a folder", 258, (_HERE, b"d", 0o700)),  # mkdirat
    Step("mount a folder", 165, (b".", b"d", 0, 0x1000)),  # mount, MS_BIND
    Step("read /proc", 269, (_HERE, b"/proc/self/status", 4)),  # faccessat, R_OK
    Step("set a setuid bit", 268, (_HERE, b"f", 0o4755)),  # fchmodat
)
"""What the program tries, in order."""
FILTERED = FIRST + len(STEPS) - 1
"""The exit status if only Nix's filter of system calls refuses something."""
DONE = FIRST + len(STEPS)
"""The exit status if each step succeeds."""


def program() -> bytes:
    """Return the program, an ELF file."""
    calls = [*((step.number, *step.arguments) for step in STEPS), (_NO_CALL,)]
    strings = b""
    table = b""
    address = _BASE + _HEADERS + len(_CODE) + _ROW.size * len(calls)
    for call in calls:
        words: list[int] = []
        for word in call:
            if isinstance(word, bytes):
                words.append(address + len(strings))
                strings += word + b"\0"
            else:
                words.append(word % (1 << 64))
        table += _ROW.pack(*words, *[0] * (6 - len(words)))
    size = _HEADERS + len(_CODE) + len(table) + len(strings)
    # elf(5): 64 bits, little endian, an executable for x86_64 with one segment, the whole file.
    header = struct.pack(
        "<4s5B7x2HI3QI6H", b"\x7fELF", 2, 1, 1, 0, 0,
        2, 62, 1, _BASE + _HEADERS, 64, 0, 0, 64, 56, 1, 64, 0, 0,
    )  # fmt: skip
    segment = struct.pack("<2I6Q", 1, 5, 0, _BASE, _BASE, size, size, 0x1000)
    return header + segment + _CODE + table + strings
