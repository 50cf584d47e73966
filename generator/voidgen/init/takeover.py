"""Copying the settings of a shell script, install.conf, into a new voidgen.toml. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from attrs import frozen

from voidgen.config import identity, live_user, rules
from voidgen.config.image import ImageConfig
from voidgen.edit import text as edit
from voidgen.init import shell
from voidgen.schema.rule import MisfitError
from voidgen.system.credentials import hidden

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from voidgen.init.shell import Variable
    from voidgen.schema.rule import Rule

VALUES = {
    "keymap": (r"(?:LIVE_|CONSOLE_)?KEYMAP", rules.KEYMAP),
    "locale": (r"(?:LIVE_|SYSTEM_)?LOCALE|LANG", rules.LOCALE),
    "user": (r"(?:LIVE_)?USER(?:_?NAME)?", rules.USER),
    "name": (r"(?:ISO|IMAGE)_NAME", rules.IMAGE_NAME),
    "hostname": (r"(?:LIVE_)?HOST_?NAME", identity.HOSTNAME),
    "timezone": (r"(?:LIVE_)?TIME_?ZONE", identity.TIMEZONE),
    "root-shell": (r"ROOT_?SHELL", live_user.SHELL),
    "user-shell": (r"(?:LIVE|USER)_?SHELL", live_user.SHELL),
    "volume-label": (r"(?:ISO|IMAGE|VOLUME)_?LABEL", identity.VOLUME_LABEL),
    "title": (r"(?:(?:ISO|IMAGE|BOOT)_)?TITLE", rules.TITLE),
}
"""Keys of [image], each with the variables that have its value, and its rule."""
NIX = r"NIX_(?:USER_|LIVE_|EXTRA_)?(?:PACKAGES|PKGS)"
XBPS = r"(?:(?:XBPS|VOID|BASE|EXTRA|LIVE|ISO|DESKTOP|USER)_)*(?:PACKAGES|PKGS)"
PREFIX = "nixpkgs#"
LARGEST = 1 << 20
"""Bytes of a script. One that a person writes is far smaller."""


@frozen
class Taken:
    """A voidgen.toml with the settings of a script.

    ``lines`` has a line for each setting that was copied, ``left`` one for each that was not.
    """

    text: str
    lines: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


def take(text: str, script: str, file: Path) -> Taken:
    """Return ``text``, a new voidgen.toml, with the settings of ``script``, which is from ``file``.

    Statements that are not understood are no error: `Taken.left` lists them.
    """
    found, unread = shell.read(script)
    run = _Run(text, file)
    for one in found:
        run.take(one)
    left = [*run.left, *((one.line, one.text) for one in unread)]
    return Taken(
        run.text,
        tuple(run.lines),
        tuple(f"{file}:{line}: {hidden(what)}" for line, what in sorted(left)),
    )


class _Run:
    def __init__(self, text: str, file: Path) -> None:
        self.text, self.file = text, file
        self.lines: list[str] = []
        self.left: list[tuple[int, str]] = []

    def take(self, one: Variable) -> None:
        key = next((key for key, (names, _) in VALUES.items() if re.fullmatch(names, one.name)), "")
        if key:
            self._value(one, key)
        elif re.fullmatch(NIX, one.name):
            self._packages(one, "nix", rules.NIX_PACKAGE, _attribute)
        elif re.fullmatch(XBPS, one.name):
            self._packages(one, "xbps", rules.XBPS_PACKAGE, str)
        elif not one.used:
            self.left.append((one.line, f"{one.name}: voidgen.toml has no key for this variable"))

    def _value(self, one: Variable, key: str) -> None:
        value = one.value if isinstance(one.value, str) else " ".join(one.value)
        if key == "locale":
            value = re.sub(r"\.utf-?8(?=$|@)", ".UTF-8", value, flags=re.IGNORECASE)
        try:
            VALUES[key][1].check(value)
            if key == "keymap":
                ImageConfig("any", keymap=value)
            elif key == "timezone":
                identity.check_timezone(value)
        except MisfitError as error:
            self._leave(one, error)
            return
        self.text = edit.put(self.text, "image", key, value)
        self.lines.append(f"image.{key} = {value}   ({one.name})")

    def _packages(self, one: Variable, kind: str, rule: Rule, named: Callable[[str], str]) -> None:
        key = edit.LISTS[kind]
        fresh: list[str] = []
        for word in map(named, one.words):
            try:
                rule.check(word)
            except MisfitError as error:
                self._leave(one, error)
                continue
            if word not in (*edit.listed(self.text, key), *fresh):
                fresh.append(word)
        self.text = edit.add(self.text, key, fresh, self.file)
        if fresh:
            self.lines.append(f"{'.'.join(key)} + {', '.join(fresh)}   ({one.name})")

    def _leave(self, one: Variable, error: MisfitError) -> None:
        remedy = f"; {error.remedy}" if error.remedy else ""
        self.left.append((one.line, f"{one.name}: {error.what}{remedy}"))


def _attribute(word: str) -> str:
    return word.removeprefix(PREFIX)
