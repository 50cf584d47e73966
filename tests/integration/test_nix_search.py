"""`voidgen search` in a package set, with the real Nix."""

import subprocess
from pathlib import Path

import pytest
from tests.integration.offline import SYSTEM, Nix
from tests.support.program import voidgen

from voidgen.nix import search
from voidgen.progress import NoProgress


def hits(folder: Path, *words: str, status: int = 0) -> list[str]:
    ran = voidgen("--quiet", "search", "--only", "nix", *words, cwd=folder)
    assert (ran.status, ran.err == "") == (status, status == 0), ran.err
    return [line.split("\t")[1] for line in ran.out.splitlines()]


def test_names_and_descriptions_of_a_set_in_the_project(example: Path, empty_nix: Nix) -> None:
    assert hits(example, "dice") == ["dice"]
    assert hits(example, "rolls") == ["dice"]
    # In a set within the set, by the name that `voidgen add` takes.
    assert hits(example, "large", "digits") == ["deskTools.clock"]
    assert hits(example, "prov") == ["proverbs", "proverb-of-the-day"]
    assert voidgen("add", "nix", "deskTools.clock", "--dry-run", cwd=example).status == 0
    # Neither regular expressions, nor a system's name.
    for word in ("d.ce", "^", "linux", "legacyPackages", "-dx", "((", "${x}"):
        assert hits(example, "--", word, status=1) == []
    # Nothing was built or fetched.
    assert list(Path(empty_nix.env["NIX_STORE_DIR"]).glob("*greet*")) == []


@pytest.mark.usefixtures("chosen_nix")
def test_packages_of_a_flake(tmp_path: Path) -> None:
    """Those of another system are not among them, nor is a package that does not evaluate."""
    package = '{ type = "derivation"; name = "%s-1"; meta.description = "%s"; }'
    (tmp_path / "flake.nix").write_text(
        "{ outputs = _: { legacyPackages."
        f'{SYSTEM} = {{ tool = {package % ("tool", "A tool")}; broken = throw "a tool"; '
        f"more = {{ recurseForDerivations = true; x = {package % ('x', 'Some tool')}; }}; }}; "
        f"legacyPackages.s390x-linux.other = {package % ('other', 'A tool')}; }}; }}\n"
    )
    for words in (["init", "--quiet"], ["add", "flake.nix"]):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    found = search.flake(f"git+file://{tmp_path}", SYSTEM, ["tool"], NoProgress())
    assert found == {
        "tool": search.Found("tool", "1", "A tool"), "more.x": search.Found("x", "1", "Some tool"),
    }  # fmt: skip
    found = search.flake(f"git+file://{tmp_path}", "s390x-linux", ["tool"], NoProgress())
    assert found.keys() == {"other"}
