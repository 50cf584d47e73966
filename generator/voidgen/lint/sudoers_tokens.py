"""The tokens of a sudoers file, read by states as sudo does (sudoers(5)).

The kind of a word depends on the text before it: a command's arguments, the settings of Defaults
and a digest have their own rules. The rule with the longest match wins, then the first.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class State(Enum):
    """The part of a line that is being read."""

    LINE = auto()
    WHO = auto()
    """The users, hosts or commands of a Defaults line."""
    SETTING = auto()
    """The name of a setting."""
    VALUE = auto()
    """The text after the name of a setting."""
    ARGUMENTS = auto()
    DIGEST = auto()
    PATH = auto()
    """The value of CWD and CHROOT."""


@frozen
class Token:
    """A word with its kind; ``line`` counts from 1."""

    kind: str
    text: str
    line: int


_WORD = r"(?:[^#>!=:,() \t\r\n\\\"]|\\[^\t\n])+"
_ID = r"#-?[0-9]+"
_HEX = r"[0-9A-Fa-f]{1,4}"
_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1?[0-9]{1,2})"
_IPV4 = rf"{_OCTET}(?:\.{_OCTET}){{3}}"
_IPV6 = rf"(?:(?:(?:{_HEX})?:){{2,6}}:{_IPV4}|(?:(?:{_HEX})?:){{2,7}}(?:{_HEX})?)"
_STRING = r"\"(?:[^\"\r\n\\]|\\\r?\n|\\.)+\""
_COMMAND = r"/(?:\\[,:= \t#]|[^,:=\\ \t\r\n#])+"
_REGEX = r"\^(?:[^#\r\n$]|\\[#$])*\$"
_PLAIN = (State.LINE, State.WHO, State.DIGEST, State.PATH)
_TAGS = "EXEC|FOLLOW|INTERCEPT|LOG_INPUT|LOG_OUTPUT|MAIL|PASSWD|SETENV"
_OPTIONS = "APPARMOR_PROFILE|CHROOT|CWD|LIMITPRIVS|NOTAFTER|NOTBEFORE|PRIVS|ROLE|TIMEOUT|TYPE"


@frozen
class _Rule:
    kind: str
    pattern: re.Pattern[str]
    states: tuple[State, ...]
    then: State | None = None


def _rule(kind: str, pattern: str, *states: State, then: State | None = None) -> _Rule:
    return _Rule(kind, re.compile(pattern), states or _PLAIN, then)


_EVERYWHERE = tuple(State)
_RULES = (
    _rule("newline", r"\r?\n", *_EVERYWHERE, then=State.LINE),
    _rule("", r"\\[ \t]*\r?\n", *_EVERYWHERE),
    _rule(
        "newline", r"#(?:-[^\r\n0-9].*|[^\r\n0-9-].*)?(?:\r?\n|$)", State.LINE, State.SETTING,
        State.VALUE, then=State.LINE,
    ),
    _rule(",", r"[ \t]*,[ \t]*", State.WHO),
    _rule("", r"[ \t]+", State.WHO, then=State.SETTING),
    _rule("", r"[ \t]+", *(one for one in State if one != State.WHO)),
    _rule("name", r"[a-z_]+", State.SETTING, then=State.VALUE),
    _rule(",", ",", State.VALUE, then=State.SETTING),
    _rule("operator", r"[+-]?=", State.VALUE),
    _rule("word", _STRING, State.VALUE),
    _rule(
        "word", r"(?:[^#!=, \t\r\n\\\"]|\\[^\r\n])(?:[^#=, \t\r\n\\\"]|\\[^\r\n])*", State.VALUE
    ),
    _rule("end", r"[#:,=]", State.ARGUMENTS, then=State.LINE),
    _rule("", r"\\[*?\[\]!^]|\\[:\\,= \t#]|[^#\\:, \t\r\n^][^#\\:, \t\r\n]*", State.ARGUMENTS),
    _rule("", r"\^(?:[^#\\\r\n$]|\\[^\r\n])*\$|\^[^#\\:, \t\r\n]*", State.ARGUMENTS),
    _rule("tag", rf"(?:NO)?(?:{_TAGS})[ \t]*:"),
    _rule("empty name", r"\+|%:?", State.LINE, State.WHO),
    _rule("netgroup", rf"\+{_WORD}"),
    _rule("group", rf"%:?(?:{_WORD}|{_ID})"),
    _rule("address", rf"{_IPV4}(?:/(?:{_IPV4}|[0-9]{{1,2}}))?"),
    _rule("address", rf"{_IPV6}(?:/(?:{_IPV6}|[0-9]{{1,3}}))?"),
    _rule("ALL", "ALL"),
    _rule("path option", "CWD|CHROOT", State.LINE, then=State.PATH),
    _rule("option", _OPTIONS, State.LINE),
    _rule("alias", r"[A-Z][A-Z0-9_]*"),
    _rule("command", rf"{_COMMAND}|{_REGEX}|sudoedit", State.WHO),
    _rule("digest name", "sha(?:224|256|384|512)", then=State.DIGEST),
    _rule("digest", r"[A-Za-z0-9+/=]{38,}", State.DIGEST, then=State.LINE),
    _rule("command", "sudoedit", then=State.ARGUMENTS),
    _rule("word", rf"{_COMMAND}|{_WORD}|{_STRING}", State.PATH, then=State.LINE),
    _rule("command", r"/(?:\\[,:= \t#]|[^,:=\\ \t\r\n#])*/|/"),
    _rule("command", _COMMAND, then=State.ARGUMENTS),
    _rule("command", _REGEX, then=State.ARGUMENTS),
    _rule("word", _STRING, State.LINE, State.WHO),
    _rule("word", rf"{_ID}|{_WORD}", State.LINE, State.WHO),
    _rule("(", r"\("),
    _rule(")", r"\)"),
    _rule(",", ","),
    _rule("=", "="),
    _rule(":", ":"),
    _rule("!", "!+", *_EVERYWHERE),
    _rule("error", r"[\s\S]", *_EVERYWHERE),
)  # fmt: skip
_AT_BEGIN = (
    _rule("include", r"(?:[ \t]*@|#)include(?:dir)?[ \t]+[^\r\n]*"),
    _rule("define", r"[ \t]*(?:Host|Cmnd|Cmd|User|Runas)_Alias"),
    _rule(
        "defaults", rf"[ \t]*Defaults(?:[:@>!][ \t]*!*\"?(?:{_ID}|{_WORD}))?",
        then=State.WHO,
    ),
)  # fmt: skip
_BY_STATE = {state: [rule for rule in _RULES if state in rule.states] for state in State}


def lines(text: str) -> Iterator[list[Token]]:
    """Yield the tokens of each logical line that has any."""
    found: list[Token] = []
    for token in _tokens(text if text.endswith("\n") else f"{text}\n"):
        if token.kind != "newline":
            found.append(token)
        elif found:
            yield found
            found = []
    # A backslash may hide the last newline.
    if found:
        yield found


def _tokens(text: str) -> Iterator[Token]:
    state, place, number, begins = State.LINE, 0, 1, True
    while place < len(text):
        rules = [*_AT_BEGIN, *_BY_STATE[state]] if begins else _BY_STATE[state]
        rule, matched = _longest(rules, text, place)
        if rule.kind == "end":
            # The character belongs to the next token.
            state = State.LINE
            continue
        if rule.kind == "defaults":
            # The users, hosts or commands are read as separate tokens.
            matched = re.sub(r"(?<=Defaults)(.[ \t]*).*", r"\1", matched, flags=re.DOTALL)
        # An even number of ! means none.
        if rule.kind and (rule.kind != "!" or len(matched) % 2):
            yield Token(rule.kind, matched, number)
        state = rule.then or state
        place += len(matched)
        number += matched.count("\n")
        begins = rule.kind == "newline"


def _longest(rules: Sequence[_Rule], text: str, place: int) -> tuple[_Rule, str]:
    found = ((rule, rule.pattern.match(text, place)) for rule in rules)
    return max(((rule, match[0]) for rule, match in found if match), key=lambda pair: len(pair[1]))
