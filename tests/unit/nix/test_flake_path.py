"""Which paths Nix accepts for a flake, as observed with Nix 2.8, 2.26 and 2.34."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from tests.support.program import voidgen, write

from voidgen.errors import StepFailedError
from voidgen.nix import commands, evaluation, flake_path, flake_ref, installed

EVERY = ["plain", "a+b", "a,b", "a(b)", "a&b", "a=b", "a;b", "a~b", "a!b", "a$b", "a*b", "a'b"]
NEWER = ["a blank", "é", "a%20b", "a:b", "a[b", "a@b", "a\\b"]
NONE = ["a#b", "a?b", "a^b"]


@pytest.mark.parametrize("name", EVERY + NEWER + NONE)
def test_accepted_paths_by_release(name: str) -> None:
    folder = Path("/srv", name)
    assert flake_path.is_plain(folder) == (name in EVERY)
    assert (flake_path.fault(folder, (2, 18)) is None) == (name in EVERY)
    assert (flake_path.fault(folder, (2, 19)) is None) == (name not in NONE)


@pytest.mark.parametrize("name", EVERY + NEWER + NONE)
def test_the_installed_nix_agrees(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    write(folder, {"flake.nix": "{ outputs = _: { x = 1; }; }"})
    subprocess.run(["git", "init", "--quiet", folder], check=True)
    subprocess.run(["git", "-C", folder, "add", "."], check=True)
    command = ["nix", "eval", *commands.FLAKES, f"{folder}#x"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode == 0) == (flake_path.fault(folder, installed.version()) is None), (
        done.stderr
    )


@pytest.fixture
def odd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "my imagé"
    write(folder, {"voidgen.toml": '[image]\nname = "a"\n[nix]\nnixpkgs = "./set"\n'})
    write(folder, {"set/default.nix": "_: { }"})
    subprocess.run(["git", "init", "--quiet", folder], check=True)
    subprocess.run(["git", "-C", folder, "add", "."], check=True)
    monkeypatch.setattr(installed, "version", lambda: (2, 8))
    return folder


def test_generate_warns_of_the_path(odd: Path) -> None:
    ran = voidgen("generate", cwd=odd)
    assert ran.status == 0
    assert ran.err == (
        f"warning: {odd}: this path has blanks, é: Nix 2.8 cannot read a flake there\n"
        "    move the project to a path of letters, digits and . _ + -, or use Nix 2.19 or later\n"
    )


def test_an_evaluation_is_refused_at_such_a_path(odd: Path) -> None:
    with pytest.raises(StepFailedError, match=r"has blanks, é: Nix 2\.8 cannot") as caught:
        evaluation.evaluate(str(odd), "x", str)
    assert "or use Nix 2.19 or later" in caught.value.remedy


def test_without_nix_the_fault_names_the_release_limit(
    odd: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def absent() -> tuple[int, int]:
        raise StepFailedError("nix: not found")

    monkeypatch.setattr(installed, "version", absent)
    fault = flake_ref.misplaced(odd)
    assert fault
    assert fault.what == "this path has blanks, é: Nix before 2.19 cannot read a flake there"
