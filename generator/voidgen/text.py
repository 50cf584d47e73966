"""Text for a person: visible characters, and numbers of bytes. Pure."""

from __future__ import annotations

from fractions import Fraction

from voidgen.system.credentials import hidden

UNITS = ("B", "KiB", "MiB", "GiB", "TiB")


def human_size(count: int) -> str:
    """Bytes for a person, in powers of 1024."""
    value = float(count)
    for unit in UNITS:
        if value < 1000 or unit == UNITS[-1]:  # noqa: PLR2004 - at most three digits
            break
        value /= 1024
    return f"{value:.0f} {unit}" if unit == UNITS[0] else f"{value:.1f} {unit}"


def parse_size(text: str) -> int:
    """The bytes of a size as `rules.BYTE_SIZE` has it: KiB is 1024, kB 1000; rounded down."""
    number = text.rstrip("BikKMGT ")
    unit = text.removeprefix(number).strip()
    power = "KMGT".index(unit[0].upper()) + 1
    return int(Fraction(number) * (1024 if "i" in unit else 1000) ** power)


def visible(text: str) -> str:
    """Return ``text`` for a terminal: control characters spelled out, passwords of URLs left out.

    A name cannot steer the terminal then.
    """
    return "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape").decode()
        for sign in hidden(text)
    )
