"""Text from Jinja templates."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import attrs
from jinja2 import Environment, StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing
from markupsafe import Markup, escape

from voidgen.errors import did_you_mean_or_known

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

DELIMITERS = ("{{", "}}", "{%", "%}")
"""Jinja's own: around an expression, and around a statement."""
_NAME = "<template>"


class TemplateFailedError(Exception):
    """A template cannot be filled in; ``line`` of the template counts from 1."""

    def __init__(self, what: str, line: int | None) -> None:
        """Take what is wrong, and where."""
        super().__init__(what)
        self.what = what
        self.line = line


class Missing(StrictUndefined):
    """An undefined value: using it raises, with its name in the template and the known names."""

    @property
    def _undefined_message(self) -> str:
        name, around = self._undefined_name, self._undefined_obj
        if self._undefined_hint or around is missing or not isinstance(name, str):
            return str(super()._undefined_message)
        known = sorted(around) if isinstance(around, Mapping) else _fields(around)
        return f"unknown name {name!r}; {did_you_mean_or_known(name, known)}"


class Templates:
    """Fills in templates of one kind.

    They cannot change values or reach Python's internals, unless they are ``trusted``: that is
    faster. ``write`` returns the text of each value. A template may use ``filters`` by their names.
    With ``html``, texts are escaped, except those with the filter ``safe``.
    """

    def __init__(
        self,
        write: Callable[[Any], str],
        *,
        filters: Mapping[str, Callable[[Any], str]] | None = None,
        trusted: bool = False,
        html: bool = False,
        delimiters: tuple[str, str, str, str] = DELIMITERS,
    ) -> None:
        """Keep how to fill in the templates."""
        kind = Environment if trusted else ImmutableSandboxedEnvironment
        self._environment = kind(
            undefined=Missing,
            autoescape=html,
            finalize=_beside_markup(write) if html else write,
            keep_trailing_newline=True,
            trim_blocks=True,
            lstrip_blocks=True,
            variable_start_string=delimiters[0],
            variable_end_string=delimiters[1],
            block_start_string=delimiters[2],
            block_end_string=delimiters[3],
        )
        self._environment.filters.update(filters or {})
        # A command may read several projects, which have most templates in common.
        self._compiled = lru_cache(maxsize=256)(self._environment.from_string)

    def fill(self, text: str, values: Mapping[str, Any]) -> str:
        """Return the template ``text`` with ``values``; TemplateFailedError if that fails."""
        try:
            return self._compiled(text).render(values)
        except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError) as error:
            line = getattr(error, "lineno", None) or _line(error.__traceback__)
            what = getattr(error, "message", None) or str(error)
            raise TemplateFailedError(what, line) from error
        except RecursionError:
            raise TemplateFailedError("nested too deeply", None) from None


def escape_markup(text: str) -> str:
    """Return ``text`` with the characters escaped that XML and HTML reserve."""
    return str(escape(text))


def _beside_markup(write: Callable[[Any], str]) -> Callable[[Any], str]:
    """Return ``write``, but for what macros give and what has passed the filter ``safe``."""
    return lambda value: value if isinstance(value, Markup) else write(value)


def _fields(value: Any) -> list[str]:
    return [field.name for field in attrs.fields(type(value))] if attrs.has(type(value)) else []


def _line(trace: TracebackType | None) -> int | None:
    line = None
    while trace:
        if trace.tb_frame.f_code.co_filename == _NAME:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
