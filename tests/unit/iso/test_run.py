"""What `voidgen iso` signs, with a stand-in for the build; tests/iso has a real one."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.support.program import write

from voidgen import project
from voidgen.errors import WrongInputError
from voidgen.iso import build, run
from voidgen.iso.build import Made
from voidgen.iso.run import Request
from voidgen.progress import NoProgress
from voidgen.provenance import signature, statement, statements


@pytest.fixture
def request_(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Request:
    write(
        tmp_path,
        {"voidgen.toml": '[image]\nname = "x"\n', "out/x.iso": "1234", "key": "PRIVATE KEY"},
    )
    made = Made(tmp_path / "out/x.iso", reused=False)
    monkeypatch.setattr(build, "make", lambda *_, **__: made)
    return Request(project.load(tmp_path), tmp_path / "key")


@pytest.fixture
def signed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are signed."""
    found: list[str] = []

    def sign(file: Path, *_: Any) -> Path:
        found.append(file.name)
        return file

    monkeypatch.setattr(signature, "sign_file", sign)
    monkeypatch.setattr(statements, "add", sign)
    return found


def test_without_a_key_nothing_is_signed(request_: Request, signed: list[str]) -> None:
    lines: list[str] = []
    result = run.run(Request(request_.project), NoProgress(), lines.append)
    assert (result.size, result.reused, result.signature) == (4, False, None)
    assert signed == lines == []


@pytest.mark.parametrize("provenance", [True, False])
def test_sums_and_statement_are_signed(
    request_: Request, signed: list[str], monkeypatch: pytest.MonkeyPatch, provenance: bool
) -> None:
    class Provenance(SimpleNamespace):
        pass

    monkeypatch.setattr(statement, "Provenance", Provenance)
    said = Provenance() if provenance else "it has none"
    monkeypatch.setattr(statement, "beside_iso", lambda _: said)
    lines: list[str] = []
    result = run.run(request_, NoProgress(), lines.append)
    assert result.signature == result.iso.with_name("x.iso.sha256")
    assert signed == ["x.iso.sha256", *(["x.iso"] if provenance else [])]
    assert len(lines) == len(signed)


def test_what_is_no_key_is_refused_before_the_build(
    request_: Request, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert request_.key
    request_.key.write_text("none")
    monkeypatch.delattr(build, "make")
    with pytest.raises(WrongInputError, match="not an SSH key"):
        run.run(request_, NoProgress(), print)
