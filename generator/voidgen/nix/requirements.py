"""What a package set needs of Nix: nixpkgs says so in files of its own (nix/needs.nix)."""

from __future__ import annotations

from pathlib import Path

from voidgen.data.bundled_files import DATA
from voidgen.errors import StepFailedError
from voidgen.nix import refusal
from voidgen.system import process, untrusted


def question(tree: Path) -> list[str]:
    """The command that asks what the package set in the folder ``tree`` needs.

    A stranger's code may answer: it reads its own folder only, and fetches nothing
    (``restrict-eval`` in nix.conf(5)).
    """
    code = DATA / "nix" / "needs.nix"
    return [
        *("nix-instantiate", "--eval", "--json", "--option", "restrict-eval", "true"),
        *("-I", f"code={code}", "-I", f"set={tree}"),
        *("--argstr", "code", str(code), "--argstr", "set", str(tree)),
        *("--expr", "{ code, set }: import (/. + code) (/. + set)"),
    ]


def answer(stdout: bytes) -> str:
    """What the answer says, as in "needs Nix 2.18 or later, and this is 2.8.0"; empty: nothing."""
    try:
        said = untrusted.parse_json(stdout)
    except ValueError:
        return ""  # A set that cannot be asked is not read by this.
    return said if isinstance(said, str) else ""


def check(tree: Path) -> None:
    """StepFailedError if this Nix cannot read the package set in the folder ``tree``."""
    done = process.ask(question(tree), cwd=Path("/"), check=False)
    lacks = answer(done.stdout)
    if lacks:
        raise StepFailedError(f"the package set {lacks}", refusal.NEWER_NIX)
