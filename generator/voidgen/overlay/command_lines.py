"""Which programs a command runs: its first word, and what it hands over to, as `env` does. Pure."""

from __future__ import annotations

import re
import shlex
from itertools import takewhile
from posixpath import basename
from types import MappingProxyType
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_NAME = re.compile(r"[\w./+-]+")
"""A program's name; whatever else is a variable or a pattern."""
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=.*", re.DOTALL)
_EXEC = re.compile(r"^exec[ \t]+(.+)", re.MULTILINE)
_SHELL = re.compile(rb"#![ \t]*/(?:usr/)?bin/(?:env[ \t]+)?(?:ba|da|mk|z|k)?sh\b")
# fmt: off
BUILTINS = frozenset((
    ".", ":", "[", "alias", "bg", "break", "cd", "command", "continue", "echo", "eval",
    "exec", "exit", "export", "false", "fg", "getopts", "hash", "jobs", "kill", "local",
    "printf", "pwd", "read", "readonly", "return", "set", "shift", "source", "test", "times",
    "trap", "true", "type", "ulimit", "umask", "unalias", "unset", "wait",
))
# fmt: on
"""Commands that each shell has by itself."""


@frozen
class _Wrapper:
    """A program that runs the program in its arguments.

    ``valued`` are its options that take the next word, ``own`` is the number of words that it
    takes before the program, and a shell's ``script`` is the option before a shell line.
    """

    valued: frozenset[str] = frozenset()
    own: int = 0
    script: str = ""


def _options(text: str, own: int = 0) -> _Wrapper:
    return _Wrapper(frozenset(text.split()), own)


_A_SHELL = _Wrapper(frozenset({"-o", "+o"}), script="c")
WRAPPERS: Mapping[str, _Wrapper] = MappingProxyType(
    {
        **dict.fromkeys(("bash", "dash", "sh", "zsh"), _A_SHELL),
        "cage": _options("-m"),
        "chpst": _options("-u -U -b -e -/ -C -n -l -L -m -d -o -p -f -c -t -r"),
        "chroot": _options("", own=1),
        "command": _options(""),
        "dbus-launch": _options("--config-file"),
        "dbus-run-session": _options("--config-file --dbus-daemon"),
        "doas": _options("-C -u"),
        "env": _options("-u --unset -C --chdir"),
        "exec": _options("-a"),
        "ionice": _options("-c -n --class --classdata"),
        "nice": _options("-n --adjustment"),
        "nohup": _options(""),
        "setpriv": _options("--reuid --regid --groups --inh-caps --bounding-set --ambient-caps"),
        "setsid": _options(""),
        "ssh-agent": _options("-a -E -t"),
        "stdbuf": _options("-i -o -e --input --output --error"),
        "sudo": _options("-u --user -g --group -C -D -h -p -r -t -T"),
        "systemd-cat": _options("-t --identifier -p --priority"),
        "timeout": _options("-k --kill-after -s --signal", own=1),
    }
)


def of_words(words: Sequence[str]) -> Iterator[str]:
    """Yield the programs that a list of words runs, outermost first.

    Stops at what is no plain name, such as a variable.
    """
    waiting = [*words]
    while waiting and _NAME.fullmatch(waiting[0]):
        name = waiting.pop(0)
        if name not in BUILTINS:
            yield name
        wrapper = WRAPPERS.get(basename(name))
        if wrapper is None:
            return
        options = _take_options(waiting, wrapper)
        if wrapper.script:
            is_line = any(re.fullmatch(rf"-\w*{wrapper.script}", one) for one in options)
            yield from of_line(waiting[0] if is_line and waiting else "")
            return


def _take_options(words: list[str], wrapper: _Wrapper) -> list[str]:
    """Remove the wrapper's own words from the beginning of ``words``; return its options."""
    options = []
    own = re.compile("[-+].*" if wrapper.script else f"-.*|{_ASSIGNMENT.pattern}", re.DOTALL)
    while words and own.fullmatch(words[0]):
        option = words.pop(0)
        if option == "--":
            break
        options.append(option)
        if option in wrapper.valued:
            del words[:1]
    del words[: wrapper.own]
    return options


def of_line(line: str) -> Iterator[str]:
    """Yield the programs that the first command of a shell's ``line`` runs."""
    words = shlex.shlex(line, posix=True, punctuation_chars=True)
    words.whitespace_split = True
    try:
        found = [*takewhile(lambda word: not set(word) <= set(";&|<>()"), words)]
    except ValueError:
        return
    while found and _ASSIGNMENT.fullmatch(found[0]):
        found.pop(0)
    yield from of_words(found)


def of_script(data: bytes) -> Iterator[tuple[int, str]]:
    """Yield line and name of each program that a shell script becomes in any case.

    That is what its lines `exec PROGRAM` run, if they are not indented: others depend on something.
    """
    if not _SHELL.match(data):
        return
    text = data.decode(errors="replace").replace("\\\n", "  ")
    for match in _EXEC.finditer(text):
        # `exec 2>&1` runs nothing.
        if not re.match(r"\d*[<>]", match[1]):
            line = text.count("\n", 0, match.start()) + 1
            yield from ((line, name) for name in of_line(match[1]))


def of_desktop_entry(data: bytes) -> Iterator[tuple[int, str]]:
    """Yield line and name of each program of the keys Exec and TryExec (Desktop Entry 1.5)."""
    for number, line in enumerate(data.decode(errors="replace").splitlines(), 1):
        key, _, value = line.partition("=")
        if key.strip() in {"Exec", "TryExec"}:
            yield from ((number, name) for name in of_line(value.strip()))
