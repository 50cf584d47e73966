"""`voidgen doctor --fix`: what it adds to files, and what it leaves."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.program import Ran, voidgen, write

from voidgen.doctor import fix, run
from voidgen.doctor.fix import Fix, Fixable
from voidgen.errors import StepFailedError, WrongInputError
from voidgen.outcome.types import Outcome

LINE = "extra-experimental-features = nix-command flakes"


@pytest.mark.parametrize("before", [None, "", "# mine\nsandbox = true\n", "sandbox = true"])
def test_a_line_is_added_after_what_is_there(tmp_path: Path, before: str | None) -> None:
    file = tmp_path / "nix" / "nix.conf"
    if before is not None:
        write(tmp_path, {"nix/nix.conf": before})
    fix.apply(Fix(str(file), LINE))
    assert file.read_text().splitlines() == [*(before or "").splitlines(), LINE]
    assert [one.name for one in file.parent.iterdir()] == ["nix.conf"]


def test_a_link_and_a_mode_are_kept(tmp_path: Path) -> None:
    write(tmp_path, {"dotfiles/conf": "access-tokens = x\n"})
    (tmp_path / "dotfiles/conf").chmod(0o600)
    file = tmp_path / "nix.conf"
    file.symlink_to("dotfiles/conf")
    fix.apply(Fix(str(file), LINE))
    assert file.is_symlink()
    assert (tmp_path / "dotfiles/conf").read_text() == f"access-tokens = x\n{LINE}\n"
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_the_owner_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "nix.conf"
    file.touch()
    os.chown(file, 1234, 2345)
    fix.apply(Fix(str(file), LINE))
    assert (file.stat().st_uid, file.stat().st_gid) == (1234, 2345)


@pytest.mark.parametrize("line", [LINE, "experimental-features=nix-command flakes"])
def test_a_line_is_not_added_again(tmp_path: Path, line: str) -> None:
    file = tmp_path / "nix.conf"
    fix.apply(Fix(str(file), LINE))
    if line != LINE:
        file.write_text(f"{LINE}\n{line}\n")
        fix.apply(Fix(str(file), LINE))
        assert file.read_text() == f"{LINE}\n{line}\n{LINE}\n"
        return
    with pytest.raises(StepFailedError, match="has this line already"):
        fix.apply(Fix(str(file), LINE))
    assert file.read_text() == f"{LINE}\n"


def test_a_file_that_cannot_be_written_is_left(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    write(tmp_path, {"file": ""})
    (tmp_path / "loop").symlink_to("loop")
    for place in ("folder", "file/nix.conf", "loop"):
        with pytest.raises((StepFailedError, WrongInputError)):
            fix.apply(Fix(str(tmp_path / place), LINE))
    assert sorted(one.name for one in tmp_path.iterdir()) == ["file", "folder", "loop"]


def test_git_writes_its_own_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("GIT_CONFIG_GLOBAL", raising=False)
    write(tmp_path, {".gitconfig": "# mine\n"})
    found = fix.trusting("git repository", "x", "/a b")
    assert isinstance(found, Fixable)
    assert found.fix
    assert found.fix.file == str(tmp_path / ".gitconfig")
    fix.apply(found.fix)
    assert (tmp_path / ".gitconfig").read_text() == "# mine\n[safe]\n\tdirectory = /a b\n"


class Keyboard(io.StringIO):
    """Standard input that is a terminal."""

    def isatty(self) -> bool:
        return True


class Screen(io.TextIOWrapper):
    """Output that is a terminal."""

    def isatty(self) -> bool:
        return True


class Doctor:
    """doctor on a machine that lacks two lines, and passes once they are there."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.files = [folder / "one.conf", folder / "two.conf"]
        self._patch = monkeypatch
        monkeypatch.setattr(run, "run", self._checked)

    def _checked(self, _: Path) -> run.Result:
        found: list[Outcome] = []
        for file in self.files:
            name = file.stem
            if file.exists():
                found.append(Outcome(name, "passed"))
            else:
                found.append(Fixable(name, "failed", "lacks it", "add", Fix(str(file), "a = b")))
        return run.Result(tuple(found), "debian")

    def run(self, *words: str, typed: str | None = None) -> Ran:
        """Run ``doctor --fix``, at a terminal if something is ``typed``."""
        self._patch.setattr(sys, "stdin", io.StringIO() if typed is None else Keyboard(typed))
        self._patch.setenv("TERM", "dumb")
        with self._patch.context() as patch:
            if typed is not None:
                patch.setattr("tests.support.program.io.TextIOWrapper", Screen)
            return voidgen("doctor", "--fix", *words, cwd=self.folder)

    def written(self) -> list[str]:
        return [file.stem for file in self.files if file.exists()]


