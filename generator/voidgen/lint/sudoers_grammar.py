"""A parser of sudoers(5) that finds the lines that sudo would refuse. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from voidgen.lint.sudoers_settings import NAMES, misuse
from voidgen.lint.sudoers_tokens import Token, lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_INCLUDE = re.compile(r"[ \t]*[@#]include(?:dir)?[ \t]+(?:\"[^\"]+\"|[^\"\s](?:[^\s\\]|\\.?)*)\s*")
_IGNORES = re.compile(r"^[ \t]*Defaults\b.*[ \t,]ignore_unknown_defaults\b", re.MULTILINE)
_USERS = frozenset({"alias", "ALL", "netgroup", "group", "word"})
_HOSTS = frozenset({"alias", "ALL", "netgroup", "address", "word"})
_GROUPS = frozenset({"alias", "ALL", "word"})
_DIGESTS = {"224": (56, 38, 40), "256": (64, 43, 44), "384": (96, 64), "512": (128, 86, 88)}
"""The lengths of digests: in hexadecimal, and in base64 without and with padding."""


class _WrongError(Exception):
    def __init__(self, what: str, line: int) -> None:
        super().__init__(what)
        self.what = what
        self.line = line


def faults(text: str) -> Iterator[tuple[int, str]]:
    """Yield the line of each wrong entry, counted from 1, and the mistake in it."""
    ignores_unknown = bool(_IGNORES.search(text))
    for tokens in lines(text):
        try:
            _Line(tokens, ignores_unknown=ignores_unknown).entry()
        except _WrongError as error:
            yield error.line, error.what


class _Line:
    """Reads the tokens of a logical line, from the left."""

    def __init__(self, tokens: Sequence[Token], *, ignores_unknown: bool) -> None:
        self._tokens = tokens
        self._ignores_unknown = ignores_unknown
        self._place = 0

    def entry(self) -> None:
        first = self._next()
        if first == "include":
            if not _INCLUDE.fullmatch(self._take().text):
                raise self._wrong("the name of one file or folder")
        elif first == "defaults":
            self._defaults(self._take().text.strip(" \t")[8:9])
        elif first == "define":
            kind = self._take().text.strip()[0]
            self._aliases({"H": self._hosts, "C": self._commands}.get(kind, self._users))
        else:
            self._users()
            self._privilege()
            while self._is(":"):
                self._other_privilege(self._tokens[self._place - 2])
        if self._next():
            raise self._wrong("the end of the line")

    def _defaults(self, kind: str) -> None:
        members = {"@": self._hosts, "!": self._commands, ":": self._users, ">": self._users}
        if kind:
            members[kind]()
        self._setting()
        while self._is(","):
            self._setting()

    def _setting(self) -> None:
        is_off = self._is("!")
        name = self._want("name", meaning="the name of a setting")
        operator, value = "", ""
        if self._next() == "operator" and not is_off:
            operator = self._take().text
            value = self._want("word", meaning="a value").text
        if self._ignores_unknown and name.text not in NAMES:
            return
        wrong = misuse(name.text, operator, value, is_off=is_off)
        if wrong:
            raise _WrongError(wrong, name.line)

    def _aliases(self, members: Callable[[], None]) -> None:
        while True:
            self._want("alias", meaning="an alias in capital letters")
            self._want("=", meaning="=")
            members()
            if not self._is(":"):
                return

    def _users(self) -> None:
        self._list(_USERS, "a user")

    def _hosts(self) -> None:
        self._list(_HOSTS, "a host")

    def _list(self, kinds: frozenset[str], meaning: str) -> None:
        while True:
            self._is("!")
            self._want(*kinds, meaning=meaning)
            if not self._is(","):
                return

    def _privilege(self) -> None:
        self._hosts()
        self._want("=", meaning="=")
        while True:
            self._run_as()
            self._options()
            while self._is("tag"):
                pass
            self._command()
            if not self._is(","):
                return

    def _other_privilege(self, before: Token) -> None:
        try:
            self._privilege()
        except _WrongError:
            if before.kind != "alias":
                raise
            what = f"{before.text} is not a tag such as NOPASSWD"
            raise _WrongError(what, before.line) from None

    def _run_as(self) -> None:
        if not self._is("("):
            return
        has_users = self._next() not in {":", ")"}
        if has_users:
            self._users()
        if self._is(":") and (has_users or self._next() != ")"):
            self._list(_GROUPS, "a group")
        self._want(")", meaning=")")

    def _options(self) -> None:
        while self._next() in {"option", "path option"}:
            is_path = self._take().kind == "path option"
            self._want("=", meaning="=")
            value = self._want("word", meaning="a value")
            if is_path and not re.match(r"[/~*]", value.text.strip('"')):
                raise _WrongError(f"{value.text} is not an absolute path", value.line)

    def _commands(self) -> None:
        self._command()
        while self._is(","):
            self._command()

    def _command(self) -> None:
        while self._next() == "digest name":
            bits = self._take().text[3:]
            self._want(":", meaning=":")
            digest = self._want("digest", meaning="a digest")
            if len(digest.text) not in _DIGESTS[bits]:
                raise _WrongError(f"the sha{bits} digest has the wrong length", digest.line)
            if self._is(",") and self._next() != "digest name":
                raise self._wrong("another digest")
        self._is("!")
        found = self._want("ALL", "alias", "command", "word", meaning="a command")
        if found.kind == "word" and found.text != "list":
            what = f"{found.text} is neither an absolute path nor an alias in capital letters"
            raise _WrongError(what, found.line)

    def _next(self) -> str:
        """Return the kind of the next token; empty at the end."""
        return self._tokens[self._place].kind if self._place < len(self._tokens) else ""

    def _take(self) -> Token:
        self._place += 1
        return self._tokens[self._place - 1]

    def _is(self, kind: str) -> bool:
        """Return whether the next token is of that kind; if it is, read it."""
        found = self._next() == kind
        self._place += found
        return found

    def _want(self, *kinds: str, meaning: str) -> Token:
        if self._next() not in kinds:
            raise self._wrong(meaning)
        return self._take()

    def _wrong(self, expected: str) -> _WrongError:
        if self._place < len(self._tokens):
            found = self._tokens[self._place]
            return _WrongError(f"expected {expected}, got {found.text!r}", found.line)
        return _WrongError(f"expected {expected} at the end", self._tokens[-1].line)
