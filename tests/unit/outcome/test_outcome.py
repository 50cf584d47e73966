"""The forms of outcomes: JUnit, GitHub, JSON, table."""

import json
from xml.etree import ElementTree as ET

import pytest

from voidgen.cli import outcome_table
from voidgen.outcome import forms
from voidgen.outcome.types import Outcome, good

FOUND = (
    Outcome("emitted files", "passed", "3 files"),
    Outcome("build: a, b", "failed", "differs\x1b[2J", "out/a: 100% \x00\nsecond <line>"),
    Outcome("store", "skipped", "nothing is built"),
)


def test_junit_has_a_case_for_each_outcome_and_only_valid_characters() -> None:
    suite = ET.fromstring(forms.to_junit(FOUND, "check")).find("testsuite")  # noqa: S314 - ours
    assert suite is not None
    assert {key: suite.get(key) for key in ("name", "tests", "failures", "skipped")} == {
        "name": "check", "tests": "3", "failures": "1", "skipped": "1",
    }  # fmt: skip
    failure = suite.find("testcase[@name='build: a, b']/failure")
    assert failure is not None
    assert failure.get("message") == "differs\N{REPLACEMENT CHARACTER}[2J"
    assert failure.text == "out/a: 100% \N{REPLACEMENT CHARACTER}\nsecond <line>"


def test_github_gets_a_line_for_each_failure() -> None:
    (line,) = forms.to_github(FOUND)
    title, _, message = line.removeprefix("::error title=").partition("::")
    assert title == "build%3A a%2C b"
    assert message == r"differs\x1b[2J%0Aout/a: 100%25 \x00%0Asecond <line>"


def test_json_has_the_overall_result() -> None:
    data = json.loads(forms.to_json(FOUND, store="/nix/store"))
    assert (data["version"], data["good"], data["store"]) == (1, False, "/nix/store")
    assert [one["state"] for one in data["checks"]] == ["passed", "failed", "skipped"]
    assert not good(FOUND)
    assert good(FOUND[:1])


def test_a_table_escapes_control_characters(capsys: pytest.CaptureFixture[str]) -> None:
    outcome_table.show(FOUND)
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert "no  build: a, b    differs\\x1b[2J\n      out/a: 100% \\x00\n" in shown
    assert shown.endswith("1 passed, 1 failed, 1 skipped\n")


def test_a_warning_is_shown_and_does_not_fail(capsys: pytest.CaptureFixture[str]) -> None:
    found = (Outcome("KVM", "warning", "no /dev/kvm", "modprobe kvm"),)
    assert good(found)
    assert list(forms.to_github(found)) == []
    outcome_table.show(found)
    assert capsys.readouterr().out == ("??  KVM  no /dev/kvm\n      modprobe kvm\n1 warning\n")
