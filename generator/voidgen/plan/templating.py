"""Templates of overlay files, in which data stays data.

A value goes into a template unchanged only if it is plain: letters, digits and a few signs that
have no meaning in any of the formats written here. Anything else must pass the filter of the file's
format, so a forgotten quote is an error of ``generate`` and not of the booted image.
"""

from __future__ import annotations

import json
import re
import shlex
import unicodedata
from typing import TYPE_CHECKING, Any

from voidgen.errors import Fault, WrongInputError
from voidgen.system.templates import Missing, TemplateFailedError, Templates, escape_markup

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PLAIN = re.compile(r"[A-Za-z0-9_./:@%+,=-]*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Escaped(str):
    """Text that a filter has escaped for its format."""

    __slots__ = ()


class UnfitError(ValueError):
    """A value that its format cannot carry."""


def sh(value: Any) -> Escaped:
    """Return one word of a POSIX shell; for a list, as many words."""
    if isinstance(value, str | int):
        return Escaped(shlex.quote(_text(value)))
    return Escaped(" ".join(shlex.quote(_text(item)) for item in value))


def ini(value: Any) -> Escaped:
    """Return the value of a plain INI key, which ends with its line and has no escapes."""
    text = _text(value)
    if _CONTROL.search(text) or text != text.strip():
        raise UnfitError(f"an INI value is one line without blanks at its ends, not {text!r}")
    return Escaped(text)


def keyfile(value: Any) -> Escaped:
    """Return a value of a GLib key file (Desktop Entry Specification, "Possible value types")."""
    text = _text(value).replace("\\", "\\\\")
    for sign, escaped in (("\n", "\\n"), ("\t", "\\t"), ("\r", "\\r")):
        text = text.replace(sign, escaped)
    if _CONTROL.search(text):
        raise UnfitError(f"a key file cannot contain control characters: {text!r}")
    blanks = len(text) - len(text.lstrip(" "))
    text = "\\s" * blanks + text[blanks:]
    blanks = len(text) - len(text.rstrip(" "))
    return Escaped(text[: len(text) - blanks] + "\\s" * blanks)


def xml(value: Any) -> Escaped:
    """Return text between XML tags."""
    return Escaped(_xml_text(value).replace("\r", "&#13;"))


def xmlattr(value: Any) -> Escaped:
    """Return an XML attribute's value, with its quotes."""
    text = _xml_text(value)
    # A reader would turn them into spaces (XML 1.0, "Attribute-Value Normalization").
    for sign in "\t\n\r":
        text = text.replace(sign, f"&#{ord(sign)};")
    return Escaped(f'"{text}"')


def nix(value: Any) -> Escaped:
    """Return a Nix string literal, with its quotes (Nix manual, "String literal")."""
    text = _text(value)
    for sign, escaped in (
        ("\\", "\\\\"),
        ('"', '\\"'),
        ("${", "\\${"),
        ("\n", "\\n"),
        ("\r", "\\r"),
        ("\t", "\\t"),
    ):
        text = text.replace(sign, escaped)
    return Escaped(f'"{text}"')


def gvariant(value: Any) -> Escaped:
    """Return a GVariant literal, with its quotes, as GLib prints it (GVariant Text Format)."""
    if isinstance(value, list | tuple):
        return Escaped(f"[{', '.join(gvariant(item) for item in value)}]" if value else "@as []")
    if isinstance(value, bool | int):
        return Escaped(_text(value))
    text = _text(value)
    quote = '"' if "'" in text else "'"
    return Escaped(quote + "".join(_gvariant_sign(sign, quote) for sign in text) + quote)


def _gvariant_sign(sign: str, quote: str) -> str:
    if sign in {"\\", quote}:
        return f"\\{sign}"
    if sign in GVARIANT_ESCAPES:
        return GVARIANT_ESCAPES[sign]
    if unicodedata.category(sign) in {"Cc", "Cf", "Cn"}:
        return f"\\u{ord(sign):04x}" if sign <= "\uffff" else f"\\U{ord(sign):08x}"
    return sign


GVARIANT_ESCAPES = {
    "\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v",
}  # fmt: skip


def to_json(value: Any) -> Escaped:
    """Return a JSON value."""
    if isinstance(value, Missing):
        return Escaped(value)  # raises, naming what is not defined
    return Escaped(json.dumps(value, ensure_ascii=False, sort_keys=True))


def render(text: str, values: Mapping[str, Any], file: Path) -> str:
    """Return the template ``text`` of ``file`` filled in; WrongInputError names its line."""
    try:
        return _TEMPLATES.fill(text, values)
    except TemplateFailedError as error:
        raise WrongInputError(Fault(f"template: {error.what}", file, line=error.line)) from None


def names(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``values`` under names that a template can write: ``_`` for ``-``."""
    return {name.replace("-", "_"): value for name, value in values.items()}


def _text(value: Any) -> str:
    if isinstance(value, Missing):
        return str(value)  # raises, naming what is not defined
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        raise UnfitError("write a list with a loop, or with | sh or | json")
    if not isinstance(value, str | int):
        raise UnfitError(f"expected a string, boolean or integer, got {type(value).__name__}")
    text = str(value)
    if "\0" in text:
        raise UnfitError("a text file cannot contain a NUL character")
    return text


def _xml_text(value: Any) -> str:
    text = _text(value)
    if _NOT_XML.search(text):
        raise UnfitError(f"XML 1.0 does not allow a character of {text!r}")
    return escape_markup(text)


def _only_plain(value: Any) -> str:
    if isinstance(value, Escaped):
        if _SURROGATE.search(value):
            raise UnfitError(f"half a character (a surrogate) in {str(value)!r}")
        return value
    text = _text(value)
    if not PLAIN.fullmatch(text):
        raise UnfitError(
            f"{text!r} needs a filter that fits the file: "
            f"{', '.join(f'| {name}' for name in FILTERS)}"
        )
    return text


FILTERS = {
    "sh": sh,
    "ini": ini,
    "keyfile": keyfile,
    "xml": xml,
    "xmlattr": xmlattr,
    "nix": nix,
    "gvariant": gvariant,
    "json": to_json,
}

_TEMPLATES = Templates(_only_plain, filters=FILTERS)
