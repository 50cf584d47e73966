"""Shell completion, in the real shells."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from tests.overlay.debian import unpacked
from tests.support.program import voidgen, write

# Sets up completion, then prints what stands after it for the words "$@".
BASH = """
eval "$(voidgen completion bash)"
compopt() { :; }
COMP_WORDS=(voidgen "$@") COMP_CWORD=$#
_voidgen_completion voidgen
printf '%s\\n' "${COMPREPLY[@]}"
"""
CONFIG = (
    '[image]\nname = "x"\n[nix]\npackages = ["openssl^dev"]\n[xbps]\npackages = ["htop"]\n'
    '[overlay]\nmodules = ["a-one"]\n'
)


@pytest.fixture
def project(repository: Path) -> Path:
    """With a tag, two modules, and voidgen on PATH."""
    write(
        repository,
        {
            "voidgen.toml": CONFIG,
            "overlay-src/a-one/module.toml": 'summary = "A"\n[packages]\nxbps = ["vim"]\n',
            "overlay-src/a-two/module.toml": 'summary = "B"\n',
            "bin/voidgen": f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m voidgen "$@"\n',
        },
    )
    (repository / "bin/voidgen").chmod(0o755)
    git = ("git", "-c", "user.name=x", "-c", "user.email=x@x.invalid")
    for words in (["add", "."], ["commit", "-qm", "x"], ["tag", "v1.0"]):
        subprocess.run([*git, *words], cwd=repository, check=True)
    return repository


def run(project: Path, *argv: str | Path, **env: str) -> list[str]:
    path = f"{project}/bin:{os.environ['PATH']}"
    done = subprocess.run(
        argv, cwd=project, env={**os.environ, "PATH": path, **env}, check=True,
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.stderr == ""
    return done.stdout.splitlines()


def test_bash(project: Path) -> None:
    assert run(project, "bash", "-c", BASH, "-", "add", "module", "a-") == ["a-two"]


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["rem"], ["remove"]),
        (["add", "m"], ["module"]),
        (["add", "module", "a-"], ["a-two"]),
        (["add", "module", "a-two", "a-"], []),
        (["add", "nix", "g"], []),
        (["remove", "module", ""], ["a-one"]),
        (["remove", "nix", ""], ["openssl^dev"]),
        (["remove", "xbps", "h"], ["htop"]),
        (["remove", "xbps", "htop", "h"], []),
        (["update", "n"], ["nixpkgs"]),
        (["why", "v"], ["vim"]),
        (["graph", "--focus", ""], ["a-one"]),
        (["diff", "v"], ["v1.0"]),
        (["diff", "HEAD", "v"], ["v1.0"]),
        (["-C", "/nowhere", "why", "v"], []),
        (["init", "--preset", "x"], ["xfce"]),
    ],
)
def test_completions_of_words(
    project: Path, words: list[str], offered: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Run in this process what the script for bash asks."""
    assert asked(project, words, monkeypatch) == offered


def asked(project: Path, words: list[str], patch: pytest.MonkeyPatch) -> list[str]:
    patch.setenv("_VOIDGEN_COMPLETE", "bash_complete")
    patch.setenv("COMP_WORDS", shlex.join(["voidgen", *words]))
    patch.setenv("COMP_CWORD", str(len(words)))
    ran = voidgen(cwd=project)
    assert (ran.status, ran.err) == (0, "")
    # "file" lets bash complete the names of files.
    pairs = [line.partition(",") for line in ran.out.splitlines()]
    return [word for kind, _, word in pairs if kind == "plain"]


def test_a_broken_project_completes_nothing(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(project, {"voidgen.toml": "x"})
    assert asked(project, ["why", "v"], monkeypatch) == []


def test_fish(project: Path) -> None:
    fish = unpacked("fish") / "usr/bin/fish"
    library = next(unpacked("libpcre2-32-0").glob("usr/lib/*"))
    script = "voidgen completion fish | source; complete --do-complete 'voidgen add module a-'"
    found = run(project, fish, "--no-config", "-c", script, LD_LIBRARY_PATH=str(library))
    assert [line.strip() for line in found] == ["a-two"]


def test_zsh(project: Path, tmp_path: Path) -> None:
    zsh = unpacked("zsh") / "bin/zsh"
    script = tmp_path / "_voidgen"
    script.write_text(voidgen("completion", "zsh", cwd=project).out)
    assert run(project, zsh, "-f", "-n", script) == []
    # The script passes this answer to zsh's _describe.
    asked = {"COMP_WORDS": "voidgen add module a-", "COMP_CWORD": "3"}
    found = run(project, "voidgen", **asked, _VOIDGEN_COMPLETE="zsh_complete")
    assert found == ["plain", "a-two", "_"]
