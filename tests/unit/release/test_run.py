"""Whom `voidgen verify` trusts, and when it builds again; tests/iso has a real ISO."""

from pathlib import Path

import pytest
from tests.support.program import write

from voidgen.errors import WrongInputError
from voidgen.outcome.types import Outcome
from voidgen.progress import NoProgress
from voidgen.release import rebuild, run, verify
from voidgen.release.run import Rebuild, Request

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"
TOML = f'[image]\nname = "x"\n[release]\nsigners = ["{KEY}"]\n'


@pytest.fixture(autouse=True)
def trusted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[tuple[list[str], str]]:
    """The signers that are passed to the checks, and who named them."""
    found: list[tuple[list[str], str]] = []

    def checked(_: Path, signers: list[str], named_by: str, __: object) -> list[Outcome]:
        found.append((signers, named_by))
        return [Outcome("sum of x.iso", "passed")]

    monkeypatch.setattr(verify, "verify", checked)
    monkeypatch.chdir(tmp_path)
    return found


def test_signers_of_the_project(trusted: list[tuple[list[str], str]], tmp_path: Path) -> None:
    write(tmp_path, {"image/voidgen.toml": TOML})
    run.run(Request(Path("x.iso"), (), Path("image")), NoProgress(), print)
    ((signers, named_by),) = trusted
    assert len(signers) == 1
    assert KEY in signers[0]
    assert named_by == str(tmp_path / "image/voidgen.toml")


def test_named_signers_replace_them(trusted: list[tuple[list[str], str]], tmp_path: Path) -> None:
    write(tmp_path, {"voidgen.toml": "a fault", "mine.pub": KEY})
    run.run(Request(Path("x.iso"), (Path("mine.pub"),)), NoProgress(), print)
    assert [named_by for _, named_by in trusted] == ["--signer"]


def test_nobody_outside_of_a_project(trusted: list[tuple[list[str], str]], tmp_path: Path) -> None:
    run.run(Request(Path("x.iso")), NoProgress(), print)
    assert trusted == [([], "nobody")]
    with pytest.raises(WrongInputError, match=r"no voidgen\.toml here"):
        run.run(Request(Path("x.iso"), (), tmp_path), NoProgress(), print)


def test_a_damaged_iso_is_not_built_again(monkeypatch: pytest.MonkeyPatch) -> None:
    damaged = Outcome("sum of x.iso", "failed")
    monkeypatch.setattr(verify, "verify", lambda *_: [damaged])
    monkeypatch.delattr(run, "rebuild")
    found = run.run(Request(Path("x.iso"), rebuild=Rebuild()), NoProgress(), print)
    assert [(one.name, one.state) for one in found] == [
        (damaged.name, "failed"), (rebuild.NAME, "skipped"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("wanted", "fault"),
    [(Rebuild("https://example.org/image@main"), "main"), (Rebuild(key=Path("no")), "No such")],
)
def test_faults_come_before_the_checks(
    trusted: list[tuple[list[str], str]], wanted: Rebuild, fault: str
) -> None:
    with pytest.raises(WrongInputError, match=fault):
        run.run(Request(Path("x.iso"), rebuild=wanted), NoProgress(), print)
    assert trusted == []
