"""Outcomes as JSON, JUnit XML and GitHub annotations. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import attrs

from voidgen.outcome.types import good
from voidgen.schema.shown_json import to_shown_json
from voidgen.system.credentials import hidden
from voidgen.text import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from voidgen.outcome.types import Outcome

VERSION = 1

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 does not allow (section 2.2, "Characters")."""


def to_json(outcomes: Sequence[Outcome], **more: Any) -> bytes:
    """Return an object of ``version``, ``good``, ``checks`` (fields of `Outcome`) and ``more``."""
    checks = [attrs.asdict(one) for one in outcomes]
    return to_shown_json({"version": VERSION, "good": good(outcomes), "checks": checks, **more})


def to_junit(outcomes: Sequence[Outcome], suite: str) -> bytes:
    """Return one test suite, with a test case for each outcome."""
    # Imported here: it is slow to import, and few runs need it.
    from junitparser import Failure, JUnitXml, Skipped, TestCase, TestSuite  # noqa: PLC0415

    found = TestSuite(_xml(suite))
    for one in outcomes:
        case = TestCase(_xml(one.name), classname=_xml(suite))
        if one.state == "failed":
            result = Failure(_xml(one.about))
            result.text = _xml(one.detail)
            case.result = [result]
        elif one.state == "skipped":
            case.result = [Skipped(_xml(one.about))]
        found.add_testcase(case)
    xml = JUnitXml("voidgen")
    xml.add_testsuite(found)
    return bytes(xml.tostring())  # type: ignore[no-untyped-call]


def to_github(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Yield a line for each failure (GitHub docs, "Workflow commands for GitHub Actions")."""
    for one in outcomes:
        if one.state == "failed":
            title = _escaped(one.name).replace(":", "%3A").replace(",", "%2C")
            message = "%0A".join(map(_escaped, (one.about, *one.detail.splitlines())))
            yield f"::error title={title}::{message}"


def _xml(text: str) -> str:
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", hidden(text))


def _escaped(line: str) -> str:
    return visible(line).replace("%", "%25")
