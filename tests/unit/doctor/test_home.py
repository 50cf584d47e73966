"""`voidgen doctor` on the user's home folder."""

from pathlib import Path

import pytest

from voidgen.doctor import home


@pytest.fixture(autouse=True)
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in home.OTHERS:
        monkeypatch.delenv(name, raising=False)


def test_home_is_good(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "made" / "later"))
    assert (home.check().state, home.check().about) == ("passed", str(tmp_path))


@pytest.mark.parametrize(
    ("value", "state", "about"),
    [
        (None, "warning", "HOME is not set"),
        ("", "warning", "HOME is not set"),
        ("relative", "failed", "HOME=relative: not an absolute path"),
        ("/nonexistent/x", "failed", "HOME=/nonexistent/x: not a folder"),
        ("/dev/null", "failed", "HOME=/dev/null: not a folder"),
    ],
)
def test_home_is_wrong(
    monkeypatch: pytest.MonkeyPatch, value: str | None, state: str, about: str
) -> None:
    if value is None:
        monkeypatch.delenv("HOME")
    else:
        monkeypatch.setenv("HOME", value)
    found = home.check()
    assert (found.state, found.about) == (state, about)
    assert found.detail.startswith("export HOME=/")


def test_home_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)
    found = home.check()
    assert (found.state, found.about) == ("failed", f"HOME={tmp_path}: you cannot write there")


def test_home_of_another_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 54321)
    found = home.check()
    assert (found.state, "belongs to another user" in found.about) == ("warning", True)


def test_a_part_of_it_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/dev/null/x")
    found = home.check()
    assert found.state == "failed"
    assert found.about == "XDG_STATE_HOME=/dev/null/x: not a folder"
    assert found.detail == "unset XDG_STATE_HOME"
