"""Text for people: sizes in bytes, and text that is safe to print on a terminal. Pure."""

from __future__ import annotations

from fractions import Fraction

from voidgen.system.credentials import hidden

UNITS = ("B", "KiB", "MiB", "GiB", "TiB")


def human_size(count: int) -> str:
    """Return ``count`` bytes as text, in powers of 1024, such as "4.1 GiB"."""
    value = float(count)
    for unit in UNITS:
        if value < 1000 or unit == UNITS[-1]:  # noqa: PLR2004 - three digits before the point
            break
        value /= 1024
    return f"{value:.0f} {unit}" if unit == UNITS[0] else f"{value:.1f} {unit}"


def parse_size(text: str) -> int:
    """Return the bytes of a size that `rules.BYTE_SIZE` accepts, rounded down.

    KiB is 1024 bytes, kB is 1000.
    """
    number = text.rstrip("BikKMGT ")
    unit = text.removeprefix(number).strip()
    power = "KMGT".index(unit[0].upper()) + 1
    return int(Fraction(number) * (1024 if "i" in unit else 1000) ** power)


def visible(text: str) -> str:
    """Return ``text`` with control characters as escapes and without passwords in URLs.

    Printed like this, a name cannot control the terminal.
    """
    shown = hidden(text)
    if shown.isprintable():
        return shown
    return shown.translate(_Escapes())


class _Escapes(dict[int, str]):
    """What `visible` prints for the code of a character, found once for each character."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if not character.isprintable():
            character = character.encode("unicode_escape").decode()
        self[code] = character
        return character