@pytest.fixture
def doctor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Doctor:
    return Doctor(tmp_path, monkeypatch)


def test_each_line_is_shown_and_asked_for(doctor: Doctor) -> None:
    ran = doctor.run(typed="n\ny\n")
    assert doctor.written() == ["two"]
    for file in doctor.files:
        assert f"{file} lacks this line:\n    a = b\n" in ran.err
    assert ran.err.count("Add it? [y/N]") == 2
    assert [line for line in ran.out.splitlines() if "two" in line][-1].startswith("ok")
    assert ran.status == 1


def test_no_is_the_default(doctor: Doctor) -> None:
    ran = doctor.run(typed="\n\n")
    assert (doctor.written(), ran.status) == ([], 1)


def test_without_a_terminal_nothing_changes(doctor: Doctor) -> None:
    ran = doctor.run()
    assert (doctor.written(), ran.status) == ([], 1)
    assert "--fix changed nothing: there is no terminal to ask on" in ran.err
    assert "lacks this line:\n    a = b\n" in ran.err


def test_yes_asks_nothing_and_checks_again(doctor: Doctor) -> None:
    ran = doctor.run("--yes")
    assert (doctor.written(), ran.status) == (["one", "two"], 0)
    assert ran.out.splitlines()[-1] == "2 passed"
    again = doctor.run("--yes")
    assert again.status == 0
    assert "there is no line that voidgen could add" in again.err


def test_json_is_that_of_the_second_check(doctor: Doctor) -> None:
    ran = doctor.run("--json", typed="y\ny\n")
    assert doctor.written() == []
    assert f'"fix":{{"file":"{doctor.files[0]}"' in ran.out.replace(" ", "").replace("\n", "")
    ran = doctor.run("--json", "--yes")
    assert '"good": true' in ran.out
    assert ran.status == 0


def test_a_line_that_cannot_be_added_does_not_stop_the_others(doctor: Doctor) -> None:
    doctor.files[0].parent.joinpath("blocked").touch()
    doctor.files[0] = doctor.folder / "blocked" / "one.conf"
    ran = doctor.run("--yes")
    assert doctor.written() == ["two"]
    assert f"{doctor.files[0]}" in ran.err
    assert ran.status == 1


def test_git_trusts_a_project_of_another_user(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """git has a variable with which its own tests make a repository another user's."""
    from voidgen.doctor import place  # noqa: PLC0415
    from voidgen.doctor.host import Host  # noqa: PLC0415

    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("GIT_CONFIG_GLOBAL", raising=False)
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "true")
    write(repository, {"voidgen.toml": '[image]\nname = "x"\n'})
    found = {one.name: one for one in place.check(Host(tmp_path), repository)}["git repository"]
    assert isinstance(found, Fixable)
    assert found.fix
    assert found.state == "failed"
    fix.apply(found.fix)
    states = {one.name: one.state for one in place.check(Host(tmp_path), repository)}
    assert states["git repository"] != "failed"
    words = ["git", "config", "--global", "--get-all", "safe.directory"]
    said = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    assert said == f"{repository}\n"
